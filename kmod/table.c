// SPDX-License-Identifier: GPL-2.0
/*
 * The table of flows: which slot a flow gets, and who makes room for it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "account.h"
#include "peer.h"
#include "session.h"
#include "stats.h"
#include "table.h"

/* Half open flows may fill this part of the store. */
#define HALF_OPEN_SHARE 4
/* Buckets looked through for a flow to evict. */
#define EVICT_REACH 16
#define LOCKS_MAX   4096
/* Seconds that a handshake may take; and what every flow is older than. */
#define FRESH	1
#define ANY_AGE (-1)

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

/* Makes a slot visible whose cold part is filled; its bucket is locked. */
void ttlpin_table_publish(struct ttlpin_table *t, u32 slot, u64 fp, u64 state)
{
	struct ttlpin_slot *s = ttlpin_table_slot(t, slot);

	smp_wmb(); /* ttlpin_table_remove()'s clear fingerprint before this state */
	WRITE_ONCE(s->state, state);
	/* Pairs with scan(): who sees the fingerprint sees the state. */
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

	ttlpin_peer_teach(t->tn, &cold->tuple, state, &cold->mem,
			  ttlpin_table_seconds());
	ttlpin_table_clear(t, slot, state);
}

/* Ends a flow whose bucket is locked and whose time is over: all has been said. */
void ttlpin_table_expire(struct ttlpin_table *t, u32 slot)
{
	struct ttlpin_cold *cold = &t->cold[slot];

	ttlpin_account_apart(t->tn, &cold->tuple,
			     READ_ONCE(ttlpin_table_slot(t, slot)->state),
			     &cold->mem);
	ttlpin_table_remove(t, slot);
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
			ttlpin_table_expire(t, slot);
			return slot;
		}
	}
	return TTLPIN_NO_SLOT;
}

/* Moves a flow to a free slot; both buckets are locked. */
static void move(struct ttlpin_table *t, u32 from, u32 to)
{
	struct ttlpin_slot *s = ttlpin_table_slot(t, from);
	u64 mark = READ_ONCE(t->marking) ? TTLPIN_ST_SUSPECT : 0;
	u64 state = READ_ONCE(s->state), late;

	if (unlikely(READ_ONCE(t->flushing))) {
		ttlpin_table_remove(t, from);
		return;
	}
	t->cold[to] = t->cold[from];
	ttlpin_table_publish(t, to, s->fp, state | mark);
	/* Pairs with ttlpin_lookup_in(): there, then counted, then gone from here. Others
	 * may count at the same time, under other locks.
	 */
	smp_mb__before_atomic();
	atomic_inc(&t->moves);
	smp_mb__after_atomic(); /* as above */
	ttlpin_table_clear(t, from, state);
	/* What a good segment refreshed meanwhile goes along. */
	late = READ_ONCE(s->state);
	if (late != state)
		cmpxchg(&ttlpin_table_slot(t, to)->state, state | mark,
			late | mark);
}

/* The bucket that a flow could be in instead of bucket @here. */
static u32 other_bucket(const struct ttlpin_table *t, u64 fp, u32 here)
{
	u32 first = ttlpin_table_first(t, fp);

	return first == here ? ttlpin_table_second(t, fp) : first;
}

/**
 * struct step - a flow that might move to its other bucket
 * @fp: the flow
 * @slot: where it is
 * @up: index of the step that needs its slot, or less than 0
 */
struct step {
	u64 fp;
	u32 slot;
	s32 up;
};

/*
 * Three flows move at most to make room for one: so many steps are kept that may
 * come before the last, the eight flows of two buckets and four behind each.
 */
#define STEPS_MAX (8 + 8 * TTLPIN_BUCKET_SLOTS)

/* Whether a bucket has a slot to take; only a hint where it is not locked. */
static bool has_room(const struct ttlpin_table *t,
		     const struct ttlpin_config *cfg, u32 bucket, u32 now_s)
{
	const struct ttlpin_slot *s = t->bucket[bucket].slot;
	u32 i;

	for (i = 0; i < TTLPIN_BUCKET_SLOTS; i++)
		if (!READ_ONCE(s[i].fp) ||
		    ttlpin_table_expired(cfg, READ_ONCE(s[i].state), now_s))
			return true;
	return false;
}

/* Moves a flow if nothing has changed; buckets @a and @b are locked. */
static bool take_step(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		      u32 a, u32 b, const struct step *step, u32 now_s)
{
	u32 here = step->slot / TTLPIN_BUCKET_SLOTS, to = TTLPIN_NO_SLOT;
	u32 there = other_bucket(t, step->fp, here);
	spinlock_t *mine[] = { ttlpin_table_lock_of(t, a),
			       ttlpin_table_lock_of(t, b) };
	spinlock_t *from = ttlpin_table_lock_of(t, here);
	spinlock_t *into = ttlpin_table_lock_of(t, there);
	bool take_from = from != mine[0] && from != mine[1];
	bool take_into = into != mine[0] && into != mine[1] && into != from;

	if (take_from && !spin_trylock(from))
		return false;
	if (take_into && !spin_trylock(into))
		goto out;
	if (ttlpin_table_slot(t, step->slot)->fp == step->fp)
		to = take_free(t, cfg, there, now_s);
	if (to != TTLPIN_NO_SLOT)
		move(t, step->slot, to);
	if (take_into)
		spin_unlock(into);
out:
	if (take_from)
		spin_unlock(from);
	return to != TTLPIN_NO_SLOT;
}

