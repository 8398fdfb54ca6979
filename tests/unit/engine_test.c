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

/* Another SYN may be forged, or begin another connection: our SYN-ACK decides. */
static void lets_its_server_decide(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 500, 0, 57);
	struct ttlpin_segment forged = segment(TTLPIN_SYN, 77000, 0, 40);
	struct ttlpin_segment synack = segment(TTLPIN_SYN | TTLPIN_ACK, 9000, 501, 64);
	struct ttlpin_segment ack = segment(TTLPIN_ACK, 501, 9001, 57);
	struct ttlpin_memory mem;
	u64 state;

	/* While the handshake is under way. */
	synack.has_ts = true;
	forged.has_ts = true;
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	ttlpin_session_rival(&state, &mem, &forged);
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	ttlpin_session_rival(&state, &mem, &forged);
	EXPECT(judge(&state, &mem, ack, 1002) == TTLPIN_PASS);
	EXPECT(ttlpin_state_pin(state) == 57);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_NONE);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 501, 0, 40), 1003) == TTLPIN_CONDEMN);

	/* On a flow that talks, nothing is noted, and none of its own is answered. */
	ttlpin_session_rival(&state, &mem, &forged);
	synack.ack = 77001;
	ttlpin_session_answered(&state, &mem, &synack, 1004);
	EXPECT(ttlpin_state_pin(state) == 57);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_TALKING);

	/* Where it is over, a copy of its own SYN, answered once more. */
	state = ttlpin_session_sent(state, TTLPIN_SENT_CLOSE);
	ttlpin_session_rival(&state, &mem, &syn);
	synack.ack = 501;
	ttlpin_session_answered(&state, &mem, &synack, 1005);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_CLOSING);
	/* One whose place a suspect has taken since is taken to come from there, too. */
	ttlpin_session_rival(&state, &mem, &forged);
	EXPECT(judge(&state, &mem, with(segment(TTLPIN_ACK, 501, 9001, 40), "RSET\r\n"),
		     1005) == TTLPIN_CONDEMN);
	synack.ack = 77001;
	ttlpin_session_answered(&state, &mem, &synack, 1005);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 77001, 9001, 40), 1005) ==
	       TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 77001, 9001, 57), 1005) == TTLPIN_PASS);
	EXPECT(ttlpin_state_pin(state) == 57);
	/* So is one that never was noted. */
	state = ttlpin_session_sent(state, TTLPIN_SENT_CLOSE);
	synack.ack = 4711;
	ttlpin_session_answered(&state, &mem, &synack, 1005);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 4711, 9001, 57), 1005) == TTLPIN_PASS);
	EXPECT(mem.peer_isn == 4710);
	/* One that was noted comes from where it came from. */
	state = ttlpin_session_sent(state, TTLPIN_SENT_CLOSE);
	forged.seq = 88000;
	synack.ack = 88001;
	ttlpin_session_rival(&state, &mem, &forged);
	ttlpin_session_answered(&state, &mem, &synack, 1006);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 88001, 9001, 40), 1007) == TTLPIN_PASS);
	EXPECT(ttlpin_state_pin(state) == 40);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_NONE);

	/* Both have timestamps. */
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	ttlpin_session_rival(&state, &mem, &forged);
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_OFFERED);
	/* It answers neither. */
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	ttlpin_session_rival(&state, &mem, &forged);
	synack.ack = 4711;
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	EXPECT(!(mem.flags & TTLPIN_MEM_ANSWERED) && mem.peer_isn == 500);
	/* Nothing was noted: the zeros of a new flow are no SYN. */
	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	synack.ack = 1;
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	EXPECT(!(mem.flags & TTLPIN_MEM_ANSWERED));
}

/* TCP Fast Open: our SYN-ACK acknowledges what the SYN carried, or some of it. */
static void takes_data_with_a_syn(void)
{
	struct ttlpin_segment syn = with(segment(TTLPIN_SYN, 500, 0, 57), "EHLO a\r\n");
	struct ttlpin_segment synack = segment(TTLPIN_SYN | TTLPIN_ACK, 9000, 509, 64);
	struct ttlpin_memory mem;
	u64 state;

	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	synack.ack = 510;
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	EXPECT(!(mem.flags & TTLPIN_MEM_ANSWERED));
	synack.ack = 509;
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	EXPECT(mem.flags & TTLPIN_MEM_ANSWERED);
	/* The client acknowledges our SYN, and no octet that we have not sent. */
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 509, 9002, 57), 1002) ==
	       TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 509, 9001, 57), 1002) == TTLPIN_PASS);
	EXPECT(ttlpin_state_pin(state) == 57);
	/* The same from a port that is used again. */
	state = ttlpin_session_sent(state, TTLPIN_SENT_CLOSE);
	syn.seq = 3000;
	syn.ttl = 40;
	ttlpin_session_rival(&state, &mem, &syn);
	synack.ack = 3009;
	ttlpin_session_answered(&state, &mem, &synack, 1003);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 3009, 9001, 40), 1004) == TTLPIN_PASS);
	EXPECT(ttlpin_state_pin(state) == 40);
}

