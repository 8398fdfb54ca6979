// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a flow: how it begins, which phases it goes through, what it
 * teaches when it ends.
 */
#include "heal.h"
#include "session.h"

static u64 opened(u8 ttl, const struct ttlpin_segment *seg, u64 now_ms)
{
	u64 state = ttlpin_state_set_phase(ttl, TTLPIN_PHASE_SYN_SENT);

	state = ttlpin_state_set_ts(state, seg->has_ts ? TTLPIN_TS_OFFERED :
							 TTLPIN_TS_NONE);
	return ttlpin_state_set_seen(state, now_ms / 1000);
}

/**
 * ttlpin_session_open - a flow begins with our SYN
 * @state: filled
 * @mem: filled
 * @syn: our SYN
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_session_open(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *syn, u64 now_ms)
{
	*state = opened(0, syn, now_ms);
	*mem = (struct ttlpin_memory){
		.isn = syn->seq,
		.tsval = syn->tsval,
		.opened = now_ms,
		.syn_len = ttlpin_segment_len16(syn->payload_len),
	};
}

/**
 * ttlpin_session_open_server - a flow to our server begins with a client's SYN
 * @state: filled
 * @mem: filled
 * @syn: the client's SYN, whose TTL becomes the pin
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_session_open_server(u64 *state, struct ttlpin_memory *mem,
				const struct ttlpin_segment *syn, u64 now_ms)
{
	*state = opened(syn->ttl, syn, now_ms);
	*mem = (struct ttlpin_memory){
		.peer_isn = syn->seq,
		.opened = now_ms,
		.syn_len = ttlpin_segment_len16(syn->payload_len),
		.flags = TTLPIN_MEM_SERVER,
	};
}

/**
 * ttlpin_session_rival - a client's SYN comes where there is a flow
 * @state: state word of a flow that ttlpin_session_open_server() began, updated
 * @mem: its memory, updated
 * @syn: the SYN
 *
 * The first SYN of an ISN gives the pin: a later copy may be forged. One of another
 * ISN may be, too, or begin another connection where the old one is over: it is
 * noted in the place of the suspect, and our server's SYN-ACK decides.
 */
void ttlpin_session_rival(u64 *state, struct ttlpin_memory *mem,
			  const struct ttlpin_segment *syn)
{
	if (!ttlpin_session_is_over(*state) || mem->peer_isn == syn->seq)
		return;
	ttlpin_heal_forget(state, mem);
	mem->suspect = (struct ttlpin_suspect){
		.seq = syn->seq,
		.tsval = syn->has_ts,
		.len = ttlpin_segment_len16(syn->payload_len),
		.ttl = syn->ttl,
		.kind = TTLPIN_KIND_HANDSHAKE,
	};
}

/* Whether our SYN-ACK answers a SYN of that ISN, or some of what that carried. */
static bool answers(const struct ttlpin_segment *synack, u32 isn, u16 len)
{
	return synack->ack - isn - 1 <= len;
}

/*
 * The SYN that our server answers instead of the one that the flow began with: the
 * one that was noted, or, where a connection is over, one whose note something has
 * displaced. That one is taken to come from where the old ones did; if it does not,
 * nothing of the flow is judged. False if there is none.
 */
static bool take_rival(u64 *state, struct ttlpin_memory *mem,
		       const struct ttlpin_segment *synack, u64 now_ms)
{
	const struct ttlpin_suspect *noted = &mem->suspect;
	struct ttlpin_segment syn = {
		.seq = synack->ack - 1,
		.ttl = ttlpin_state_pin(*state),
		.has_ts = synack->has_ts,
	};

	if (noted->rank == TTLPIN_RANK_NONE &&
	    noted->kind == TTLPIN_KIND_HANDSHAKE &&
	    answers(synack, noted->seq, noted->len)) {
		syn.seq = noted->seq;
		syn.payload_len = noted->len;
		syn.ttl = noted->ttl;
		syn.has_ts = noted->tsval;
	} else if (ttlpin_state_phase(*state) == TTLPIN_PHASE_SYN_SENT) {
		return false;
	}
	ttlpin_session_open_server(state, mem, &syn, now_ms);
	return true;
}

