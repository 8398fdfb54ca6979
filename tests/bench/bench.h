/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A module that measures what a segment costs on its way through the netfilter
 * hooks of a network namespace.
 */
#ifndef TTLPIN_BENCH_H
#define TTLPIN_BENCH_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>

/* TTL of what the peers send, and of a forgery. */
#define BENCH_TTL	50
#define BENCH_FORGED	58

/* Slices that are told apart: 16 million packets. */
#define BENCH_SLICES_MAX 1024

/**
 * enum bench_kind - what passes the hooks
 * @BENCH_UDP: a datagram that arrives
 * @BENCH_OTHER: a TCP segment that arrives from a port that is not guarded
 * @BENCH_NEW: a flow begins: our SYN arrives from inside and leaves, the SYN-ACK
 *	arrives
 * @BENCH_SEGMENT: a segment of a flow arrives
 * @BENCH_FORGED_SEGMENT: the same with another TTL
 * @BENCH_OUTBOUND: a segment of a flow with our data leaves
 * @BENCH_SYN: a flow begins, and nobody answers
 * @BENCH_FORGED_SYNACK: a SYN-ACK with an ISN and a TTL of its own arrives
 * @BENCH_FORGED_RST: an RST with another TTL arrives
 */
enum bench_kind {
	BENCH_UDP,
	BENCH_OTHER,
	BENCH_NEW,
	BENCH_SEGMENT,
	BENCH_FORGED_SEGMENT,
	BENCH_OUTBOUND,
	BENCH_SYN,
	BENCH_FORGED_SYNACK,
	BENCH_FORGED_RST,
	BENCH_KINDS,
};

/**
 * struct bench_run - one measurement
 * @net: the namespace whose hooks are passed
 * @kind: what passes them
 * @family: 4 or 6
 * @ts: with TCP timestamps
 * @cpus: on so many CPUs at once
 * @flows: how many flows; each is used in turn, in shuffled order
 * @first: number of the first of them
 * @packets: how many pass, on each CPU
 * @best: filled: picoseconds a packet in the best slice of packets
 * @mean: filled: picoseconds a packet in all
 * @accepted: filled: how many came out of the hooks
 * @nr_slices: filled: how many of @slice
 * @slice: filled: picoseconds a packet in each slice of the first CPU's
 */
struct bench_run {
	struct net *net;
	enum bench_kind kind;
	u8 family;
	bool ts;
	u32 cpus;
	u32 flows;
	u32 first;
	u32 packets;
	u64 best;
	u64 mean;
	u64 accepted;
	u32 nr_slices;
	u32 slice[BENCH_SLICES_MAX];
};

struct sk_buff *bench_segment(const struct bench_run *run, u32 flow, u8 flags);
int bench_drive(struct bench_run *run);
int bench_latency(struct bench_run *run);
int bench_device_set(struct net *net, const char *name, u32 flows);
void bench_device_exit(void);

#endif /* TTLPIN_BENCH_H */