/* What a client of ours says is no reply, whatever it begins with. */
static void hears_no_refusal_from_a_client(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 500, 0, 57);
	struct ttlpin_segment synack = segment(TTLPIN_SYN | TTLPIN_ACK, 9000, 501, 64);
	struct ttlpin_segment line = with(segment(TTLPIN_ACK, 501, 9001, 40), "5 apples\r\n");
	struct ttlpin_memory mem;
	u64 state;

	ttlpin_session_open_server(&state, &mem, &syn, 1000);
	ttlpin_session_answered(&state, &mem, &synack, 1001);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 501, 9001, 57), 1002) == TTLPIN_PASS);
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN, 501, 0, 40), 1500) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 2000) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 2500) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 3000) == TTLPIN_HEALED);
}

/* Where the peer's first octet is not known, nothing lies before it. */
static void heals_anywhere_with_a_mark(void)
{
	struct ttlpin_segment line = with(segment(TTLPIN_ACK, 0x90000000, 9001, 40), "250 ok\r\n");
	struct ttlpin_memory mem;
	u64 state;

	ttlpin_session_open_marked(&state, &mem, 57, 1000);
	EXPECT(judge(&state, &mem, line, 2000) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 2500) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 3000) == TTLPIN_HEALED);
}

/* What peer memory said is forgotten where the peer speaks at the pin all the same. */
static void unlearns_what_was_wrong(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 1000, 0, 64);
	struct ttlpin_segment synack = segment(TTLPIN_SYN | TTLPIN_ACK, 7000, 1001, 50);
	struct ttlpin_segment banner = with(segment(TTLPIN_ACK, 7001, 1001, 50), "220 x\r\n");
	struct ttlpin_memory mem;
	int ttl;
	u64 state;

	for (ttl = 50; ttl <= 58; ttl += 8) {
		ttlpin_session_open(&state, &mem, &syn, 1000);
		ttlpin_session_expect(&state, &mem, 58);
		EXPECT(judge(&state, &mem, synack, 1001) == TTLPIN_PASS);
		EXPECT(ttlpin_session_remember(state, &mem) == TTLPIN_TEACH_NOTHING);
		banner.ttl = ttl;
		EXPECT(judge(&state, &mem, banner, 1002) == TTLPIN_PASS);
		EXPECT(ttlpin_session_remember(state, &mem) ==
		       (ttl == 50 ? TTLPIN_TEACH_FORGET : TTLPIN_TEACH_NOTHING));
		EXPECT(mem.learned[0] == 58);
		/* Once. */
		EXPECT(ttlpin_session_remember(state, &mem) == TTLPIN_TEACH_NOTHING);
	}
}

/* There is no way back from closing. */
static void closes_by_the_word_alone(void)
{
	static const struct {
		const char *text;
		u32 avail;
		enum ttlpin_sent what;
	} said[] = {
		{ "QUIT\r\n", 5, TTLPIN_SENT_CLOSE }, { "quit\n", 5, TTLPIN_SENT_CLOSE },
		{ "QUIT ", 5, TTLPIN_SENT_CLOSE }, { "QUIT\t", 5, TTLPIN_SENT_CLOSE },
		{ "QUIT", 4, TTLPIN_SENT_CLOSE }, { "Quite a lot", 5, TTLPIN_SENT_NOTHING },
		{ "QUIT  \r\n", 5, TTLPIN_SENT_CLOSE }, { "quit smoking", 5, TTLPIN_SENT_NOTHING },
		{ "quit   \r\n", 5, TTLPIN_SENT_NOTHING },
		{ "qUiTb64", 5, TTLPIN_SENT_NOTHING }, { "QUIT\r\n", 4, TTLPIN_SENT_NOTHING },
		{ "MAIL FROM", 5, TTLPIN_SENT_TALK }, { "DATA\r\n", 4, TTLPIN_SENT_TALK },
	};
	u32 i;

	for (i = 0; i < sizeof(said) / sizeof(*said); i++) {
		struct ttlpin_segment seg = with(segment(TTLPIN_ACK, 1, 1, 64), said[i].text);

		seg.payload_avail = said[i].avail;
		EXPECT(ttlpin_session_outbound(&seg, true) == said[i].what);
	}
}

