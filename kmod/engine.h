/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict: which segments of a flow are its peer's and which are forged.
 * Pure: no skb, no lock, no allocation, no clock; time, settings and the flow are
 * arguments.
 */
#ifndef TTLPIN_ENGINE_H
#define TTLPIN_ENGINE_H

#include "memory.h"
#include "segment.h"
#include "state.h"

#define TTLPIN_BURST_MS		2000	/* RSTs this close are one volley */

/**
 * struct ttlpin_policy - the settings that the verdict depends on
 * @tolerance: how far a TTL may be from a known one, 0..32
 * @timestamps: insist on timestamps where a flow uses them
 * @heal: let a persistent suspect teach its TTL
 */
struct ttlpin_policy {
	u8 tolerance;
	bool timestamps;
	bool heal;
};

enum ttlpin_action {
	TTLPIN_PASS,
	TTLPIN_NEAR,		/* passes within the tolerance */
	TTLPIN_HEALED,		/* passes and has taught its TTL */
	TTLPIN_UNPINNED,	/* passes, for there is nothing to compare with */
	TTLPIN_CONDEMN,
};

/**
 * struct ttlpin_verdict - what the engine found
 * @action: what becomes of the segment
 * @reason: why it was condemned, valid with TTLPIN_CONDEMN
 * @kind: what it was, valid with TTLPIN_CONDEMN
 * @distance: of its TTL from the nearest known one
 * @confirmed: how many earlier drops this segment proves right
 * @pinned: this segment pinned its flow
 * @loose: this segment turned its flow loose
 */
struct ttlpin_verdict {
	enum ttlpin_action action;
	enum ttlpin_reason reason;
	enum ttlpin_kind kind;
	u8 distance;
	u8 confirmed;
	bool pinned;
	bool loose;
};

void ttlpin_engine_judge(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u64 now_ms,
			 struct ttlpin_verdict *v);

static inline u8 ttlpin_ttl_diff(u8 a, u8 b)
{
	return a > b ? a - b : b - a;
}

/*
 * What a good segment leaves: when it came, newest TSval, use of both. One without the
 * other would leave a clock behind that no retransmission catches up with.
 */
static inline u64 ttlpin_engine_renew(u64 state,
				      const struct ttlpin_segment *seg,
				      u32 now_s)
{
	state = ttlpin_state_set_seen(state, now_s);
	if (!seg->has_ts || ttlpin_state_ts(state) == TTLPIN_TS_NONE)
		return state;
	/* Some stacks send 0 with their SYN-ACK, which is no time. */
	if (!ttlpin_state_tsval(state) ||
	    ttlpin_seq_before(ttlpin_state_tsval(state), seg->tsval))
		state = ttlpin_state_set_tsval(state, seg->tsval);
	return ttlpin_state_set_ts(state, TTLPIN_TS_JUDGED);
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
static inline bool ttlpin_engine_known(u64 state,
				       const struct ttlpin_segment *seg,
				       const struct ttlpin_policy *policy,
				       u32 now_s, u64 *next,
				       enum ttlpin_action *action)
{
	u8 d = ttlpin_ttl_diff(seg->ttl, ttlpin_state_pin(state));

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
	*next = ttlpin_engine_renew(state, seg, now_s);
	/* It is within the tolerance of the pin, and what it occupies is its payload. */
	if (seg->payload_len)
		*next |= TTLPIN_ST_AT_PIN;
	*action = d ? TTLPIN_NEAR : TTLPIN_PASS;
	return true;
}

#endif /* TTLPIN_ENGINE_H */
