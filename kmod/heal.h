/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Healing: what a flow remembers of a suspect, and when that is the truth. Pure.
 */
#ifndef TTLPIN_HEAL_H
#define TTLPIN_HEAL_H

#include "memory.h"
#include "segment.h"
#include "state.h"

/* Times in milliseconds; each is named in the manual. */
#define TTLPIN_HEAL_MS		200	/* no copy heals sooner after the first */
#define TTLPIN_HEAL_BLIND_MS	1000	/* the same without timestamps, talking */
#define TTLPIN_SUSPECT_MS	60000	/* a suspect this old gives way to any */
#define TTLPIN_RIVALS_MAX	3	/* in a row, the last takes a suspect's place */
#define TTLPIN_TSVAL_SLACK	1000	/* ticks that a path's jitter may add */

#define TTLPIN_HASHED		32	/* payload octets that tell copies */
#define TTLPIN_LOOK		512	/* payload octets searched for a refusal */

void ttlpin_heal_remember(u64 *state, struct ttlpin_memory *mem,
			  const struct ttlpin_segment *seg, u64 now_ms);
void ttlpin_heal_forget(u64 *state, struct ttlpin_memory *mem);
u8 ttlpin_heal_confirm(u64 *state, struct ttlpin_memory *mem,
		       const struct ttlpin_segment *seg, u32 now);
bool ttlpin_heal_is_due(u64 state, const struct ttlpin_memory *mem,
			const struct ttlpin_segment *seg, u64 now_ms);
bool ttlpin_heal_learn(u64 *state, struct ttlpin_memory *mem,
		       const struct ttlpin_segment *seg);

#endif /* TTLPIN_HEAL_H */
