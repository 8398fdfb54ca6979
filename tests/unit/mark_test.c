// SPDX-License-Identifier: GPL-2.0
/*
 * A TTL in the bits of a mark: which masks have room for it, and that it comes back
 * and leaves the other bits alone.
 */
#include "mark.h"
#include "tap.h"

/* Every row of bits, by its ends. */
static void masks(void)
{
	u32 first, last;

	EXPECT(ttlpin_mark_is_mask(0));
	for (first = 0; first < 32; first++) {
		for (last = first; last < 32; last++) {
			u32 width = last - first + 1;
			u32 row = (u32)((1ull << width) - 1) << first;

			EXPECT(ttlpin_mark_is_mask(row) == (width >= 8));
		}
	}
}

/* Every row with one bit taken out of its middle, or one more beyond a gap. */
static void gaps(void)
{
	u32 first, last, bit;

	for (first = 0; first < 32; first++) {
		for (last = first + 7; last < 32; last++) {
			u32 row = (u32)((1ull << (last - first + 1)) - 1) << first;

			for (bit = 0; bit < 32; bit++)
				if (bit > first && bit < last)
					EXPECT(!ttlpin_mark_is_mask(row & ~(1u << bit)));
				else if (bit > last + 1 || bit + 1 < first)
					EXPECT(!ttlpin_mark_is_mask(row | 1u << bit));
		}
	}
}

static void comes_back(void)
{
	static const u32 others[] = { 0, 0xffffffff, 0xa5a5a5a5, 0x12345678 };
	u32 first, width, ttl, i;

	for (first = 0; first < 32; first++) {
		for (width = 8; first + width <= 32; width++) {
			u32 mask = (u32)((1ull << width) - 1) << first;

			for (ttl = 0; ttl < 256; ttl++) {
				for (i = 0; i < 4; i++) {
					u32 mark = ttlpin_mark_set(others[i], mask, ttl);

					EXPECT(ttlpin_mark_ttl(mark, mask) == ttl);
					EXPECT((mark & ~mask) == (others[i] & ~mask));
					EXPECT((mark & mask) >> first == ttl);
				}
			}
		}
	}
}

/* A wider mask that holds what is no TTL was written by somebody else. */
static void foreign(void)
{
	EXPECT(ttlpin_mark_ttl(0x00ff0000, 0x00ff0000) == 255);
	EXPECT(ttlpin_mark_ttl(0x01ff0000, 0x01ff0000) == 0);
	EXPECT(ttlpin_mark_ttl(0xffffffff, 0xffffffff) == 0);
	EXPECT(ttlpin_mark_ttl(0x00000100, 0xffffffff) == 0);
	EXPECT(ttlpin_mark_ttl(0xff00ffff, 0x00ff0000) == 0);
	EXPECT(ttlpin_mark_ttl(0xffffffff, 0) == 0);
}

int main(void)
{
	TEST(masks);
	TEST(gaps);
	TEST(comes_back);
	TEST(foreign);
	return tap_end();
}
