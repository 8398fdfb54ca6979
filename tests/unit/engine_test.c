// SPDX-License-Identifier: GPL-2.0
/*
 * What scripts cannot say about the verdict: clocks that lag, payload that is not at
 * hand, what a mark tells.
 */
#include <stdlib.h>
#include "heal.h"
#include "judge.h"

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

/* A mark for a closer look goes once nothing was to be seen, and only then. */
static void takes_an_empty_mark_away(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 1000, 0, 64);
	struct ttlpin_segment data = with(segment(TTLPIN_ACK, 7001, 1001, 50), "250 Ok\r\n");
	enum ttlpin_action action;
	struct ttlpin_memory mem;
	u64 state, next;

	ttlpin_session_open(&state, &mem, &syn, 1000);
	judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 7000, 1001, 50), 1001);
	EXPECT(ttlpin_engine_known(state, &data, &policy, 1, &next, &action));
	state |= TTLPIN_ST_SUSPECT;
	EXPECT(!ttlpin_engine_known(state, &data, &policy, 1, &next, &action));
	EXPECT(judge(&state, &mem, data, 1002) == TTLPIN_PASS);
	EXPECT(!(state & TTLPIN_ST_SUSPECT));
	/* With a suspect that this segment does not cover it stays. */
	data.ttl = 58;
	data.seq += 100;
	EXPECT(judge(&state, &mem, data, 1003) == TTLPIN_CONDEMN);
	data.ttl = 50;
	data.seq -= 100;
	EXPECT(judge(&state, &mem, data, 1004) == TTLPIN_PASS);
	EXPECT(state & TTLPIN_ST_SUSPECT);
}

/* What is let go unparsed is what the parsed segment would have been let go for. */
static void sees_what_changes_nothing(void)
{
	static const char *const texts[] = { "MAIL", "rcpt", "Data", "STARTTLS", "quit",
					     "mai", "a line", "x", "" };
	u8 packet[80];
	u32 i, round, idle = 0;

	for (round = 0; round < 512; round++) {
		for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
			u32 len = strlen(texts[i]), cut = round & 2;
			struct ttlpin_bytes b = { packet, 40 + len, 40 + len, 0 };
			struct ttlpin_segment seg;
			struct ttlpin_place place;
			bool mail = round & 1;

			memset(packet, 0, sizeof(packet));
			packet[0] = 0x45;
			packet[3] = 40 + len;
			packet[9] = 6;
			packet[32] = 0x50;
			packet[33] = round >> 2;
			memcpy(packet + 40, texts[i], len);
			b.avail -= cut && len > 2 ? len - 2 : 0;
			EXPECT(!ttlpin_segment_locate(&b, &place));
			if (!ttlpin_session_is_idle(&b, &place, mail))
				continue;
			b.avail = b.len;
			EXPECT(!ttlpin_segment_parse(&b, &place, &seg));
			EXPECT(!(seg.flags & TTLPIN_SYN));
			EXPECT(ttlpin_session_outbound(&seg, mail) ==
			       TTLPIN_SENT_NOTHING);
			idle++;
		}
	}
	/* Without SYN, FIN and RST: no payload, or a line of mail that is at hand. */
	EXPECT(idle == 16 * 4 + 16);
}

static struct ttlpin_segment stamped(struct ttlpin_segment seg, u32 tsval, u32 tsecr)
{
	seg.has_ts = true;
	seg.tsval = tsval;
	seg.tsecr = tsecr;
	return seg;
}

