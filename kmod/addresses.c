// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses, hashed and in the order of use.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include "addresses.h"

static struct ttlpin_address *entry(struct ttlpin_addresses *set, u32 index)
{
	return (struct ttlpin_address *)(set->entry + index * set->size);
}

static struct hlist_head *bucket_of(struct ttlpin_addresses *set,
				    const u32 *addr, u8 family)
{
	u64 h;

	if (family == 4)
		h = siphash_1u32(addr[0], set->key);
	else
		h = siphash_4u32(addr[0], addr[1], addr[2], addr[3], set->key);
	return &set->hash[hash_64(h, TTLPIN_ADDRESSES_BITS)];
}

static bool is_same(const u32 *a, const u32 *b)
{
	return ipv6_addr_equal((const struct in6_addr *)a,
			       (const struct in6_addr *)b);
}

/**
 * ttlpin_addresses_find - find what is kept of an address
 * @set: the addresses, locked
 * @addr: network order, four words, those beyond the family's 0
 * @family: 4 or 6
 *
 * Return: NULL if it is not there.
 */
struct ttlpin_address *ttlpin_addresses_find(struct ttlpin_addresses *set,
					     const u32 *addr, u8 family)
{
	struct ttlpin_address *a;

	hlist_for_each_entry(a, bucket_of(set, addr, family), node)
		if (a->family == family && is_same(a->addr, addr))
			return a;
	return NULL;
}

/**
 * ttlpin_addresses_take - put a new address in the least recently used place
 * @set: the addresses, locked
 * @addr: one that ttlpin_addresses_find() has not found
 * @family: 4 or 6
 *
 * Return: its entry, the most recently used, all else in it 0.
 */
struct ttlpin_address *ttlpin_addresses_take(struct ttlpin_addresses *set,
					     const u32 *addr, u8 family)
{
	struct ttlpin_address *a = list_last_entry(&set->lru,
						   struct ttlpin_address, lru);

	if (!hlist_unhashed(&a->node))
		ttlpin_addresses_forget(set, a);
	memset(a + 1, 0, set->size - sizeof(*a));
	memcpy(a->addr, addr, sizeof(a->addr));
	a->family = family;
	hlist_add_head(&a->node, bucket_of(set, addr, family));
	list_move(&a->lru, &set->lru);
	WRITE_ONCE(set->nr, set->nr + 1);
	set->generation++;
	return a;
}

/**
 * ttlpin_addresses_at - go through the addresses in an order that use leaves alone
 * @set: the addresses, locked
 * @index: below TTLPIN_ADDRESSES_MAX
 *
 * Return: NULL for a place that is not in use.
 */
struct ttlpin_address *ttlpin_addresses_at(struct ttlpin_addresses *set,
					   u32 index)
{
	struct ttlpin_address *a = entry(set, index);

	return hlist_unhashed(&a->node) ? NULL : a;
}

/**
 * ttlpin_addresses_forget - forget an address; its place is the next to be taken
 * @set: the addresses, locked
 * @a: in use
 */
void ttlpin_addresses_forget(struct ttlpin_addresses *set,
			     struct ttlpin_address *a)
{
	hlist_del_init(&a->node);
	list_move_tail(&a->lru, &set->lru);
	WRITE_ONCE(set->nr, set->nr - 1);
	set->generation++;
}

/**
 * ttlpin_addresses_flush - forget all addresses
 * @set: the addresses
 *
 * Context: process or softirq.
 */
void ttlpin_addresses_flush(struct ttlpin_addresses *set)
{
	u32 i;

	spin_lock_bh(&set->lock);
	for (i = 0; i < TTLPIN_ADDRESSES_MAX; i++)
		if (ttlpin_addresses_at(set, i))
			ttlpin_addresses_forget(set, entry(set, i));
	spin_unlock_bh(&set->lock);
}

/**
 * ttlpin_addresses_alloc - room for addresses
 * @key: of the hash, which outlives them
 * @size: octets of an entry, a multiple of 8; it begins with struct ttlpin_address
 *
 * Context: process.
 * Return: none in use, or NULL without memory; kvfree() it.
 */
struct ttlpin_addresses *ttlpin_addresses_alloc(const siphash_key_t *key,
						size_t size)
{
	struct ttlpin_addresses *set;
	u32 i;

	set = kvzalloc(sizeof(*set) + TTLPIN_ADDRESSES_MAX * size,
		       GFP_KERNEL_ACCOUNT);
	if (!set)
		return NULL;
	spin_lock_init(&set->lock);
	INIT_LIST_HEAD(&set->lru);
	set->key = key;
	set->size = size;
	for (i = 0; i < TTLPIN_ADDRESSES_MAX; i++)
		list_add(&entry(set, i)->lru, &set->lru);
	return set;
}
