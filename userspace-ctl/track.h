/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows of a capture: what the module's packet path does for packets, done
 * for captured ones, with the same engine and the capture's clock.
 */
#ifndef TRACK_H
#define TRACK_H

#include "capture.h"
#include "defrag.h"
#include "policy.h"
#include "story.h"
#include "tuple.h"

/* A clock that goes back further than this begins anew, and so do all flows. */
#define TRACK_BACK_MS	60000
/* A packet that comes again from another link within this time is a copy. */
#define TRACK_COPY_MS	100
#define TRACK_COPIES	8

/**
 * struct track_copy - a packet that was seen, to tell a copy of it
 * @print: of what a copy has in common with it; 0 if there is none
 * @link: of where it was seen
 * @when: ms
 * @ttl: its TTL there
 */
struct track_copy {
	u32 print;
	u32 link;
	u32 when;
	u8 ttl;
};

/**
 * struct track_flow - a flow
 * @next: in its bucket
 * @newer: in its list
 * @older: in its list
 * @list: which list it is in
 * @hash: of @tuple
 * @tuple: both ends
 * @known: the module would know it; else its segments pass unpinned
 * @touched: ms of the capture's clock
 * @state: of the engine
 * @mem: of the engine
 * @copies: packets seen last
 * @copy_at: which of them goes next
 * @story: what there is to tell
 */
struct track_flow {
	struct track_flow *next;
	struct track_flow *newer;
	struct track_flow *older;
	u8 list;
	bool known;
	u64 hash;
	struct ttlpin_tuple tuple;
	u64 touched;
	u64 state;
	struct ttlpin_memory mem;
	struct track_copy copies[TRACK_COPIES];
	u32 copy_at;
	struct story story;
};

/* Told about each flow when it ends; it is freed then. */
typedef void track_ended(void *context, const struct track_flow *flow);

struct track;

/**
 * struct track_counts - what was met beside what the module counts
 * @cut: segments of which the capture holds too little to judge
 * @copies: packets that were seen on another link already
 */
struct track_counts {
	u64 cut;
	u64 copies;
};

struct track *track_new(const struct policy *policy, track_ended *ended,
			void *context);
void track_take(struct track *t, const struct capture_packet *p, u16 file);
void track_end(struct track *t);
const u64 *track_counters(const struct track *t);
const struct track_counts *track_counts(const struct track *t);
const struct defrag_counts *track_fragments(const struct track *t);
void track_free(struct track *t);

#endif /* TRACK_H */
