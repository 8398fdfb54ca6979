// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict. A segment of a pinned flow gets that of the first line that fits
 * (line 1, the whitelist, is looked up before the flow is):
 *
 *  #  segment                              verdict    reason for the line
 *  2  first SYN-ACK that acknowledges      pin, pass  the one segment that an
 *     our SYN; anything else till then     unpinned   injector cannot time
 *  3  SYN-ACK with another ISN             synack     a server has one ISN; ours
 *                                                     repeated: SYN cookies
 *  -  flow is loose                        pass       too many TTLs to be judged
 *  4  no timestamps on a flow that uses    timestamp  RFC 7323 section 3.2; few
 *     them, no RST                                    injectors carry the option
 *  5  TTL further than tolerance from      ttl        it came another way
 *     all known
 *  6  RST within 2 s of a suspect RST      burst      one of a volley may hit
 *                                                     the right TTL
 *  7  TTL within tolerance                 near       load is balanced by packet
 *  8  else                                 pass       good; confirms a suspect
 *  9  suspect RST while closing            pass       nothing is left to forge
 * 10  suspect that heals                   healed     the truth is persistent
 * 11  suspect                              condemn    a forgery is a race
 *
 * 9 and 10 need the setting heal. 4, 5 and 6 make a suspect.
 */
#include "engine.h"

static bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static u8 diff(u8 a, u8 b)
{
	return a > b ? a - b : b - a;
}

static u16 clamp16(u32 len)
{
	return len < 65535 ? len : 65535;
}

static u64 set_phase(u64 state, enum ttlpin_phase phase)
{
	return ttlpin_state_set(state, TTLPIN_ST_PHASE, TTLPIN_ST_PHASE_SHIFT,
				phase);
}

static u64 set_ts(u64 state, enum ttlpin_ts ts)
{
	return ttlpin_state_set(state, TTLPIN_ST_TS, TTLPIN_ST_TS_SHIFT, ts);
}

static u64 set_tsval(u64 state, u32 tsval)
{
	return ttlpin_state_set(state, TTLPIN_ST_TSVAL, TTLPIN_ST_TSVAL_SHIFT,
				tsval);
}

static u64 set_seen(u64 state, u32 now_s)
{
	return ttlpin_state_set(state, TTLPIN_ST_SEEN, TTLPIN_ST_SEEN_SHIFT,
				now_s);
}

static enum ttlpin_kind kind_of(const struct ttlpin_segment *seg)
{
	if (seg->flags & TTLPIN_RST)
		return TTLPIN_KIND_RST;
	if (seg->flags & TTLPIN_SYN)
		return TTLPIN_KIND_HANDSHAKE;
	if (seg->flags & TTLPIN_FIN)
		return TTLPIN_KIND_FIN;
	return seg->payload_len ? TTLPIN_KIND_DATA : TTLPIN_KIND_ACK;
}

static bool is_synack(const struct ttlpin_segment *seg)
{
	return (seg->flags & (TTLPIN_SYN | TTLPIN_ACK | TTLPIN_RST)) ==
	       (TTLPIN_SYN | TTLPIN_ACK);
}

/* Whether @seg acknowledges what opened the flow, and nothing beyond that. */
static bool acknowledges(const struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg)
{
	return (seg->flags & TTLPIN_ACK) &&
	       seg->ack - mem->isn - 1 <= mem->syn_len;
}

static u8 distance(u64 state, const struct ttlpin_memory *mem, u8 ttl)
{
	u8 d = diff(ttl, ttlpin_state_pin(state));
	u8 i;

	for (i = 0; i < mem->nr_learned; i++)
		if (diff(ttl, mem->learned[i]) < d)
			d = diff(ttl, mem->learned[i]);
	return d;
}

