// SPDX-License-Identifier: GPL-2.0
/*
 * What scripts cannot say about a flow's life: how one to a server of ours or in
 * mid-stream begins, what our server decides, what ends it, what it teaches.
 */
#include "judge.h"

/* A client's connection is over, and it sends another SYN, which our server answers. */
static void reopen(u64 *state, struct ttlpin_memory *mem, const struct ttlpin_segment *syn,
		   const struct ttlpin_segment *synack, u64 now)
{
	*state = ttlpin_session_sent(*state, TTLPIN_SENT_CLOSE);
	ttlpin_session_rival(state, mem, syn);
	ttlpin_session_answered(state, mem, synack, now);
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
	synack.ack = 501;
	reopen(&state, &mem, &syn, &synack, 1005);
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
	forged.seq = 88000;
	synack.ack = 88001;
	reopen(&state, &mem, &forged, &synack, 1006);
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
	syn.seq = 3000;
	syn.ttl = 40;
	synack.ack = 3009;
	reopen(&state, &mem, &syn, &synack, 1003);
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

	ttlpin_session_open_marked(&state, &mem, 57, false, 1000);
	EXPECT(judge(&state, &mem, line, 2000) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 2500) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, line, 3000) == TTLPIN_HEALED);
	/* Our FIN may leave by another gateway. */
	EXPECT(judge(&state, &mem, segment(TTLPIN_FIN | TTLPIN_ACK, 7001, 1001, 57), 3001) ==
	       TTLPIN_PASS);
	EXPECT(ttlpin_state_phase(state) == TTLPIN_PHASE_CLOSING);
}

/* Pinned at 50, by a peer that earlier flows have found at 58. */
static void expecting(u64 *state, struct ttlpin_memory *mem)
{
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 1000, 0, 64);

	ttlpin_session_open(state, mem, &syn, 1000);
	ttlpin_session_expect(state, mem, 58);
	EXPECT(judge(state, mem, segment(TTLPIN_SYN | TTLPIN_ACK, 7000, 1001, 50),
		     1001) == TTLPIN_PASS);
}

/* What peer memory said is forgotten where the peer speaks at the pin all the same. */
static void unlearns_what_was_wrong(void)
{
	struct ttlpin_segment banner = with(segment(TTLPIN_ACK, 7001, 1001, 50), "220 x\r\n");
	struct ttlpin_memory mem;
	int ttl;
	u64 state;

	for (ttl = 50; ttl <= 58; ttl += 8) {
		expecting(&state, &mem);
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

/* Where both the expected TTL and the pin have said something, the pin is right. */
static void unlearns_what_seemed_right(void)
{
	struct ttlpin_segment banner = with(segment(TTLPIN_ACK, 7001, 1001, 58), "220 x\r\n");
	struct ttlpin_memory mem;
	u64 state;

	expecting(&state, &mem);
	EXPECT(judge(&state, &mem, banner, 1002) == TTLPIN_PASS);
	EXPECT(ttlpin_session_carries(state, &mem) == 58);
	banner.ttl = 50;
	EXPECT(judge(&state, &mem, banner, 1003) == TTLPIN_PASS);
	EXPECT(ttlpin_session_remember(state, &mem) == TTLPIN_TEACH_FORGET);
	EXPECT(ttlpin_session_carries(state, &mem) == 50);
}

/* What is expected and never seen does not keep what is found from being taught. */
static void learns_what_was_not_expected(void)
{
	struct ttlpin_segment banner = with(segment(TTLPIN_ACK, 7001, 1001, 70), "220 x\r\n");
	struct ttlpin_memory mem;
	u64 state;

	expecting(&state, &mem);
	/* An ACK is no word. */
	EXPECT(judge(&state, &mem, segment(TTLPIN_ACK, 7001, 1001, 58), 1002) == TTLPIN_PASS);
	EXPECT(ttlpin_session_carries(state, &mem) == 50);
	EXPECT(judge(&state, &mem, banner, 1003) == TTLPIN_CONDEMN);
	EXPECT(judge(&state, &mem, banner, 1253) == TTLPIN_HEALED);
	EXPECT(ttlpin_session_remember(state, &mem) == 70);
}

/* Whether all that the peer says comes from elsewhere is told once. */
static void tells_who_speaks_elsewhere(void)
{
	static const struct {
		u8 flags;
		u32 seq;
		const char *text;
		u8 speaks;	/* TTL of the peer's banner */
		bool marked, apart;
	} said[] = {
		{ TTLPIN_ACK, 7008, "250 x\r\n", 58, false, true },
		{ TTLPIN_FIN | TTLPIN_ACK, 7008, "", 58, false, true },
		{ TTLPIN_ACK, 7008, "250 x\r\n", 50, false, false },
		{ TTLPIN_ACK, 7001, "220 x\r\n", 58, false, false },
		{ TTLPIN_ACK, 7008, "", 58, false, false },
		{ TTLPIN_RST, 7008, "", 58, false, false },
		{ TTLPIN_ACK, 7008, "250 x\r\n", 58, true, false },
	};
	struct ttlpin_segment syn = segment(TTLPIN_SYN, 1000, 0, 64);
	struct ttlpin_segment synack = segment(TTLPIN_SYN | TTLPIN_ACK, 7000, 1001, 50);
	struct ttlpin_memory mem;
	u64 state;
	u32 i;

	for (i = 0; i < sizeof(said) / sizeof(*said); i++) {
		ttlpin_session_open(&state, &mem, &syn, 1000);
		if (said[i].marked)
			ttlpin_session_open_marked(&state, &mem, 50, false, 1000);
		else
			judge(&state, &mem, synack, 1001);
		EXPECT(judge(&state, &mem,
			     with(segment(said[i].flags, said[i].seq, 1001, 58), said[i].text),
			     1002) == TTLPIN_CONDEMN);
		judge(&state, &mem,
		      with(segment(TTLPIN_ACK, 7001, 1001, said[i].speaks), "220 x\r\n"), 1003);
		EXPECT(ttlpin_session_is_apart(state, &mem) == said[i].apart);
		/* Once, whatever comes after. */
		judge(&state, &mem, with(segment(TTLPIN_ACK, 7015, 1001, 58), "250 y\r\n"), 1004);
		EXPECT(!said[i].apart || !ttlpin_session_is_apart(state, &mem));
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

int main(void)
{
	TEST(guards_a_server);
	TEST(lets_its_server_decide);
	TEST(takes_data_with_a_syn);
	TEST(hears_no_refusal_from_a_client);
	TEST(heals_anywhere_with_a_mark);
	TEST(unlearns_what_was_wrong);
	TEST(unlearns_what_seemed_right);
	TEST(learns_what_was_not_expected);
	TEST(tells_who_speaks_elsewhere);
	TEST(closes_by_the_word_alone);
	TEST(is_kept_by_its_peer);
	TEST(learns_in_midstream);
	TEST(learns_from_a_later_answer);
	return tap_end();
}
