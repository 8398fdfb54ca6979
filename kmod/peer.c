// SPDX-License-Identifier: GPL-2.0
/*
 * Peer memory.
 */
#include <linux/mm.h>
#include "addresses.h"
#include "peer.h"
#include "session.h"

/**
 * struct peer - one address
 * @at: where it is kept
 * @ttl: learned
 * @since: when, seconds of the flows' clock
 */
struct peer {
	struct ttlpin_address at;
	u8 ttl;
	u32 since;
};

static struct peer *peer_of(struct ttlpin_address *at)
{
	return container_of(at, struct peer, at);
}

/* A reader whose clock lags the writer's, for it had to wait, finds it new. */
static u32 age_of(const struct peer *p, u32 now_s)
{
	s32 age = now_s - p->since;

	return max(age, 0);
}

static bool is_over(const struct peer *p, u32 now_s)
{
	return age_of(p, now_s) >= TTLPIN_PEER_SECONDS;
}

static void learn(struct ttlpin_addresses *peers,
		  const struct ttlpin_tuple *tuple, u8 ttl, u32 now_s)
{
	struct ttlpin_address *at;

	spin_lock_bh(&peers->lock);
	at = ttlpin_addresses_find(peers, tuple->remote, tuple->family);
	if (at)
		ttlpin_addresses_use(peers, at);
	else
		at = ttlpin_addresses_take(peers, tuple->remote, tuple->family);
	peer_of(at)->ttl = ttl;
	peer_of(at)->since = now_s;
	spin_unlock_bh(&peers->lock);
}

/* What was wrong goes; if another TTL is remembered by now, that stays. */
static void forget(struct ttlpin_addresses *peers,
		   const struct ttlpin_tuple *tuple, u8 ttl)
{
	struct ttlpin_address *at;

	spin_lock_bh(&peers->lock);
	at = ttlpin_addresses_find(peers, tuple->remote, tuple->family);
	if (at && peer_of(at)->ttl == ttl)
		ttlpin_addresses_forget(peers, at);
	spin_unlock_bh(&peers->lock);
}

/**
 * ttlpin_peer_teach - let a flow that ends, or begins to talk, teach what it knows
 * @tn: the namespace
 * @tuple: the flow
 * @state: its state word
 * @mem: its memory, updated so that it teaches once
 * @now_s: the clock, seconds
 *
 * Context: softirq or process; within the flow's lock.
 */
void ttlpin_peer_teach(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		       u64 state, struct ttlpin_memory *mem, u32 now_s)
{
	int ttl = ttlpin_session_remember(state, mem);

	if (ttl == TTLPIN_TEACH_FORGET)
		forget(tn->peers, tuple, mem->learned[0]);
	else if (ttl != TTLPIN_TEACH_NOTHING)
		learn(tn->peers, tuple, ttl, now_s);
}

/**
 * ttlpin_peer_ttl - what is remembered of a new flow's peer
 * @tn: the namespace
 * @tuple: the flow
 * @now_s: the clock, seconds
 *
 * Context: softirq or process; within a flow's lock or without.
 * Return: a TTL, or -1.
 */
int ttlpin_peer_ttl(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		    u32 now_s)
{
	struct ttlpin_addresses *peers = tn->peers;
	struct ttlpin_address *at;
	int ttl = -1;

	if (!READ_ONCE(peers->nr))
		return -1;
	spin_lock_bh(&peers->lock);
	at = ttlpin_addresses_find(peers, tuple->remote, tuple->family);
	if (at && is_over(peer_of(at), now_s)) {
		ttlpin_addresses_forget(peers, at);
	} else if (at) {
		ttl = peer_of(at)->ttl;
		ttlpin_addresses_use(peers, at);
	}
	spin_unlock_bh(&peers->lock);
	return ttl;
}

/**
 * ttlpin_peer_list - copy remembered addresses
 * @tn: the namespace
 * @at: where to go on, from 0; set to where the next call goes on
 * @copy: room for @nr addresses
 * @nr: how many at most
 * @now_s: the clock, seconds
 * @generation: set to a number that changes with who is remembered
 *
 * Context: process.
 * Return: how many were copied; 0 at the end.
 */
int ttlpin_peer_list(struct ttlpin_net *tn, u32 *at,
		     struct ttlpin_peer_copy *copy, int nr, u32 now_s,
		     u32 *generation)
{
	struct ttlpin_addresses *peers = tn->peers;
	int n = 0;

	spin_lock_bh(&peers->lock);
	*generation = peers->generation;
	for (; *at < TTLPIN_ADDRESSES_MAX && n < nr; (*at)++) {
		struct ttlpin_address *a = ttlpin_addresses_at(peers, *at);

		if (!a || is_over(peer_of(a), now_s))
			continue;
		memcpy(copy[n].addr, a->addr, sizeof(copy[n].addr));
		copy[n].family = a->family;
		copy[n].ttl = peer_of(a)->ttl;
		copy[n++].age = age_of(peer_of(a), now_s);
	}
	spin_unlock_bh(&peers->lock);
	return n;
}

/**
 * ttlpin_peer_flush - forget all addresses
 * @tn: the namespace
 *
 * Context: process.
 */
void ttlpin_peer_flush(struct ttlpin_net *tn)
{
	ttlpin_addresses_flush(tn->peers);
}

/**
 * ttlpin_peer_init - peer memory of a new namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ttlpin_peer_init(struct ttlpin_net *tn)
{
	tn->peers = ttlpin_addresses_alloc(&tn->key, sizeof(struct peer));
	return tn->peers ? 0 : -ENOMEM;
}

void ttlpin_peer_exit(struct ttlpin_net *tn)
{
	kvfree(tn->peers);
}
