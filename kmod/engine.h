/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict: which segments of a flow are its peer's, which are forged, and
 * which TTL is the truth after all. Pure: no skb, no lock, no allocation, no
 * clock; time, settings and the flow are arguments.
 *
 * Words used here: *ours* is the guarded side, the flow's *peer* the other one.
 * A *known* TTL is the pin or one that the flow has learned. A *suspect* is a
 * segment that the table in engine.c condemns unless it heals.
 */
#ifndef TTLPIN_ENGINE_H
#define TTLPIN_ENGINE_H

#ifdef __KERNEL__
#include <uapi/linux/ttlpin.h>
#else
#include <linux/ttlpin.h>
#endif
#include "segment.h"

/* Times in milliseconds; each is named in the manual. */
#define TTLPIN_HEAL_MS		200	/* no copy heals sooner after the first */
#define TTLPIN_HEAL_BLIND_MS	1000	/* the same without timestamps, talking */
#define TTLPIN_BURST_MS		2000	/* RSTs this close are one volley */
#define TTLPIN_SUSPECT_MS	60000	/* a suspect this old gives way to any */
#define TTLPIN_TSVAL_SLACK	1000	/* ticks that a path's jitter may add */

#define TTLPIN_HASHED		32	/* payload octets that tell copies */
#define TTLPIN_LOOK		512	/* payload octets searched for a refusal */

/*
 * A flow's state is one 64-bit word, so that it is read and replaced at once:
 *
 *  63              32 31      15  14   13   12  11 10  9 8  7    0
 * +------------------+----------+----+----+----+------+-----+------+
 * |      tsval       |   seen   | LE | AT | SU |  ts  |phase| pin  |
 * +------------------+----------+----+----+----+------+-----+------+
 *
 * tsval: TSval of the newest good segment; seen: second of that segment, modulo
 * 2^17; LE: the flow has learned TTLs or is loose; AT: a segment other than the
 * SYN-ACK and RSTs came at the pin; SU: a suspect is remembered.
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

/**
 * enum ttlpin_rank - which suspect is worth the one place that a flow has
 * @TTLPIN_RANK_NONE: the place is free
 * @TTLPIN_RANK_RST: an RST, which never heals
 * @TTLPIN_RANK_HOPELESS: can never heal: no or wrong timestamps where they are
 *	judged, or a refusal where they are not
 * @TTLPIN_RANK_ACK: a pure ACK that may heal
 * @TTLPIN_RANK_DATA: anything else that may heal
 * @TTLPIN_RANK_MOVED: the same, and its TSval has advanced already
 *
 * What cannot heal never keeps out what might, so a forgery that arrives ahead
 * of a genuine segment whose TTL has just changed does not hold that one up.
 */
enum ttlpin_rank {
	TTLPIN_RANK_NONE,
	TTLPIN_RANK_RST,
	TTLPIN_RANK_HOPELESS,
	TTLPIN_RANK_ACK,
	TTLPIN_RANK_DATA,
	TTLPIN_RANK_MOVED,
};

/**
 * struct ttlpin_suspect - the one condemned segment that a flow remembers
 * @seq: its sequence number
 * @hash: of its first payload octets, at most TTLPIN_HASHED
 * @tsval: its TSval, if it had one
 * @first: when it came first, ms
 * @len: payload octets, 65535 for more
 * @ttl: its TTL
 * @rank: enum ttlpin_rank
 * @kind: enum ttlpin_kind
 */
struct ttlpin_suspect {
	u32 seq;
	u32 hash;
	u32 tsval;
	u32 first;
	u16 len;
	u8 ttl;
	u8 rank : 4;
	u8 kind : 4;
};

#define TTLPIN_MEM_SERVER	0x01	/* the guarded port is ours */
#define TTLPIN_MEM_ANSWERED	0x02	/* SERVER: our SYN-ACK has left */
#define TTLPIN_MEM_MIDSTREAM	0x04	/* begun by a segment in mid-stream */
#define TTLPIN_MEM_REPIN	0x08	/* our SYN was sent again since the pin */
#define TTLPIN_MEM_LOOSE	0x10	/* passes everything */
#define TTLPIN_MEM_BURST	0x20	/* @burst is set */
#define TTLPIN_MEM_HEALED	0x40	/* the newest learned TTL healed while opening */

#define TTLPIN_LEARNED_MAX	(TTLPIN_TTLS_MAX - 1)

/**
 * struct ttlpin_memory - what a flow knows beyond its state word
 * @isn: our initial sequence number; in mid-stream that of our first segment
 * @peer_isn: the peer's, once pinned
 * @tsval: TSval of our SYN, SYN-ACK or first segment
 * @opened: when that left, ms
 * @burst: when the last suspect RST came, ms
 * @suspect: the suspect remembered
 * @syn_len: how much past @isn + 1 a first answer may acknowledge (the payload
 *	of a TCP Fast Open SYN)
 * @copies: how often the suspect came, 255 for more
 * @flags: TTLPIN_MEM_*
 * @learned: TTLs known beside the pin
 * @nr_learned: how many those are
 */
struct ttlpin_memory {
	u32 isn;
	u32 peer_isn;
	u32 tsval;
	u32 opened;
	u32 burst;
	struct ttlpin_suspect suspect;
	u16 syn_len;
	u8 copies;
	u8 flags;
	u8 learned[TTLPIN_LEARNED_MAX];
	u8 nr_learned;
};

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

/* What of an outbound segment matters to a flow that exists. */
enum ttlpin_sent {
	TTLPIN_SENT_NOTHING,
	TTLPIN_SENT_TALK,	/* a mail begins */
	TTLPIN_SENT_CLOSE,	/* QUIT, FIN or RST */
};

void ttlpin_engine_open(u64 *state, struct ttlpin_memory *mem,
			const struct ttlpin_segment *syn, u64 now_ms);
void ttlpin_engine_open_server(u64 *state, struct ttlpin_memory *mem,
			       const struct ttlpin_segment *syn, u64 now_ms);
void ttlpin_engine_open_midstream(u64 *state, struct ttlpin_memory *mem,
				  const struct ttlpin_segment *seg, u64 now_ms);
void ttlpin_engine_expect(u64 *state, struct ttlpin_memory *mem, u8 ttl);
void ttlpin_engine_syn_again(u64 *state, struct ttlpin_memory *mem, u64 now_ms);
void ttlpin_engine_answered(u64 *state, struct ttlpin_memory *mem,
			    const struct ttlpin_segment *synack, u64 now_ms);
enum ttlpin_sent ttlpin_engine_outbound(const struct ttlpin_segment *seg,
					bool mail_port);
u64 ttlpin_engine_sent(u64 state, enum ttlpin_sent what);
bool ttlpin_engine_known(u64 state, const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u32 now_s,
			 u64 *next, enum ttlpin_action *action);
void ttlpin_engine_judge(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *policy, u64 now_ms,
			 struct ttlpin_verdict *v);
int ttlpin_engine_remember(u64 state, struct ttlpin_memory *mem);

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

#endif /* TTLPIN_ENGINE_H */
