// SPDX-License-Identifier: GPL-2.0
/*
 * The parser: what it reads, what it refuses, and that it reads nothing beyond
 * what is there (run with AddressSanitizer).
 */
#include <stdlib.h>
#include "segment.h"
#include "tap.h"

/* A copy of exactly the octets at hand, so that one too many is noticed. */
static enum ttlpin_parse parse(const u8 *packet, u32 avail, u32 len,
			       struct ttlpin_place *place,
			       struct ttlpin_segment *seg, u32 *need)
{
	u8 *copy = malloc(avail ? avail : 1);
	struct ttlpin_bytes b = { copy, avail, len, 0 };
	enum ttlpin_parse ret;

	memcpy(copy, packet, avail);
	ret = ttlpin_segment_locate(&b, place);
	if (!ret)
		ret = ttlpin_segment_parse(&b, place, seg);
	if (!ret && seg->payload_avail)
		EXPECT(seg->payload[seg->payload_avail - 1] ==
		       packet[seg->payload - copy + seg->payload_avail - 1]);
	*need = b.need;
	free(copy);
	return ret;
}

static const u8 v4[] = {
	0x45, 0, 0, 63, 0x11, 0x22, 0x40, 0, 50, 6, 0, 0,
	203, 0, 113, 25, 192, 0, 2, 10,
	0, 25, 0x9c, 0x40, 0, 0, 0x1b, 0x58, 0, 0, 3, 0xe9, 0x80, 0x18, 0x16, 0xa0,
	0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9,
	'2', '5', '0', ' ', 'O', 'k', '!', '!', '!', '\r', '\n',
};

static void reads_ipv4(void)
{
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	u32 need;

	EXPECT(parse(v4, sizeof(v4), sizeof(v4), &place, &seg, &need) ==
	       TTLPIN_PARSE_OK);
	EXPECT(place.family == 4 && place.tcp == 20 && place.end == 63);
	EXPECT(place.sport == 25 && place.dport == 40000);
	EXPECT(seg.ttl == 50 && seg.seq == 7000 && seg.ack == 1001);
	EXPECT(seg.flags == (TTLPIN_PSH | TTLPIN_ACK) && seg.window == 0x16a0);
	EXPECT(seg.has_ts && seg.tsval == 7 && seg.tsecr == 9);
	EXPECT(seg.payload_len == 11 && seg.payload_avail == 11);
	EXPECT(ttlpin_segment_len(&seg) == 11);
}

/* Each cut asks for more than is there, never for more than there can be. */
static void asks_for_more(void)
{
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	u32 avail, need;

	for (avail = 0; avail < sizeof(v4); avail++) {
		enum ttlpin_parse ret = parse(v4, avail, sizeof(v4), &place,
					      &seg, &need);

		if (avail < 52)
			EXPECT(ret == TTLPIN_PARSE_SHORT && need > avail &&
			       need <= sizeof(v4));
		else
			EXPECT(ret == TTLPIN_PARSE_OK &&
			       seg.payload_avail == avail - 52 &&
			       seg.payload_len == 11);
	}
}

static void ends_at_its_own_length(void)
{
	u8 padded[sizeof(v4) + 6] = { 0 };
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	u32 need;

	memcpy(padded, v4, sizeof(v4));
	EXPECT(!parse(padded, sizeof(padded), sizeof(padded), &place, &seg, &need));
	EXPECT(seg.payload_len == 11);
	padded[2] = padded[3] = 0;	/* merged by the kernel: no length */
	EXPECT(!parse(padded, sizeof(padded), sizeof(padded), &place, &seg, &need));
	EXPECT(seg.payload_len == 17);
}

static enum ttlpin_parse changed(u32 at, u8 value)
{
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	u8 packet[sizeof(v4)];
	u32 need;

	memcpy(packet, v4, sizeof(v4));
	packet[at] = value;
	return parse(packet, sizeof(v4), sizeof(v4), &place, &seg, &need);
}

