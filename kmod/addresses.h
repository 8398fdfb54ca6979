/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fixed number of addresses with what is kept of each, allocated at once; the
 * least recently used gives way to a new one.
 */
#ifndef TTLPIN_ADDRESSES_H
#define TTLPIN_ADDRESSES_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include "net.h"

#define TTLPIN_ADDRESSES_MAX	1024
#define TTLPIN_ADDRESSES_BITS	10

/**
 * struct ttlpin_address - begins what is kept of an address
 * @node: in the hash; unhashed while unused
 * @lru: in the order of use
 * @addr: network order, as in struct ttlpin_tuple
 * @family: 4 or 6
 */
struct ttlpin_address {
	struct hlist_node node;
	struct list_head lru;
	u32 addr[4];
	u8 family;
};

/**
 * struct ttlpin_addresses - the addresses
 * @lock: protects all of it; whoever calls takes it, softirqs being off
 * @nr: how many are in use; read without the lock as a hint
 * @generation: counts the changes of which are in use
 * @key: of the hash
 * @size: octets of an entry
 * @lru: all entries, the most recently used first
 * @hash: those that are in use
 * @entry: TTLPIN_ADDRESSES_MAX of @size octets
 */
struct ttlpin_addresses {
	spinlock_t lock;
	u32 nr;
	u32 generation;
	const siphash_key_t *key;
	size_t size;
	struct list_head lru;
	struct hlist_head hash[1 << TTLPIN_ADDRESSES_BITS];
	u8 entry[] __aligned(8);
};

struct ttlpin_addresses *ttlpin_addresses_alloc(const siphash_key_t *key,
						size_t size);
struct ttlpin_address *ttlpin_addresses_find(struct ttlpin_addresses *set,
					     const u32 *addr, u8 family);
struct ttlpin_address *ttlpin_addresses_take(struct ttlpin_addresses *set,
					     const u32 *addr, u8 family);
struct ttlpin_address *ttlpin_addresses_at(struct ttlpin_addresses *set,
					   u32 index);
void ttlpin_addresses_forget(struct ttlpin_addresses *set,
			     struct ttlpin_address *a);
void ttlpin_addresses_flush(struct ttlpin_addresses *set);

/* An address that was found is the most recently used now. */
static inline void ttlpin_addresses_use(struct ttlpin_addresses *set,
					struct ttlpin_address *a)
{
	list_move(&a->lru, &set->lru);
}

#endif /* TTLPIN_ADDRESSES_H */
