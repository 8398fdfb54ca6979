// SPDX-License-Identifier: GPL-2.0
/*
 * What scripts cannot say about the verdict: the other ways in which a flow
 * begins, clocks that lag, payload that is not at hand.
 */
#include <stdlib.h>
#include "engine.h"
#include "heal.h"
#include "session.h"
#include "tap.h"

static const struct ttlpin_policy policy = { 1, true, true };

static struct ttlpin_segment segment(u8 flags, u32 seq, u32 ack, u8 ttl)
{
	return (struct ttlpin_segment){ .flags = flags, .seq = seq, .ack = ack,
					.ttl = ttl, .payload = (const u8 *)"" };
}

static struct ttlpin_segment with(struct ttlpin_segment seg, const char *text)
{
	seg.payload = (const u8 *)text;
	seg.payload_len = seg.payload_avail = strlen(text);
	return seg;
}

static enum ttlpin_action judge(u64 *state, struct ttlpin_memory *mem,
				struct ttlpin_segment seg, u64 now)
{
	struct ttlpin_verdict v;

	ttlpin_engine_judge(state, mem, &seg, &policy, now, &v);
	return v.action;
}

static void guards_a_server(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 500, 0, 57);
	struct ttlpin_segment synack = segment(TTLPIN_SYN | TTLPIN_ACK, 9000, 501, 64);
	struct ttlpin_memory mem;
	u64 state;

	syn.has_ts = true;
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_OFFERED);
	/* Before our SYN-ACK nothing completes the handshake. */
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 501, 9001, 57), 1001) ==
	       TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 501, 1, 57), 1001) ==
	       TTLPIN_UNPINNED);	/* as if our ISN were 0 */
	ttlpin_session_answered(&state, &mem, &synack, 1002);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_NONE);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 501, 9001, 60), 1003) ==
	       TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 501, 9000, 57), 1003) ==
	       TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST | TTLPIN_ACK, 501, 9001, 57),
		     1003) == TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 501, 9001, 57),
		     1003) == TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 501, 9001, 56), 1004) ==
	       TTLPIN_PASS);
	/* The pin is the SYN's TTL, not that of the ACK. */
	EXPECT(ttlpin_state_pin(state) == 57);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_TALKING);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 501, 0, 60), 1005) ==
	       TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, with(segment(TTLPIN_ACK, 501, 9001, 60), "RSET\r\n"),
		     1005) == TTLPIN_CONDEMN);
	/* A SYN-ACK is nothing special from a client. */
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 1, 1, 57), 1006) ==
	       TTLPIN_PASS);
	/* With timestamps in both, they are kept. */
	synack.has_ts = true;
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	ttlpin_session_answered(&state, &mem, &synack, 1002);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_OFFERED);
}

static void learns_in_midstream(void)
{
	struct ttlpin_segment ours = with(segment(TTLPIN_ACK, 1000, 7000, 64), "NOOP\r\n");
	struct ttlpin_memory mem;
	u64 state;

	ttlpin_session_open_midstream(&state, &mem, &ours, 1000);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 7000, 1000, 50), 1001) ==
	       TTLPIN_UNPINNED);	/* acknowledges nothing of ours */
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 7000, 1007, 50), 1001) ==
	       TTLPIN_UNPINNED);	/* what we have not sent */
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST | TTLPIN_ACK, 7000, 1006, 50),
		     1001) == TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 7000, 1006, 50),
		     1001) == TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 7000, 1006, 50), 1001) ==
	       TTLPIN_PASS);
	EXPECT(ttlpin_state_pin(state) == 50);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 7000, 0, 58), 1002) ==
	       TTLPIN_CONDEMN);
}

static void pinned(u64 *state, struct ttlpin_memory *mem, u64 now)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 999, 0, 64);

	ttlpin_session_open(state, mem, &syn, now);
	EXPECT(judge(state, mem, segment(TTLPIN_SYN | TTLPIN_ACK, 6999, 1000, 50),
		     now) == TTLPIN_PASS);
}

/* Payload that cannot be read may be a refusal: it does not heal. */
static void takes_the_unread_for_a_refusal(void)
{
	struct ttlpin_segment reply = with(segment(TTLPIN_ACK, 7000, 1000, 47), "250 Ok\r\n");
	struct ttlpin_memory mem;
	u64 state;
	int cut;

	for (cut = 0; cut < 2; cut++) {
		pinned(&state, &mem, 5000);
		reply.payload_avail = 8 - cut;
		EXPECT(judge(&state, &mem, reply, 5100) == TTLPIN_CONDEMN);
		EXPECT(judge(&state, &mem, reply, 5400) ==
		       (cut ? TTLPIN_CONDEMN : TTLPIN_HEALED));
	}
}

static void knows_idle_time(void)
{
	u64 state = ttlpin_state_set_seen(0, 131070);

	EXPECT(ttlpin_state_idle(state, 131070) == 0);
	EXPECT(ttlpin_state_idle(state, 131072 + 5) == 7);	/* wraps */
	EXPECT(ttlpin_state_idle(state, 131070 + 86400) == 86400);
	EXPECT(ttlpin_state_idle(state, 131069) == 0);	/* a clock that lags */
	EXPECT(ttlpin_state_idle(state, 131011) == 0);
}

/* All pairs of TTLs at each tolerance: the distance never wraps. */
static void measures_every_pair(void)
{
	struct ttlpin_policy p = { 0, true, false };
	int pin, ttl, wrong = 0;

	for (p.tolerance = 0; p.tolerance <= 32; p.tolerance++) {
		for (pin = 0; pin < 256; pin++) {
			for (ttl = 0; ttl < 256; ttl++) {
				u64 state = ttlpin_state_set_phase(pin, TTLPIN_PHASE_TALKING);
				struct ttlpin_segment seg = segment(TTLPIN_ACK, 1, 1, ttl);
				struct ttlpin_memory mem = { 0 };
				struct ttlpin_verdict v;
				int d = abs(pin - ttl);

				ttlpin_engine_judge(&state, &mem, &seg, &p, 0, &v);
				wrong += v.distance != d ||
					 v.action != (d == 0 ? TTLPIN_PASS :
						      d <= p.tolerance ? TTLPIN_NEAR :
									 TTLPIN_CONDEMN);
			}
		}
	}
	EXPECT(!wrong);
}

static void counts_copies_without_wrapping(void)
{
	struct ttlpin_segment rst = segment(TTLPIN_ACK, 7000, 1000, 47);
	struct ttlpin_memory mem;
	u64 state;
	int i;

	pinned(&state, &mem, 5000);
	for (i = 0; i < 300; i++)
		EXPECT(judge(&state, &mem, rst, 5000) == TTLPIN_CONDEMN);
	EXPECT(mem.copies == 255);
}

int main(void)
{
	TEST(guards_a_server);
	TEST(learns_in_midstream);
	TEST(takes_the_unread_for_a_refusal);
	TEST(knows_idle_time);
	TEST(measures_every_pair);
	TEST(counts_copies_without_wrapping);
	return tap_end();
}
