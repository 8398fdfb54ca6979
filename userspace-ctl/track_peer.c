// SPDX-License-Identifier: GPL-2.0
/*
 * Peer memory of an analysis. It is asked once a connection and nearly always
 * empty, so a search from end to end is good enough.
 */
#include "track_peer.h"

static int find(const struct track_peers *p, const struct ttlpin_tuple *tuple)
{
	u32 i;

	for (i = 0; i < p->nr; i++)
		if (p->peer[i].family == tuple->family &&
		    !memcmp(p->peer[i].addr, tuple->remote, sizeof(tuple->remote)))
			return i;
	return -1;
}

/* A free place, or that of the least recently used. */
static int place(struct track_peers *p)
{
	u32 i, oldest = 0;

	if (p->nr < TRACK_PEERS_MAX)
		return p->nr++;
	for (i = 0; i < TRACK_PEERS_MAX; i++)
		if (p->peer[i].used < p->peer[oldest].used)
			oldest = i;
	return oldest;
}

/**
 * track_peer_learn - remember the TTL of a flow's peer
 * @p: peer memory
 * @tuple: the flow
 * @ttl: what its segments carry
 * @now_s: the capture's clock, seconds
 */
void track_peer_learn(struct track_peers *p, const struct ttlpin_tuple *tuple,
		      u8 ttl, u32 now_s)
{
	int i = find(p, tuple);

	if (i < 0)
		i = place(p);
	memcpy(p->peer[i].addr, tuple->remote, sizeof(tuple->remote));
	p->peer[i].family = tuple->family;
	p->peer[i].ttl = ttl;
	p->peer[i].since = now_s;
	p->peer[i].used = ++p->uses;
}

/**
 * track_peer_forget - forget a flow's peer, unless another TTL is remembered by now
 * @p: peer memory
 * @tuple: the flow
 * @ttl: what was wrong
 */
void track_peer_forget(struct track_peers *p, const struct ttlpin_tuple *tuple,
		       u8 ttl)
{
	int i = find(p, tuple);

	if (i >= 0 && p->peer[i].ttl == ttl)
		p->peer[i] = p->peer[--p->nr];
}

/**
 * track_peer_ttl - what is remembered of a new flow's peer
 * @p: peer memory
 * @tuple: the flow
 * @now_s: the capture's clock, seconds
 *
 * Return: a TTL, or -1.
 */
int track_peer_ttl(struct track_peers *p, const struct ttlpin_tuple *tuple,
		   u32 now_s)
{
	int i = find(p, tuple);

	if (i < 0)
		return -1;
	if (now_s - p->peer[i].since >= TRACK_PEER_SECONDS) {
		p->peer[i] = p->peer[--p->nr];
		return -1;
	}
	p->peer[i].used = ++p->uses;
	return p->peer[i].ttl;
}