/**
 * ttlpin_session_answered - our server's SYN-ACK leaves
 * @state: state word of a flow that ttlpin_session_open_server() began, updated
 * @mem: its memory, updated
 * @synack: our SYN-ACK
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_session_answered(u64 *state, struct ttlpin_memory *mem,
			     const struct ttlpin_segment *synack, u64 now_ms)
{
	bool again = answers(synack, mem->peer_isn, mem->syn_len);

	if (!ttlpin_session_is_over(*state))
		return;
	if (ttlpin_state_phase(*state) == TTLPIN_PHASE_CLOSING && again)
		return;
	if (!again && !take_rival(state, mem, synack, now_ms))
		return;
	if (!synack->has_ts)
		*state = ttlpin_state_set_ts(*state, TTLPIN_TS_NONE);
	mem->isn = synack->seq;
	mem->tsval = synack->tsval;
	mem->opened = now_ms;
	mem->syn_len = 0;
	mem->flags |= TTLPIN_MEM_ANSWERED;
}

/**
 * ttlpin_session_open_midstream - a flow begins with data of ours
 * @state: filled
 * @mem: filled
 * @seg: our segment; it carries payload
 * @now_ms: the clock of ttlpin_engine_judge()
 *
 * The first segment that acknowledges some of this payload pins the flow.
 */
void ttlpin_session_open_midstream(u64 *state, struct ttlpin_memory *mem,
				   const struct ttlpin_segment *seg, u64 now_ms)
{
	*state = opened(0, seg, now_ms);
	*mem = (struct ttlpin_memory){
		.isn = seg->seq,
		.tsval = seg->tsval,
		.opened = now_ms,
		.syn_len = ttlpin_segment_len16(seg->payload_len - 1),
		.flags = TTLPIN_MEM_MIDSTREAM,
	};
}

/**
 * ttlpin_session_more_midstream - more data leaves on a flow that waits for its pin
 * @state: the flow's state word
 * @mem: the flow's memory, updated if ttlpin_session_open_midstream() began the flow
 * @seg: our segment; it carries payload
 *
 * An acknowledgment may be the first for all that has been sent.
 */
void ttlpin_session_more_midstream(u64 state, struct ttlpin_memory *mem,
				   const struct ttlpin_segment *seg)
{
	u32 len = seg->seq - mem->isn + seg->payload_len - 1;

	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT &&
	    (mem->flags & TTLPIN_MEM_MIDSTREAM) && len > mem->syn_len &&
	    len <= 65535)
		mem->syn_len = len;
}

/**
 * ttlpin_session_open_marked - a flow begins pinned, by what it carries
 * @state: filled
 * @mem: filled
 * @ttl: what ttlpin_session_carries() gave where it was pinned
 * @server: the guarded port is ours
 * @now_ms: the clock of ttlpin_engine_judge()
 *
 * All else that a handshake tells is not known. The first good segment says
 * whether timestamps are in use, and what they are: see adopt() of the engine.
 */
void ttlpin_session_open_marked(u64 *state, struct ttlpin_memory *mem, u8 ttl,
				bool server, u64 now_ms)
{
	u64 st = ttlpin_state_set_phase(ttl, TTLPIN_PHASE_TALKING);

	st = ttlpin_state_set_ts(st, TTLPIN_TS_OFFERED);
	*state = ttlpin_state_set_seen(st, now_ms / 1000) | TTLPIN_ST_SUSPECT;
	*mem = (struct ttlpin_memory){
		.opened = now_ms,
		.flags = TTLPIN_MEM_MARKED | (server ? TTLPIN_MEM_SERVER : 0),
	};
}

/**
 * ttlpin_session_carries - the one TTL by which a flow is to be judged elsewhere
 * @state: its state word
 * @mem: its memory
 *
 * Return: the TTL that its peer was found at last, or 0 if it is not to be judged.
 * What is expected only is not found.
 */
u8 ttlpin_session_carries(u64 state, const struct ttlpin_memory *mem)
{
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT ||
	    (mem->flags & TTLPIN_MEM_LOOSE))
		return 0;
	if (mem->nr_learned == 1 && (mem->expected == TTLPIN_EXPECT_OPEN ||
				     mem->expected == TTLPIN_EXPECT_WRONG))
		return ttlpin_state_pin(state);
	return mem->nr_learned ? mem->learned[mem->nr_learned - 1] :
				 ttlpin_state_pin(state);
}

/**
 * ttlpin_session_expect - a new flow begins with a TTL from peer memory
 * @state: state word of a flow that ttlpin_session_open() has just begun
 * @mem: its memory
 * @ttl: the TTL that an earlier flow of this peer learned
 */
void ttlpin_session_expect(u64 *state, struct ttlpin_memory *mem, u8 ttl)
{
	mem->learned[mem->nr_learned++] = ttl;
	mem->expected = TTLPIN_EXPECT_OPEN;
	*state |= TTLPIN_ST_LEARNED;
}

/**
 * ttlpin_session_syn_again - our SYN leaves once more, with the same ISN
 * @state: the flow's state word, updated
 * @mem: the flow's memory, updated
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_session_syn_again(u64 *state, struct ttlpin_memory *mem, u64 now_ms)
{
	/* Once pinned only the peer keeps a flow alive. */
	if (ttlpin_state_phase(*state) == TTLPIN_PHASE_SYN_SENT)
		*state = ttlpin_state_set_seen(*state, now_ms / 1000);
	mem->flags |= TTLPIN_MEM_REPIN;
}