/* Pinned elsewhere, and nothing known but the TTL. */
static void begins_by_its_mark(void)
{
	struct ttlpin_segment ack = segment(TTLPIN_ACK, 700, 900, 63);
	struct ttlpin_segment forged = with(segment(TTLPIN_ACK, 700, 900, 71),
					    "500 error\r\n");
	struct ttlpin_memory mem;
	enum ttlpin_action action;
	u64 state, next;

	/* With timestamps, whose values are far in the second half. */
	ttlpin_session_open_marked(&state, &mem, 63, false, 1000);
	EXPECT(ttlpin_session_carries(state, &mem) == 63);
	EXPECT(!ttlpin_engine_known(state, &ack, &policy, 1, &next, &action));
	EXPECT(judge(&state, &mem, forged, 1001) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 700, 0, 71), 1001) ==
	       TTLPIN_CONDEMN);
	/* A genuine SYN-ACK that is sent again: its ISN is not known here. */
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 699, 900, 63),
		     1002) == TTLPIN_PASS);
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 5, 900, 71),
		     1002) == TTLPIN_CONDEMN);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_OFFERED);
	EXPECT(!ttlpin_engine_known(state, &ack, &policy, 1, &next, &action));
	EXPECT(judge(&state, &mem, stamped(ack, 4000000000u, 5000), 1003) ==
	       TTLPIN_PASS);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_JUDGED);
	EXPECT(ttlpin_state_tsval(state) == 4000000000u);
	EXPECT(mem.tsval == 5000);
	/* From now on like any other: no timestamps, no way; and it heals by them. */
	forged.ttl = 63;
	EXPECT(judge(&state, &mem, forged, 1004) == TTLPIN_CONDEMN);
	ttlpin_session_open_marked(&state, &mem, 63, false, 1000);
	judge(&state, &mem, stamped(ack, 4000000000u, 5000), 1003);
	ack = with(segment(TTLPIN_ACK, 700, 900, 55), "250 Ok\r\n");
	EXPECT(judge(&state, &mem, stamped(ack, 4000000010u, 5010), 1010) ==
	       TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, stamped(ack, 4000000250u, 5010), 1250) ==
	       TTLPIN_HEALED);
	EXPECT(ttlpin_session_carries(state, &mem) == 55);
	/* Our clock is known from then on, not from the beginning: no echo of what
	 * it can have reached in the time between.
	 */
	ttlpin_session_open_marked(&state, &mem, 63, false, 1000);
	judge(&state, &mem, stamped(segment(TTLPIN_ACK, 700, 900, 63), 4000000000u, 5000),
	      100000);
	judge(&state, &mem, stamped(ack, 4000000010u, 65000), 100010);
	EXPECT(judge(&state, &mem, stamped(ack, 4000000250u, 65000), 100250) ==
	       TTLPIN_CONDEMN);

	/* Without: the first good segment says so, but an RST does not. */
	ttlpin_session_open_marked(&state, &mem, 63, false, 1000);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 700, 0, 63), 1001) == TTLPIN_PASS);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_OFFERED);
	EXPECT(!ttlpin_engine_known(state, &(struct ttlpin_segment){ .flags = TTLPIN_ACK,
				    .ttl = 63 }, &policy, 1, &next, &action));
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 700, 900, 64), 1002) == TTLPIN_NEAR);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_NONE);
	EXPECT(ttlpin_engine_known(state, &(struct ttlpin_segment){ .flags = TTLPIN_ACK,
				   .ttl = 63 }, &policy, 1, &next, &action));
}

/* Only the suspect itself heals, however often it has come. */
static void heals_nothing_beside_the_suspect(void)
{
	struct ttlpin_segment reply = with(segment(TTLPIN_ACK, 7000, 1000, 58), "250 Ok\r\n");
	struct ttlpin_memory mem;
	u64 state;

	pinned(&state, &mem, 1000);
	EXPECT(judge(&state, &mem, reply, 1001) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, reply, 1002) == TTLPIN_CONDEMN);
	reply.seq = 7008;
	EXPECT(judge(&state, &mem, reply, 1301) == TTLPIN_CONDEMN);
	reply.ttl = 44;
	EXPECT(judge(&state, &mem, reply, 1302) == TTLPIN_CONDEMN);
	reply.seq = 7000;
	reply.ttl = 58;
	EXPECT(judge(&state, &mem, reply, 1303) == TTLPIN_HEALED);
}

/* A client's mail may say what a server would refuse by, here as on any gateway. */
static void hears_no_refusal_behind_a_mark(void)
{
	struct ttlpin_segment mail = with(segment(TTLPIN_ACK, 700, 900, 55), "500 lines\r\n");
	struct ttlpin_memory mem;
	u64 state;
	int server;

	for (server = 0; server < 2; server++) {
		ttlpin_session_open_marked(&state, &mem, 63, server, 1000);
		judge(&state, &mem, segment(TTLPIN_ACK, 700, 900, 63), 1000);
		judge(&state, &mem, mail, 1001);
		judge(&state, &mem, mail, 1301);
		EXPECT(judge(&state, &mem, mail, 2101) ==
		       (server ? TTLPIN_HEALED : TTLPIN_CONDEMN));
	}
}

