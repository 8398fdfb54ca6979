// SPDX-License-Identifier: GPL-2.0
/*
 * The table of flows: which slot a flow gets, and who makes room for it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "peer.h"
#include "session.h"
#include "stats.h"
#include "table.h"

/* Half open flows may fill this part of the store. */
#define HALF_OPEN_SHARE 4
/* Buckets looked through for a half open flow to evict. */
#define EVICT_REACH 16
#define LOCKS_MAX   4096

/* Takes the locks of two buckets; BHs are off. @level is for lockdep. */
void ttlpin_table_lock(const struct ttlpin_table *t, u32 a, u32 b, int level)
{
	spinlock_t *low = ttlpin_table_lock_of(t, a),
		   *high = ttlpin_table_lock_of(t, b);

	if (low > high)
		swap(low, high);
	spin_lock_nested(low, level);
	if (low != high)
		spin_lock_nested(high, level + 1);
}

/* Gives back the pair but for the lock of bucket @keep; TTLPIN_NO_SLOT keeps none. */
void ttlpin_table_unlock(const struct ttlpin_table *t, u32 a, u32 b, u32 keep)
{
	spinlock_t *kept =
		keep == TTLPIN_NO_SLOT ? NULL : ttlpin_table_lock_of(t, keep);

	if (ttlpin_table_lock_of(t, a) != kept)
		spin_unlock(ttlpin_table_lock_of(t, a));
	if (ttlpin_table_lock_of(t, b) != ttlpin_table_lock_of(t, a) &&
	    ttlpin_table_lock_of(t, b) != kept)
		spin_unlock(ttlpin_table_lock_of(t, b));
}

u32 ttlpin_table_scan(const struct ttlpin_table *t, u32 bucket, u64 fp,
		      u64 *state)
{
	const struct ttlpin_slot *s = t->bucket[bucket].slot;
	u32 i;

	for (i = 0; i < TTLPIN_BUCKET_SLOTS; i++) {
		if (READ_ONCE(s[i].fp) != fp)
			continue;
		smp_rmb(); /* pairs with ttlpin_table_publish() */
		*state = READ_ONCE(s[i].state);
		smp_rmb(); /* pairs with ttlpin_table_publish() of the slot's next flow */
		if (READ_ONCE(s[i].fp) == fp)
			return bucket * TTLPIN_BUCKET_SLOTS + i;
	}
	return TTLPIN_NO_SLOT;
}

/* Makes a slot visible whose cold part is filled; its bucket is locked. */
void ttlpin_table_publish(struct ttlpin_table *t, u32 slot, u64 fp, u64 state)
{
	struct ttlpin_slot *s = ttlpin_table_slot(t, slot);

	smp_wmb(); /* ttlpin_table_remove()'s clear fingerprint before this state */
	WRITE_ONCE(s->state, state);
	/* Pairs with ttlpin_table_scan(): who sees the fingerprint sees the state. */
	smp_store_release(&s->fp, fp);
	atomic_inc(&t->flows);
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT)
		atomic_inc(&t->half_open);
}

/* Frees a slot whose bucket is locked. */
void ttlpin_table_clear(struct ttlpin_table *t, u32 slot, u64 state)
{
	WRITE_ONCE(ttlpin_table_slot(t, slot)->fp, 0);
	atomic_dec(&t->flows);
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT)
		atomic_dec(&t->half_open);
}

/* Ends a flow whose bucket is locked. */
void ttlpin_table_remove(struct ttlpin_table *t, u32 slot)
{
	u64 state = READ_ONCE(ttlpin_table_slot(t, slot)->state);
	struct ttlpin_cold *cold = &t->cold[slot];
	int ttl = ttlpin_session_remember(state, &cold->mem);

	if (ttl >= 0)
		ttlpin_peer_learn(t->tn, &cold->tuple, ttl,
				  ttlpin_table_seconds());
	ttlpin_table_clear(t, slot, state);
}

