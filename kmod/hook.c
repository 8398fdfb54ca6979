// SPDX-License-Identifier: GPL-2.0
/*
 * Where the packet path is entered: what arrives is judged before conntrack sees
 * it, what leaves is watched after source NAT, so both see the addresses of the
 * wire.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/slab.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include "compat.h"
#include "hook.h"

static const struct nf_hook_ops hooks[] = {
	{
		/* After defragmentation (-400) and the raw table (-300), before
		 * conntrack (-200), which would take a forged RST for the end.
		 */
		.hook = ttlpin_hook_inbound,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK - 1,
	},
	{
		/* After source NAT, so that the addresses are the wire's. */
		.hook = ttlpin_hook_outbound,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_NAT_SRC + 1,
	},
};

static int defrag_init(struct net *net)
{
	int ret = nf_defrag_ipv4_enable(net);

	if (ret)
		return ret;
#if IS_ENABLED(CONFIG_IPV6)
	ret = nf_defrag_ipv6_enable(net);
	if (ret)
		nf_defrag_ipv4_disable(net);
#endif
	return ret;
}

static void defrag_exit(struct net *net)
{
#if IS_ENABLED(CONFIG_IPV6)
	nf_defrag_ipv6_disable(net);
#endif
	nf_defrag_ipv4_disable(net);
}

/**
 * ttlpin_hook_init - begin to judge a namespace's packets
 * @tn: the namespace
 *
 * Return: 0 or a negative error.
 */
int ttlpin_hook_init(struct ttlpin_net *tn)
{
	unsigned int i;
	int ret;

	tn->hooks = kmemdup(hooks, sizeof(hooks), GFP_KERNEL_ACCOUNT);
	if (!tn->hooks)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		tn->hooks[i].priv = tn;
	ret = defrag_init(tn->net);
	if (ret)
		goto err_free;
	ret = nf_register_net_hooks(tn->net, tn->hooks, ARRAY_SIZE(hooks));
	if (ret)
		goto err_defrag;
	return 0;

err_defrag:
	defrag_exit(tn->net);
	/* Those that were registered may be about to judge a packet. */
	synchronize_rcu();
err_free:
	kfree(tn->hooks);
	return ret;
}

/**
 * ttlpin_hook_exit - judge no more packets
 * @tn: the namespace
 *
 * A packet may still be under way in a hook until an RCU grace period is over.
 */
void ttlpin_hook_exit(struct ttlpin_net *tn)
{
	nf_unregister_net_hooks(tn->net, tn->hooks, ARRAY_SIZE(hooks));
	defrag_exit(tn->net);
}
