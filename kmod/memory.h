/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a flow knows beyond its state word. Pure.
 *
 * Words used here: *ours* is the guarded side, the flow's *peer* the other one.
 * A *known* TTL is the pin or one that the flow has learned. A *suspect* is a
 * segment that the verdict condemns unless it heals.
 */
#ifndef TTLPIN_MEMORY_H
#define TTLPIN_MEMORY_H

#ifdef __KERNEL__
#include <uapi/linux/ttlpin.h>
#else
#include <linux/ttlpin.h>
#endif
#include "types.h"

/**
 * enum ttlpin_rank - which suspect is worth the one place that a flow has
 * @TTLPIN_RANK_NONE: the place is free
 * @TTLPIN_RANK_RST: an RST, which never heals
 * @TTLPIN_RANK_HOPELESS: can never heal: no or wrong timestamps where they are
 *	judged, or a refusal where they are not; or what the peer cannot say
 * @TTLPIN_RANK_ACK: a pure ACK, a SYN or a SYN-ACK that may heal
 * @TTLPIN_RANK_DATA: anything else that may heal
 * @TTLPIN_RANK_MOVED: the same, and its TSval has advanced already, or it carries
 *	timestamps that the handshake agreed on and none has carried yet
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
 * @tsval: its TSval, if it had one
 * @first: when it came first, ms
 * @hash: of its first payload octets, at most TTLPIN_HASHED
 * @alive: how long after that a good segment came last, ms
 * @len: payload octets, 65535 for more
 * @ttl: its TTL
 * @rank: enum ttlpin_rank
 * @kind: enum ttlpin_kind
 * @rivals: how many segments that speak against it came since it came last
 */
struct ttlpin_suspect {
	u32 seq;
	u32 tsval;
	u32 first;
	u16 hash;
	u16 alive;
	u16 len;
	u8 ttl;
	u8 rank : 3;
	u8 kind : 3;
	u8 rivals : 2;
};

#define TTLPIN_MEM_SERVER	0x01	/* the guarded port is ours */
#define TTLPIN_MEM_ANSWERED	0x02	/* SERVER: our SYN-ACK has left */
#define TTLPIN_MEM_MIDSTREAM	0x04	/* begun by a segment in mid-stream */
#define TTLPIN_MEM_REPIN	0x08	/* our SYN was sent again since the pin */
#define TTLPIN_MEM_LOOSE	0x10	/* passes everything */
#define TTLPIN_MEM_BURST	0x20	/* @burst is set */
#define TTLPIN_MEM_HEALED	0x40	/* a learned TTL healed while opening */
#define TTLPIN_MEM_MARKED	0x80	/* begun by its mark; ISNs are not known */

#define TTLPIN_LEARNED_MAX	(TTLPIN_TTLS_MAX - 1)

/**
 * enum ttlpin_apart - whether all that the peer has said came from elsewhere
 * @TTLPIN_APART_NO: nothing speaks for it
 * @TTLPIN_APART_SEEN: a stream went on of which nothing had come at the pin
 * @TTLPIN_APART_TOLD: it was so until ours began to talk or its time was over; said once
 */
enum ttlpin_apart {
	TTLPIN_APART_NO,
	TTLPIN_APART_SEEN,
	TTLPIN_APART_TOLD,
};

/**
 * enum ttlpin_expected - whether the first learned TTL came from peer memory
 * @TTLPIN_EXPECT_NOTHING: it did not, or there is none
 * @TTLPIN_EXPECT_OPEN: it did, and nothing has told yet whether that was right
 * @TTLPIN_EXPECT_RIGHT: the peer has said something there, and nothing at the pin
 * @TTLPIN_EXPECT_WRONG: it speaks at the pin
 */
enum ttlpin_expected {
	TTLPIN_EXPECT_NOTHING,
	TTLPIN_EXPECT_OPEN,
	TTLPIN_EXPECT_RIGHT,
	TTLPIN_EXPECT_WRONG,
};

/**
 * struct ttlpin_memory - what a flow knows beyond its state word
 * @isn: our initial sequence number; in mid-stream that of our first segment
 * @peer_isn: the peer's, once pinned
 * @tsval: TSval of our SYN, SYN-ACK or first segment
 * @opened: when that left, ms
 * @burst: when the last suspect RST came, ms
 * @suspect: the suspect remembered
 * @syn_len: how much past @isn + 1 a first answer may acknowledge: the payload of
 *	a TCP Fast Open SYN, or what was sent in mid-stream; with SERVER, until our
 *	SYN-ACK has left, how much past @peer_isn + 1 that may acknowledge
 * @copies: how often the suspect came, 255 for more
 * @flags: TTLPIN_MEM_*
 * @learned: TTLs known beside the pin
 * @nr_learned: how many those are
 * @expected: enum ttlpin_expected
 * @apart: enum ttlpin_apart
 * @ended: the peer has nothing more to say: a good FIN came, or, of a client of our
 *	server, a good RST. A place in the store is no longer worth as much then
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
	u8 nr_learned : 3;
	u8 expected : 2;
	u8 apart : 2;
	u8 ended : 1;
};

#endif /* TTLPIN_MEMORY_H */
