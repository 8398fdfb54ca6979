// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of prefixes: what the ranges and their search say of an address is what
 * comparing it bit by bit with every prefix says.
 *
 * Input: prefixes of a length (1 octet; its first bit, IPv6) and an address; then,
 * behind an octet of 255, addresses to look for. Ends of prefixes and what lies
 * beside them are looked for in any case.
 */
#include "fuzz.h"
#include "prefix.h"

#define PREFIXES_MAX	12

struct list {
	struct ttlpin_prefix prefix[PREFIXES_MAX];
	u32 nr4, nr;
	struct ttlpin_range4 range4[PREFIXES_MAX];
	struct ttlpin_range6 range6[PREFIXES_MAX];
	u32 ranges4, ranges6;
};

static bool bit_of(const u8 *addr, unsigned int bit)
{
	return addr[bit / 8] >> (7 - bit % 8) & 1;
}

/* Bit by bit. */
static bool holds(const struct ttlpin_prefix *p, u8 family, const u8 *addr)
{
	unsigned int bit;

	for (bit = 0; bit < p->len; bit++)
		if (bit_of(p->addr, bit) != bit_of(addr, bit))
			return false;
	return p->family == family;
}

static void look_for(const struct list *l, u8 family, const u8 *addr)
{
	bool expected = false, found;
	u32 i;

	fuzz_calls++;
	for (i = 0; i < l->nr; i++) {
		bool in = holds(&l->prefix[i], family, addr);

		MUST(in == ttlpin_prefix_holds(&l->prefix[i], family, addr));
		expected |= in;
	}
	found = family == 4 ?
			ttlpin_prefix_find4(l->range4, l->ranges4, addr) :
			ttlpin_prefix_find6(l->range6, l->ranges6, addr);
	MUST(found == expected);
}

/* Up or down by one, with what carries. */
static void step(u8 *addr, int size, int by)
{
	int i = size;

	while (i-- && (addr[i] += by) == (by > 0 ? 0 : 255))
		;
}

/* First and last address of a prefix, and their neighbours outside. */
static void look_at_ends(const struct list *l, const struct ttlpin_prefix *p)
{
	int size = p->family == 4 ? 4 : 16;
	unsigned int bit;
	u8 addr[16];

	memcpy(addr, p->addr, sizeof(addr));
	look_for(l, p->family, addr);
	step(addr, size, -1);
	look_for(l, p->family, addr);
	memcpy(addr, p->addr, sizeof(addr));
	for (bit = p->len; bit < 8u * size; bit++)
		addr[bit / 8] |= 0x80 >> bit % 8;
	look_for(l, p->family, addr);
	step(addr, size, 1);
	look_for(l, p->family, addr);
}

static void take_addr(struct input *in, u8 family, u8 *addr)
{
	int i;

	memset(addr, 0, 16);
	for (i = 0; i < (family == 4 ? 4 : 16); i++)
		addr[i] = take(in, 1);
}

/* A prefix; valid, as the module lets in no other, and it says which are. */
static void take_prefix(struct input *in, unsigned int head, struct list *l)
{
	struct ttlpin_prefix *p = &l->prefix[l->nr++];
	bool clean = true;
	unsigned int bit;

	*p = (struct ttlpin_prefix){ .family = head & 1 ? 6 : 4 };
	p->len = (head >> 1) % (p->family == 4 ? 33 : 129);
	take_addr(in, p->family, p->addr);
	for (bit = p->len; bit < 128; bit++)
		clean &= !bit_of(p->addr, bit);
	MUST(ttlpin_prefix_is_valid(p) == clean);
	for (bit = p->len; bit < 128; bit++)
		p->addr[bit / 8] &= ~(0x80 >> bit % 8);
	l->nr4 += p->family == 4;
}

static int compare(const void *a, const void *b)
{
	return ttlpin_prefix_compare(a, b);
}

/* Ascending and apart, and no more than there are prefixes. */
static void check_ranges(const struct list *l)
{
	u32 i;

	MUST(l->ranges4 <= l->nr4 && l->ranges6 <= l->nr - l->nr4);
	for (i = 0; i < l->ranges4; i++) {
		MUST(l->range4[i].first <= l->range4[i].last);
		MUST(!i || l->range4[i - 1].last < l->range4[i].first);
	}
	for (i = 1; i < l->ranges6; i++) {
		const struct ttlpin_addr6 *a = &l->range6[i - 1].last;
		const struct ttlpin_addr6 *b = &l->range6[i].first;

		MUST(a->high < b->high || (a->high == b->high && a->low < b->low));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct list l = { .nr = 0 };
	unsigned int head;
	u8 addr[16];
	u32 i;

	while (l.nr < PREFIXES_MAX && in.left && (head = take(&in, 1)) != 255)
		take_prefix(&in, head | (head & 1 ? take(&in, 1) & 1 ? 256 : 0 : 0), &l);
	qsort(l.prefix, l.nr, sizeof(l.prefix[0]), compare);
	l.ranges4 = ttlpin_prefix_ranges4(l.prefix, l.nr4, l.range4);
	l.ranges6 = ttlpin_prefix_ranges6(l.prefix + l.nr4, l.nr - l.nr4, l.range6);
	check_ranges(&l);
	for (i = 0; i < l.nr; i++)
		look_at_ends(&l, &l.prefix[i]);
	while (in.left) {
		u8 family = take(&in, 1) & 1 ? 6 : 4;

		take_addr(&in, family, addr);
		look_for(&l, family, addr);
	}
	return 0;
}