/* It stands alone, with its end of line and perhaps a space or two. */
#define QUIT_MAX 8

static bool ends_word(u8 c)
{
	return c == '\r' || c == '\n' || c == ' ' || c == '\t';
}

/**
 * ttlpin_session_outbound - whether an outbound segment changes its flow's phase
 * @seg: the segment, with at least TTLPIN_COMMAND octets of what payload it has
 * @mail_port: the flow's port speaks SMTP, so that its commands tell
 *
 * Return: what to tell ttlpin_session_sent(), so that a flow is looked up only
 * for what changes it.
 */
enum ttlpin_sent ttlpin_session_outbound(const struct ttlpin_segment *seg,
					 bool mail_port)
{
	enum ttlpin_sent what;

	if (seg->flags & (TTLPIN_FIN | TTLPIN_RST))
		return TTLPIN_SENT_CLOSE;
	if (!seg->payload_len)
		return TTLPIN_SENT_NOTHING;
	if (!mail_port)
		return TTLPIN_SENT_TALK;
	/* What is shorter is no command. */
	if (seg->payload_avail < 4)
		return TTLPIN_SENT_NOTHING;
	what = ttlpin_session_command(ttlpin_get32(seg->payload));
	/* There is no way back from closing: a word of a mail must not lead there. */
	if (what == TTLPIN_SENT_CLOSE && seg->payload_len > 4 &&
	    (seg->payload_len > QUIT_MAX ||
	     seg->payload_avail < TTLPIN_COMMAND || !ends_word(seg->payload[4])))
		return TTLPIN_SENT_NOTHING;
	return what;
}

/**
 * ttlpin_session_sent - the phase that follows an outbound segment
 * @state: the flow's state word
 * @what: what ttlpin_session_outbound() made of the segment
 *
 * Return: the state word that takes its place, the same if nothing changes.
 */
u64 ttlpin_session_sent(u64 state, enum ttlpin_sent what)
{
	enum ttlpin_phase phase = ttlpin_state_phase(state);

	if (what == TTLPIN_SENT_TALK && phase == TTLPIN_PHASE_OPENING)
		return ttlpin_state_set_phase(state, TTLPIN_PHASE_TALKING);
	if (what == TTLPIN_SENT_CLOSE && phase != TTLPIN_PHASE_SYN_SENT)
		return ttlpin_state_set_phase(state, TTLPIN_PHASE_CLOSING);
	return state;
}

/**
 * ttlpin_session_is_apart - whether all that the peer has said came from elsewhere
 * @state: its state word, when its time is over or it begins to talk
 * @mem: its memory, updated so that it is said once
 *
 * A forger can be ahead of the peer's first word, but hardly of all of them.
 */
bool ttlpin_session_is_apart(u64 state, struct ttlpin_memory *mem)
{
	if (mem->apart != TTLPIN_APART_SEEN || (state & TTLPIN_ST_AT_PIN))
		return false;
	mem->apart = TTLPIN_APART_TOLD;
	return true;
}

/**
 * ttlpin_session_remember - what a flow teaches about its peer's address
 * @state: its state word, when it ends or begins to talk
 * @mem: its memory, updated so that it teaches once
 *
 * Return: a TTL that healed while the flow was opening, if the SYN-ACK alone
 * came from elsewhere; TTLPIN_TEACH_NOTHING; or TTLPIN_TEACH_FORGET if the flow
 * began with a TTL that earlier ones have taught, but the peer speaks at the pin, or
 * both there and where it has healed now: one of the two is a forger, and neither is
 * believed. Where two have healed nothing is taught, nor where genuine segments still
 * come at the pin, so a forger who once got through teaches nothing for long.
 */
int ttlpin_session_remember(u64 state, struct ttlpin_memory *mem)
{
	if ((mem->expected == TTLPIN_EXPECT_OPEN ||
	     mem->expected == TTLPIN_EXPECT_RIGHT) &&
	    (state & TTLPIN_ST_AT_PIN)) {
		mem->expected = TTLPIN_EXPECT_WRONG;
		mem->flags &= ~TTLPIN_MEM_HEALED;
		return TTLPIN_TEACH_FORGET;
	}
	if (!(mem->flags & TTLPIN_MEM_HEALED))
		return TTLPIN_TEACH_NOTHING;
	mem->flags &= ~TTLPIN_MEM_HEALED;
	if (state & TTLPIN_ST_AT_PIN)
		return TTLPIN_TEACH_NOTHING;
	if (mem->expected == TTLPIN_EXPECT_RIGHT)
		return TTLPIN_TEACH_FORGET;
	if (mem->nr_learned > 1 + !!mem->expected)
		return TTLPIN_TEACH_NOTHING;
	return mem->learned[mem->nr_learned - 1];
}