/*
 * Frees a slot of bucket @a or @b, which are locked and full, by moving flows to
 * their other buckets: looks for the shortest row of moves without a lock, then
 * makes them from its end.
 */
static u32 make_room(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		     u32 a, u32 b, u32 now_s)
{
	struct step steps[STEPS_MAX], last;
	u32 head = 0, tail = 0, bucket, i;
	s32 up = -1;

	for (bucket = a;;) {
		for (i = 0; i < TTLPIN_BUCKET_SLOTS; i++) {
			last.slot = bucket * TTLPIN_BUCKET_SLOTS + i;
			last.fp = READ_ONCE(ttlpin_table_slot(t, last.slot)->fp);
			last.up = up;
			if (last.fp &&
			    has_room(t, cfg, other_bucket(t, last.fp, bucket),
				     now_s))
				goto found;
			if (last.fp && tail < STEPS_MAX)
				steps[tail++] = last;
		}
		if (up < 0 && bucket == a && b != a) {
			bucket = b;
			continue;
		}
		if (head == tail)
			return TTLPIN_NO_SLOT;
		up = head++;
		bucket = other_bucket(t, steps[up].fp,
				      steps[up].slot / TTLPIN_BUCKET_SLOTS);
	}
found:
	while (take_step(t, cfg, a, b, &last, now_s)) {
		if (last.up < 0)
			return last.slot;
		last = steps[last.up];
	}
	return TTLPIN_NO_SLOT;
}

/*
 * Flows that make room for others, as bits: by phase, and those of which nothing
 * has come but the SYN-ACK. Who sends SYNs from outside to a server of ours, and
 * never an ACK, leaves nothing else. Whose peer has ended is as good as closing.
 */
#define HALF_OPEN BIT(TTLPIN_PHASE_SYN_SENT)
#define DONE	  BIT(TTLPIN_PHASE_CLOSING)
#define SILENT	  BIT(TTLPIN_PHASE_CLOSING + 1)
#define EVICTABLE (HALF_OPEN | DONE | SILENT)

static bool is_silent(u64 state)
{
	return ttlpin_state_phase(state) == TTLPIN_PHASE_OPENING &&
	       ttlpin_state_ts(state) != TTLPIN_TS_JUDGED &&
	       !(state & (TTLPIN_ST_AT_PIN | TTLPIN_ST_LEARNED));
}

/* The cold part comes last, for it is another line to fetch. */
static bool is_one_of(u32 kinds, u64 state, const struct ttlpin_memory *mem)
{
	return (kinds & BIT(ttlpin_state_phase(state))) ||
	       ((kinds & SILENT) && is_silent(state)) ||
	       ((kinds & DONE) && mem->ended);
}

/* The oldest flow of a locked bucket of one of @kinds, if older than @age. */
static u32 oldest(const struct ttlpin_table *t, u32 bucket, u32 kinds,
		  u32 now_s, s64 *age)
{
	u32 slot, found = TTLPIN_NO_SLOT;

	for (slot = bucket * TTLPIN_BUCKET_SLOTS;
	     slot < (bucket + 1) * TTLPIN_BUCKET_SLOTS; slot++) {
		const struct ttlpin_slot *s = ttlpin_table_slot(t, slot);
		u64 state = READ_ONCE(s->state);

		if (s->fp && ttlpin_state_idle(state, now_s) > *age &&
		    is_one_of(kinds, state, &t->cold[slot].mem)) {
			*age = ttlpin_state_idle(state, now_s);
			found = slot;
		}
	}
	return found;
}

/*
 * Evicts such a flow from two locked buckets, if it is older than @age seconds; its slot
 * or TTLPIN_NO_SLOT.
 */
static u32 evict_here(struct ttlpin_table *t, u32 a, u32 b, u32 kinds,
		      s64 age, u32 now_s)
{
	u32 slot = oldest(t, a, kinds, now_s, &age);
	u32 other = oldest(t, b, kinds, now_s, &age);

	if (other != TTLPIN_NO_SLOT)
		slot = other;
	if (slot != TTLPIN_NO_SLOT) {
		ttlpin_table_remove(t, slot);
		ttlpin_stats_inc(t->tn, TTLPIN_CELL_EVICTED);
	}
	return slot;
}

/* The same in the buckets behind @a, for the bounds of the store alone. */
static bool evict_near(struct ttlpin_table *t, u32 a, u32 b, u32 kinds,
		       s64 age, u32 now_s)
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
		done = evict_here(t, there, there, kinds, age, now_s) !=
		       TTLPIN_NO_SLOT;
		if (!held)
			spin_unlock(lock);
	}
	return done;
}

/*
 * A free slot in bucket @a or @b, which are locked; TTLPIN_NO_SLOT if there is
 * none. As long as @a has one it is there, so that a lookup nearly always ends in
 * the first bucket.
 */
