/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer memory: which TTL the segments of an address carry when its SYN-ACK is
 * the odd one out.
 */
#ifndef TTLPIN_PEER_H
#define TTLPIN_PEER_H

#include "net.h"
#include "tuple.h"

/* Addresses remembered, the least recently used giving way; and for how long. */
#define TTLPIN_PEERS_MAX	1024
#define TTLPIN_PEER_SECONDS	(24 * 60 * 60)

int ttlpin_peer_init(struct ttlpin_net *tn);
void ttlpin_peer_exit(struct ttlpin_net *tn);
void ttlpin_peer_learn(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		       u8 ttl, u32 now_s);
int ttlpin_peer_ttl(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple,
		    u32 now_s);

#endif /* TTLPIN_PEER_H */