/* Our SYN again keeps a flow that waits, but no clock stands still beside it. */
static void is_kept_by_its_peer(void)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 500, 0, 64);
	struct ttlpin_memory mem;
	u64 state;

	ttlpin_session_open(&state, &mem, &syn, 1000);
	ttlpin_session_syn_again(&state, &mem, 4000);
	EXPECT(ttlpin_state_idle(state, 5) == 1);
	EXPECT(judge(&state, &mem, segment(TTLPIN_SYN | TTLPIN_ACK, 7000, 501, 57), 5000) ==
	       TTLPIN_PASS);
	ttlpin_session_syn_again(&state, &mem, 9000);
	EXPECT(ttlpin_state_idle(state, 9) == 4);
	EXPECT(mem.flags & TTLPIN_MEM_REPIN);
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

/* One answer may acknowledge all that was sent meanwhile, and nothing beyond. */
static void learns_from_a_later_answer(void)
{
	struct ttlpin_segment ours = with(segment(TTLPIN_ACK, 1000, 7000, 64), "NOOP\r\n");
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 999, 0, 64);
	struct ttlpin_memory mem;
	u64 state;

	ttlpin_session_open_midstream(&state, &mem, &ours, 1000);
	ours.seq = 1006;
	ttlpin_session_more_midstream(state, &mem, &ours);
	ours.seq = 990;
	ttlpin_session_more_midstream(state, &mem, &ours);
	ours.seq = 1000;
	ttlpin_session_more_midstream(state, &mem, &ours);
	ours.seq = 1000 + 65536;
	ttlpin_session_more_midstream(state, &mem, &ours);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 7000, 1013, 50), 1001) ==
	       TTLPIN_UNPINNED);
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 7000, 1012, 50), 1001) == TTLPIN_PASS);
	/* Not where it is pinned, nor where it began by a SYN. */
	ours.seq = 1012;
	mem.syn_len = 0;
	ttlpin_session_more_midstream(state, &mem, &ours);
	EXPECT(!mem.syn_len);
	ttlpin_session_open(&state, &mem, &syn, 1000);
	ttlpin_session_more_midstream(state, &mem, &ours);
	EXPECT(!mem.syn_len);
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
	ttlpin_session_open_marked(&state, &mem, 63, 1000);
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
	ttlpin_session_open_marked(&state, &mem, 63, 1000);
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
	ttlpin_session_open_marked(&state, &mem, 63, 1000);
	judge(&state, &mem, stamped(segment(TTLPIN_ACK, 700, 900, 63), 4000000000u, 5000),
	      100000);
	judge(&state, &mem, stamped(ack, 4000000010u, 65000), 100010);
	EXPECT(judge(&state, &mem, stamped(ack, 4000000250u, 65000), 100250) ==
	       TTLPIN_CONDEMN);

	/* Without: the first good segment says so, but an RST does not. */
	ttlpin_session_open_marked(&state, &mem, 63, 1000);
	EXPECT(judge(&state, &mem, segment(TTLPIN_RST, 700, 0, 63), 1001) == TTLPIN_PASS);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_OFFERED);
	EXPECT(!ttlpin_engine_known(state, &(struct ttlpin_segment){ .flags = TTLPIN_ACK,
				    .ttl = 63 }, &policy, 1, &next, &action));
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 700, 900, 64), 1002) == TTLPIN_NEAR);
	EXPECT(ttlpin_state_ts(state) == TTLPIN_TS_NONE);
	EXPECT(ttlpin_engine_known(state, &(struct ttlpin_segment){ .flags = TTLPIN_ACK,
				   .ttl = 63 }, &policy, 1, &next, &action));
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
	mem.flags = TTLPIN_MEM_LOOSE;
	EXPECT(ttlpin_session_carries(state, &mem) == 0);
}

int main(void)
{
	TEST(guards_a_server);
	TEST(lets_its_server_decide);
	TEST(takes_data_with_a_syn);
	TEST(hears_no_refusal_from_a_client);
	TEST(heals_anywhere_with_a_mark);
	TEST(unlearns_what_was_wrong);
	TEST(closes_by_the_word_alone);
	TEST(is_kept_by_its_peer);
	TEST(learns_in_midstream);
	TEST(learns_from_a_later_answer);
	TEST(takes_the_unread_for_a_refusal);
	TEST(knows_idle_time);
	TEST(measures_every_pair);
	TEST(counts_copies_without_wrapping);
	TEST(takes_an_empty_mark_away);
	TEST(sees_what_changes_nothing);
	TEST(begins_by_its_mark);
	TEST(carries_its_newest_ttl);
	return tap_end();
}
