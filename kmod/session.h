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

void ttlpin_session_open(u64 *state, struct ttlpin_memory *mem,
			 const struct ttlpin_segment *syn, u64 now_ms);
void ttlpin_session_open_server(u64 *state, struct ttlpin_memory *mem,
				const struct ttlpin_segment *syn, u64 now_ms);
void ttlpin_session_open_midstream(u64 *state, struct ttlpin_memory *mem,
				   const struct ttlpin_segment *seg, u64 now_ms);
void ttlpin_session_expect(u64 *state, struct ttlpin_memory *mem, u8 ttl);
void ttlpin_session_syn_again(u64 *state, struct ttlpin_memory *mem,
			      u64 now_ms);
void ttlpin_session_answered(u64 *state, struct ttlpin_memory *mem,
			     const struct ttlpin_segment *synack, u64 now_ms);
enum ttlpin_sent ttlpin_session_outbound(const struct ttlpin_segment *seg,
					 bool mail_port);
u64 ttlpin_session_sent(u64 state, enum ttlpin_sent what);
int ttlpin_session_remember(u64 state, struct ttlpin_memory *mem);

#endif /* TTLPIN_SESSION_H */
