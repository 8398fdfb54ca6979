/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address prefixes and the lookup of an address in a list of them. Pure: no
 * lock, no allocation.
 */
#ifndef TTLPIN_PREFIX_H
#define TTLPIN_PREFIX_H

#include "types.h"

/**
 * struct ttlpin_prefix - an IPv4 or IPv6 prefix
 * @addr: in network order; IPv4 uses the first four octets, the rest is 0
 * @family: 4 or 6
 * @len: bits, 0..32 or 0..128
 */
struct ttlpin_prefix {
	u8 addr[16];
	u8 family;
	u8 len;
};

/* Inclusive ranges of addresses, ascending and apart, so that one binary search
 * decides: all prefixes mean the same, so nested ones need no lookup.
 */
struct ttlpin_range4 {
	u32 first;
	u32 last;
};

struct ttlpin_addr6 {
	u64 high;
	u64 low;
};

struct ttlpin_range6 {
	struct ttlpin_addr6 first;
	struct ttlpin_addr6 last;
};

int ttlpin_prefix_compare(const struct ttlpin_prefix *a,
			  const struct ttlpin_prefix *b);
bool ttlpin_prefix_is_valid(const struct ttlpin_prefix *p);
bool ttlpin_prefix_holds(const struct ttlpin_prefix *p, u8 family,
			 const void *addr);
u32 ttlpin_prefix_ranges4(const struct ttlpin_prefix *sorted, u32 nr,
			  struct ttlpin_range4 *out);
u32 ttlpin_prefix_ranges6(const struct ttlpin_prefix *sorted, u32 nr,
			  struct ttlpin_range6 *out);
bool ttlpin_prefix_find4(const struct ttlpin_range4 *ranges, u32 nr,
			 const u8 *addr);
bool ttlpin_prefix_find6(const struct ttlpin_range6 *ranges, u32 nr,
			 const u8 *addr);

#endif /* TTLPIN_PREFIX_H */