static u32 take(struct ttlpin_table *t, const struct ttlpin_config *cfg, u32 a,
		u32 b, u32 now_s)
{
	u32 slot = take_free(t, cfg, a, now_s);

	if (slot == TTLPIN_NO_SLOT)
		slot = take_free(t, cfg, b, now_s);
	return slot == TTLPIN_NO_SLOT ? make_room(t, cfg, a, b, now_s) : slot;
}

/* The same; where there is none, a flow of @kinds goes, a silent one last. */
static u32 take_or_evict(struct ttlpin_table *t,
			 const struct ttlpin_config *cfg, u32 a, u32 b,
			 u32 kinds, u32 now_s)
{
	u32 slot = take(t, cfg, a, b, now_s);

	if (slot == TTLPIN_NO_SLOT)
		slot = evict_here(t, a, b, kinds & ~SILENT, ANY_AGE, now_s);
	return slot == TTLPIN_NO_SLOT ?
		       evict_here(t, a, b, kinds & SILENT, ANY_AGE, now_s) :
		       slot;
}

/**
 * ttlpin_table_take_carried - room for a flow from another table
 * @t: the table; @a and @b, the flow's buckets, are locked
 * @cfg: its settings
 * @a: the first
 * @b: the second
 * @state: the flow's state word
 * @mem: its memory
 * @now_s: the clock
 *
 * Return: a free slot, if need be that of a flow that has less to lose than this one;
 * or TTLPIN_NO_SLOT.
 */
u32 ttlpin_table_take_carried(struct ttlpin_table *t,
			      const struct ttlpin_config *cfg, u32 a, u32 b,
			      u64 state, const struct ttlpin_memory *mem,
			      u32 now_s)
{
	u32 kinds = is_one_of(HALF_OPEN | DONE, state, mem) ? 0 :
		    is_silent(state)			    ? HALF_OPEN | DONE :
							      EVICTABLE;

	return take_or_evict(t, cfg, a, b, kinds, now_s);
}

/*
 * One flow of @kinds goes, from @a or @b or near them; *@slot if from these. A fresh one
 * may be a handshake that is under way, so none goes where one that is not is near.
 */
static bool evict(struct ttlpin_table *t, u32 a, u32 b, u32 kinds, u32 now_s,
		  u32 *slot)
{
	static const s64 ages[] = { FRESH, ANY_AGE };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ages); i++) {
		*slot = evict_here(t, a, b, kinds, ages[i], now_s);
		if (*slot != TTLPIN_NO_SLOT ||
		    evict_near(t, a, b, kinds, ages[i], now_s))
			return true;
	}
	return false;
}

/*
 * Room for a half open flow, within the bounds of the store. Where half open
 * flows fill their share, the oldest of them goes; where the store is full, the
 * oldest that is half open, closing or ended, for an open one has more to lose, and
 * if there is none the oldest whose peer has said nothing.
 */
u32 ttlpin_table_take_bounded(struct ttlpin_table *t,
			      const struct ttlpin_config *cfg, u32 a, u32 b,
			      u32 now_s)
{
	u32 slot = TTLPIN_NO_SLOT;

	if (atomic_read(&t->half_open) >= t->max_flows / HALF_OPEN_SHARE) {
		if (!evict(t, a, b, HALF_OPEN, now_s, &slot))
			return TTLPIN_NO_SLOT;
	} else if (atomic_read(&t->flows) >= t->max_flows) {
		if (!evict(t, a, b, HALF_OPEN | DONE, now_s, &slot) &&
		    !evict(t, a, b, SILENT, now_s, &slot))
			return TTLPIN_NO_SLOT;
	}
	return slot == TTLPIN_NO_SLOT ?
		       take_or_evict(t, cfg, a, b, EVICTABLE, now_s) :
		       slot;
}

void ttlpin_table_free(struct ttlpin_table *t)
{
	vfree(t->bucket);
	vfree(t->cold);
	kvfree(t->lock);
	kfree(t);
}

/*
 * Memory for a part of a table; NULL rather than have the OOM killer look for it
 * elsewhere, for max_flows is what somebody wished.
 */
static void *new_part(size_t size)
{
	if (size / PAGE_SIZE >= si_mem_available())
		return NULL;
	return __vmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO |
			 __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

struct ttlpin_table *ttlpin_table_new(struct ttlpin_net *tn, u32 max_flows)
{
	/* A 32nd more slots than flows: see max_flows in table.h. */
	u32 buckets = (max_flows + max_flows / 32) / TTLPIN_BUCKET_SLOTS + 1;
	u32 locks = min_t(u32, roundup_pow_of_two(buckets / 4), LOCKS_MAX);
	struct ttlpin_table *t;
	u32 i;

	BUILD_BUG_ON(sizeof(struct ttlpin_bucket) != 64);
	BUILD_BUG_ON(sizeof(struct ttlpin_cold) > 88);
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->bucket = new_part(array_size(buckets, sizeof(*t->bucket)));
	t->cold = new_part(array3_size(buckets, TTLPIN_BUCKET_SLOTS,
				       sizeof(*t->cold)));
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
