// SPDX-License-Identifier: GPL-2.0
/*
 * Peer memory: a fixed number of addresses, allocated when the namespace
 * starts, hashed and in order of use.
 */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "peer.h"

#define PEER_HASH_BITS	8

/**
 * struct peer - one address
 * @node: in the hash; unhashed while unused
 * @lru: in the order of use
 * @addr: network order, as in struct ttlpin_tuple
 * @family: 4 or 6
 * @ttl: learned
 * @since: when, seconds of the flows' clock
 */
struct peer {
	struct hlist_node node;
	struct list_head lru;
	u32 addr[4];
	u8 family;
	u8 ttl;
	u32 since;
};

/**
 * struct ttlpin_peers - peer memory of a namespace
 * @lock: protects all of it; taken in softirq, within a flow's lock or without
 * @nr: how many addresses are remembered; read without the lock as a hint
 * @lru: all of @peer, the most recently used first
 * @hash: those that are remembered
 * @peer: the addresses
 */
struct ttlpin_peers {
	spinlock_t lock;
	u32 nr;
	struct list_head lru;
	struct hlist_head hash[1 << PEER_HASH_BITS];
	struct peer peer[TTLPIN_PEERS_MAX];
};

static struct hlist_head *bucket_of(struct ttlpin_net *tn,
				    const struct ttlpin_tuple *tuple)
{
	u64 h = siphash(tuple->remote, sizeof(tuple->remote), &tn->key);

	return &tn->peers->hash[hash_64(h, PEER_HASH_BITS)];
}

static struct peer *find(const struct hlist_head *bucket,
			 const struct ttlpin_tuple *tuple)
{
	struct peer *p;

	hlist_for_each_entry(p, bucket, node)
		if (p->family == tuple->family &&
		    !memcmp(p->addr, tuple->remote, sizeof(p->addr)))
			return p;
	return NULL;
}

/**
 * ttlpin_peer_learn - remember the TTL of a flow's peer
 * @tn: the namespace
 * @tuple: the flow
 * @ttl: what its segments carry
 * @now_s: the clock, seconds
 *
 * Context: softirq or process.
 */
void ttlpin_peer_learn(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		       u8 ttl, u32 now_s)
{
	struct hlist_head *bucket = bucket_of(tn, tuple);
	struct ttlpin_peers *peers = tn->peers;
	struct peer *p;

	spin_lock_bh(&peers->lock);
	p = find(bucket, tuple);
	if (!p) {
		p = list_last_entry(&peers->lru, struct peer, lru);
		if (hlist_unhashed(&p->node))
			WRITE_ONCE(peers->nr, peers->nr + 1);
		else
			hlist_del(&p->node);
		memcpy(p->addr, tuple->remote, sizeof(p->addr));
		p->family = tuple->family;
		hlist_add_head(&p->node, bucket);
	}
	p->ttl = ttl;
	p->since = now_s;
	list_move(&p->lru, &peers->lru);
	spin_unlock_bh(&peers->lock);
}

/**
 * ttlpin_peer_ttl - what is remembered of a new flow's peer
 * @tn: the namespace
 * @tuple: the flow
 * @now_s: the clock, seconds
 *
 * Context: softirq or process.
 * Return: a TTL, or -1.
 */
int ttlpin_peer_ttl(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		    u32 now_s)
{
	struct ttlpin_peers *peers = tn->peers;
	struct peer *p;
	int ttl = -1;

	if (!READ_ONCE(peers->nr))
		return -1;
	spin_lock_bh(&peers->lock);
	p = find(bucket_of(tn, tuple), tuple);
	if (p && now_s - p->since < TTLPIN_PEER_SECONDS) {
		ttl = p->ttl;
		list_move(&p->lru, &peers->lru);
	} else if (p) {
		hlist_del_init(&p->node);
		list_move_tail(&p->lru, &peers->lru);
		WRITE_ONCE(peers->nr, peers->nr - 1);
	}
	spin_unlock_bh(&peers->lock);
	return ttl;
}

/**
 * ttlpin_peer_init - peer memory of a new namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ttlpin_peer_init(struct ttlpin_net *tn)
{
	struct ttlpin_peers *peers;
	int i;

	peers = kvzalloc(sizeof(*peers), GFP_KERNEL_ACCOUNT);
	if (!peers)
		return -ENOMEM;
	spin_lock_init(&peers->lock);
	INIT_LIST_HEAD(&peers->lru);
	for (i = 0; i < TTLPIN_PEERS_MAX; i++)
		list_add(&peers->peer[i].lru, &peers->lru);
	tn->peers = peers;
	return 0;
}

void ttlpin_peer_exit(struct ttlpin_net *tn)
{
	kvfree(tn->peers);
}