static void refuses_lies(void)
{
	EXPECT(changed(3, 64) == TTLPIN_PARSE_MALFORMED);	/* too long */
	EXPECT(changed(3, 39) == TTLPIN_PARSE_MALFORMED);	/* too short */
	EXPECT(changed(3, 45) == TTLPIN_PARSE_MALFORMED);	/* ends in options */
	EXPECT(changed(0, 0x44) == TTLPIN_PARSE_MALFORMED);	/* ihl */
	EXPECT(changed(0, 0x4f) == TTLPIN_PARSE_MALFORMED);
	EXPECT(changed(32, 0x40) == TTLPIN_PARSE_MALFORMED);	/* doff */
	EXPECT(changed(32, 0xf0) == TTLPIN_PARSE_MALFORMED);
	EXPECT(changed(32, 0x50) == TTLPIN_PARSE_OK);
}

static void passes_over_what_is_other(void)
{
	EXPECT(changed(9, 17) == TTLPIN_PARSE_OTHER);
	EXPECT(changed(0, 0x55) == TTLPIN_PARSE_OTHER);
	EXPECT(changed(6, 0x20) == TTLPIN_PARSE_FRAGMENT);	/* first fragment */
	EXPECT(changed(7, 1) == TTLPIN_PARSE_FRAGMENT);	/* later fragment */
}

static bool option_found(const u8 *options, u32 len)
{
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	u8 packet[80] = { 0 };
	u32 need;

	memcpy(packet, v4, 40);
	packet[3] = 40 + len;
	packet[32] = (20 + len) / 4 << 4;
	memcpy(packet + 40, options, len);
	EXPECT(!parse(packet, 40 + len, 40 + len, &place, &seg, &need));
	return seg.has_ts && seg.tsval == 7 && seg.tsecr == 9;
}

static void reads_options_as_tcp_does(void)
{
	EXPECT(option_found((const u8 *)"\10\12\0\0\0\7\0\0\0\11\0\0", 12));
	EXPECT(option_found((const u8 *)"\2\4\5\264\10\12\0\0\0\7\0\0\0\11\1\1", 16));
	/* the last of two counts */
	EXPECT(option_found((const u8 *)"\10\12\1\1\1\1\1\1\1\1\10\12\0\0\0\7\0\0\0\11", 20));
	EXPECT(!option_found((const u8 *)"\10\12\0\0\0\7\0\0\0\11\10\12\1\1\1\1\1\1\1\1", 20));
	EXPECT(!option_found((const u8 *)"\0\0\10\12\0\0\0\7\0\0\0\11", 12));	/* behind the end */
	EXPECT(!option_found((const u8 *)"\10\11\0\0\0\7\0\0\0\11\1\1", 12));	/* wrong length */
	EXPECT(!option_found((const u8 *)"\3\0\10\12\0\0\0\7\0\0\0\11", 12));	/* length 0 */
	EXPECT(!option_found((const u8 *)"\3\1\10\12\0\0\0\7\0\0\0\11", 12));	/* length 1 */
	EXPECT(!option_found((const u8 *)"\3\50\10\12\0\0\0\7\0\0\0\11", 12));	/* too long */
	EXPECT(!option_found((const u8 *)"\1\1\1\10", 4));	/* no length */
	EXPECT(!option_found((const u8 *)"", 0));
}

/* An IPv6 packet with @len octets of extension headers, the first @kind. */
static enum ttlpin_parse v6(u8 kind, const u8 *ext, u32 len, int claimed,
			    u32 avail, struct ttlpin_segment *seg)
{
	struct ttlpin_place place;
	u8 packet[4096] = { 0x60 };
	u32 total = 40 + len + 31, need = 0, last = 0;
	enum ttlpin_parse ret;

	packet[4] = (claimed >= 0 ? claimed : (int)(len + 31)) >> 8;
	packet[5] = claimed >= 0 ? claimed : (int)(len + 31);
	packet[6] = kind;
	packet[7] = 50;
	memcpy(packet + 40, ext, len);
	memcpy(packet + 40 + len, v4 + 20, 20);
	packet[40 + len + 12] = 0x50;
	memcpy(packet + 60 + len, v4 + 52, 11);
	if (!avail || avail > total)
		avail = total;
	for (;;) {
		ret = parse(packet, avail, total, &place, seg, &need);
		if (ret != TTLPIN_PARSE_SHORT)
			return ret;
		EXPECT(need > avail && need > last);
		last = avail = need;
	}
}

