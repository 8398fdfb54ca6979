// SPDX-License-Identifier: GPL-2.0
/*
 * What a report tells of a flow.
 */
#include <stdlib.h>
#include "story.h"

static void fill(struct story_segment *to, const struct story_captured *c,
		 enum story_fate fate)
{
	const struct ttlpin_segment *seg = c->seg;
	u32 n = seg->payload_avail;

	to->time_ns = c->time_ns;
	to->number = c->number;
	to->file = c->file;
	to->bits = c->bits | (seg->has_ts ? STORY_TS : 0);
	to->fate = fate;
	to->seq = seg->seq;
	to->ack = seg->ack;
	to->tsval = seg->tsval;
	to->tsecr = seg->tsecr;
	to->length = seg->payload_len;
	to->window = seg->window;
	to->ip_id = c->ip_id;
	to->ttl = seg->ttl;
	to->flags = seg->flags;
	to->snippet_len = n < STORY_SNIPPET ? n : STORY_SNIPPET;
	memcpy(to->snippet, seg->payload, to->snippet_len);
}

static bool grow(struct story *s)
{
	u32 room = s->room ? 2 * s->room : 12;
	struct story_segment *more;

	if (!s->nr_drops && room > STORY_FIRST + STORY_LAST)
		room = STORY_FIRST + STORY_LAST;
	if (room > STORY_SEGMENTS)
		room = STORY_SEGMENTS;
	if (room <= s->room)
		return false;
	more = realloc(s->segment, room * sizeof(*more));
	if (!more)
		return false;
	s->segment = more;
	s->room = room;
	return true;
}

/* The ring becomes a row, oldest first: from now on more is kept. */
static void unroll(struct story *s)
{
	struct story_segment row[STORY_LAST];
	u32 i;

	if (!s->oldest)
		return;
	for (i = 0; i < STORY_LAST; i++)
		row[i] = *story_at(s, STORY_FIRST + i);
	memcpy(s->segment + STORY_FIRST, row, sizeof(row));
	s->oldest = 0;
}

static bool is_ours(const struct story_segment *at)
{
	return (at->bits & STORY_OUT) && at->length;
}

static bool is_good(const struct story_segment *at)
{
	return at->fate <= STORY_HEALED && !(at->flags & TTLPIN_RST);
}

/* Of those that are not kept the newest, for drops are told by what came before. */
static void keep_newest(struct story *s, const struct story_captured *c,
			enum story_fate fate)
{
	struct story_segment at;

	fill(&at, c, fate);
	if (is_ours(&at))
		s->later_ours = at;
	else if (is_good(&at))
		s->later_good = at;
	s->left_out++;
}

static void keep(struct story *s, const struct story_captured *c,
		 enum story_fate fate)
{
	struct story_segment *to;

	if (s->nr < s->room || grow(s)) {
		to = &s->segment[s->nr++];
	} else if (!s->nr_drops && s->nr == STORY_FIRST + STORY_LAST) {
		to = &s->segment[STORY_FIRST + s->oldest];
		s->oldest = (s->oldest + 1) % STORY_LAST;
		s->left_out++;
	} else {
		keep_newest(s, c, fate);
		return;
	}
	fill(to, c, fate);
}

/**
 * story_at - a segment that is kept
 * @s: the story
 * @i: its place in time, from 0
 */
const struct story_segment *story_at(const struct story *s, u32 i)
{
	if (i >= STORY_FIRST && s->oldest)
		i = STORY_FIRST + (i - STORY_FIRST + s->oldest) % STORY_LAST;
	return &s->segment[i];
}

/**
 * story_sent - a segment of ours
 * @s: the story
 * @c: the segment
 */
void story_sent(struct story *s, const struct story_captured *c)
{
	const struct ttlpin_segment *seg = c->seg;

	s->fates[STORY_SENT]++;
	s->ours.number = c->number;
	s->ours.seq = seg->seq;
	s->ours.end = seg->seq + ttlpin_segment_len(seg);
	s->ours.ip_id = c->ip_id;
	s->ours.window = seg->window;
	s->ours.has_ts = seg->has_ts;
	s->ours.tsval = seg->tsval;
	s->ours.tsecr = seg->tsecr;
	if (seg->payload_len)
		s->ours_data = s->ours;
	keep(s, c, STORY_SENT);
}

