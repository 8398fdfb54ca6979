// SPDX-License-Identifier: GPL-2.0
/*
 * Address prefixes and the lookup of an address in a list of them.
 */
#include "prefix.h"

static u32 load32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static u64 load64(const u8 *p)
{
	return (u64)load32(p) << 32 | load32(p + 4);
}

static bool above(struct ttlpin_addr6 a, struct ttlpin_addr6 b)
{
	return a.high != b.high ? a.high > b.high : a.low > b.low;
}

/**
 * ttlpin_prefix_compare - order of prefixes in a list
 * @a: one
 * @b: the other
 *
 * Return: below, equal to or above 0, IPv4 before IPv6, then by address, then
 * the shorter prefix first, so that a prefix follows those that contain it.
 */
int ttlpin_prefix_compare(const struct ttlpin_prefix *a,
			  const struct ttlpin_prefix *b)
{
	int order = a->family - b->family;

	if (!order)
		order = memcmp(a->addr, b->addr, sizeof(a->addr));
	return order ? order : a->len - b->len;
}

/**
 * ttlpin_prefix_is_valid - whether no bit right of the length is set
 * @p: the prefix; its length is in range
 */
bool ttlpin_prefix_is_valid(const struct ttlpin_prefix *p)
{
	u32 bit;

	for (bit = p->len; bit < 8 * sizeof(p->addr); bit++)
		if (p->addr[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

/**
 * ttlpin_prefix_holds - whether an address is in a prefix
 * @p: the prefix
 * @family: 4 or 6
 * @addr: network order
 */
bool ttlpin_prefix_holds(const struct ttlpin_prefix *p, u8 family,
			 const void *addr)
{
	const u8 *a = addr;
	u32 bit;

	if (p->family != family)
		return false;
	for (bit = 0; bit < p->len; bit++)
		if ((p->addr[bit / 8] ^ a[bit / 8]) & (0x80 >> bit % 8))
			return false;
	return true;
}

/**
 * ttlpin_prefix_ranges4 - what a list of IPv4 prefixes covers
 * @sorted: valid IPv4 prefixes in order of ttlpin_prefix_compare()
 * @nr: how many
 * @out: room for @nr ranges
 *
 * Return: how many ranges were written; fewer than @nr where prefixes nest.
 */
u32 ttlpin_prefix_ranges4(const struct ttlpin_prefix *sorted, u32 nr,
			  struct ttlpin_range4 *out)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		u32 first = load32(sorted[i].addr);
		u32 host = 0xffffffffull >> sorted[i].len;

		if (n && first <= out[n - 1].last)
			continue;
		out[n].first = first;
		out[n++].last = first | host;
	}
	return n;
}

/**
 * ttlpin_prefix_ranges6 - what a list of IPv6 prefixes covers
 * @sorted: valid IPv6 prefixes in order of ttlpin_prefix_compare()
 * @nr: how many
 * @out: room for @nr ranges
 *
 * Return: how many ranges were written; fewer than @nr where prefixes nest.
 */
u32 ttlpin_prefix_ranges6(const struct ttlpin_prefix *sorted, u32 nr,
			  struct ttlpin_range6 *out)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		u8 len = sorted[i].len;
		struct ttlpin_addr6 first = { load64(sorted[i].addr),
					      load64(sorted[i].addr + 8) };

		if (n && !above(first, out[n - 1].last))
			continue;
		out[n].first = first;
		out[n].last.high = first.high | (len < 64 ? ~0ull >> len : 0);
		out[n].last.low = first.low | (len <= 64 ? ~0ull :
					       len < 128 ? ~0ull >> (len - 64) :
							   0);
		n++;
	}
	return n;
}

/**
 * ttlpin_prefix_find4 - whether an IPv4 address is in one of the ranges
 * @ranges: as ttlpin_prefix_ranges4() wrote them
 * @nr: how many
 * @addr: four octets, network order
 */
bool ttlpin_prefix_find4(const struct ttlpin_range4 *ranges, u32 nr,
			 const u8 *addr)
{
	u32 a = load32(addr);
	u32 low = 0;

	/* The last range that begins at or below the address, if any. */
	while (nr > 1) {
		u32 half = nr / 2;

		if (ranges[low + half].first <= a)
			low += half;
		nr -= half;
	}
	return nr && ranges[low].first <= a && a <= ranges[low].last;
}

/**
 * ttlpin_prefix_find6 - whether an IPv6 address is in one of the ranges
 * @ranges: as ttlpin_prefix_ranges6() wrote them
 * @nr: how many
 * @addr: sixteen octets, network order
 */
bool ttlpin_prefix_find6(const struct ttlpin_range6 *ranges, u32 nr,
			 const u8 *addr)
{
	struct ttlpin_addr6 a = { load64(addr), load64(addr + 8) };
	u32 low = 0;

	while (nr > 1) {
		u32 half = nr / 2;

		if (!above(ranges[low + half].first, a))
			low += half;
		nr -= half;
	}
	return nr && !above(ranges[low].first, a) && !above(a, ranges[low].last);
}
