/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer memory of an analysis, as bounded as the module's.
 */
#ifndef TRACK_PEER_H
#define TRACK_PEER_H

#include "tuple.h"

#define TRACK_PEERS_MAX		1024
#define TRACK_PEER_SECONDS	(24 * 60 * 60)

/**
 * struct track_peers - addresses and the TTL that their flows begin with
 * @nr: how many
 * @uses: counts what @used is taken from
 * @peer: they
 */
struct track_peers {
	u32 nr;
	u64 uses;
	struct {
		u32 addr[4];
		u8 family;
		u8 ttl;
		u32 since;
		u64 used;
	} peer[TRACK_PEERS_MAX];
};

void track_peer_learn(struct track_peers *p, const struct ttlpin_tuple *tuple,
		      u8 ttl, u32 now_s);
void track_peer_forget(struct track_peers *p, const struct ttlpin_tuple *tuple,
		       u8 ttl);
int track_peer_ttl(struct track_peers *p, const struct ttlpin_tuple *tuple,
		   u32 now_s);

#endif /* TRACK_PEER_H */