/* A good segment refreshes the flow: last seen, newest TSval, use of both. */
static u64 refresh(u64 state, const struct ttlpin_segment *seg, u8 tolerance,
		   u32 now_s)
{
	state = set_seen(state, now_s);
	if (seg->flags & (TTLPIN_RST | TTLPIN_SYN))
		return state;
	if (diff(seg->ttl, ttlpin_state_pin(state)) <= tolerance)
		state |= TTLPIN_ST_AT_PIN;
	if (!seg->has_ts || ttlpin_state_ts(state) == TTLPIN_TS_NONE)
		return state;
	if (before(ttlpin_state_tsval(state), seg->tsval))
		state = set_tsval(state, seg->tsval);
	return set_ts(state, TTLPIN_TS_JUDGED);
}

/* FNV-1a; only equality matters, and who knows the payload can repeat it. */
static u32 hash(const u8 *p, u32 len)
{
	u32 h = 2166136261u;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

static u32 hashed(u32 len)
{
	return len < TTLPIN_HASHED ? len : TTLPIN_HASHED;
}

/*
 * Whether a reply line in the payload begins like a 4xx or 5xx. A line, not
 * the payload: a refusal may hide behind a line that is none. One digit, not
 * three: the others may come in a segment of their own.
 */
static bool is_refusal(const struct ttlpin_segment *seg)
{
	u32 look = seg->payload_avail;
	u32 i;

	if (look > TTLPIN_LOOK)
		look = TTLPIN_LOOK;
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
 * clock can have reached.
 */
static bool timestamps_fit(u64 state, const struct ttlpin_memory *mem,
			   const struct ttlpin_segment *seg, u64 now_ms)
{
	u32 idle_ms = (ttlpin_state_idle(state, now_ms / 1000) + 1) * 1000;

	return seg->has_ts &&
	       seg->tsval - ttlpin_state_tsval(state) <=
			idle_ms + TTLPIN_TSVAL_SLACK &&
	       seg->tsecr - mem->tsval <=
			(u32)now_ms - mem->opened + TTLPIN_TSVAL_SLACK;
}

static enum ttlpin_rank rank_of(u64 state, const struct ttlpin_memory *mem,
				const struct ttlpin_segment *seg, u64 now_ms)
{
	bool judged = ttlpin_state_ts(state) == TTLPIN_TS_JUDGED;

	if (seg->flags & TTLPIN_RST)
		return TTLPIN_RANK_RST;
	if (judged ? !timestamps_fit(state, mem, seg, now_ms) : is_refusal(seg))
		return TTLPIN_RANK_HOPELESS;
	if (kind_of(seg) == TTLPIN_KIND_ACK)
		return TTLPIN_RANK_ACK;
	return judged && seg->tsval != ttlpin_state_tsval(state) ?
		       TTLPIN_RANK_MOVED : TTLPIN_RANK_DATA;
}

/*
 * Whether @seg repeats the suspect. Real stacks merge and split what they send
 * again, so it may be longer, or shorter as long as all that was hashed is
 * there. Pure ACKs repeat one another whatever they acknowledge.
 */
static bool is_copy(const struct ttlpin_memory *mem,
		    const struct ttlpin_segment *seg)
{
	const struct ttlpin_suspect *sus = &mem->suspect;
	u32 len = hashed(sus->len);

	if (sus->rank <= TTLPIN_RANK_RST || seg->ttl != sus->ttl ||
	    kind_of(seg) == TTLPIN_KIND_RST)
		return false;
	if (sus->kind == TTLPIN_KIND_ACK || kind_of(seg) == TTLPIN_KIND_ACK)
		return sus->kind == kind_of(seg);
	return seg->seq == sus->seq && seg->payload_avail >= len &&
	       !sus->len == !seg->payload_len &&
	       hash(seg->payload, len) == sus->hash;
}

static bool gives_way(const struct ttlpin_memory *mem, enum ttlpin_rank rank,
		      u32 seq, u32 now)
{
	const struct ttlpin_suspect *sus = &mem->suspect;

	if (now - sus->first >= TTLPIN_SUSPECT_MS)
		return true;
	return sus->rank == rank ? before(seq, sus->seq) : sus->rank < rank;
}

/* Counts a copy of the suspect, or lets @seg take its place. */
static void remember_suspect(u64 *state, struct ttlpin_memory *mem,
			     const struct ttlpin_segment *seg, u64 now_ms)
{
	struct ttlpin_suspect *sus = &mem->suspect;
	enum ttlpin_rank rank = rank_of(*state, mem, seg, now_ms);

	if (is_copy(mem, seg)) {
		if (mem->copies < 255)
			mem->copies++;
		/* What comes again may have become credible. */
		if (rank > sus->rank)
			sus->rank = rank;
		return;
	}
	if (!gives_way(mem, rank, seg->seq, now_ms))
		return;
	sus->seq = seg->seq;
	sus->len = clamp16(seg->payload_len);
	/* A capture may hold less than was sent; then no copy is told. */
	sus->hash = seg->payload_avail >= hashed(sus->len) ?
		    hash(seg->payload, hashed(sus->len)) : 0;
	sus->tsval = seg->tsval;
	sus->first = now_ms;
	sus->ttl = seg->ttl;
	sus->rank = rank;
	sus->kind = kind_of(seg);
	mem->copies = 1;
	*state |= TTLPIN_ST_SUSPECT;
}

static void forget_suspect(u64 *state, struct ttlpin_memory *mem)
{
	mem->suspect.rank = TTLPIN_RANK_NONE;
	mem->copies = 0;
	*state &= ~TTLPIN_ST_SUSPECT;
}

/*
 * A good segment that covers the suspect's sequence number proves it forged. A
 * pure ACK occupies none and is not proven to be anything, but a good segment
 * at its place shows that the known TTL is alive.
 */
static u8 confirm_suspect(u64 *state, struct ttlpin_memory *mem,
			  const struct ttlpin_segment *seg, u32 now)
{
	const struct ttlpin_suspect *sus = &mem->suspect;
	u32 ahead = sus->seq - seg->seq;
	u8 confirmed = 0;

	if (!sus->rank || (seg->flags & TTLPIN_RST))
		return 0;
	if (sus->kind == TTLPIN_KIND_ACK) {
		if (ahead > ttlpin_segment_len(seg) &&
		    now - sus->first < TTLPIN_SUSPECT_MS)
			return 0;
	} else if (ahead < ttlpin_segment_len(seg)) {
		confirmed = mem->copies;
	} else if (now - sus->first < TTLPIN_SUSPECT_MS) {
		return 0;
	}
	forget_suspect(state, mem);
	return confirmed;
}

/* Whether @seg, a copy of the suspect, has become the truth. */
static bool heals(u64 state, const struct ttlpin_memory *mem,
		  const struct ttlpin_segment *seg, u64 now_ms)
{
	const struct ttlpin_suspect *sus = &mem->suspect;
	u32 elapsed = (u32)now_ms - sus->first;
	u8 copies = sus->kind == TTLPIN_KIND_ACK ? 3 : 2;

	if (!is_copy(mem, seg))
		return false;
	if (ttlpin_state_ts(state) == TTLPIN_TS_JUDGED) {
		u32 moved = seg->tsval - sus->tsval;

		if (!timestamps_fit(state, mem, seg, now_ms) ||
		    seg->tsval == ttlpin_state_tsval(state) ||
		    moved == 0 || moved > elapsed + TTLPIN_TSVAL_SLACK)
			return false;
	} else if (is_refusal(seg)) {
		return false;
	} else if (ttlpin_state_phase(state) != TTLPIN_PHASE_OPENING) {
		return mem->copies >= 3 && elapsed >= TTLPIN_HEAL_BLIND_MS;
	}
	return mem->copies >= copies && elapsed >= TTLPIN_HEAL_MS;
}

/* Learns the TTL of a segment that has healed; turns loose if there is no room. */
static void learn(u64 *state, struct ttlpin_memory *mem,
		  const struct ttlpin_segment *seg, struct ttlpin_verdict *v)
{
	*state |= TTLPIN_ST_LEARNED;
	v->action = TTLPIN_HEALED;
	if (mem->nr_learned == TTLPIN_LEARNED_MAX) {
		mem->flags |= TTLPIN_MEM_LOOSE;
		v->action = TTLPIN_PASS;
		v->loose = true;
		return;
	}
	mem->learned[mem->nr_learned++] = seg->ttl;
	if (ttlpin_state_phase(*state) == TTLPIN_PHASE_OPENING)
		mem->flags |= TTLPIN_MEM_HEALED;
}

static void pin(u64 *state, struct ttlpin_memory *mem,
		const struct ttlpin_segment *seg, enum ttlpin_phase phase,
		u32 now_s)
{
	bool ts = ttlpin_state_ts(*state) != TTLPIN_TS_NONE && seg->has_ts;
	u64 st = *state & TTLPIN_ST_LEARNED;

	st |= seg->ttl;
	st = set_phase(st, phase);
	st = set_ts(st, ts ? TTLPIN_TS_OFFERED : TTLPIN_TS_NONE);
	st = set_tsval(st, seg->tsval);
	*state = set_seen(st, now_s);
	forget_suspect(state, mem);
	mem->peer_isn = seg->seq;
	mem->flags &= ~(TTLPIN_MEM_REPIN | TTLPIN_MEM_BURST);
}

/* Whether @seg is the first answer of the peer that a pin can be taken from. */
static bool is_answer(u64 state, const struct ttlpin_memory *mem,
		      const struct ttlpin_segment *seg, u8 tolerance)
{
	if (!acknowledges(mem, seg))
		return false;
	if (mem->flags & TTLPIN_MEM_MIDSTREAM)
		return !(seg->flags & (TTLPIN_SYN | TTLPIN_RST));
	if (mem->flags & TTLPIN_MEM_SERVER)
		return (mem->flags & TTLPIN_MEM_ANSWERED) &&
		       !(seg->flags & (TTLPIN_SYN | TTLPIN_RST)) &&
		       diff(seg->ttl, ttlpin_state_pin(state)) <= tolerance;
	return is_synack(seg);
}

/* Line 2, where the flow waits for its pin. */
static void judge_unpinned(u64 *state, struct ttlpin_memory *mem,
			   const struct ttlpin_segment *seg,
			   const struct ttlpin_policy *policy, u32 now_s,
			   struct ttlpin_verdict *v)
{
	struct ttlpin_segment first = *seg;

	v->action = TTLPIN_UNPINNED;
	if (!is_answer(*state, mem, seg, policy->tolerance))
		return;
	v->action = TTLPIN_PASS;
	v->pinned = true;
	if (mem->flags & TTLPIN_MEM_SERVER) {
		/* The pin is the SYN's TTL; this ACK only confirms it. */
		first.ttl = ttlpin_state_pin(*state);
		first.seq = mem->peer_isn;
	}
	if (mem->flags & (TTLPIN_MEM_SERVER | TTLPIN_MEM_MIDSTREAM))
		pin(state, mem, &first, TTLPIN_PHASE_TALKING, now_s);
	else
		pin(state, mem, &first, TTLPIN_PHASE_OPENING, now_s);
}

/*
 * Line 3. A server that keeps no state until the handshake is over (SYN
 * cookies) answers a SYN of ours that we sent again with another ISN, but from
 * the same distance.
 */
static void judge_synack(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg, u8 tolerance,
			 u32 now_s, struct ttlpin_verdict *v)
{
	if ((mem->flags & TTLPIN_MEM_REPIN) && acknowledges(mem, seg) &&
	    v->distance <= tolerance) {
		pin(state, mem, seg, TTLPIN_PHASE_OPENING, now_s);
		if (v->distance)
			v->action = TTLPIN_NEAR;
		return;
	}
	v->reason = TTLPIN_REASON_SYNACK;
	v->action = TTLPIN_CONDEMN;
}

/* With all three at 0, only the TTL counts: lines 3 and 6 are off too. */
static bool is_literal(const struct ttlpin_policy *policy)
{
	return !policy->tolerance && !policy->timestamps && !policy->heal;
}

/* Lines 4 to 6: whether @seg is suspect, and why. */
static bool is_suspect(u64 state, const struct ttlpin_memory *mem,
		       const struct ttlpin_segment *seg,
		       const struct ttlpin_policy *policy, u32 now,
		       struct ttlpin_verdict *v)
{
	bool rst = seg->flags & TTLPIN_RST;

	if (policy->timestamps && !rst && !seg->has_ts &&
	    ttlpin_state_ts(state) == TTLPIN_TS_JUDGED)
		v->reason = TTLPIN_REASON_TIMESTAMP;
	else if (v->distance > policy->tolerance)
		v->reason = TTLPIN_REASON_TTL;
	else if (rst && !is_literal(policy) && (mem->flags & TTLPIN_MEM_BURST) &&
		 now - mem->burst < TTLPIN_BURST_MS)
		v->reason = TTLPIN_REASON_BURST;
	else
		return false;
	return true;
}

/* Lines 9 to 11. */
static void judge_suspect(u64 *state, struct ttlpin_memory *mem,
			  const struct ttlpin_segment *seg,
			  const struct ttlpin_policy *policy, u64 now_ms,
			  struct ttlpin_verdict *v)
{
	bool rst = seg->flags & TTLPIN_RST;

	if (policy->heal && rst &&
	    ttlpin_state_phase(*state) == TTLPIN_PHASE_CLOSING) {
		v->action = TTLPIN_PASS;
		return;
	}
	if (rst) {
		mem->burst = now_ms;
		mem->flags |= TTLPIN_MEM_BURST;
	}
	remember_suspect(state, mem, seg, now_ms);
	if (policy->heal && !rst && heals(*state, mem, seg, now_ms)) {
		learn(state, mem, seg, v);
		forget_suspect(state, mem);
		*state = refresh(*state, seg, policy->tolerance, now_ms / 1000);
	} else {
		v->action = TTLPIN_CONDEMN;
	}
}

/**
 * ttlpin_engine_judge - the verdict on a segment from the peer
 * @state: the flow's state word, updated
 * @mem: the flow's memory, updated
 * @seg: the segment; with payload_avail of TTLPIN_LOOK octets, or all there are
 * @policy: the settings
 * @now_ms: a clock that never goes back, milliseconds
 * @v: filled
 *
 * Gives what ttlpin_engine_known() gives where that answers, and every other
 * verdict beside.
 */
void ttlpin_engine_judge(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u64 now_ms,
			 struct ttlpin_verdict *v)
{
	u32 now_s = now_ms / 1000;

	*v = (struct ttlpin_verdict){ .action = TTLPIN_PASS,
				      .kind = kind_of(seg) };
	if (ttlpin_state_phase(*state) == TTLPIN_PHASE_SYN_SENT) {
		judge_unpinned(state, mem, seg, policy, now_s, v);
		return;
	}
	v->distance = distance(*state, mem, seg->ttl);
	if (is_synack(seg) && seg->seq != mem->peer_isn &&
	    !(mem->flags & TTLPIN_MEM_SERVER) && !is_literal(policy)) {
		judge_synack(state, mem, seg, policy->tolerance, now_s, v);
		return;
	}
	if (mem->flags & TTLPIN_MEM_LOOSE) {
		*state = refresh(*state, seg, policy->tolerance, now_s);
	} else if (is_suspect(*state, mem, seg, policy, now_ms, v)) {
		judge_suspect(state, mem, seg, policy, now_ms, v);
	} else {
		if (v->distance)
			v->action = TTLPIN_NEAR;
		v->confirmed = confirm_suspect(state, mem, seg, now_ms);
		*state = refresh(*state, seg, policy->tolerance, now_s);
	}
	if (v->action != TTLPIN_CONDEMN && (seg->flags & TTLPIN_FIN))
		*state = set_phase(*state, TTLPIN_PHASE_CLOSING);
}

/**
 * ttlpin_engine_known - the verdict that nearly every segment gets
 * @state: the flow's state word
 * @seg: the segment; its payload is not looked at
 * @policy: the settings
 * @now_s: the clock of ttlpin_engine_judge() in seconds
 * @next: the state word that takes @state's place, if this returns true
 * @action: TTLPIN_PASS or TTLPIN_NEAR, if this returns true
 *
 * Return: true if the state word alone says that the segment is good: a known
 * TTL, timestamps as they should be, nothing remembered that it could confirm.
 */
bool ttlpin_engine_known(u64 state, const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u32 now_s,
			 u64 *next, enum ttlpin_action *action)
{
	u8 d = diff(seg->ttl, ttlpin_state_pin(state));

	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT ||
	    (state & TTLPIN_ST_SUSPECT) ||
	    (seg->flags & (TTLPIN_SYN | TTLPIN_RST | TTLPIN_FIN)))
		return false;
	/* What the flow has learned may be nearer than the pin. */
	if (d > (state & TTLPIN_ST_LEARNED ? 0 : policy->tolerance))
		return false;
	if (policy->timestamps && !seg->has_ts &&
	    ttlpin_state_ts(state) == TTLPIN_TS_JUDGED)
		return false;
	*next = refresh(state, seg, policy->tolerance, now_s);
	*action = d ? TTLPIN_NEAR : TTLPIN_PASS;
	return true;
}

static u64 opened(u8 ttl, const struct ttlpin_segment *seg, u64 now_ms)
{
	u64 state = set_phase(ttl, TTLPIN_PHASE_SYN_SENT);

	state = set_ts(state, seg->has_ts ? TTLPIN_TS_OFFERED : TTLPIN_TS_NONE);
	return set_seen(state, now_ms / 1000);
}

/**
 * ttlpin_engine_open - a flow begins with our SYN
 * @state: filled
 * @mem: filled
 * @syn: our SYN
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_engine_open(u64 *state, struct ttlpin_memory *mem,
			const struct ttlpin_segment *syn, u64 now_ms)
{
	*state = opened(0, syn, now_ms);
	*mem = (struct ttlpin_memory){
		.isn = syn->seq,
		.tsval = syn->tsval,
		.opened = now_ms,
		.syn_len = clamp16(syn->payload_len),
	};
}

/**
 * ttlpin_engine_open_server - a flow to our server begins with a client's SYN
 * @state: filled
 * @mem: filled
 * @syn: the client's SYN, whose TTL becomes the pin
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_engine_open_server(u64 *state, struct ttlpin_memory *mem,
			       const struct ttlpin_segment *syn, u64 now_ms)
{
	*state = opened(syn->ttl, syn, now_ms);
	*mem = (struct ttlpin_memory){
		.peer_isn = syn->seq,
		.opened = now_ms,
		.flags = TTLPIN_MEM_SERVER,
	};
}

/**
 * ttlpin_engine_answered - our server's SYN-ACK leaves
 * @state: state word of a flow that ttlpin_engine_open_server() began
 * @mem: its memory
 * @synack: our SYN-ACK
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_engine_answered(u64 *state, struct ttlpin_memory *mem,
			    const struct ttlpin_segment *synack, u64 now_ms)
{
	if (!synack->has_ts)
		*state = set_ts(*state, TTLPIN_TS_NONE);
	mem->isn = synack->seq;
	mem->tsval = synack->tsval;
	mem->opened = now_ms;
	mem->flags |= TTLPIN_MEM_ANSWERED;
}

/**
 * ttlpin_engine_open_midstream - a flow begins with data of ours
 * @state: filled
 * @mem: filled
 * @seg: our segment; it carries payload
 * @now_ms: the clock of ttlpin_engine_judge()
 *
 * The first segment that acknowledges some of this payload pins the flow.
 */
void ttlpin_engine_open_midstream(u64 *state, struct ttlpin_memory *mem,
				  const struct ttlpin_segment *seg, u64 now_ms)
{
	*state = opened(0, seg, now_ms);
	*mem = (struct ttlpin_memory){
		.isn = seg->seq,
		.tsval = seg->tsval,
		.opened = now_ms,
		.syn_len = clamp16(seg->payload_len - 1),
		.flags = TTLPIN_MEM_MIDSTREAM,
	};
}

/**
 * ttlpin_engine_expect - a new flow begins with a TTL from peer memory
 * @state: state word of a flow that ttlpin_engine_open() has just begun
 * @mem: its memory
 * @ttl: the TTL that an earlier flow of this peer learned
 */
void ttlpin_engine_expect(u64 *state, struct ttlpin_memory *mem, u8 ttl)
{
	mem->learned[mem->nr_learned++] = ttl;
	*state |= TTLPIN_ST_LEARNED;
}

/**
 * ttlpin_engine_syn_again - our SYN leaves once more, with the same ISN
 * @state: the flow's state word, updated
 * @mem: the flow's memory, updated
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_engine_syn_again(u64 *state, struct ttlpin_memory *mem, u64 now_ms)
{
	*state = set_seen(*state, now_ms / 1000);
	mem->flags |= TTLPIN_MEM_REPIN;
}

/* The first four octets, in lower case; 0 if there are fewer. */
static u32 word(const struct ttlpin_segment *seg)
{
	const u8 *p = seg->payload;

	if (seg->payload_avail < 4)
		return 0;
	return ((u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3]) |
	       0x20202020;
}

#define WORD(a, b, c, d) 	((u32)(a) << 24 | (u32)(b) << 16 | (u32)(c) << 8 | (u32)(d))

/**
 * ttlpin_engine_outbound - whether an outbound segment changes its flow's phase
 * @seg: the segment, with at least four octets of what payload it has
 * @mail_port: the flow's port speaks SMTP, so that its commands tell
 *
 * Return: what to tell ttlpin_engine_sent(), so that a flow is looked up only
 * for what changes it.
 */
enum ttlpin_sent ttlpin_engine_outbound(const struct ttlpin_segment *seg,
					bool mail_port)
{
	if (seg->flags & (TTLPIN_FIN | TTLPIN_RST))
		return TTLPIN_SENT_CLOSE;
	if (!seg->payload_len)
		return TTLPIN_SENT_NOTHING;
	if (!mail_port)
		return TTLPIN_SENT_TALK;
	switch (word(seg)) {
	case WORD('m', 'a', 'i', 'l'):
	case WORD('r', 'c', 'p', 't'):
	case WORD('d', 'a', 't', 'a'):
	case WORD('s', 't', 'a', 'r'):
		return TTLPIN_SENT_TALK;
	case WORD('q', 'u', 'i', 't'):
		return TTLPIN_SENT_CLOSE;
	default:
		return TTLPIN_SENT_NOTHING;
	}
}

/**
 * ttlpin_engine_sent - the phase that follows an outbound segment
 * @state: the flow's state word
 * @what: what ttlpin_engine_outbound() made of the segment
 *
 * Return: the state word that takes its place, the same if nothing changes.
 */
u64 ttlpin_engine_sent(u64 state, enum ttlpin_sent what)
{
	enum ttlpin_phase phase = ttlpin_state_phase(state);

	if (what == TTLPIN_SENT_TALK && phase == TTLPIN_PHASE_OPENING)
		return set_phase(state, TTLPIN_PHASE_TALKING);
	if (what == TTLPIN_SENT_CLOSE && phase != TTLPIN_PHASE_SYN_SENT)
		return set_phase(state, TTLPIN_PHASE_CLOSING);
	return state;
}

/**
 * ttlpin_engine_remember - what a flow teaches about its peer's address
 * @state: its state word, when it ends or begins to talk
 * @mem: its memory, updated so that it teaches once
 *
 * Return: a TTL that healed while the flow was opening, if the SYN-ACK alone
 * came from elsewhere, or -1. Where genuine segments still come at the pin,
 * nothing is taught, so a forger who once got through teaches nothing.
 */
int ttlpin_engine_remember(u64 state, struct ttlpin_memory *mem)
{
	if (!(mem->flags & TTLPIN_MEM_HEALED))
		return -1;
	mem->flags &= ~TTLPIN_MEM_HEALED;
	if (state & TTLPIN_ST_AT_PIN)
		return -1;
	return mem->learned[mem->nr_learned - 1];
}
