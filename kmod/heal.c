// SPDX-License-Identifier: GPL-2.0
/*
 * Healing. One suspect a flow is remembered: what cannot heal never keeps out
 * what might, what begins earlier comes first, and what is a minute old, or comes
 * no more while others come in its place, gives way. A copy of it, 200 ms after
 * the first at least, and as long after the last good segment, is the truth if
 *
 *  - the flow uses timestamps: its clock has advanced, by no more than it can
 *    have, and it echoes what we can have sent. A forger who repeats our own
 *    options shows a clock that stands still, and so does one who repeats those
 *    that the handshake only promised;
 *  - it does not, and no mail is under way: it is no refusal;
 *  - it does not, and a mail is under way, or the handshake promised timestamps:
 *    it is the third in a second, and no refusal.
 *
 * Pure ACKs are copies of one another by TTL alone, and the third heals, where
 * timestamps are not judged a second after the first. An RST never does, nor a SYN but
 * of a client of our server.
 */
#include "heal.h"

static u64 mix(u64 h, u64 octets)
{
	h = (h ^ octets) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

/*
 * Eight octets at a time, for it is taken of every suspect. Only equality matters, and
 * who knows the payload can repeat it.
 */
static u16 hash(const u8 *p, u32 len)
{
	u64 h = len, rest = 0;

	for (; len >= 8; len -= 8, p += 8)
		h = mix(h, (u64)ttlpin_get32(p) << 32 | ttlpin_get32(p + 4));
	if (len & 4) {
		rest = ttlpin_get32(p);
		p += 4;
	}
	for (len &= 3; len; len--)
		rest = rest << 8 | *p++;
	h = mix(h, rest);
	return h ^ h >> 16;
}

static u32 hashed(u32 len)
{
	return len < TTLPIN_HASHED ? len : TTLPIN_HASHED;
}

/*
 * Whether a reply line in the payload begins like a 4xx or 5xx. A line, not
 * the payload: a refusal may hide behind a line that is none. One digit, not
 * three: the others may come in a segment of their own. What is not at hand may
 * be one.
 */
static bool is_refusal(const struct ttlpin_segment *seg)
{
	u32 look = seg->payload_len;
	u32 i;

	if (look > TTLPIN_LOOK)
		look = TTLPIN_LOOK;
	if (seg->payload_avail < look)
		return true;
	for (i = 0; i < look; i++)
		if ((seg->payload[i] == '4' || seg->payload[i] == '5') &&
		    (i == 0 || seg->payload[i - 1] == '\n'))
			return true;
	return false;
}

/*
 * Whether the segment's timestamps can be those of the flow's peer: TSval not
 * behind the newest and not ahead by more than a clock of 1 ms (RFC 7323
 * section 5.4) can have ticked, TSecr between what we sent first and what our
 * clock can have reached. A stack may send 0 with its SYN and mean nothing by it.
 */
static bool timestamps_fit(u64 state, const struct ttlpin_memory *mem,
			   const struct ttlpin_segment *seg, u64 now_ms)
{
	u32 idle_ms = (ttlpin_state_idle(state, now_ms / 1000) + 1) * 1000;

	return seg->has_ts &&
	       seg->tsval - ttlpin_state_tsval(state) <=
		       idle_ms + TTLPIN_TSVAL_SLACK &&
	       (!mem->tsval ||
		seg->tsecr - mem->tsval <=
			(u32)now_ms - mem->opened + TTLPIN_TSVAL_SLACK);
}

/* Whether it occupies what lies before the first octet that the peer can say. */
static bool is_behind(const struct ttlpin_memory *mem,
		      const struct ttlpin_segment *seg)
{
	return !(mem->flags & (TTLPIN_MEM_MIDSTREAM | TTLPIN_MEM_MARKED)) &&
	       !(seg->flags & TTLPIN_SYN) && ttlpin_segment_len(seg) &&
	       !ttlpin_seq_before(mem->peer_isn, seg->seq);
}

/* A server answers SYNs; two without timestamps to match would be cheap to forge. */
static bool is_stray_syn(const struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg)
{
	return ttlpin_segment_is_syn(seg) && !(mem->flags & TTLPIN_MEM_SERVER);
}

/*
 * Whether it can never heal, by what it is: what it says, where it says it, or
 * when. What a client of our server says is no reply.
 */
static bool is_hopeless(u64 state, const struct ttlpin_memory *mem,
			const struct ttlpin_segment *seg, u64 now_ms)
{
	if (is_behind(mem, seg) || is_stray_syn(mem, seg))
		return true;
	if (ttlpin_state_ts(state) == TTLPIN_TS_JUDGED)
		return !timestamps_fit(state, mem, seg, now_ms);
	return !(mem->flags & TTLPIN_MEM_SERVER) && is_refusal(seg);
}

/* Whether its timestamps make it worth more than others that may heal. */
static bool is_moved(u64 state, const struct ttlpin_segment *seg)
{
	switch (ttlpin_state_ts(state)) {
	case TTLPIN_TS_JUDGED:
		return seg->tsval != ttlpin_state_tsval(state);
	case TTLPIN_TS_OFFERED:
		return seg->has_ts;
	default:
		return false;
	}
}

static enum ttlpin_rank rank_of(u64 state, const struct ttlpin_memory *mem,
				const struct ttlpin_segment *seg, u64 now_ms)
{
	if (seg->flags & TTLPIN_RST)
		return TTLPIN_RANK_RST;
	if (is_hopeless(state, mem, seg, now_ms))
		return TTLPIN_RANK_HOPELESS;
	/* A handshake comes before all data, and must not keep it out. */
	if (ttlpin_segment_kind(seg) == TTLPIN_KIND_ACK ||
	    ttlpin_segment_kind(seg) == TTLPIN_KIND_HANDSHAKE)
		return TTLPIN_RANK_ACK;
	return is_moved(state, seg) ? TTLPIN_RANK_MOVED : TTLPIN_RANK_DATA;
}

/*
 * Whether @seg says the same as the suspect. Real stacks merge and split what
 * they send again, so it may be longer, or shorter as long as all that was hashed
 * is there. Pure ACKs are alike whatever they acknowledge.
 */
static bool is_alike(const struct ttlpin_suspect *sus,
		     const struct ttlpin_segment *seg)
{
	u32 len = hashed(sus->len);

	if (sus->rank <= TTLPIN_RANK_RST ||
	    ttlpin_segment_kind(seg) == TTLPIN_KIND_RST)
		return false;
	if (sus->kind == TTLPIN_KIND_ACK ||
	    ttlpin_segment_kind(seg) == TTLPIN_KIND_ACK)
		return sus->kind == ttlpin_segment_kind(seg);
	return seg->seq == sus->seq && seg->payload_avail >= len &&
	       !sus->len == !seg->payload_len &&
	       hash(seg->payload, len) == sus->hash;
}

/*
 * Whether @seg speaks against the suspect, which is no copy of it. From elsewhere what
 * is alike does: a sender whose route changes once more before it has healed comes only
 * from the newer distance then; where routes take turns, the suspect comes again before
 * there are so many. From there whatever else may heal does, a second later, or four where
 * the suspect has come again: what was sent again for nothing does not come any more.
 */
static bool is_rival(const struct ttlpin_memory *mem, enum ttlpin_rank rank,
		     const struct ttlpin_segment *seg, bool alike, u32 age)
{
	if (seg->ttl == mem->suspect.ttl)
		return rank >= TTLPIN_RANK_ACK &&
		       age >= (mem->copies == 1 ? 1 : 4) * TTLPIN_HEAL_BLIND_MS;
	return alike && rank == mem->suspect.rank;
}

/* Whether the suspect leaves its place to @seg, which is @alike or not. */
static bool gives_way(struct ttlpin_memory *mem, enum ttlpin_rank rank,
		      const struct ttlpin_segment *seg, bool alike, u32 now)
{
	struct ttlpin_suspect *sus = &mem->suspect;
	u32 age = now - sus->first;

	if (age >= TTLPIN_SUSPECT_MS || sus->rank < rank ||
	    (sus->rank == rank && ttlpin_seq_before(seg->seq, sus->seq)))
		return true;
	return is_rival(mem, rank, seg, alike, age) &&
	       ++sus->rivals == TTLPIN_RIVALS_MAX;
}

/* Whether a copy of the suspect is the first that may heal, or that tells its clock. */
static bool begins_anew(u64 state, const struct ttlpin_suspect *sus,
			enum ttlpin_rank rank, const struct ttlpin_segment *seg)
{
	if (rank <= TTLPIN_RANK_HOPELESS)
		return false;
	return sus->rank == TTLPIN_RANK_HOPELESS ||
	       (ttlpin_state_ts(state) == TTLPIN_TS_OFFERED && seg->has_ts &&
		!sus->tsval);
}

/**
 * ttlpin_heal_remember - count a copy of the suspect, or let @seg take its place
 * @state: the flow's state word, updated
 * @mem: the flow's memory, updated
 * @seg: the segment, a suspect
 * @now_ms: the clock
 */
void ttlpin_heal_remember(u64 *state, struct ttlpin_memory *mem,
			  const struct ttlpin_segment *seg, u64 now_ms)
{
	struct ttlpin_suspect *sus = &mem->suspect;
	enum ttlpin_rank rank = rank_of(*state, mem, seg, now_ms);
	bool alike = is_alike(sus, seg);
	bool copy = alike && seg->ttl == sus->ttl;
	bool anew = copy && begins_anew(*state, sus, rank, seg);

	if (copy && !anew) {
		if (mem->copies < 255)
			mem->copies++;
		/* What comes again may have become credible. */
		if (rank > sus->rank)
			sus->rank = rank;
		sus->rivals = 0;
		return;
	}
	if (!anew && !gives_way(mem, rank, seg, alike, now_ms))
		return;
	sus->seq = seg->seq;
	sus->len = ttlpin_segment_len16(seg->payload_len);
	/* A capture may hold less than was sent; then no copy is told. */
	sus->hash = seg->payload_avail >= hashed(sus->len) ?
			    hash(seg->payload, hashed(sus->len)) :
			    0;
	sus->tsval = seg->tsval;
	sus->first = now_ms;
	sus->alive = 0;
	sus->ttl = seg->ttl;
	sus->rank = rank;
	sus->kind = ttlpin_segment_kind(seg);
	sus->rivals = 0;
	mem->copies = 1;
	*state |= TTLPIN_ST_SUSPECT;
}

/* The place of the suspect is free. */
void ttlpin_heal_forget(u64 *state, struct ttlpin_memory *mem)
{
	mem->suspect.rank = TTLPIN_RANK_NONE;
	mem->copies = 0;
	*state &= ~TTLPIN_ST_SUSPECT;
}

static bool is_past(const struct ttlpin_suspect *sus,
		    const struct ttlpin_segment *seg)
{
	return ttlpin_segment_len(seg) && ttlpin_seq_before(sus->seq, seg->seq);
}

/**
 * ttlpin_heal_confirm - what a good segment says about the suspect
 * @state: the flow's state word, updated
 * @mem: the flow's memory, updated
 * @seg: the good segment
 * @now: the clock, ms
 *
 * If it covers the suspect's sequence number it proves that one forged. If it
 * begins past it, what the suspect would say has been said or comes again. Any other
 * shows that the known TTL is alive, so that the suspect has to persist from then on;
 * a pure ACK, which cannot be proven to be anything, is forgotten.
 *
 * Return: how many drops are proven right.
 */
u8 ttlpin_heal_confirm(u64 *state, struct ttlpin_memory *mem,
		       const struct ttlpin_segment *seg, u32 now)
{
	struct ttlpin_suspect *sus = &mem->suspect;
	bool ack = sus->kind == TTLPIN_KIND_ACK;
	u32 age = now - sus->first;
	u8 confirmed = 0;

	/* A mark without a suspect was set for a closer look; this was it. */
	if (!sus->rank)
		*state &= ~TTLPIN_ST_SUSPECT;
	if (!sus->rank || (seg->flags & TTLPIN_RST))
		return 0;
	if (!ack && sus->seq - seg->seq < ttlpin_segment_len(seg)) {
		confirmed = mem->copies;
	} else if (!ack && !is_past(sus, seg) && age < TTLPIN_SUSPECT_MS) {
		sus->alive = age;
		return 0;
	}
	ttlpin_heal_forget(state, mem);
	return confirmed;
}

/* The handshake promised timestamps, which none has carried yet, nor does this. */
static bool lacks_promised(u64 state, const struct ttlpin_segment *seg)
{
	return ttlpin_state_ts(state) == TTLPIN_TS_OFFERED && !seg->has_ts;
}

/* Whether its clock, if the flow has agreed on one, stands still or cannot run so fast. */
static bool has_no_clock(u64 state, const struct ttlpin_suspect *sus,
			 const struct ttlpin_segment *seg, u32 age)
{
	u32 moved = seg->tsval - sus->tsval;

	if (ttlpin_state_ts(state) == TTLPIN_TS_NONE || lacks_promised(state, seg))
		return false;
	return moved == 0 || moved > age + TTLPIN_TSVAL_SLACK;
}

/**
 * ttlpin_heal_is_due - whether a suspect has become the truth
 * @state: the flow's state word
 * @mem: the flow's memory, which has counted @seg
 * @seg: the segment
 * @now_ms: the clock
 */
bool ttlpin_heal_is_due(u64 state, const struct ttlpin_memory *mem,
			const struct ttlpin_segment *seg, u64 now_ms)
{
	const struct ttlpin_suspect *sus = &mem->suspect;
	bool ack = sus->kind == TTLPIN_KIND_ACK;
	u8 copies = ack ? 3 : 2;
	u32 wait = TTLPIN_HEAL_MS;
	u32 age = (u32)now_ms - sus->first;

	if (has_no_clock(state, sus, seg, age))
		return false;
	if (ttlpin_state_ts(state) == TTLPIN_TS_JUDGED) {
		if (seg->tsval == ttlpin_state_tsval(state))
			return false;
	} else if (ttlpin_state_phase(state) != TTLPIN_PHASE_OPENING || ack ||
		   lacks_promised(state, seg)) {
		copies = 3;
		wait = TTLPIN_HEAL_BLIND_MS;
	}
	/* What takes longer to tell comes last. */
	return mem->copies >= copies && age - sus->alive >= wait &&
	       !is_hopeless(state, mem, seg, now_ms) &&
	       seg->ttl == sus->ttl && is_alike(sus, seg);
}

/**
 * ttlpin_heal_learn - learn the TTL of a segment that has healed
 * @state: the flow's state word, updated
 * @mem: the flow's memory, updated
 * @seg: the segment
 *
 * Return: false if the flow knows as many TTLs as it can; it is loose then.
 */
bool ttlpin_heal_learn(u64 *state, struct ttlpin_memory *mem,
		       const struct ttlpin_segment *seg)
{
	ttlpin_heal_forget(state, mem);
	*state |= TTLPIN_ST_LEARNED;
	if (mem->nr_learned == TTLPIN_LEARNED_MAX) {
		mem->flags |= TTLPIN_MEM_LOOSE;
		return false;
	}
	mem->learned[mem->nr_learned++] = seg->ttl;
	if (ttlpin_state_phase(*state) != TTLPIN_PHASE_OPENING)
		return true;
	/* Three ACKs are too cheap for what later flows believe. */
	if (ttlpin_segment_kind(seg) == TTLPIN_KIND_ACK)
		mem->flags &= ~TTLPIN_MEM_HEALED;
	else
		mem->flags |= TTLPIN_MEM_HEALED;
	return true;
}
