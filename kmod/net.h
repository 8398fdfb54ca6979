/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ttlpin keeps for one network namespace.
 */
#ifndef TTLPIN_NET_H
#define TTLPIN_NET_H

#include <linux/mutex.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

struct nf_hook_ops;
struct ttlpin_config;
struct ttlpin_cpu;
struct ttlpin_peers;
struct ttlpin_sysfs;
struct ttlpin_table;
struct ttlpin_whitelist;

/**
 * struct ttlpin_net - one network namespace
 * @config: the settings; replaced whole under @mutex, read under RCU
 * @table: the flow store; replaced under @mutex, read under RCU
 * @whitelist: replaced whole under @mutex, read under RCU; NULL while empty
 * @peers: peer memory; has a lock of its own
 * @cpu: counters and last drop, per CPU
 * @key: of the flows' fingerprints, drawn at start, never changes
 * @net: the namespace; outlives this
 * @mutex: serialises whoever changes settings, whitelist or store size, and
 *	protects @baseline; process context
 * @baseline: the counters as they stood at the last stats-reset
 * @whitelist_generation: counts the whitelist's changes; written under @mutex
 * @sweep: removes expired flows
 * @event_lock: protects @event_second and @event_left; softirq
 * @event_second: the second that @event_left is for
 * @event_left: events that may still be sent in that second
 * @sysfs: the directory that holds the settings
 * @hooks: the namespace's own copy of the hook table
 */
struct ttlpin_net {
	struct ttlpin_config __rcu *config;
	struct ttlpin_table __rcu *table;
	struct ttlpin_whitelist __rcu *whitelist;
	struct ttlpin_peers *peers;
	struct ttlpin_cpu __percpu *cpu;
	siphash_aligned_key_t key;

	struct net *net;
	struct mutex mutex;
	u64 *baseline;
	u32 whitelist_generation;
	struct delayed_work sweep;
	spinlock_t event_lock;
	u32 event_second;
	u32 event_left;
	struct ttlpin_sysfs *sysfs;
	struct nf_hook_ops *hooks;
};

extern unsigned int ttlpin_net_id;

struct ttlpin_net *ttlpin_net(const struct net *net);

#endif /* TTLPIN_NET_H */