static void count_ttl(struct story *s, u8 ttl)
{
	u32 i;

	for (i = 0; i < s->nr_ttls; i++) {
		if (s->ttl[i].ttl == ttl) {
			s->ttl[i].count++;
			return;
		}
	}
	if (s->nr_ttls == STORY_TTLS) {
		s->other_ttls++;
		return;
	}
	s->ttl[s->nr_ttls].ttl = ttl;
	s->ttl[s->nr_ttls++].count = 1;
}

/* A reply in words: "250 ", "250-". */
static bool is_reply(const struct ttlpin_segment *seg)
{
	const u8 *p = seg->payload;

	return seg->payload_avail >= 4 && p[0] >= '2' && p[0] <= '5' &&
	       p[1] >= '0' && p[1] <= '9' && p[2] >= '0' && p[2] <= '9' &&
	       (p[3] == ' ' || p[3] == '-');
}

/* Whether two segments of the peer hold other octets at the same place. */
static bool differ(const struct story_segment *a, const struct ttlpin_segment *b)
{
	int64_t shift = (s32)(b->seq - a->seq);	/* where b begins within a */
	int64_t i, avail = b->payload_avail;

	for (i = shift < 0 ? -shift : 0; i < avail && i + shift < a->snippet_len; i++)
		if (a->snippet[i + shift] != b->payload[i])
			return true;
	return false;
}

/* The newest segment that passed and has other octets in this one's place; or 0. */
static u32 find_overlap(const struct story *s, const struct story_captured *c)
{
	u32 i;

	if (!c->seg->payload_len || (c->seg->flags & TTLPIN_RST))
		return 0;
	/* What begins behind all that came overlaps nothing. */
	if (!s->has_end || !ttlpin_seq_before(c->seg->seq, s->end))
		return 0;
	for (i = s->nr; i--;) {
		const struct story_segment *at = story_at(s, i);

		if (!(at->bits & STORY_OUT) && !(at->flags & TTLPIN_RST) &&
		    at->fate <= STORY_HEALED && differ(at, c->seg))
			return at->number;
	}
	return 0;
}

/* Signs of forgery on a segment, as bits; @other is set with STORY_OVERLAP. */
static u8 find_signs(const struct story *s, const struct story_captured *c,
		     u64 state, bool pinned, u32 *other)
{
	const struct ttlpin_segment *seg = c->seg;
	u8 signs = 0;

	if ((c->bits & STORY_IP_ID) && c->ip_id && s->ours.number &&
	    c->ip_id == s->ours.ip_id)
		signs |= 1 << STORY_MIRRORED_IP_ID;
	if (seg->has_ts && s->ours.has_ts && seg->tsval == s->ours.tsval &&
	    (!seg->tsecr || seg->tsecr == s->ours.tsecr))
		signs |= 1 << STORY_MIRRORED_TSVAL;
	if (pinned && !seg->has_ts && !(seg->flags & (TTLPIN_RST | TTLPIN_SYN)) &&
	    ttlpin_state_ts(state) != TTLPIN_TS_NONE)
		signs |= 1 << STORY_TIMESTAMPS_MISSING;
	if (seg->payload_len && s->ours_data.number && (seg->flags & TTLPIN_ACK) &&
	    ttlpin_seq_before(seg->ack, s->ours_data.end))
		signs |= 1 << STORY_ACK_LAGS;
	*other = find_overlap(s, c);
	if (*other)
		signs |= 1 << STORY_OVERLAP;
	return signs;
}

static void note(struct story *s, const struct story_captured *c,
		 enum story_fate fate, enum story_sign sign, u32 other)
{
	struct story_note *n;
	u32 i;

