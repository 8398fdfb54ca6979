// SPDX-License-Identifier: GPL-2.0
/*
 * Devices to compare with: a hook that returns at once, and the floor, below
 * which no lookup of a flow can be: the hash of its ends and one line of memory.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/vmalloc.h>
#include "bench.h"

struct line {
	u64 word[8];
} ____cacheline_aligned;

static struct line *lines;
static u32 nr_lines;
static struct net *bench_net;
static const struct nf_hook_ops *bench_ops;

static unsigned int at_once(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static unsigned int floor_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct tcphdr *tcp = tcp_hdr(skb);
	u32 ports, hash;

	if (state->pf == NFPROTO_IPV4) {
		const struct iphdr *ip = ip_hdr(skb);

		if (ip->protocol != IPPROTO_TCP || tcp->source != htons(25))
			return NF_ACCEPT;
		ports = (__force u32)*(__be32 *)tcp;
		hash = jhash_3words((__force u32)ip->saddr,
				    (__force u32)ip->daddr, ports, 1);
	} else {
		const struct ipv6hdr *ip = ipv6_hdr(skb);

		if (ip->nexthdr != IPPROTO_TCP || tcp->source != htons(25))
			return NF_ACCEPT;
		ports = (__force u32)*(__be32 *)tcp;
		hash = jhash2((const u32 *)&ip->saddr, 8, ports);
	}
	return READ_ONCE(lines[reciprocal_scale(hash, nr_lines)].word[0]) ?
		       NF_DROP :
		       NF_ACCEPT;
}

#define OPS(function, where)                                                  \
	{                                                                     \
		.hook = function, .pf = NFPROTO_INET, .hooknum = where,       \
		.priority = NF_IP_PRI_CONNTRACK - 1,                          \
	}

static const struct nf_hook_ops at_once_ops[] = {
	OPS(at_once, NF_INET_PRE_ROUTING),
	OPS(at_once, NF_INET_POST_ROUTING),
};

static const struct nf_hook_ops floor_ops[] = {
	OPS(floor_hook, NF_INET_PRE_ROUTING),
	OPS(at_once, NF_INET_POST_ROUTING),
};

static void forget(void)
{
	if (bench_ops) {
		nf_unregister_net_hooks(bench_net, bench_ops, 2);
		put_net(bench_net);
		bench_ops = NULL;
	}
	vfree(lines);
	lines = NULL;
}

/**
 * bench_device_set - put a device of ours into a namespace
 * @net: the namespace
 * @name: "none", "hook" or "floor"
 * @flows: lines of memory that the floor has
 *
 * There is one device at a time; it takes the place of the last.
 *
 * Return: 0 or a negative error.
 */
int bench_device_set(struct net *net, const char *name, u32 flows)
{
	const struct nf_hook_ops *ops = at_once_ops;
	int ret;

	forget();
	if (!strcmp(name, "none"))
		return 0;
	if (!strcmp(name, "floor")) {
		ops = floor_ops;
		nr_lines = flows;
		lines = vzalloc(array_size(flows, sizeof(*lines)));
		if (!lines)
			return -ENOMEM;
	} else if (strcmp(name, "hook")) {
		return -EINVAL;
	}
	ret = nf_register_net_hooks(net, ops, 2);
	if (ret)
		return ret;
	bench_net = get_net(net);
	bench_ops = ops;
	return 0;
}

void bench_device_exit(void)
{
	forget();
}
