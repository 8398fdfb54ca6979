/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer memory: which TTL the segments of an address carry when its SYN-ACK is
 * the odd one out.
 */
#ifndef TTLPIN_PEER_H
#define TTLPIN_PEER_H

#include "memory.h"
#include "net.h"
#include "tuple.h"

/* How long an address is remembered. */
#define TTLPIN_PEER_SECONDS	(24 * 60 * 60)

/**
 * struct ttlpin_peer_copy - a remembered address as it stood when it was listed
 * @addr: network order, as in struct ttlpin_tuple
 * @family: 4 or 6
 * @ttl: what flows to it begin with
 * @age: seconds since that was learned
 */
struct ttlpin_peer_copy {
	u32 addr[4];
	u8 family;
	u8 ttl;
	u32 age;
};

int ttlpin_peer_init(struct ttlpin_net *tn);
void ttlpin_peer_exit(struct ttlpin_net *tn);
void ttlpin_peer_teach(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		       u64 state, struct ttlpin_memory *mem, u32 now_s);
int ttlpin_peer_ttl(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		    u32 now_s);
int ttlpin_peer_list(struct ttlpin_net *tn, u32 *at,
		     struct ttlpin_peer_copy *copy, int nr, u32 now_s,
		     u32 *generation);
void ttlpin_peer_flush(struct ttlpin_net *tn);

#endif /* TTLPIN_PEER_H */