/* The mark of a closer look goes with that look, also where all passes. */
static void is_looked_at_once_when_loose(void)
{
	struct ttlpin_memory mem = { .flags = TTLPIN_MEM_LOOSE };
	u64 state = ttlpin_state_set_phase(57, TTLPIN_PHASE_TALKING) | TTLPIN_ST_SUSPECT;

	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 700, 900, 20), 1000) == TTLPIN_PASS);
	EXPECT(!(state & TTLPIN_ST_SUSPECT));
}

/* The literal rule is in force for flows, too, that have learned under another. */
static void forgets_what_was_learned_by_the_letter(void)
{
	static const struct ttlpin_policy literal = { 0, false, false };
	struct ttlpin_segment data = with(segment(TTLPIN_ACK, 700, 900, 40), "500 error\r\n");
	int i;

	for (i = 0; i < 2; i++) {
		struct ttlpin_memory mem = { .flags = i ? TTLPIN_MEM_LOOSE : 0,
					     .nr_learned = 1, .learned = { 40 } };
		u64 state = ttlpin_state_set_phase(57, TTLPIN_PHASE_TALKING) |
			    TTLPIN_ST_LEARNED;
		enum ttlpin_action action;
		struct ttlpin_verdict v;
		u64 next;

		EXPECT(judge(&state, &mem, data, 1000) == TTLPIN_PASS);
		EXPECT(!ttlpin_engine_known(state, &data, &literal, 1, &next, &action));
		ttlpin_engine_judge(&state, &mem, &data, &literal, 1000, &v);
		EXPECT(v.action == TTLPIN_CONDEMN && v.distance == 17);
		EXPECT(judge(&state, &mem, data, 1000) == TTLPIN_PASS);
	}
}

/* Who has no more to say makes room first. */
static void knows_who_has_ended(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 500, 0, 50);
	struct ttlpin_memory mem;
	u64 state;

	pinned(&state, &mem, 1000);
	judge(&state, &mem, segment(TTLPIN_RST, 7000, 1000, 50), 1001);
	judge(&state, &mem, segment(TTLPIN_FIN | TTLPIN_ACK, 7000, 1000, 58), 1001);
	EXPECT(!mem.ended);
	judge(&state, &mem, segment(TTLPIN_FIN | TTLPIN_ACK, 7000, 1000, 50), 1001);
	EXPECT(mem.ended);
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	state = ttlpin_state_set_phase(state, TTLPIN_PHASE_TALKING);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 501, 0, 50), 1001) == TTLPIN_PASS);
	EXPECT(mem.ended);
}

/* What is written where other gateways read it. */
static void carries_its_newest_ttl(void)
{
	struct ttlpin_memory mem = { .nr_learned = 2, .learned = { 40, 41 } };
	u64 state = ttlpin_state_set_phase(57, TTLPIN_PHASE_SYN_SENT);

	EXPECT(ttlpin_session_carries(state, &mem) == 0);
	state = ttlpin_state_set_phase(57, TTLPIN_PHASE_OPENING);
	EXPECT(ttlpin_session_carries(state, &mem) == 41);
	mem.nr_learned = 0;
	EXPECT(ttlpin_session_carries(state, &mem) == 57);
	/* What is expected is not found yet. */
	ttlpin_session_expect(&state, &mem, 40);
	EXPECT(ttlpin_session_carries(state, &mem) == 57);
	mem.expected = TTLPIN_EXPECT_WRONG;
	EXPECT(ttlpin_session_carries(state, &mem) == 57);
	mem.expected = TTLPIN_EXPECT_RIGHT;
	EXPECT(ttlpin_session_carries(state, &mem) == 40);
	mem.flags = TTLPIN_MEM_LOOSE;
	EXPECT(ttlpin_session_carries(state, &mem) == 0);
}

int main(void)
{
	TEST(takes_the_unread_for_a_refusal);
	TEST(knows_idle_time);
	TEST(measures_every_pair);
	TEST(counts_copies_without_wrapping);
	TEST(takes_an_empty_mark_away);
	TEST(sees_what_changes_nothing);
	TEST(begins_by_its_mark);
	TEST(heals_nothing_beside_the_suspect);
	TEST(hears_no_refusal_behind_a_mark);
	TEST(is_looked_at_once_when_loose);
	TEST(forgets_what_was_learned_by_the_letter);
	TEST(knows_who_has_ended);
	TEST(carries_its_newest_ttl);
	return tap_end();
}
