/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A captured packet on its way through an analysis, for the files that make it up.
 */
#ifndef TRACK_PACKET_H
#define TRACK_PACKET_H

#include "track.h"
#include "track_peer.h"
#include "track_store.h"

/**
 * struct track - an analysis
 * @policy: settings
 * @store: the flows
 * @peers: peer memory
 * @defrag: datagrams whose fragments come
 * @counters: by attribute
 * @counts: what else was met
 * @now_ms: the capture's clock, which never goes back
 * @range4: whitelist
 * @nr_range4: ranges of it
 * @range6: whitelist
 * @nr_range6: ranges of it
 */
struct track {
	const struct policy *policy;
	struct track_store store;
	struct track_peers peers;
	struct defrag *defrag;
	u64 counters[TTLPIN_A_COUNTER_MAX + 1];
	struct track_counts counts;
	u64 now_ms;
	struct ttlpin_range4 *range4;
	u32 nr_range4;
	struct ttlpin_range6 *range6;
	u32 nr_range6;
};

/**
 * struct track_packet - a packet on its way through the analysis
 * @t: the analysis
 * @bytes: the packet
 * @place: where its TCP header is
 * @seg: its segment
 * @captured: the same with what the capture says
 * @tuple: its flow
 * @link: of where it was captured
 */
struct track_packet {
	struct track *t;
	struct ttlpin_bytes bytes;
	struct ttlpin_place place;
	struct ttlpin_segment seg;
	struct story_captured captured;
	struct ttlpin_tuple tuple;
	u32 link;
};

static inline void track_count(struct track *t, u32 counter)
{
	t->counters[counter]++;
}

u32 track_copy_link(const struct capture_packet *c);
bool track_copy_is(struct track_packet *p, struct track_flow *f);
bool track_arrive(struct track_packet *p, bool server);
void track_leave(struct track_packet *p, bool server);

#endif /* TRACK_PACKET_H */