	/* One is enough where every segment shows it. */
	for (i = 0; sign == STORY_TIMESTAMPS_MISSING && i < s->nr_notes; i++)
		if (s->note[i].sign == sign)
			return;
	if (!s->note)
		s->note = calloc(STORY_SIGNS, sizeof(*s->note));
	if (!s->note || s->nr_notes == STORY_SIGNS)
		return;
	n = &s->note[s->nr_notes++];
	fill(&n->segment, c, fate);
	n->sign = sign;
	n->other = other;
}

/* Signs on a segment that passed. */
static void note_signs(struct story *s, const struct story_captured *c,
		       enum story_fate fate, u8 signs, u32 other)
{
	/* Requests in a row (pipelining) are answered one by one. */
	if (!c->mail || !is_reply(c->seg))
		signs &= ~(1 << STORY_ACK_LAGS);
	if (signs & 1 << STORY_MIRRORED_IP_ID) {
		s->mirrored++;
		note(s, c, fate, STORY_MIRRORED_IP_ID, s->ours.number);
	}
	if (signs & 1 << STORY_MIRRORED_TSVAL)
		note(s, c, fate, STORY_MIRRORED_TSVAL, s->ours.number);
	if (signs & 1 << STORY_TIMESTAMPS_MISSING)
		note(s, c, fate, STORY_TIMESTAMPS_MISSING, 0);
	if (signs & 1 << STORY_ACK_LAGS)
		note(s, c, fate, STORY_ACK_LAGS, s->ours_data.number);
	if (signs & 1 << STORY_OVERLAP)
		note(s, c, fate, STORY_OVERLAP, other);
}

/* The newest segment of ours with payload, or of the peer's good ones. */
static void find_before(const struct story *s, bool ours,
			struct story_segment *found)
{
	u32 i;

	*found = ours ? s->later_ours : s->later_good;
	for (i = s->nr; i-- && !found->number;)
		if (ours ? is_ours(story_at(s, i)) : is_good(story_at(s, i)))
			*found = *story_at(s, i);
}

static void keep_drop(struct story *s, const struct story_captured *c,
		      enum story_fate fate, const struct ttlpin_verdict *v,
		      u64 state, const struct ttlpin_memory *mem, u32 snaplen)
{
	u32 n = c->seg->payload_avail < snaplen ? c->seg->payload_avail : snaplen;
	struct story_drop *more, *d;

	more = s->nr_drops < STORY_DROPS ?
	       realloc(s->drop, (s->nr_drops + 1) * sizeof(*more)) : NULL;
	if (!more) {
		s->more_drops++;
		return;
	}
	unroll(s);
	s->drop = more;
	d = &more[s->nr_drops++];
	memset(d, 0, sizeof(*d));
	fill(&d->segment, c, fate);
	find_before(s, true, &d->trigger);
	find_before(s, false, &d->model);
	d->signs = find_signs(s, c, state, true, &d->overlaps);
	if (v->reason == TTLPIN_REASON_TIMESTAMP)
		d->signs &= ~(1 << STORY_TIMESTAMPS_MISSING);
	d->reason = v->reason;
	d->kind = v->kind;
	d->distance = v->distance;
	d->phase = ttlpin_state_phase(state);
	d->nr_pin = 1 + mem->nr_learned;
	d->pin[0] = ttlpin_state_pin(state);
	memcpy(d->pin + 1, mem->learned, sizeof(mem->learned));
	d->payload = malloc(n ? n : 1);
	if (d->payload) {
		memcpy(d->payload, c->seg->payload, n);
		d->payload_len = n;
	}
}

static void keep_refusal(struct story *s, const struct story_captured *c,
			 enum story_fate fate)
{
	struct story_segment *more;

	more = s->nr_refusals < STORY_REFUSALS ?
	       realloc(s->refusal, (s->nr_refusals + 1) * sizeof(*more)) : NULL;
	if (!more)
		return;
	s->refusal = more;
	fill(&more[s->nr_refusals++], c, fate);
}