/* A slot of a locked bucket that is free, or has expired and is freed. */
static u32 take_free(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		     u32 bucket, u32 now_s)
{
	u32 slot;

	for (slot = bucket * TTLPIN_BUCKET_SLOTS;
	     slot < (bucket + 1) * TTLPIN_BUCKET_SLOTS; slot++) {
		const struct ttlpin_slot *s = ttlpin_table_slot(t, slot);

		if (!s->fp)
			return slot;
		if (ttlpin_table_expired(cfg, READ_ONCE(s->state), now_s)) {
			ttlpin_table_remove(t, slot);
			return slot;
		}
	}
	return TTLPIN_NO_SLOT;
}

static u32 count_live(const struct ttlpin_table *t,
		      const struct ttlpin_config *cfg, u32 bucket, u32 now_s)
{
	const struct ttlpin_slot *s = t->bucket[bucket].slot;
	u32 i, n = 0;

	for (i = 0; i < TTLPIN_BUCKET_SLOTS; i++)
		n += s[i].fp &&
		     !ttlpin_table_expired(cfg, READ_ONCE(s[i].state), now_s);
	return n;
}

/* Moves a flow to a free slot; both buckets are locked. */
static void move(struct ttlpin_table *t, u32 from, u32 to)
{
	struct ttlpin_slot *s = ttlpin_table_slot(t, from);
	u64 state = READ_ONCE(s->state);
	u64 late;

	t->cold[to] = t->cold[from];
	ttlpin_table_publish(t, to, s->fp, state);
	/* Pairs with find_in(): the flow is there before it is counted. */
	smp_store_release(&t->moves, t->moves + 1);
	smp_wmb(); /* the count before the clear fingerprint */
	ttlpin_table_clear(t, from, state);
	/* What a good segment refreshed meanwhile goes along. */
	late = READ_ONCE(s->state);
	if (late != state)
		cmpxchg(&ttlpin_table_slot(t, to)->state, state, late);
}

/*
 * Frees a slot of bucket @a or @b, which are locked and full, by moving one of
 * their flows to its other bucket.
 */
static u32 make_room(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		     u32 a, u32 b, u32 now_s)
{
	u32 i;

	for (i = 0; i < 2 * TTLPIN_BUCKET_SLOTS; i++) {
		u32 here = i < TTLPIN_BUCKET_SLOTS ? a : b;
		u32 from = here * TTLPIN_BUCKET_SLOTS + i % TTLPIN_BUCKET_SLOTS;
		u64 fp = ttlpin_table_slot(t, from)->fp;
		u32 there = ttlpin_table_first(t, fp);
		spinlock_t *lock;
		bool held;
		u32 to;

		if (there == here)
			there = ttlpin_table_second(t, fp);
		lock = ttlpin_table_lock_of(t, there);
		held = lock == ttlpin_table_lock_of(t, a) ||
		       lock == ttlpin_table_lock_of(t, b);
		if (!held && !spin_trylock(lock))
			continue;
		to = take_free(t, cfg, there, now_s);
		if (to != TTLPIN_NO_SLOT)
			move(t, from, to);
		if (!held)
			spin_unlock(lock);
		if (to != TTLPIN_NO_SLOT)
			return from;
	}
	return TTLPIN_NO_SLOT;
}

/* The oldest half open flow of a locked bucket, if older than @age. */
static u32 oldest_half_open(const struct ttlpin_table *t, u32 bucket, u32 now_s,
			    s64 *age)
{
	u32 slot, oldest = TTLPIN_NO_SLOT;

	for (slot = bucket * TTLPIN_BUCKET_SLOTS;
	     slot < (bucket + 1) * TTLPIN_BUCKET_SLOTS; slot++) {
		const struct ttlpin_slot *s = ttlpin_table_slot(t, slot);
		u64 state = READ_ONCE(s->state);

		if (s->fp &&
		    ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT &&
		    ttlpin_state_idle(state, now_s) > *age) {
			*age = ttlpin_state_idle(state, now_s);
			oldest = slot;
		}
	}
	return oldest;
}

