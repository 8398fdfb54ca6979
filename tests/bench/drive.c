// SPDX-License-Identifier: GPL-2.0
/*
 * Drives segments through the hooks and takes the time.
 */
#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/sched.h>
#include <net/tcp.h>
#include "bench.h"

/* Packets between two looks at the clock. */
#define SLICE	16384

/**
 * struct lane - what one CPU does
 * @run: the measurement
 * @state: of the generator that shuffles the flows
 * @mask: its period less one
 * @first: it notes each slice
 * @best: picoseconds a packet in the best slice
 * @total: nanoseconds in all
 * @accepted: packets that came out of the hooks
 * @ret: 0 or a negative error
 * @done: completed when all is through
 */
struct lane {
	struct bench_run *run;
	u32 state;
	u32 mask;
	bool first;
	u64 best;
	u64 total;
	u64 accepted;
	int ret;
	struct completion done;
};

static struct completion go;
static DEFINE_PER_CPU(u64, accepted);

static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	this_cpu_inc(accepted);
	consume_skb(skb);
	return 0;
}

static int through_post(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	u8 pf = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 : NFPROTO_IPV6;

	if (pf == NFPROTO_IPV4)
		return NF_HOOK(NFPROTO_IPV4, NF_INET_POST_ROUTING, net, NULL,
			       skb, NULL, net->loopback_dev, finish);
	return NF_HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, net, NULL, skb, NULL,
		       net->loopback_dev, finish);
}

static void through_pre(struct net *net, struct sk_buff *skb,
			int (*next)(struct net *, struct sock *,
				    struct sk_buff *))
{
	if (skb->protocol == htons(ETH_P_IP))
		NF_HOOK(NFPROTO_IPV4, NF_INET_PRE_ROUTING, net, NULL, skb,
			net->loopback_dev, NULL, next);
	else
		NF_HOOK(NFPROTO_IPV6, NF_INET_PRE_ROUTING, net, NULL, skb,
			net->loopback_dev, NULL, next);
}

/* The next flow: all of them once, in an order that no prefetcher guesses. */
static u32 next_flow(struct lane *lane)
{
	do {
		lane->state = (lane->state * 1664525 + 1013904223) & lane->mask;
	} while (lane->state >= lane->run->flows);
	return lane->state;
}

/* Our SYN, which arrives from inside and leaves. */
static bool send_syn(const struct bench_run *run, u32 flow)
{
	struct sk_buff *skb = bench_segment(run, flow, TCPHDR_SYN);

	if (skb)
		through_pre(run->net, skb, through_post);
	return skb;
}

static bool one(const struct bench_run *run, u32 flow)
{
	struct sk_buff *skb;
	u8 flags = TCPHDR_ACK;

	switch (run->kind) {
	case BENCH_SYN:
		return send_syn(run, flow);
	case BENCH_NEW:
		if (!send_syn(run, flow))
			return false;
		flags = TCPHDR_SYN | TCPHDR_ACK;
		break;
	case BENCH_FORGED_SYNACK:
		flags = TCPHDR_SYN | TCPHDR_ACK;
		break;
	case BENCH_FORGED_RST:
		flags = TCPHDR_RST;
		break;
	default:
		break;
	}
	skb = bench_segment(run, flow, flags);
	if (!skb)
		return false;
	if (run->kind == BENCH_OUTBOUND)
		through_post(run->net, NULL, skb);
	else
		through_pre(run->net, skb, finish);
	return true;
}

/* BHs are off as they are where packets are received. */
static bool slice(struct lane *lane, u32 packets)
{
	struct bench_run *run = lane->run;
	u64 time;
	u32 i;

	local_bh_disable();
	__this_cpu_write(accepted, 0);
	time = ktime_get_ns();
	for (i = 0; i < packets; i++)
		if (!one(run, run->first + next_flow(lane)))
			break;
	time = ktime_get_ns() - time;
	lane->accepted += __this_cpu_read(accepted);
	local_bh_enable();
	if (i < packets)
		return false;
	lane->total += time;
	lane->best = min(lane->best, div_u64(time * 1000, packets));
	if (lane->first && run->nr_slices < BENCH_SLICES_MAX)
		run->slice[run->nr_slices++] = div_u64(time * 1000, packets);
	return true;
}

static int drive_lane(void *data)
{
	struct lane *lane = data;
	u32 left = lane->run->packets;

	wait_for_completion(&go);
	while (left && !lane->ret) {
		u32 packets = min_t(u32, left, SLICE);

		if (!slice(lane, packets))
			lane->ret = -ENOMEM;
		left -= packets;
		cond_resched();
	}
	complete(&lane->done);
	return 0;
}

static void start(struct lane *lane, struct bench_run *run, u32 cpu)
{
	struct task_struct *task;

	*lane = (struct lane){
		.run = run,
		/* Lanes go through the same flows, each from a place of its own. */
		.state = run->flows / run->cpus * cpu,
		.mask = roundup_pow_of_two(run->flows) - 1,
		.first = !cpu,
		.best = U64_MAX,
	};
	init_completion(&lane->done);
	task = kthread_create_on_cpu(drive_lane, lane, cpu, "ttlpin_bench");
	if (IS_ERR(task)) {
		lane->ret = PTR_ERR(task);
		complete(&lane->done);
		return;
	}
	wake_up_process(task);
}

/**
 * bench_drive - make a measurement
 * @run: what to measure; filled with what came of it
 *
 * Context: process, one at a time.
 * Return: 0 or a negative error.
 */
int bench_drive(struct bench_run *run)
{
	struct lane *lanes;
	u64 total = 0;
	int ret = 0;
	u32 i;

	if (run->cpus > num_online_cpus())
		return -ERANGE;
	lanes = kcalloc(run->cpus, sizeof(*lanes), GFP_KERNEL);
	if (!lanes)
		return -ENOMEM;
	init_completion(&go);
	for (i = 0; i < run->cpus; i++)
		start(&lanes[i], run, i);
	complete_all(&go);
	run->best = 0;
	for (i = 0; i < run->cpus; i++) {
		wait_for_completion(&lanes[i].done);
		ret = lanes[i].ret ?: ret;
		run->best = max(run->best, lanes[i].best);
		run->accepted += lanes[i].accepted;
		total = max(total, lanes[i].total);
	}
	run->mean = div_u64(total * 1000, run->packets);
	kfree(lanes);
	return ret;
}
