// SPDX-License-Identifier: GPL-2.0
/*
 * The flows of a capture. On a gateway each packet passes the inbound hook and
 * then, if it was not dropped, the outbound one; so it does here.
 */
#include <stdlib.h>
#include "track_packet.h"

/* False if the packet is not TCP as TCP would take it, or too little of it. */
static bool parse(struct track_packet *p)
{
	enum ttlpin_parse ret = ttlpin_segment_parse(&p->bytes, &p->place, &p->seg);

	if (ret == TTLPIN_PARSE_MALFORMED)
		track_count(p->t, TTLPIN_A_COUNTER_MALFORMED);
	if (ret == TTLPIN_PARSE_SHORT)
		p->t->counts.cut++;
	return ret == TTLPIN_PARSE_OK;
}

static void set_clock(struct track *t, u64 time_ns)
{
	u64 ms = time_ns / 1000000;

	if (ms + TRACK_BACK_MS < t->now_ms) {
		track_store_flush(&t->store);
		t->peers.nr = 0;
		t->now_ms = ms;
	} else if (ms / 1000 > t->now_ms / 1000) {
		t->now_ms = ms;
		track_store_expire(&t->store, ms);
	} else if (ms > t->now_ms) {
		t->now_ms = ms;
	}
}

static void describe(struct track_packet *p, const struct capture_packet *c, u16 file)
{
	const u8 *ip = p->bytes.data;

	p->captured = (struct story_captured){ .seg = &p->seg,
		.time_ns = c->time_ns, .number = c->number, .file = file,
		.bits = c->leaving ? STORY_LEAVING : 0 };
	if (p->place.family == 4) {
		p->captured.ip_id = ip[4] << 8 | ip[5];
		p->captured.bits |= STORY_IP_ID | (ip[6] & 0x40 ? STORY_DF : 0);
	}
	p->link = track_copy_link(c);
}

/* A segment whose ports say that it is guarded, for one side or for both. */
static void take_guarded(struct track_packet *p, const struct capture_packet *c,
			 u16 file)
{
	const struct policy *policy = p->t->policy;
	u16 sport = p->place.sport, dport = p->place.dport;
	bool from_server = policy_guards_client(policy, sport);
	bool to_server = policy_guards_client(policy, dport);
	bool alive = true;

	if (!parse(p))
		return;
	describe(p, c, file);
	if (from_server)
		alive = track_arrive(p, false);
	else if (policy_guards_server(policy, dport))
		alive = track_arrive(p, true);
	if (!alive)
		return;
	if (to_server)
		track_leave(p, false);
	else if (policy_guards_server(policy, sport))
		track_leave(p, true);
}

/**
 * track_take - take a packet of a capture
 * @t: the analysis
 * @c: the packet
 * @file: number of its file
 */
void track_take(struct track *t, const struct capture_packet *c, u16 file)
{
	struct defrag_packet whole = { c->data, c->avail, c->len };
	struct track_packet p;

	if (t->policy->mode == TTLPIN_MODE_OFF)
		return;
	set_clock(t, c->time_ns);
	if (defrag_is_fragment(c->data, c->avail) &&
	    !defrag_add(t->defrag, &whole, c->time_ns))
		return;
	p.t = t;
	p.bytes = (struct ttlpin_bytes){ whole.data, whole.avail, whole.len, 0 };
	switch (ttlpin_segment_locate(&p.bytes, &p.place)) {
	case TTLPIN_PARSE_OK:
		if (policy_guards(t->policy, p.place.sport) ||
		    policy_guards(t->policy, p.place.dport))
			take_guarded(&p, c, file);
		break;
	case TTLPIN_PARSE_MALFORMED:
		track_count(t, TTLPIN_A_COUNTER_MALFORMED);
		break;
	case TTLPIN_PARSE_SHORT:
		t->counts.cut++;
		break;
	default:
		break;
	}
}

static int compare(const void *a, const void *b)
{
	return ttlpin_prefix_compare(a, b);
}

static bool sort_whitelist(struct track *t)
{
	struct ttlpin_prefix *list = t->policy->whitelist;
	u32 nr = t->policy->nr_whitelist, v4 = 0;

	if (!nr)
		return true;
	qsort(list, nr, sizeof(*list), compare);
	while (v4 < nr && list[v4].family == 4)
		v4++;
	t->range4 = calloc(nr, sizeof(*t->range4));
	t->range6 = calloc(nr, sizeof(*t->range6));
	if (!t->range4 || !t->range6)
		return false;
	t->nr_range4 = ttlpin_prefix_ranges4(list, v4, t->range4);
	t->nr_range6 = ttlpin_prefix_ranges6(list + v4, nr - v4, t->range6);
	return true;
}

/**
 * track_new - begin an analysis
 * @policy: settings; they stay with the caller
 * @ended: told about each flow that ends
 * @context: for @ended
 *
 * Return: the analysis, or NULL without memory.
 */
struct track *track_new(const struct policy *policy, track_ended *ended,
			void *context)
{
	struct track *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->policy = policy;
	t->defrag = defrag_new();
	if (track_store_init(&t->store, policy, ended, context, t->counters) &&
	    t->defrag && sort_whitelist(t))
		return t;
	track_free(t);
	return NULL;
}

/**
 * track_end - the captures have been read: all flows end
 * @t: the analysis
 */
void track_end(struct track *t)
{
	track_store_flush(&t->store);
	defrag_end(t->defrag);
}

/* Counters by attribute. */
const u64 *track_counters(const struct track *t)
{
	return t->counters;
}

const struct track_counts *track_counts(const struct track *t)
{
	return &t->counts;
}

const struct defrag_counts *track_fragments(const struct track *t)
{
	return defrag_counts(t->defrag);
}

void track_free(struct track *t)
{
	if (t->store.bucket)
		track_store_free(&t->store);
	if (t->defrag)
		defrag_free(t->defrag);
	free(t->range4);
	free(t->range6);
	free(t);
}
