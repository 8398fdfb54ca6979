/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A module that sends random and mutated segments of any shape through the
 * netfilter hooks of a network namespace, and counts what has to come of them.
 */
#ifndef TTLPIN_STORM_H
#define TTLPIN_STORM_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>

/* Room for a packet, octets; what is merged by GRO may be that long. */
#define STORM_PACKET_MAX	65535
#define STORM_PORT		25

/**
 * struct storm_packet - a packet before it is an skb
 * @data: its octets, from the IP header on
 * @len: how many
 * @family: 4 or 6
 * @out: it leaves
 * @gso: octets of payload in each of the segments that it stands for, or 0
 */
struct storm_packet {
	u8 *data;
	u32 len;
	u8 family;
	bool out;
	u16 gso;
};

/**
 * struct storm_counts - what came of a run
 * @sent: packets handed to the stack
 * @arrived: of them, and of what was put together from fragments, how many came
 *	to the hook before ttlpin's
 * @left: how many came to the hook behind it
 * @seen: how many ttlpin had to judge
 * @malformed: how many it had to find malformed
 * @nested: how many of those were fragments within fragments, which it may drop
 * @failed: packets that could not be made, for want of memory
 * @ns: how long it took
 */
struct storm_counts {
	u64 sent;
	u64 arrived;
	u64 left;
	u64 seen;
	u64 malformed;
	u64 nested;
	u64 failed;
	u64 ns;
};

/* Numbers by chance, the same for the same seed. */
struct storm_random {
	u64 state;
};

static inline u32 storm_random(struct storm_random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state >> 16;
}

/* From 0 to @n - 1. */
static inline u32 storm_below(struct storm_random *r, u32 n)
{
	return storm_random(r) % n;
}

/* Once in @n times. */
static inline bool storm_once_in(struct storm_random *r, u32 n)
{
	return !storm_below(r, n);
}

void storm_flow_next(struct storm_random *r, struct storm_packet *p);
void storm_flow_step(u32 flow, struct storm_random *r, struct storm_packet *p);
void storm_mutate(struct storm_random *r, struct storm_packet *p);
void storm_mend(struct storm_packet *p);
struct sk_buff *storm_shape(struct storm_random *r, const struct storm_packet *p,
			    struct sk_buff **clone);
int storm_drive(struct net *net, u64 seed, u32 packets,
		struct storm_counts *counts);

#endif /* TTLPIN_STORM_H */
