// SPDX-License-Identifier: GPL-2.0
/*
 * Calls each hot function of the pure files a thousand times under callgrind,
 * and has it write the instructions of each down by name.
 */
#include <stdlib.h>
#include <valgrind/callgrind.h>
#include "engine.h"
#include "heal.h"
#include "prefix.h"
#include "segment.h"
#include "session.h"

#define CALLS		1000
#define PREFIXES	65536

#define CASE(name, call) do {						\
	int n_;								\
	CALLGRIND_ZERO_STATS;						\
	for (n_ = 0; n_ < CALLS; n_++) {				\
		call;							\
		__asm__ volatile("" : : : "memory");			\
	}								\
	CALLGRIND_DUMP_STATS_AT(name);					\
} while (0)

static const struct ttlpin_policy policy = { 1, true, true };

static const u8 v4_plain[] = {
	0x45, 0, 0, 40, 0x30, 0x39, 0x40, 0, 50, 6, 0, 0,
	203, 0, 113, 25, 192, 0, 2, 10,
	0, 25, 0xea, 0x60, 0, 0, 0x1b, 0x59, 0, 0, 3, 0xe9, 0x50, 0x10, 16, 0, 0, 0, 0, 0,
};

static const u8 v4_timestamps[] = {
	0x45, 0, 0, 60, 0x30, 0x39, 0x40, 0, 50, 6, 0, 0,
	203, 0, 113, 25, 192, 0, 2, 10,
	0, 25, 0xea, 0x60, 0, 0, 0x1b, 0x59, 0, 0, 3, 0xe9, 0x80, 0x18, 16, 0, 0, 0, 0, 0,
	1, 1, 8, 10, 0, 0, 0x13, 0x88, 0, 0, 0x0f, 0xa0,
	'2', '5', '0', ' ', 'O', 'k', '\r', '\n',
};

static const u8 v6_timestamps[] = {
	0x60, 0, 0, 0, 0, 32, 6, 50,
	0x20, 0x01, 0x0d, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25,
	0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	0, 25, 0xea, 0x60, 0, 0, 0x1b, 0x59, 0, 0, 3, 0xe9, 0x80, 0x10, 16, 0, 0, 0, 0, 0,
	1, 1, 8, 10, 0, 0, 0x13, 0x88, 0, 0, 0x0f, 0xa0,
};

/* What a case counts has to be what it is named after. */
static void hold(bool expected)
{
	if (!expected)
		abort();
}

/* What is inline elsewhere is called here, lest a loop does part of it only once. */
#define CALLED __attribute__((noinline, noclone))

static CALLED void parse(const u8 *packet, u32 len, struct ttlpin_segment *seg)
{
	struct ttlpin_bytes b = { .data = packet, .avail = len, .len = len };
	struct ttlpin_place place;

	hold(!ttlpin_segment_locate(&b, &place) &&
	     !ttlpin_segment_parse(&b, &place, seg));
}

static void count_parser(struct ttlpin_segment *seg)
{
	CASE("parse-ipv4", parse(v4_plain, sizeof(v4_plain), seg));
	CASE("parse-ipv6-timestamps",
	     parse(v6_timestamps, sizeof(v6_timestamps), seg));
	CASE("parse-ipv4-timestamps",
	     parse(v4_timestamps, sizeof(v4_timestamps), seg));
}

/* A flow whose SYN-ACK had TTL 50. */
static void open_flow(u64 *state, struct ttlpin_memory *mem)
{
	struct ttlpin_segment syn = { .seq = 1000, .flags = TTLPIN_SYN };
	struct ttlpin_segment synack = { .seq = 7000,
					 .ack = 1001,
					 .ttl = 50,
					 .flags = TTLPIN_SYN | TTLPIN_ACK };
	struct ttlpin_verdict v;

	syn.has_ts = true;
	syn.tsval = 3900;
	synack.has_ts = true;
	synack.tsval = 4900;
	ttlpin_session_open(state, mem, &syn, 1000);
	ttlpin_engine_judge(state, mem, &synack, &policy, 1100, &v);
	hold(v.pinned);
}

static CALLED bool known(u64 state, const struct ttlpin_segment *seg,
			 const struct ttlpin_policy *settings, u32 now_s,
			 u64 *next, enum ttlpin_action *action)
{
	return ttlpin_engine_known(state, seg, settings, now_s, next, action);
}

static void count_verdicts(const struct ttlpin_segment *good)
{
	struct ttlpin_segment forged = *good;
	struct ttlpin_memory mem;
	enum ttlpin_action action;
	struct ttlpin_verdict v;
	u64 state, next;

	open_flow(&state, &mem);
	CASE("known", hold(known(state, good, &policy, 2, &next, &action)));
	CASE("judge-good", ttlpin_engine_judge(&state, &mem, good, &policy,
					       2000, &v));
	forged.ttl = 58;
	CASE("judge-forged", ttlpin_engine_judge(&state, &mem, &forged, &policy,
						 2000, &v));
	hold(v.action == TTLPIN_CONDEMN);
	CASE("outbound", hold(ttlpin_session_outbound(good, true) ==
			      TTLPIN_SENT_NOTHING));
}

/* Every second address, so that each lookup ends beside one that is listed. */
static void count_lookups(void)
{
	struct ttlpin_range4 *r4 = calloc(PREFIXES, sizeof(*r4));
	struct ttlpin_range6 *r6 = calloc(PREFIXES, sizeof(*r6));
	const u8 v4[4] = { 198, 18, 100, 101 };
	const u8 v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [13] = 100, [15] = 101 };
	struct ttlpin_prefix p = { .len = 32 };
	u32 i;

	hold(r4 && r6);
	for (i = 0; i < PREFIXES; i++) {
		p = (struct ttlpin_prefix){ { 198, 18 + (i >> 15), i >> 7, i << 1 },
					    4, 32 };
		ttlpin_prefix_ranges4(&p, 1, &r4[i]);
		p = (struct ttlpin_prefix){ { 0x20, 0x01, 0x0d, 0xb8,
					      [13] = i >> 15, [14] = i >> 7,
					      [15] = i << 1 }, 6, 128 };
		ttlpin_prefix_ranges6(&p, 1, &r6[i]);
	}
	CASE("whitelist-ipv4", hold(!ttlpin_prefix_find4(r4, PREFIXES, v4)));
	CASE("whitelist-ipv6", hold(!ttlpin_prefix_find6(r6, PREFIXES, v6)));
	free(r4);
	free(r6);
}

int main(void)
{
	struct ttlpin_segment seg;

	count_parser(&seg);
	count_verdicts(&seg);
	count_lookups();
	return 0;
}
