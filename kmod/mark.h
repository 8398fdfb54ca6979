/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flow's TTL in bits of a mark that others use, too. Pure.
 */
#ifndef TTLPIN_MARK_H
#define TTLPIN_MARK_H

#include "types.h"

/* Octet of the TTL at the low end of the mask; 0 is none, for a TTL of 0 is not sent. */
#define TTLPIN_MARK_WIDTH	8

/* The lowest bit of a mask: what one hop counts in the mark. */
static inline u32 ttlpin_mark_unit(u32 mask)
{
	return mask & -mask;
}

/* Whether a TTL has room in the mask, whose bits stand in a row; or it is 0: off. */
static inline bool ttlpin_mark_is_mask(u32 mask)
{
	u32 row;

	if (!mask)
		return true;
	row = mask / ttlpin_mark_unit(mask);
	return !(row & (row + 1)) && row >> (TTLPIN_MARK_WIDTH - 1);
}

/* The mark with another TTL; bits that are not the mask's stay. */
static inline u32 ttlpin_mark_set(u32 mark, u32 mask, u8 ttl)
{
	return (mark & ~mask) | ttl * ttlpin_mark_unit(mask);
}

/* The TTL that a mark carries; 0 if none. What no TTL can be was not set by us. */
static inline u8 ttlpin_mark_ttl(u32 mark, u32 mask)
{
	u32 ttl = mask ? (mark & mask) / ttlpin_mark_unit(mask) : 0;

	return ttl >> TTLPIN_MARK_WIDTH ? 0 : ttl;
}

#endif /* TTLPIN_MARK_H */
