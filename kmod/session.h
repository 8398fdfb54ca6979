/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a flow: how it begins, which phases it goes through, what it
 * teaches when it ends. Pure.
 */
#ifndef TTLPIN_SESSION_H
#define TTLPIN_SESSION_H

#include "memory.h"
#include "segment.h"
#include "state.h"

/* What of an outbound segment matters to a flow that exists. */
enum ttlpin_sent {
	TTLPIN_SENT_NOTHING,
	TTLPIN_SENT_TALK,	/* a mail begins */
	TTLPIN_SENT_CLOSE,	/* QUIT, FIN or RST */
};

/* Seconds after which a flow without good segments is forgotten, by phase. */
struct ttlpin_timeouts {
	u32 half_open;
	u32 idle;
	u32 close;
};

/* Ports on which the client's commands are SMTP's. */
static inline bool ttlpin_session_is_mail_port(u16 port)
{
	return port == 25 || port == 465 || port == 587 || port == 2525;
}

/* Whether a SYN that comes now begins another connection. */
static inline bool ttlpin_session_is_over(u64 state)
{
	enum ttlpin_phase phase = ttlpin_state_phase(state);

	return phase == TTLPIN_PHASE_SYN_SENT || phase == TTLPIN_PHASE_CLOSING;
}

static inline bool ttlpin_session_expired(u64 state,
					  const struct ttlpin_timeouts *after,
					  u32 now_s)
{
	u32 idle = ttlpin_state_idle(state, now_s);

	switch (ttlpin_state_phase(state)) {
	case TTLPIN_PHASE_SYN_SENT:
		return idle > after->half_open;
	case TTLPIN_PHASE_CLOSING:
		return idle > after->close;
	default:
		return idle > after->idle;
	}
}

void ttlpin_session_open(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *syn, u64 now_ms);
void ttlpin_session_open_server(u64 *state, struct ttlpin_memory *mem,
				const struct ttlpin_segment *syn, u64 now_ms);
void ttlpin_session_rival(u64 *state, struct ttlpin_memory *mem,
			  const struct ttlpin_segment *syn);
void ttlpin_session_open_midstream(u64 *state, struct ttlpin_memory *mem,
				   const struct ttlpin_segment *seg, u64 now_ms);
void ttlpin_session_more_midstream(u64 state, struct ttlpin_memory *mem,
				   const struct ttlpin_segment *seg);
void ttlpin_session_open_marked(u64 *state, struct ttlpin_memory *mem, u8 ttl,
				bool server, u64 now_ms);
u8 ttlpin_session_carries(u64 state, const struct ttlpin_memory *mem);
void ttlpin_session_expect(u64 *state, struct ttlpin_memory *mem, u8 ttl);
void ttlpin_session_syn_again(u64 *state, struct ttlpin_memory *mem,
			      u64 now_ms);
void ttlpin_session_answered(u64 *state, struct ttlpin_memory *mem,
			     const struct ttlpin_segment *synack, u64 now_ms);
enum ttlpin_sent ttlpin_session_outbound(const struct ttlpin_segment *seg,
					 bool mail_port);
u64 ttlpin_session_sent(u64 state, enum ttlpin_sent what);

/* What a flow teaches, where it is no TTL. */
#define TTLPIN_TEACH_NOTHING	(-1)
#define TTLPIN_TEACH_FORGET	(-2)

int ttlpin_session_remember(u64 state, struct ttlpin_memory *mem);
bool ttlpin_session_is_apart(u64 state, struct ttlpin_memory *mem);

#define TTLPIN_WORD(a, b, c, d) \
	((u32)(a) << 24 | (u32)(b) << 16 | (u32)(c) << 8 | (u32)(d))

/* Octets of a segment that tell a command: the word, and what ends it. */
#define TTLPIN_COMMAND	5

/*
 * What a mail client's segment tells by its first four octets, in any case; QUIT
 * wants a look at the fifth.
 */
static inline enum ttlpin_sent ttlpin_session_command(u32 word)
{
	switch (word | 0x20202020) {
	case TTLPIN_WORD('m', 'a', 'i', 'l'):
	case TTLPIN_WORD('r', 'c', 'p', 't'):
	case TTLPIN_WORD('d', 'a', 't', 'a'):
	case TTLPIN_WORD('s', 't', 'a', 'r'):
		return TTLPIN_SENT_TALK;
	case TTLPIN_WORD('q', 'u', 'i', 't'):
		return TTLPIN_SENT_CLOSE;
	default:
		return TTLPIN_SENT_NOTHING;
	}
}

/**
 * ttlpin_session_is_idle - whether an outbound segment changes nothing
 * @b: the packet
 * @place: where its TCP header is
 * @mail_port: as for ttlpin_session_outbound()
 *
 * Return: true where ttlpin_session_outbound() is sure to say SENT_NOTHING. Asks
 * only for what is at hand, so that most of what is sent is not parsed.
 */
static inline bool ttlpin_session_is_idle(const struct ttlpin_bytes *b,
					  const struct ttlpin_place *place,
					  bool mail_port)
{
	const u8 *tcp = b->data + place->tcp;
	u32 header = (tcp[12] >> 4) * 4u;
	u32 start = place->tcp + header;

	if (header < TTLPIN_TCP_MIN ||
	    (tcp[13] & (TTLPIN_SYN | TTLPIN_FIN | TTLPIN_RST)))
		return false;
	if (start == place->end)
		return true;
	return mail_port && start + 4 <= place->end && start + 4 <= b->avail &&
	       !ttlpin_session_command(ttlpin_get32(tcp + header));
}

#endif /* TTLPIN_SESSION_H */
