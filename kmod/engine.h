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

bool ttlpin_engine_known(u64 state, const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u32 now_s,
			 u64 *next, enum ttlpin_action *action);
void ttlpin_engine_judge(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u64 now_ms,
			 struct ttlpin_verdict *v);

#endif /* TTLPIN_ENGINE_H */