/* Evicts the oldest half open flow of two locked buckets; its slot or TTLPIN_NO_SLOT. */
static u32 evict_here(struct ttlpin_table *t, u32 a, u32 b, u32 now_s)
{
	s64 age = -1;
	u32 slot = oldest_half_open(t, a, now_s, &age);
	u32 other = oldest_half_open(t, b, now_s, &age);

	if (other != TTLPIN_NO_SLOT)
		slot = other;
	if (slot != TTLPIN_NO_SLOT) {
		ttlpin_table_remove(t, slot);
		ttlpin_stats_inc(t->tn, TTLPIN_CELL_EVICTED);
	}
	return slot;
}

/* The same in the buckets behind @a, for their share of the store alone. */
static bool evict_near(struct ttlpin_table *t, u32 a, u32 b, u32 now_s)
{
	bool done = false;
	u32 i;

	for (i = 1; i <= EVICT_REACH && !done; i++) {
		u32 there = (a + i) % t->nr_buckets;
		spinlock_t *lock = ttlpin_table_lock_of(t, there);
		bool held = lock == ttlpin_table_lock_of(t, a) ||
			    lock == ttlpin_table_lock_of(t, b);

		if (!held && !spin_trylock(lock))
			continue;
		done = evict_here(t, there, there, now_s) != TTLPIN_NO_SLOT;
		if (!held)
			spin_unlock(lock);
	}
	return done;
}

/* A free slot in bucket @a or @b, which are locked; TTLPIN_NO_SLOT if there is none. */
u32 ttlpin_table_take(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		      u32 a, u32 b, u32 now_s)
{
	u32 emptier =
		count_live(t, cfg, b, now_s) < count_live(t, cfg, a, now_s) ?
			b :
			a;
	u32 slot = take_free(t, cfg, emptier, now_s);

	return slot == TTLPIN_NO_SLOT ? make_room(t, cfg, a, b, now_s) : slot;
}

/* Room for a half open flow, within the bounds of the store. */
u32 ttlpin_table_take_bounded(struct ttlpin_table *t,
			      const struct ttlpin_config *cfg, u32 a, u32 b,
			      u32 now_s)
{
	u32 slot;

	if (atomic_read(&t->half_open) >= t->max_flows / HALF_OPEN_SHARE) {
		slot = evict_here(t, a, b, now_s);
		if (slot != TTLPIN_NO_SLOT)
			return slot;
		if (!evict_near(t, a, b, now_s))
			return TTLPIN_NO_SLOT;
	} else if (atomic_read(&t->flows) >= t->max_flows) {
		return evict_here(t, a, b, now_s);
	}
	slot = ttlpin_table_take(t, cfg, a, b, now_s);
	return slot == TTLPIN_NO_SLOT ? evict_here(t, a, b, now_s) : slot;
}

void ttlpin_table_free(struct ttlpin_table *t)
{
	vfree(t->bucket);
	vfree(t->cold);
	kvfree(t->lock);
	kfree(t);
}

struct ttlpin_table *ttlpin_table_new(struct ttlpin_net *tn, u32 max_flows)
{
	/* A sixteenth more slots than flows: see max_flows above. */
	u32 buckets = (max_flows + max_flows / 16) / TTLPIN_BUCKET_SLOTS + 1;
	u32 locks = min_t(u32, roundup_pow_of_two(buckets / 4), LOCKS_MAX);
	struct ttlpin_table *t;
	u32 i;

	BUILD_BUG_ON(sizeof(struct ttlpin_bucket) != 64);
	BUILD_BUG_ON(sizeof(struct ttlpin_cold) > 88);
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->bucket = __vmalloc(array_size(buckets, sizeof(*t->bucket)),
			      GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	t->cold = __vmalloc(
		array3_size(buckets, TTLPIN_BUCKET_SLOTS, sizeof(*t->cold)),
		GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	t->lock = kvmalloc_array(locks, sizeof(*t->lock), GFP_KERNEL_ACCOUNT);
	if (!t->bucket || !t->cold || !t->lock) {
		ttlpin_table_free(t);
		return NULL;
	}
	for (i = 0; i < locks; i++)
		spin_lock_init(&t->lock[i]);
	t->lock_mask = locks - 1;
	t->nr_buckets = buckets;
	t->max_flows = max_flows;
	t->tn = tn;
	return t;
}