static void reads_ipv6(void)
{
	static const u8 dst[8] = { 6, 0, 1, 4 }, ah[24] = { 6, 4 };
	static const u8 atomic[8] = { 6 }, first[8] = { 6, 0, 0, 1 };
	static const u8 later[8] = { 6, 0, 0, 8 }, ext[8] = { 60, 0, 0, 1 };
	static const u8 udp[8] = { 17, 0, 0, 1 }, udp_later[8] = { 17, 0, 0, 8 };
	struct ttlpin_segment seg;
	u8 many[800] = { 0 };
	u32 i;

	EXPECT(v6(6, dst, 0, -1, 0, &seg) == TTLPIN_PARSE_OK);
	EXPECT(seg.ttl == 50 && seg.payload_len == 11 && !seg.has_ts);
	EXPECT(v6(6, dst, 0, 0, 0, &seg) == TTLPIN_PARSE_OK);	/* jumbo */
	EXPECT(v6(6, dst, 0, 32, 0, &seg) == TTLPIN_PARSE_MALFORMED);
	EXPECT(v6(6, dst, 0, 19, 0, &seg) == TTLPIN_PARSE_MALFORMED);
	EXPECT(v6(58, dst, 0, -1, 0, &seg) == TTLPIN_PARSE_OTHER);
	EXPECT(v6(60, dst, 8, -1, 1, &seg) == TTLPIN_PARSE_OK);
	EXPECT(v6(0, dst, 8, -1, 1, &seg) == TTLPIN_PARSE_OK);
	EXPECT(v6(43, dst, 8, -1, 1, &seg) == TTLPIN_PARSE_OK);
	EXPECT(v6(51, ah, 24, -1, 1, &seg) == TTLPIN_PARSE_OK);
	EXPECT(v6(44, atomic, 8, -1, 1, &seg) == TTLPIN_PARSE_OK);
	EXPECT(v6(44, first, 8, -1, 0, &seg) == TTLPIN_PARSE_FRAGMENT);
	EXPECT(v6(44, later, 8, -1, 0, &seg) == TTLPIN_PARSE_FRAGMENT);
	EXPECT(v6(44, ext, 8, -1, 0, &seg) == TTLPIN_PARSE_FRAGMENT);
	EXPECT(v6(44, udp, 8, -1, 0, &seg) == TTLPIN_PARSE_OTHER);
	EXPECT(v6(44, udp_later, 8, -1, 0, &seg) == TTLPIN_PARSE_OTHER);
	EXPECT(v6(59, dst, 8, -1, 0, &seg) == TTLPIN_PARSE_OTHER);
	for (i = 0; i < 800; i += 8)
		many[i] = 60;
	many[792] = 6;
	EXPECT(v6(60, many, 800, -1, 1, &seg) == TTLPIN_PARSE_OK);
	many[785] = 255;	/* leads beyond the packet */
	EXPECT(v6(60, many, 800, -1, 1, &seg) == TTLPIN_PARSE_MALFORMED);
	EXPECT(v6(60, many, 4, -1, 0, &seg) == TTLPIN_PARSE_OTHER ||
	       v6(60, many, 4, -1, 0, &seg) == TTLPIN_PARSE_MALFORMED);
}

/* However many headers there are: the way to TCP begins anew a few times only. */
static void grows_by_doubling(void)
{
	static u8 packet[65536] = { 0x60, 0, 0, 0, 0xff, 0xd7, 60, 50 };
	const u32 len = sizeof(packet) - 1;
	struct ttlpin_bytes b = { packet, 40, len, 0 };
	struct ttlpin_place place;
	enum ttlpin_parse ret;
	u32 at, turns = 0;

	for (at = 40; at < 65000; at += 8)
		packet[at] = 60;
	packet[at - 8] = 6;
	do {
		ret = ttlpin_segment_locate(&b, &place);
		if (ret == TTLPIN_PARSE_SHORT) {
			u32 more = ttlpin_segment_more(&b);

			EXPECT(more >= b.need && more > b.avail && more <= len);
			b.avail = more;
		}
		turns++;
	} while (ret == TTLPIN_PARSE_SHORT);
	EXPECT(ret == TTLPIN_PARSE_OK && place.tcp == at);
	EXPECT(turns <= 12);
	/* No more than is wanted where that is all there is. */
	b = (struct ttlpin_bytes){ packet, 60, 61, 61 };
	EXPECT(ttlpin_segment_more(&b) == 61);
}

