// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpin: pins each TCP flow to the TTL of its SYN-ACK and drops what diverges.
 */
#include <linux/module.h>
#include <net/netns/generic.h>
#include "account.h"
#include "config.h"
#include "conntrack.h"
#include "flow.h"
#include "hook.h"
#include "netlink.h"
#include "peer.h"
#include "stats.h"
#include "sysfs.h"
#include "whitelist.h"

unsigned int ttlpin_net_id;

/**
 * ttlpin_net - what ttlpin keeps for a namespace
 * @net: the namespace
 */
struct ttlpin_net *ttlpin_net(const struct net *net)
{
	return net_generic(net, ttlpin_net_id);
}

static int __net_init net_start(struct net *net)
{
	struct ttlpin_net *tn = ttlpin_net(net);
	int ret;

	tn->net = net;
	mutex_init(&tn->mutex);
	spin_lock_init(&tn->event_lock);
	ret = ttlpin_config_init(tn);
	if (ret)
		return ret;
	ret = ttlpin_stats_init(tn);
	if (ret)
		goto err_config;
	ret = ttlpin_peer_init(tn);
	if (ret)
		goto err_stats;
	ret = ttlpin_account_init(tn);
	if (ret)
		goto err_peer;
	ret = ttlpin_flow_init(tn, rcu_dereference_protected(tn->config, true)->max_flows);
	if (ret)
		goto err_account;
	ret = ttlpin_hook_init(tn);
	if (ret)
		goto err_flow;
	ret = ttlpin_sysfs_net_init(tn);
	if (ret)
		goto err_hook;
	return 0;

err_hook:
	ttlpin_hook_exit(tn);
	synchronize_rcu();
	kfree(tn->hooks);
err_flow:
	ttlpin_flow_exit(tn);
err_account:
	ttlpin_account_exit(tn);
err_peer:
	ttlpin_peer_exit(tn);
err_stats:
	ttlpin_stats_exit(tn);
err_config:
	ttlpin_config_exit(tn);
	return ret;
}

/* Runs first; an RCU grace period passes before net_stop(). */
static void __net_exit net_pre_stop(struct net *net)
{
	struct ttlpin_net *tn = ttlpin_net(net);

	ttlpin_sysfs_net_exit(tn);
	ttlpin_hook_exit(tn);
}

static void __net_exit net_stop(struct net *net)
{
	struct ttlpin_net *tn = ttlpin_net(net);

	kfree(tn->hooks);
	ttlpin_flow_exit(tn);
	ttlpin_whitelist_exit(tn);
	ttlpin_account_exit(tn);
	ttlpin_peer_exit(tn);
	ttlpin_stats_exit(tn);
	ttlpin_config_exit(tn);
}

static struct pernet_operations net_ops = {
	.init = net_start,
	.pre_exit = net_pre_stop,
	.exit = net_stop,
	.id = &ttlpin_net_id,
	.size = sizeof(struct ttlpin_net),
};

static int __init ttlpin_init(void)
{
	int ret;

	ret = ttlpin_sysfs_init();
	if (ret)
		return ret;
	ret = ttlpin_conntrack_init();
	if (ret)
		goto err_sysfs;
	ret = register_pernet_subsys(&net_ops);
	if (ret)
		goto err_conntrack;
	ret = ttlpin_netlink_init();
	if (ret)
		goto err_net;
	return 0;

err_net:
	unregister_pernet_subsys(&net_ops);
err_conntrack:
	ttlpin_conntrack_exit();
err_sysfs:
	ttlpin_sysfs_exit();
	return ret;
}

static void __exit ttlpin_exit(void)
{
	ttlpin_netlink_exit();
	unregister_pernet_subsys(&net_ops);
	ttlpin_conntrack_exit();
	ttlpin_sysfs_exit();
	rcu_barrier();	/* what kfree_rcu() has still to free */
}

module_init(ttlpin_init);
module_exit(ttlpin_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Drops forged TCP segments by the TTL of their flow's SYN-ACK");
MODULE_VERSION("0.1.0");