/*
 * What a segment that passed says about those dropped before. One of a known TTL
 * that covers the place of a dropped one proves that forged; one that healed
 * shows that its copies were genuine. A pure ACK has no place of its own.
 */
static void explain_drops(struct story *s, const struct story_captured *c,
			  enum story_fate fate)
{
	const struct ttlpin_segment *seg = c->seg;
	u32 i;

	if (seg->flags & TTLPIN_RST)
		return;
	for (i = 0; i < s->nr_drops; i++) {
		struct story_drop *d = &s->drop[i];
		bool covers = d->segment.seq - seg->seq < ttlpin_segment_len(seg);
		bool ack = d->kind == TTLPIN_KIND_ACK;

		if (d->genuine.number)
			continue;
		if (fate == STORY_HEALED) {
			d->healed = d->segment.ttl == seg->ttl &&
				    (ack || d->segment.seq == seg->seq);
			if (d->healed)
				fill(&d->genuine, c, fate);
		} else if (covers && !ack) {
			fill(&d->genuine, c, fate);
			if (d->segment.length && differ(&d->segment, seg)) {
				d->signs |= 1 << STORY_OVERLAP;
				d->overlaps = c->number;
			}
		}
	}
}

/**
 * story_judged - a segment of the peer's
 * @s: the story
 * @c: the segment
 * @fate: what became of it
 * @v: the verdict
 * @state: the flow's state word after it
 * @mem: the flow's memory after it
 * @snaplen: payload octets of a dropped one to keep
 */
void story_judged(struct story *s, const struct story_captured *c,
		  enum story_fate fate, const struct ttlpin_verdict *v, u64 state,
		  const struct ttlpin_memory *mem, u32 snaplen)
{
	const struct ttlpin_segment *seg = c->seg;
	u32 end = seg->seq + ttlpin_segment_len(seg), other;
	bool pinned = fate != STORY_UNPINNED;
	u8 signs;

	s->fates[fate]++;
	count_ttl(s, seg->ttl);
	if (fate == STORY_DROPPED || fate == STORY_WOULD_DROP) {
		keep_drop(s, c, fate, v, state, mem, snaplen);
	} else {
		signs = find_signs(s, c, state, pinned && !v->pinned, &other);
		if (signs)
			note_signs(s, c, fate, signs, other);
		if (s->nr_drops && pinned && !(mem->flags & TTLPIN_MEM_LOOSE))
			explain_drops(s, c, fate);
	}
	if (v->pinned)
		fill(&s->pinned_by, c, fate);
	if (fate < STORY_DROPPED && c->mail && is_reply(seg) &&
	    seg->payload[0] >= '4')
		keep_refusal(s, c, fate);
	if (!(seg->flags & TTLPIN_RST) &&
	    (!s->has_end || ttlpin_seq_before(s->end, end))) {
		s->end = end;
		s->has_end = true;
	}
	keep(s, c, fate);
}

/**
 * story_tells - whether a sign is worth telling
 * @s: the story
 * @note: the sign
 *
 * An IP ID can be ours by chance. It is told where it comes twice, or with our
 * window or our TSval.
 */
bool story_tells(const struct story *s, const struct story_note *note)
{
	u32 i;

	if (note->sign != STORY_MIRRORED_IP_ID || s->mirrored > 1)
		return true;
	for (i = 0; i < s->nr_notes; i++)
		if (s->note[i].sign == STORY_MIRRORED_TSVAL)
			return true;
	return false;
}

/* Whether there is more to tell of the flow than that it is there. */
bool story_has_findings(const struct story *s)
{
	u32 i;

	if (s->nr_drops || s->more_drops)
		return true;
	for (i = 0; i < s->nr_notes; i++)
		if (story_tells(s, &s->note[i]))
			return true;
	return false;
}

void story_free(struct story *s)
{
	u32 i;

	for (i = 0; i < s->nr_drops; i++)
		free(s->drop[i].payload);
	free(s->drop);
	free(s->note);
	free(s->refusal);
	free(s->segment);
}
