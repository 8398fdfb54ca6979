/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state word of a flow. Pure.
 */
#ifndef TTLPIN_STATE_H
#define TTLPIN_STATE_H

#ifdef __KERNEL__
#include <uapi/linux/ttlpin.h>
#else
#include <linux/ttlpin.h>
#endif
#include "types.h"

/*
 * A flow's state is one 64-bit word, so that it is read and replaced at once:
 *
 *  63              32 31      15  14   13   12  11 10  9 8  7    0
 * +------------------+----------+----+----+----+------+-----+------+
 * |      tsval       |   seen   | LE | AT | SU |  ts  |phase| pin  |
 * +------------------+----------+----+----+----+------+-----+------+
 *
 * tsval: TSval of the newest good segment; seen: second of that segment, modulo
 * 2^17; LE: the flow has learned TTLs or is loose; AT: data or a FIN came at the
 * pin; SU: look closely: a suspect is remembered, or the whitelist has changed.
 */
#define TTLPIN_ST_PIN		0xffull
#define TTLPIN_ST_PHASE_SHIFT	8
#define TTLPIN_ST_PHASE		(3ull << TTLPIN_ST_PHASE_SHIFT)
#define TTLPIN_ST_TS_SHIFT	10
#define TTLPIN_ST_TS		(3ull << TTLPIN_ST_TS_SHIFT)
#define TTLPIN_ST_SUSPECT	(1ull << 12)
#define TTLPIN_ST_AT_PIN	(1ull << 13)
#define TTLPIN_ST_LEARNED	(1ull << 14)
#define TTLPIN_ST_SEEN_SHIFT	15
#define TTLPIN_ST_SEEN_BITS	17
#define TTLPIN_ST_SEEN_MASK	((1u << TTLPIN_ST_SEEN_BITS) - 1)
#define TTLPIN_ST_SEEN		((u64)TTLPIN_ST_SEEN_MASK << TTLPIN_ST_SEEN_SHIFT)
#define TTLPIN_ST_TSVAL_SHIFT	32
#define TTLPIN_ST_TSVAL		(0xffffffffull << TTLPIN_ST_TSVAL_SHIFT)

/* What a good segment refreshes; the rest changes under the flow's lock. */
#define TTLPIN_ST_REFRESH	(TTLPIN_ST_TSVAL | TTLPIN_ST_SEEN | \
				 TTLPIN_ST_TS | TTLPIN_ST_AT_PIN)

/**
 * enum ttlpin_ts - use of timestamps (RFC 7323) on a flow
 * @TTLPIN_TS_NONE: our SYN or the SYN-ACK had none
 * @TTLPIN_TS_OFFERED: SYN had them, and once pinned the SYN-ACK too
 * @TTLPIN_TS_JUDGED: a later good segment had them: they are insisted on
 */
enum ttlpin_ts {
	TTLPIN_TS_NONE,
	TTLPIN_TS_OFFERED,
	TTLPIN_TS_JUDGED,
};

static inline u8 ttlpin_state_pin(u64 state)
{
	return state & TTLPIN_ST_PIN;
}

static inline enum ttlpin_phase ttlpin_state_phase(u64 state)
{
	return (state & TTLPIN_ST_PHASE) >> TTLPIN_ST_PHASE_SHIFT;
}

static inline enum ttlpin_ts ttlpin_state_ts(u64 state)
{
	return (state & TTLPIN_ST_TS) >> TTLPIN_ST_TS_SHIFT;
}

static inline u32 ttlpin_state_tsval(u64 state)
{
	return state >> TTLPIN_ST_TSVAL_SHIFT;
}

/*
 * Seconds since the last good segment; right up to 36 hours. A reader whose
 * clock lags the writer's by up to a minute finds 0.
 */
static inline u32 ttlpin_state_idle(u64 state, u32 now_s)
{
	u32 idle = (now_s - (u32)(state >> TTLPIN_ST_SEEN_SHIFT)) &
		   TTLPIN_ST_SEEN_MASK;

	return idle > TTLPIN_ST_SEEN_MASK - 60 ? 0 : idle;
}

static inline u64 ttlpin_state_set(u64 state, u64 field, u32 shift, u64 value)
{
	return (state & ~field) | (value << shift & field);
}

static inline u64 ttlpin_state_set_phase(u64 state, enum ttlpin_phase phase)
{
	return ttlpin_state_set(state, TTLPIN_ST_PHASE, TTLPIN_ST_PHASE_SHIFT,
				phase);
}

static inline u64 ttlpin_state_set_ts(u64 state, enum ttlpin_ts ts)
{
	return ttlpin_state_set(state, TTLPIN_ST_TS, TTLPIN_ST_TS_SHIFT, ts);
}

static inline u64 ttlpin_state_set_tsval(u64 state, u32 tsval)
{
	return ttlpin_state_set(state, TTLPIN_ST_TSVAL, TTLPIN_ST_TSVAL_SHIFT,
				tsval);
}

static inline u64 ttlpin_state_set_seen(u64 state, u32 now_s)
{
	return ttlpin_state_set(state, TTLPIN_ST_SEEN, TTLPIN_ST_SEEN_SHIFT,
				now_s);
}

#endif /* TTLPIN_STATE_H */
