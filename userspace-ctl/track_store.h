/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows of an analysis, found by their ends and bounded in number.
 */
#ifndef TRACK_STORE_H
#define TRACK_STORE_H

#include "track.h"

/* Each list in the order of the last segment; the first gives way first. */
enum track_list {
	TRACK_UNKNOWN,
	TRACK_HALF_OPEN,
	TRACK_CLOSING,
	TRACK_OPEN,
	TRACK_LISTS,
};

/**
 * struct track_store - the flows
 * @policy: settings
 * @ended: told when one ends
 * @context: for @ended
 * @bucket: by hash
 * @mask: number of buckets less one
 * @seed: so that a capture cannot be made to fill one bucket
 * @newest: of each list
 * @oldest: of each list
 * @nr: flows on each list
 * @total: flows
 * @counters: TTLPIN_A_COUNTER_EVICTED and _TABLE_FULL are counted there
 * @flows: flows that have ended
 */
struct track_store {
	const struct policy *policy;
	track_ended *ended;
	void *context;
	struct track_flow **bucket;
	u32 mask;
	u64 seed[2];
	struct track_flow *newest[TRACK_LISTS];
	struct track_flow *oldest[TRACK_LISTS];
	u32 nr[TRACK_LISTS];
	u32 total;
	u64 *counters;
	u64 flows;
};

bool track_store_init(struct track_store *s, const struct policy *policy,
		      track_ended *ended, void *context, u64 *counters);
struct track_flow *track_store_find(struct track_store *s,
				    const struct ttlpin_tuple *tuple, u64 now_ms);
struct track_flow *track_store_add(struct track_store *s,
				   const struct ttlpin_tuple *tuple, bool known,
				   u64 now_ms);
void track_store_know(struct track_store *s, struct track_flow *f, u64 now_ms);
void track_store_touch(struct track_store *s, struct track_flow *f, u64 now_ms);
void track_store_drop(struct track_store *s, struct track_flow *f);
void track_store_expire(struct track_store *s, u64 now_ms);
void track_store_flush(struct track_store *s);
void track_store_free(struct track_store *s);

#endif /* TRACK_STORE_H */