static void finds_the_addresses(void)
{
	struct ttlpin_bytes b = { v4, sizeof(v4), sizeof(v4), 0 };
	struct ttlpin_place place;

	EXPECT(!ttlpin_segment_locate(&b, &place));
	EXPECT(!memcmp(ttlpin_place_saddr(&b, &place), "\313\0\161\31", 4));
	EXPECT(!memcmp(ttlpin_place_daddr(&b, &place), "\300\0\2\12", 4));
	place.family = 6;
	EXPECT(ttlpin_place_saddr(&b, &place) == v4 + 8);
	EXPECT(ttlpin_place_daddr(&b, &place) == v4 + 24);
}

/* Whatever the octets: no read beyond them, and an end. */
static void survives_noise(void)
{
	struct ttlpin_segment seg;
	struct ttlpin_place place;
	u8 packet[256];
	u32 round, i, need;

	srand(1);
	for (round = 0; round < 200000; round++) {
		u32 len = rand() % sizeof(packet), avail = len ? rand() % len : 0;

		for (i = 0; i < sizeof(packet); i++)
			packet[i] = rand() & rand();
		packet[0] = rand() & 1 ? 0x45 : 0x60;
		packet[9] = packet[6] = rand() & 1 ? 6 : 60;
		if (packet[0] == 0x45)
			packet[6] = packet[7] = 0;
		packet[2] = 0;
		packet[4] = 0;
		if (parse(packet, avail, len, &place, &seg, &need) ==
		    TTLPIN_PARSE_SHORT)
			EXPECT(need > avail && need <= len);
	}
}

/*
 * What is recognised at once is what the search finds: packets of the common
 * shapes with a few octets of their headers changed, and cut anywhere.
 */
static void recognises_what_it_finds(void)
{
	u32 round, i, agreed[TTLPIN_PARSE_SHORT + 1] = {};
	u8 packet[100];

	srand(3);
	for (round = 0; round < 500000; round++) {
		bool six = rand() & 1;
		struct ttlpin_place a = {}, b = {};
		struct ttlpin_bytes one = { packet, 0, 0, 0 }, two;
		enum ttlpin_parse ret;

		memset(packet, 0, sizeof(packet));
		memcpy(packet + (six ? 20 : 0), v4, sizeof(v4));
		if (six) {
			memset(packet, 0, 40);
			packet[0] = 0x60;
			packet[5] = sizeof(v4) - 20;
			packet[6] = 6;
			packet[7] = 50;
		}
		for (i = rand() % 3; i; i--)
			packet[rand() % 10] = rand() & 1 ? rand() : rand() % 64;
		one.len = sizeof(v4) + (six ? 20 : 0) - (rand() & 1 ? 0 : rand() % 40);
		one.avail = rand() & 1 ? one.len : rand() % (one.len + 1);
		two = one;
		ret = ttlpin_segment_locate(&one, &a);
		EXPECT(ret == ttlpin_segment_search(&two, &b));
		if (ret == TTLPIN_PARSE_OK)
			EXPECT(a.family == b.family && a.ttl == b.ttl &&
			       a.sport == b.sport && a.dport == b.dport &&
			       a.tcp == b.tcp && a.end == b.end);
		if (ret == TTLPIN_PARSE_SHORT)
			EXPECT(one.need == two.need);
		agreed[ret]++;
	}
	for (i = 0; i <= TTLPIN_PARSE_SHORT; i++)
		EXPECT(agreed[i] > 1000);
}

int main(void)
{
	TEST(reads_ipv4);
	TEST(asks_for_more);
	TEST(ends_at_its_own_length);
	TEST(refuses_lies);
	TEST(passes_over_what_is_other);
	TEST(reads_options_as_tcp_does);
	TEST(reads_ipv6);
	TEST(grows_by_doubling);
	TEST(finds_the_addresses);
	TEST(survives_noise);
	TEST(recognises_what_it_finds);
	return tap_end();
}
