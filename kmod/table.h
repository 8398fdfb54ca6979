/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of flows, for the files that make up the flow store.
 */
#ifndef TTLPIN_TABLE_H
#define TTLPIN_TABLE_H

#include <linux/ktime.h>
#include <linux/spinlock.h>
#include "flow.h"

#define TTLPIN_NO_SLOT		U32_MAX
#define TTLPIN_SWEEP_INTERVAL	(HZ / 4)

struct ttlpin_slot {
	u64 fp;
	u64 state;
};

struct ttlpin_bucket {
	struct ttlpin_slot slot[TTLPIN_BUCKET_SLOTS];
} __aligned(TTLPIN_BUCKET_SLOTS * sizeof(struct ttlpin_slot));

/**
 * struct ttlpin_table - a flow store of one size
 * @bucket: the hot part
 * @cold: the cold part, an entry a slot
 * @lock: stripes, @lock_mask + 1 of them
 * @tn: the namespace
 * @old: the store that this one replaces, while flows are carried over
 * @nr_buckets: how many
 * @lock_mask: bucket -> stripe
 * @max_flows: flows that it may hold; there are more slots, since not every one
 *	can be reached by every flow
 * @generation: tells this table from others of the namespace
 * @moves: flows that have moved within this table
 * @marking: flows that move are marked, see ttlpin_sweep_mark()
 * @flushing: flows that would move are forgotten, see ttlpin_flow_flush()
 * @swept: where the sweeper goes on; written by the sweeper only
 * @flows: flows in it; written under the flow's bucket lock
 * @half_open: flows in phase syn-sent, the same way
 */
struct ttlpin_table {
	struct ttlpin_bucket *bucket;
	struct ttlpin_cold *cold;
	spinlock_t *lock;
	struct ttlpin_net *tn;
	struct ttlpin_table __rcu *old;
	u32 nr_buckets;
	u32 lock_mask;
	u32 max_flows;
	u32 generation;
	atomic_t moves;
	bool marking;
	bool flushing;

	u32 swept ____cacheline_aligned;
	atomic_t flows;
	atomic_t half_open;
};

static inline u32 ttlpin_table_seconds(void)
{
	return ktime_get_seconds();
}

static inline u32 ttlpin_table_first(const struct ttlpin_table *t, u64 fp)
{
	return reciprocal_scale((u32)fp, t->nr_buckets);
}

static inline u32 ttlpin_table_second(const struct ttlpin_table *t, u64 fp)
{
	u32 b = reciprocal_scale(fp >> 32, t->nr_buckets);

	if (b == ttlpin_table_first(t, fp))
		b = b + 1 == t->nr_buckets ? 0 : b + 1;
	return b;
}

static inline struct ttlpin_slot *ttlpin_table_slot(const struct ttlpin_table *t, u32 slot)
{
	return &t->bucket[slot / TTLPIN_BUCKET_SLOTS].slot[slot % TTLPIN_BUCKET_SLOTS];
}

static inline spinlock_t *ttlpin_table_lock_of(const struct ttlpin_table *t, u32 bucket)
{
	return &t->lock[bucket & t->lock_mask];
}

static inline bool ttlpin_table_expired(const struct ttlpin_config *cfg, u64 state, u32 now_s)
{
	return ttlpin_session_expired(state, &cfg->timeouts, now_s);
}

/* 1 if the slot holds that flow. The compiler must not know: it would branch on it. */
static inline u32 ttlpin_table_hit(const struct ttlpin_slot *s, u64 fp)
{
	u32 hit = READ_ONCE(s->fp) == fp;

	OPTIMIZER_HIDE_VAR(hit);
	return hit;
}

/*
 * The slot of a flow in one bucket, or TTLPIN_NO_SLOT. Which of the four it is
 * cannot be predicted, so it is not branched on.
 */
static inline u32 ttlpin_table_scan(const struct ttlpin_table *t, u32 bucket,
				    u64 fp, u64 *state)
{
	const struct ttlpin_slot *s = t->bucket[bucket].slot;
	u32 hits, at;

	BUILD_BUG_ON(TTLPIN_BUCKET_SLOTS != 4);
	hits = ttlpin_table_hit(&s[0], fp) | ttlpin_table_hit(&s[1], fp) << 1 |
	       ttlpin_table_hit(&s[2], fp) << 2 |
	       ttlpin_table_hit(&s[3], fp) << 3;
	if (!hits)
		return TTLPIN_NO_SLOT;
	at = __ffs(hits);
	smp_rmb(); /* pairs with ttlpin_table_publish() */
	*state = READ_ONCE(s[at].state);
	smp_rmb(); /* pairs with ttlpin_table_publish() of the slot's next flow */
	return READ_ONCE(s[at].fp) == fp ? bucket * TTLPIN_BUCKET_SLOTS + at :
					   TTLPIN_NO_SLOT;
}

/* The slot of a flow in one of its two buckets, or TTLPIN_NO_SLOT. */
static inline u32 ttlpin_table_find(const struct ttlpin_table *t, u32 a, u32 b,
				    u64 fp, u64 *state)
{
	u32 slot = ttlpin_table_scan(t, a, fp, state);

	return slot == TTLPIN_NO_SLOT ? ttlpin_table_scan(t, b, fp, state) :
					slot;
}

struct ttlpin_table *ttlpin_table_new(struct ttlpin_net *tn, u32 max_flows);
void ttlpin_table_free(struct ttlpin_table *t);
void ttlpin_table_lock(const struct ttlpin_table *t, u32 a, u32 b, int level);
void ttlpin_table_unlock(const struct ttlpin_table *t, u32 a, u32 b, u32 keep);
void ttlpin_table_publish(struct ttlpin_table *t, u32 slot, u64 fp, u64 state);
void ttlpin_table_clear(struct ttlpin_table *t, u32 slot, u64 state);
void ttlpin_table_remove(struct ttlpin_table *t, u32 slot);
void ttlpin_table_expire(struct ttlpin_table *t, u32 slot);
u32 ttlpin_table_take_carried(struct ttlpin_table *t,
			      const struct ttlpin_config *cfg, u32 a, u32 b,
			      u64 state, const struct ttlpin_memory *mem,
			      u32 now_s);
u32 ttlpin_table_take_bounded(struct ttlpin_table *t,
			      const struct ttlpin_config *cfg, u32 a, u32 b,
			      u32 now_s);

#endif /* TTLPIN_TABLE_H */
