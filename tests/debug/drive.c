// SPDX-License-Identifier: GPL-2.0
/*
 * Hands packets to the stack. One hook before ttlpin's takes down what each packet
 * that arrives is when it lies in one piece, one behind it what comes through: so
 * what has to be counted is known exactly, whatever reassembly and the stack's own
 * checks have made of the packets before.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/slab.h>
#include "packet.h"
#include "storm.h"

/* Packets between two looks at whether somebody else wants the CPU. */
#define SLICE	64

static struct storm_counts *counts;	/* of the run that is under way */
static u8 *whole;			/* a packet in one piece */
static u8 *draft;			/* a packet that is being made */

/* As the hook does it, for protect=both and one guarded port. */
static void take_down(struct sk_buff *skb)
{
	struct ttlpin_bytes bytes = { .data = whole };
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	enum ttlpin_parse ret;
	bool nested;

	bytes.len = skb->len - skb_network_offset(skb);
	bytes.avail = min_t(u32, bytes.len, STORM_PACKET_MAX);
	if (skb_copy_bits(skb, skb_network_offset(skb), whole, bytes.avail))
		return;
	ret = ttlpin_segment_search(&bytes, &place);
	if (ret == TTLPIN_PARSE_OK) {
		if (place.sport != STORM_PORT && place.dport != STORM_PORT)
			return;
		ret = ttlpin_segment_parse(&bytes, &place, &seg);
	}
	counts->seen += ret == TTLPIN_PARSE_OK;
	nested = ret == TTLPIN_PARSE_FRAGMENT && whole[0] >> 4 == 6 &&
		 (IP6CB(skb)->flags & IP6SKB_FRAGMENTED);
	counts->malformed += ret == TTLPIN_PARSE_MALFORMED || nested;
	counts->nested += nested;
}

static unsigned int arrive(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	counts->arrived++;
	if (ttlpin_packet_may_be_tcp(skb, state->pf))
		take_down(skb);
	return NF_ACCEPT;
}

static unsigned int leave(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	counts->left++;
	return NF_ACCEPT;
}

static const struct nf_hook_ops around[] = {
	{
		.hook = arrive,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK - 2,
	},
	{
		.hook = leave,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK,
	},
};

static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	consume_skb(skb);
	return 0;
}

static void through_hooks(struct net *net, struct sk_buff *skb,
			  const struct storm_packet *p)
{
	u8 pf = p->family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	skb->dev = net->loopback_dev;
	if (p->out)
		NF_HOOK(pf, NF_INET_POST_ROUTING, net, NULL, skb, NULL,
			net->loopback_dev, finish);
	else
		NF_HOOK(pf, NF_INET_PRE_ROUTING, net, NULL, skb,
			net->loopback_dev, NULL, finish);
}

/* Some come as a device brings them, with whatever the stack will not have. */
static void send(struct net *net, struct storm_random *r, struct storm_packet *p)
{
	bool received = !p->out && storm_once_in(r, 8);
	struct sk_buff *skb, *clone;

	if (!received || !storm_once_in(r, 8))
		storm_mend(p);
	skb = storm_shape(r, p, &clone);
	if (!skb) {
		counts->failed++;
		return;
	}
	counts->sent++;
	if (received) {
		skb->dev = net->loopback_dev;
		netif_receive_skb(skb);
	} else {
		through_hooks(net, skb, p);
	}
	consume_skb(clone);
}

static void slice(struct net *net, struct storm_random *r, u32 packets)
{
	struct storm_packet p = { .data = draft };

	local_bh_disable();
	while (packets--) {
		storm_flow_next(r, &p);
		if (storm_once_in(r, 2))
			storm_mutate(r, &p);
		send(net, r, &p);
	}
	local_bh_enable();
}

/**
 * struct errand - what the thread is to do
 * @net: the namespace
 * @random: where chance begins
 * @packets: how many are to be sent
 * @done: completed when they are
 */
struct errand {
	struct net *net;
	struct storm_random random;
	u32 packets;
	struct completion done;
};

/*
 * KASAN takes down who allocates and frees, which on User-mode Linux costs a look
 * at each word of the stack: a thread's own is the shortest.
 */
static int run(void *data)
{
	struct errand *e = data;

	while (e->packets) {
		u32 n = min_t(u32, e->packets, SLICE);

		slice(e->net, &e->random, n);
		e->packets -= n;
		cond_resched();
	}
	complete(&e->done);
	return 0;
}

static int run_between_hooks(struct net *net, u64 seed, u32 packets)
{
	struct errand e = {
		.net = net,
		.random.state = seed * 0x9e3779b97f4a7c15ull + 1,
		.packets = packets,
	};
	struct task_struct *task;
	int ret;

	ret = nf_register_net_hooks(net, around, ARRAY_SIZE(around));
	if (ret)
		return ret;
	init_completion(&e.done);
	task = kthread_run(run, &e, "ttlpin_storm");
	ret = PTR_ERR_OR_ZERO(task);
	if (!ret)
		wait_for_completion(&e.done);
	/* With a hook goes what waits in an NFQUEUE. */
	msleep(200);
	nf_unregister_net_hooks(net, around, ARRAY_SIZE(around));
	synchronize_net();
	return ret;
}

/**
 * storm_drive - send packets through the hooks of a namespace
 * @net: the namespace; its settings are protect=both, ports=25
 * @seed: where chance begins
 * @packets: how many
 * @result: filled with what came of them
 *
 * Context: process, one at a time.
 * Return: 0 or a negative error.
 */
int storm_drive(struct net *net, u64 seed, u32 packets,
		struct storm_counts *result)
{
	u64 time = ktime_get_ns();
	int ret = -ENOMEM;

	*result = (struct storm_counts){};
	counts = result;
	whole = kvmalloc(STORM_PACKET_MAX, GFP_KERNEL);
	draft = kvmalloc(STORM_PACKET_MAX + 64, GFP_KERNEL);
	if (whole && draft)
		ret = run_between_hooks(net, seed, packets);
	kvfree(whole);
	kvfree(draft);
	result->ns = ktime_get_ns() - time;
	return ret;
}
