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
struct ttlpin_addresses;
struct ttlpin_config;
struct ttlpin_cpu;
struct ttlpin_draft;
struct ttlpin_sysfs;
struct ttlpin_table;
struct ttlpin_whitelist;

/**
 * struct ttlpin_net - one network namespace
 * @config: the settings; replaced whole under @mutex, read under RCU
 * @table: the flow store; replaced under @mutex, read under RCU
 * @whitelist: replaced whole under @mutex, read under RCU; NULL while empty
 * @peers: peer memory; has a lock of its own
 * @accounts: what was condemned by address; has a lock of its own
 * @cpu: counters and last drop, per CPU
 * @key: of the flows' fingerprints, drawn at start, never changes
 * @net: the namespace; outlives this
 * @mutex: serialises whoever changes settings, whitelist or store size, and
 *	protects @baseline; process context
 * @baseline: the counters as they stood at the last stats-reset
 * @whitelist_generation: counts the whitelist's changes; written under @mutex
 * @draft: a whitelist that is being loaded, NULL if none; under @mutex
 * @sweep: removes expired flows
 * @event_lock: protects @event_second and @event_sent; BHs off
 * @event_second: the second that @event_sent is of
 * @event_sent: events that were sent in that second
 * @sysfs: the directory that holds the settings
 * @hooks: the namespace's own copy of the hook table
 */
struct ttlpin_net {
	struct ttlpin_config __rcu *config;
	struct ttlpin_table __rcu *table;
	struct ttlpin_whitelist __rcu *whitelist;
	struct ttlpin_addresses *peers;
	struct ttlpin_addresses *accounts;
	struct ttlpin_cpu __percpu *cpu;
	siphash_aligned_key_t key;

	struct net *net;
	struct mutex mutex;
	u64 *baseline;
	u32 whitelist_generation;
	struct ttlpin_draft *draft;
	struct delayed_work sweep;
	spinlock_t event_lock;
	u32 event_second;
	u32 event_sent;
	struct ttlpin_sysfs *sysfs;
	struct nf_hook_ops *hooks;
};

extern unsigned int ttlpin_net_id;

struct ttlpin_net *ttlpin_net(const struct net *net);

#endif /* TTLPIN_NET_H */
