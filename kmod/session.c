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
		.ttl = syn->ttl,
		.kind = TTLPIN_KIND_HANDSHAKE,
	};
}

/* The SYN that was noted is the one that our server answers. */
static void take_rival(u64 *state, struct ttlpin_memory *mem, u64 now_ms)
{
	const struct ttlpin_suspect *noted = &mem->suspect;
	struct ttlpin_segment syn = {
		.seq = noted->seq,
		.ttl = noted->ttl,
		.has_ts = noted->tsval,
	};

	ttlpin_session_open_server(state, mem, &syn, now_ms);
}

/**
 * ttlpin_session_answered - our server's SYN-ACK leaves
 * @state: state word of a flow that ttlpin_session_open_server() began, updated
 * @mem: its memory, updated
 * @synack: our SYN-ACK; one that answers no SYN of the flow's changes nothing
 * @now_ms: the clock of ttlpin_engine_judge()
 */
void ttlpin_session_answered(u64 *state, struct ttlpin_memory *mem,
			     const struct ttlpin_segment *synack, u64 now_ms)
{
	const struct ttlpin_suspect *noted = &mem->suspect;

	if (!ttlpin_session_is_over(*state))
		return;
	if (noted->rank == TTLPIN_RANK_NONE &&
	    noted->kind == TTLPIN_KIND_HANDSHAKE &&
	    synack->ack == noted->seq + 1)
		take_rival(state, mem, now_ms);
	if (ttlpin_state_phase(*state) != TTLPIN_PHASE_SYN_SENT ||
	    synack->ack != mem->peer_isn + 1)
		return;
	if (!synack->has_ts)
		*state = ttlpin_state_set_ts(*state, TTLPIN_TS_NONE);
	mem->isn = synack->seq;
	mem->tsval = synack->tsval;
	mem->opened = now_ms;
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
 * ttlpin_session_open_marked - a flow begins pinned, by what it carries
 * @state: filled
 * @mem: filled
 * @ttl: what ttlpin_session_carries() gave where it was pinned
 * @now_ms: the clock of ttlpin_engine_judge()
 *
 * All else that a handshake tells is not known. The first good segment says
 * whether timestamps are in use, and what they are: see adopt() of the engine.
 */
void ttlpin_session_open_marked(u64 *state, struct ttlpin_memory *mem, u8 ttl,
				u64 now_ms)
{
	u64 st = ttlpin_state_set_phase(ttl, TTLPIN_PHASE_TALKING);

	st = ttlpin_state_set_ts(st, TTLPIN_TS_OFFERED);
	*state = ttlpin_state_set_seen(st, now_ms / 1000) | TTLPIN_ST_SUSPECT;
	*mem = (struct ttlpin_memory){
		.opened = now_ms,
		.flags = TTLPIN_MEM_MARKED,
	};
}

/**
 * ttlpin_session_carries - the one TTL by which a flow is to be judged elsewhere
 * @state: its state word
 * @mem: its memory
 *
 * Return: the TTL that its peer was found at last, or 0 if it is not to be judged.
 */
u8 ttlpin_session_carries(u64 state, const struct ttlpin_memory *mem)
{
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT ||
	    (mem->flags & TTLPIN_MEM_LOOSE))
		return 0;
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
	    (seg->payload_avail < TTLPIN_COMMAND || !ends_word(seg->payload[4])))
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
 * ttlpin_session_remember - what a flow teaches about its peer's address
 * @state: its state word, when it ends or begins to talk
 * @mem: its memory, updated so that it teaches once
 *
 * Return: a TTL that healed while the flow was opening, if the SYN-ACK alone
 * came from elsewhere, or -1. Where genuine segments still come at the pin,
 * nothing is taught, so a forger who once got through teaches nothing.
 */
int ttlpin_session_remember(u64 state, struct ttlpin_memory *mem)
{
	if (!(mem->flags & TTLPIN_MEM_HEALED))
		return -1;
	mem->flags &= ~TTLPIN_MEM_HEALED;
	if (state & TTLPIN_ST_AT_PIN)
		return -1;
	return mem->learned[mem->nr_learned - 1];
}
