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
#include "heal.h"

/* Whether @seg acknowledges what opened the flow, and nothing beyond that. */
static bool acknowledges(const struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg)
{
	return (seg->flags & TTLPIN_ACK) &&
	       seg->ack - mem->isn - 1 <= mem->syn_len;
}

/*
 * With all three at 0, only the SYN-ACK's TTL counts: lines 3 and 6 are off too, and
 * what was learned or turned loose before counts no more.
 */
static bool is_literal(const struct ttlpin_policy *policy)
{
	return !policy->tolerance && !policy->timestamps && !policy->heal;
}

static u8 distance(u64 state, const struct ttlpin_memory *mem,
		   const struct ttlpin_policy *policy, u8 ttl)
{
	u8 d = ttlpin_ttl_diff(ttl, ttlpin_state_pin(state));
	u8 i;

	if (is_literal(policy))
		return d;
	for (i = 0; i < mem->nr_learned; i++)
		if (ttlpin_ttl_diff(ttl, mem->learned[i]) < d)
			d = ttlpin_ttl_diff(ttl, mem->learned[i]);
	return d;
}

/* A good segment refreshes the flow. */
static u64 refresh(u64 state, const struct ttlpin_segment *seg, u8 tolerance,
		   u32 now_s)
{
	if (seg->flags & (TTLPIN_RST | TTLPIN_SYN))
		return state;
	/* A SYN proxy that answered for the server opens its window, too. */
	if (ttlpin_segment_len(seg) &&
	    ttlpin_ttl_diff(seg->ttl, ttlpin_state_pin(state)) <= tolerance)
		state |= TTLPIN_ST_AT_PIN;
	return ttlpin_engine_renew(state, seg, now_s);
}

