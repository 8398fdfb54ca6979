// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes: order, validity, and the lookup against a plain comparison.
 */
#include <stdlib.h>
#include "prefix.h"
#include "tap.h"

static struct ttlpin_prefix make(u8 family, u8 len, u32 a, u32 b)
{
	struct ttlpin_prefix p = { .family = family, .len = len };
	u32 bit;

	p.addr[0] = a >> 8;
	p.addr[1] = a;
	p.addr[family == 4 ? 2 : 8] = b >> 8;
	p.addr[family == 4 ? 3 : 15] = b;
	for (bit = len; bit < 128; bit++)
		p.addr[bit / 8] &= ~(0x80 >> bit % 8);
	return p;
}

static bool holds(const struct ttlpin_prefix *p, const u8 *addr)
{
	u32 bit;

	for (bit = 0; bit < p->len; bit++)
		if ((p->addr[bit / 8] ^ addr[bit / 8]) & (0x80 >> bit % 8))
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	return ttlpin_prefix_compare(a, b);
}

static void order(void)
{
	struct ttlpin_prefix a = make(4, 8, 0x0a00, 0), b = make(4, 16, 0x0a00, 0);
	struct ttlpin_prefix c = make(4, 8, 0x0b00, 0), d = make(6, 0, 0, 0);

	EXPECT(!ttlpin_prefix_compare(&a, &a));
	EXPECT(ttlpin_prefix_compare(&a, &b) < 0 && ttlpin_prefix_compare(&b, &a) > 0);
	EXPECT(ttlpin_prefix_compare(&b, &c) < 0 && ttlpin_prefix_compare(&c, &d) < 0);
}

static void validity(void)
{
	struct ttlpin_prefix p = make(4, 24, 0xc000, 0x0200);

	EXPECT(ttlpin_prefix_is_valid(&p));
	p.addr[3] = 1;
	EXPECT(!ttlpin_prefix_is_valid(&p));
	p.len = 32;
	EXPECT(ttlpin_prefix_is_valid(&p));
	p = make(6, 127, 0x2001, 1);
	EXPECT(ttlpin_prefix_is_valid(&p));
	p.addr[15] = 1;
	EXPECT(!ttlpin_prefix_is_valid(&p));
	p.len = 128;
	EXPECT(ttlpin_prefix_is_valid(&p));
}

/* Random lists, random addresses and the edges of every prefix. */
static void lookup(u8 family)
{
	struct ttlpin_prefix list[40];
	struct ttlpin_range4 r4[40];
	struct ttlpin_range6 r6[40];
	int round, i, j, k;

	srand(family);
	for (round = 0; round < 3000; round++) {
		int nr = rand() % 40, ranges;

		for (i = 0; i < nr; i++)
			list[i] = make(family, rand() % (family == 4 ? 33 : 129),
				       rand(), rand() & (rand() & 1 ? 0xffff : 3));
		qsort(list, nr, sizeof(*list), compare);
		ranges = family == 4 ? ttlpin_prefix_ranges4(list, nr, r4) :
				       ttlpin_prefix_ranges6(list, nr, r6);
		EXPECT(ranges <= nr && !ranges == !nr);
		for (i = 0; i < 60; i++) {
			struct ttlpin_prefix at = nr && i < nr ? list[i] :
				make(family, family == 4 ? 32 : 128, rand(), rand());
			bool want = false, got;

			/* the first address behind a prefix, the last in it */
			for (k = 127; i & 1 && k >= at.len && k < 128; k--)
				at.addr[k / 8] |= family == 6 || k < 32 ? 0x80 >> k % 8 : 0;
			if (i & 2)
				at.addr[family == 4 ? 3 : 15] += 1;
			for (j = 0; j < nr; j++)
				want |= holds(&list[j], at.addr);
			for (j = 0; j < nr; j++)
				EXPECT(ttlpin_prefix_holds(&list[j], family, at.addr) ==
				       holds(&list[j], at.addr) &&
				       !ttlpin_prefix_holds(&list[j], 10 - family, at.addr));
			got = family == 4 ? ttlpin_prefix_find4(r4, ranges, at.addr) :
					    ttlpin_prefix_find6(r6, ranges, at.addr);
			EXPECT(got == want);
		}
	}
}

static void lookup_ipv4(void)
{
	lookup(4);
}

static void lookup_ipv6(void)
{
	lookup(6);
}

int main(void)
{
	TEST(order);
	TEST(validity);
	TEST(lookup_ipv4);
	TEST(lookup_ipv6);
	return tap_end();
}