static void pin(u64 *state, struct ttlpin_memory *mem,
		const struct ttlpin_segment *seg, enum ttlpin_phase phase,
		u32 now_s)
{
	bool ts = ttlpin_state_ts(*state) != TTLPIN_TS_NONE && seg->has_ts;
	u64 st = *state & TTLPIN_ST_LEARNED;

	st |= seg->ttl;
	st = ttlpin_state_set_phase(st, phase);
	st = ttlpin_state_set_ts(st, ts ? TTLPIN_TS_OFFERED : TTLPIN_TS_NONE);
	st = ttlpin_state_set_tsval(st, seg->tsval);
	*state = ttlpin_state_set_seen(st, now_s);
	ttlpin_heal_forget(state, mem);
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
		       ttlpin_ttl_diff(seg->ttl, ttlpin_state_pin(state)) <= tolerance;
	return ttlpin_segment_is_synack(seg);
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

/* Whether the peer has shown that it knows the connection. */
static bool is_open(u64 state)
{
	return ttlpin_state_phase(state) != TTLPIN_PHASE_OPENING ||
	       ttlpin_state_ts(state) == TTLPIN_TS_JUDGED ||
	       (state & TTLPIN_ST_AT_PIN);
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
	if ((mem->flags & TTLPIN_MEM_REPIN) && !is_open(*state) &&
	    acknowledges(mem, seg) && v->distance <= tolerance) {
		pin(state, mem, seg, TTLPIN_PHASE_OPENING, now_s);
		if (v->distance)
			v->action = TTLPIN_NEAR;
		return;
	}
	v->reason = TTLPIN_REASON_SYNACK;
	v->action = TTLPIN_CONDEMN;
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

/*
 * Whether it goes on with a stream of which nothing has come at the pin. A forger ahead
 * of all that the peer says begins where it would, which a flow that began by its mark
 * does not know.
 */
static bool is_apart(u64 state, const struct ttlpin_memory *mem,
		     const struct ttlpin_segment *seg,
		     const struct ttlpin_verdict *v)
{
	return v->reason == TTLPIN_REASON_TTL &&
	       (v->kind == TTLPIN_KIND_DATA || v->kind == TTLPIN_KIND_FIN) &&
	       !(state & TTLPIN_ST_AT_PIN) && !(mem->flags & TTLPIN_MEM_MARKED) &&
	       (s32)(seg->seq - mem->peer_isn) > 1;
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
	ttlpin_heal_remember(state, mem, seg, now_ms);
	if (policy->heal && !rst && ttlpin_heal_is_due(*state, mem, seg, now_ms)) {
		v->loose = !ttlpin_heal_learn(state, mem, seg);
		v->action = v->loose ? TTLPIN_PASS : TTLPIN_HEALED;
		*state = refresh(*state, seg, policy->tolerance, now_ms / 1000);
	} else {
		v->action = TTLPIN_CONDEMN;
		if (!mem->apart && is_apart(*state, mem, seg, v))
			mem->apart = TTLPIN_APART_SEEN;
	}
}

/*
 * A flow that began by its mark learns from its first good segment what others do
 * from their handshake. Until there was one, each is looked at closely.
 */
static void adopt(u64 *state, struct ttlpin_memory *mem,
		  const struct ttlpin_segment *seg, u32 now_ms)
{
	if (seg->flags & (TTLPIN_RST | TTLPIN_SYN)) {
		*state |= TTLPIN_ST_SUSPECT;
		return;
	}
	*state = ttlpin_state_set_ts(*state, seg->has_ts ? TTLPIN_TS_JUDGED :
							   TTLPIN_TS_NONE);
	*state = ttlpin_state_set_tsval(*state, seg->tsval);
	mem->tsval = seg->tsecr;
	mem->opened = now_ms;
}

/* Whether all that is known of the flow is the TTL that its mark carries. */
static bool is_bare(u64 state, const struct ttlpin_memory *mem)
{
	return (mem->flags & TTLPIN_MEM_MARKED) &&
	       ttlpin_state_ts(state) == TTLPIN_TS_OFFERED;
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
	bool bare;

	*v = (struct ttlpin_verdict){ .action = TTLPIN_PASS,
				      .kind = ttlpin_segment_kind(seg) };
	if (ttlpin_state_phase(*state) == TTLPIN_PHASE_SYN_SENT) {
		judge_unpinned(state, mem, seg, policy, now_s, v);
		return;
	}
	v->distance = distance(*state, mem, policy, seg->ttl);
	if (ttlpin_segment_is_synack(seg) && seg->seq != mem->peer_isn &&
	    !(mem->flags & (TTLPIN_MEM_SERVER | TTLPIN_MEM_MARKED)) &&
	    !is_literal(policy)) {
		judge_synack(state, mem, seg, policy->tolerance, now_s, v);
		return;
	}
	bare = is_bare(*state, mem);
	if ((mem->flags & TTLPIN_MEM_LOOSE) && !is_literal(policy)) {
		*state = refresh(*state, seg, policy->tolerance, now_s) &
			 ~TTLPIN_ST_SUSPECT;
	} else if (is_suspect(*state, mem, seg, policy, now_ms, v)) {
		judge_suspect(state, mem, seg, policy, now_ms, v);
	} else {
		if (v->distance)
			v->action = TTLPIN_NEAR;
		v->confirmed = ttlpin_heal_confirm(state, mem, seg, now_ms);
		*state = refresh(*state, seg, policy->tolerance, now_s);
	}
	if (v->action == TTLPIN_CONDEMN)
		return;
	if (bare)
		adopt(state, mem, seg, now_ms);
	if (mem->expected == TTLPIN_EXPECT_OPEN &&
	    !(*state & TTLPIN_ST_AT_PIN) && ttlpin_segment_len(seg) &&
	    ttlpin_ttl_diff(seg->ttl, mem->learned[0]) <= policy->tolerance)
		mem->expected = TTLPIN_EXPECT_RIGHT;
	if ((seg->flags & TTLPIN_FIN) ||
	    ((seg->flags & TTLPIN_RST) && (mem->flags & TTLPIN_MEM_SERVER)))
		mem->ended = 1;
	/* Of a flow that began by its mark, ours may leave by another gateway. */
	if ((mem->flags & TTLPIN_MEM_MARKED) && (seg->flags & TTLPIN_FIN))
		*state = ttlpin_state_set_phase(*state, TTLPIN_PHASE_CLOSING);
}
