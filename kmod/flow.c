// SPDX-License-Identifier: GPL-2.0
/*
 * The flow store: a table of fixed size with two candidate buckets a flow.
 *
 * Hot: buckets of one cache line, four slots of a 64-bit fingerprint and a
 * 64-bit state word. Cold: a parallel array with all else. A fingerprint of 0
 * marks a free slot.
 *
 * Readers take no lock: they compare fingerprints, read the state word and
 * compare the fingerprint again. A good segment replaces the state word by one
 * compare-and-swap, under no lock. Everything else - making, changing, moving
 * and removing a flow, and any look at the cold part - is done under the lock of
 * its bucket. Locks are striped over the buckets; two are taken in order of
 * address, a third only by trylock, the lock of an older table before those of
 * the newer one.
 *
 * Order of writes (readers read the other way round):
 *	insert	cold part, state word, fingerprint
 *	remove	fingerprint
 *	move	insert at the new place, count the move, remove at the old
 * so a slot that is used again never lends its state to the flow it held
 * before, and a reader that misses a flow on the move sees the count changed.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "flow.h"
#include "peer.h"
#include "stats.h"

#define SLOTS		TTLPIN_BUCKET_SLOTS
#define NO_SLOT		U32_MAX

/* Half open flows may fill this part of the store. */
#define HALF_OPEN_SHARE	4
/* Buckets looked through for a half open flow to evict. */
#define EVICT_REACH	16
/* The sweeper looks at so many buckets, or removes so many flows, at a time. */
#define SWEEP_SLICE	512
#define SWEEP_REMOVALS	256
/* It passes over the whole store in so many runs, four runs a second. */
#define SWEEP_RUNS	8
#define SWEEP_INTERVAL	(HZ / 4)
#define LOCKS_MAX	4096

struct slot {
	u64 fp;
	u64 state;
};

struct bucket {
	struct slot slot[SLOTS];
} __aligned(SLOTS * sizeof(struct slot));

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
 * @swept: where the sweeper goes on; written by the sweeper only
 * @flows: flows in it; written under the flow's bucket lock
 * @half_open: flows in phase syn-sent, the same way
 */
struct ttlpin_table {
	struct bucket *bucket;
	struct ttlpin_cold *cold;
	spinlock_t *lock;
	struct ttlpin_net *tn;
	struct ttlpin_table __rcu *old;
	u32 nr_buckets;
	u32 lock_mask;
	u32 max_flows;
	u32 generation;
	u32 moves;

	u32 swept ____cacheline_aligned;
	atomic_t flows;
	atomic_t half_open;
};

static u32 seconds(void)
{
	return ktime_get_seconds();
}

/**
 * ttlpin_flow_fingerprint - keyed fingerprint of a flow
 * @tn: the namespace
 * @tuple: the flow
 *
 * Return: never 0. With 64 bits of SipHash, who does not know the key can
 * neither aim at a bucket nor make a tuple pass for another.
 */
u64 ttlpin_flow_fingerprint(const struct ttlpin_net *tn,
			    const struct ttlpin_tuple *tuple)
{
	u64 ends = (u64)tuple->remote_port << 32 | (u32)tuple->local_port << 16 |
		   tuple->family << 8 | tuple->server;
	u64 fp;

	if (tuple->family == 4)
		fp = siphash_2u64((u64)tuple->remote[0] << 32 | tuple->local[0],
				  ends, &tn->key);
	else
		fp = siphash(tuple, sizeof(*tuple), &tn->key);
	return fp ? fp : 1;
}

static u32 first_bucket(const struct ttlpin_table *t, u64 fp)
{
	return reciprocal_scale((u32)fp, t->nr_buckets);
}

static u32 second_bucket(const struct ttlpin_table *t, u64 fp)
{
	u32 b = reciprocal_scale(fp >> 32, t->nr_buckets);

	if (b == first_bucket(t, fp))
		b = b + 1 == t->nr_buckets ? 0 : b + 1;
	return b;
}

static struct slot *slot_at(const struct ttlpin_table *t, u32 slot)
{
	return &t->bucket[slot / SLOTS].slot[slot % SLOTS];
}

static spinlock_t *lock_of(const struct ttlpin_table *t, u32 bucket)
{
	return &t->lock[bucket & t->lock_mask];
}

/* Takes the locks of two buckets; BHs are off. @level is for lockdep. */
static void lock_pair(const struct ttlpin_table *t, u32 a, u32 b, int level)
{
	spinlock_t *low = lock_of(t, a), *high = lock_of(t, b);

	if (low > high)
		swap(low, high);
	spin_lock_nested(low, level);
	if (low != high)
		spin_lock_nested(high, level + 1);
}

/* Gives back the pair but for the lock of bucket @keep; NO_SLOT keeps none. */
static void unlock_pair(const struct ttlpin_table *t, u32 a, u32 b, u32 keep)
{
	spinlock_t *kept = keep == NO_SLOT ? NULL : lock_of(t, keep);

	if (lock_of(t, a) != kept)
		spin_unlock(lock_of(t, a));
	if (lock_of(t, b) != lock_of(t, a) && lock_of(t, b) != kept)
		spin_unlock(lock_of(t, b));
}

static bool is_expired(const struct ttlpin_config *cfg, u64 state, u32 now_s)
{
	u32 idle = ttlpin_state_idle(state, now_s);

	switch (ttlpin_state_phase(state)) {
	case TTLPIN_PHASE_SYN_SENT:
		return idle > cfg->half_open_timeout;
	case TTLPIN_PHASE_CLOSING:
		return idle > cfg->close_timeout;
	default:
		return idle > cfg->idle_timeout;
	}
}

static u32 scan(const struct ttlpin_table *t, u32 bucket, u64 fp, u64 *state)
{
	const struct slot *s = t->bucket[bucket].slot;
	u32 i;

	for (i = 0; i < SLOTS; i++) {
		if (READ_ONCE(s[i].fp) != fp)
			continue;
		smp_rmb();	/* pairs with publish() */
		*state = READ_ONCE(s[i].state);
		smp_rmb();	/* pairs with publish() of the slot's next flow */
		if (READ_ONCE(s[i].fp) == fp)
			return bucket * SLOTS + i;
	}
	return NO_SLOT;
}

static bool find_in(struct ttlpin_table *t, u64 fp, struct ttlpin_ref *ref)
{
	u32 first = first_bucket(t, fp), second = second_bucket(t, fp);
	u32 moves, slot;

	prefetch(&t->bucket[second]);
	do {
		moves = smp_load_acquire(&t->moves);
		slot = scan(t, first, fp, &ref->state);
		if (slot == NO_SLOT)
			slot = scan(t, second, fp, &ref->state);
		if (slot != NO_SLOT) {
			ref->table = t;
			ref->slot = slot;
			ref->fp = fp;
			return true;
		}
		smp_rmb();	/* pairs with move() and carry_over() */
	} while (READ_ONCE(t->moves) != moves);
	return false;
}

/**
 * ttlpin_flow_find - find a flow
 * @tn: the namespace
 * @cfg: its settings
 * @fp: fingerprint of the flow
 * @ref: filled if it was found
 *
 * Context: under rcu_read_lock().
 * Return: whether it is there and has not expired.
 */
bool ttlpin_flow_find(const struct ttlpin_net *tn,
		      const struct ttlpin_config *cfg, u64 fp,
		      struct ttlpin_ref *ref)
{
	struct ttlpin_table *t = rcu_dereference(tn->table);
	struct ttlpin_table *old = rcu_dereference(t->old);

	/* Flows go from the old table to the new, so who looks there in that
	 * order cannot miss one that is being carried over.
	 */
	if (unlikely(old) && find_in(old, fp, ref) &&
	    !is_expired(cfg, ref->state, seconds()))
		return true;
	return find_in(t, fp, ref) && !is_expired(cfg, ref->state, seconds());
}

/**
 * ttlpin_flow_refresh - let a good segment refresh its flow
 * @ref: the flow as it was found
 * @next: the state word that takes the place of @ref->state
 *
 * Where another CPU has changed the flow meanwhile, its word stands: it was
 * written by a segment just as new.
 *
 * Context: under rcu_read_lock().
 */
void ttlpin_flow_refresh(const struct ttlpin_ref *ref, u64 next)
{
	if (next != ref->state)
		cmpxchg(&slot_at(ref->table, ref->slot)->state, ref->state, next);
}

/**
 * ttlpin_flow_lock - find a flow and lock it
 * @tn: the namespace
 * @cfg: its settings
 * @fp: fingerprint of the flow
 * @ref: filled if it was found, with its cold part
 *
 * Context: under rcu_read_lock(). With true, BHs are off until
 * ttlpin_flow_unlock().
 * Return: whether it is there and has not expired.
 */
bool ttlpin_flow_lock(const struct ttlpin_net *tn,
		      const struct ttlpin_config *cfg, u64 fp,
		      struct ttlpin_ref *ref)
{
	while (ttlpin_flow_find(tn, cfg, fp, ref)) {
		struct slot *s = slot_at(ref->table, ref->slot);
		spinlock_t *lock = lock_of(ref->table, ref->slot / SLOTS);

		spin_lock_bh(lock);
		if (s->fp == fp) {
			ref->state = READ_ONCE(s->state);
			ref->cold = &ref->table->cold[ref->slot];
			ref->is_new = false;
			return true;
		}
		/* It moved between the look and the lock: look again. */
		spin_unlock_bh(lock);
	}
	return false;
}

/* Makes a slot visible whose cold part is filled; its bucket is locked. */
static void publish(struct ttlpin_table *t, u32 slot, u64 fp, u64 state)
{
	struct slot *s = slot_at(t, slot);

	smp_wmb();	/* remove()'s clear fingerprint before this state */
	WRITE_ONCE(s->state, state);
	smp_store_release(&s->fp, fp);
	atomic_inc(&t->flows);
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT)
		atomic_inc(&t->half_open);
}

/* Frees a slot whose bucket is locked. */
static void clear(struct ttlpin_table *t, u32 slot, u64 state)
{
	WRITE_ONCE(slot_at(t, slot)->fp, 0);
	atomic_dec(&t->flows);
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT)
		atomic_dec(&t->half_open);
}

/* Ends a flow whose bucket is locked. */
static void remove(struct ttlpin_table *t, u32 slot)
{
	u64 state = READ_ONCE(slot_at(t, slot)->state);
	struct ttlpin_cold *cold = &t->cold[slot];
	int ttl = ttlpin_engine_remember(state, &cold->mem);

	if (ttl >= 0)
		ttlpin_peer_learn(t->tn, &cold->tuple, ttl, seconds());
	clear(t, slot, state);
}

/* A slot of a locked bucket that is free, or has expired and is freed. */
static u32 take_free(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		     u32 bucket, u32 now_s)
{
	u32 slot;

	for (slot = bucket * SLOTS; slot < (bucket + 1) * SLOTS; slot++) {
		const struct slot *s = slot_at(t, slot);

		if (!s->fp)
			return slot;
		if (is_expired(cfg, READ_ONCE(s->state), now_s)) {
			remove(t, slot);
			return slot;
		}
	}
	return NO_SLOT;
}

static u32 count_live(const struct ttlpin_table *t,
		      const struct ttlpin_config *cfg, u32 bucket, u32 now_s)
{
	const struct slot *s = t->bucket[bucket].slot;
	u32 i, n = 0;

	for (i = 0; i < SLOTS; i++)
		n += s[i].fp && !is_expired(cfg, READ_ONCE(s[i].state), now_s);
	return n;
}

/* Moves a flow to a free slot; both buckets are locked. */
static void move(struct ttlpin_table *t, u32 from, u32 to)
{
	struct slot *s = slot_at(t, from);
	u64 state = READ_ONCE(s->state);
	u64 late;

	t->cold[to] = t->cold[from];
	publish(t, to, s->fp, state);
	smp_store_release(&t->moves, t->moves + 1);
	smp_wmb();	/* the count before the clear fingerprint */
	clear(t, from, state);
	/* What a good segment refreshed meanwhile goes along. */
	late = READ_ONCE(s->state);
	if (late != state)
		cmpxchg(&slot_at(t, to)->state, state, late);
}

/*
 * Frees a slot of bucket @a or @b, which are locked and full, by moving one of
 * their flows to its other bucket.
 */
static u32 make_room(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		     u32 a, u32 b, u32 now_s)
{
	u32 i;

	for (i = 0; i < 2 * SLOTS; i++) {
		u32 here = i < SLOTS ? a : b;
		u32 from = here * SLOTS + i % SLOTS;
		u64 fp = slot_at(t, from)->fp;
		u32 there = first_bucket(t, fp);
		spinlock_t *lock;
		bool held;
		u32 to;

		if (there == here)
			there = second_bucket(t, fp);
		lock = lock_of(t, there);
		held = lock == lock_of(t, a) || lock == lock_of(t, b);
		if (!held && !spin_trylock(lock))
			continue;
		to = take_free(t, cfg, there, now_s);
		if (to != NO_SLOT)
			move(t, from, to);
		if (!held)
			spin_unlock(lock);
		if (to != NO_SLOT)
			return from;
	}
	return NO_SLOT;
}

/* The oldest half open flow of a locked bucket, if older than @age. */
static u32 oldest_half_open(const struct ttlpin_table *t, u32 bucket, u32 now_s,
			    s64 *age)
{
	u32 slot, oldest = NO_SLOT;

	for (slot = bucket * SLOTS; slot < (bucket + 1) * SLOTS; slot++) {
		const struct slot *s = slot_at(t, slot);
		u64 state = READ_ONCE(s->state);

		if (s->fp && ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT &&
		    ttlpin_state_idle(state, now_s) > *age) {
			*age = ttlpin_state_idle(state, now_s);
			oldest = slot;
		}
	}
	return oldest;
}

/* Evicts the oldest half open flow of two locked buckets; its slot or NO_SLOT. */
static u32 evict_here(struct ttlpin_table *t, u32 a, u32 b, u32 now_s)
{
	s64 age = -1;
	u32 slot = oldest_half_open(t, a, now_s, &age);
	u32 other = oldest_half_open(t, b, now_s, &age);

	if (other != NO_SLOT)
		slot = other;
	if (slot != NO_SLOT) {
		remove(t, slot);
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
		spinlock_t *lock = lock_of(t, there);
		bool held = lock == lock_of(t, a) || lock == lock_of(t, b);

		if (!held && !spin_trylock(lock))
			continue;
		done = evict_here(t, there, there, now_s) != NO_SLOT;
		if (!held)
			spin_unlock(lock);
	}
	return done;
}

/* A free slot in bucket @a or @b, which are locked; NO_SLOT if there is none. */
static u32 take_slot(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		     u32 a, u32 b, u32 now_s)
{
	u32 emptier = count_live(t, cfg, b, now_s) < count_live(t, cfg, a, now_s) ?
			      b : a;
	u32 slot = take_free(t, cfg, emptier, now_s);

	return slot == NO_SLOT ? make_room(t, cfg, a, b, now_s) : slot;
}

/* Room for a half open flow, within the bounds of the store. */
static u32 take_bounded(struct ttlpin_table *t, const struct ttlpin_config *cfg,
			u32 a, u32 b, u32 now_s)
{
	u32 slot;

	if (atomic_read(&t->half_open) >= t->max_flows / HALF_OPEN_SHARE) {
		slot = evict_here(t, a, b, now_s);
		if (slot != NO_SLOT)
			return slot;
		if (!evict_near(t, a, b, now_s))
			return NO_SLOT;
	} else if (atomic_read(&t->flows) >= t->max_flows) {
		return evict_here(t, a, b, now_s);
	}
	slot = take_slot(t, cfg, a, b, now_s);
	return slot == NO_SLOT ? evict_here(t, a, b, now_s) : slot;
}

/**
 * ttlpin_flow_insert - find or make a flow, and lock it
 * @tn: the namespace
 * @cfg: its settings
 * @fp: fingerprint of the flow
 * @tuple: the flow
 * @ref: filled with true; with @ref->is_new the caller fills @ref->cold->mem
 *	and gives ttlpin_flow_unlock() a state in phase syn-sent
 *
 * Context: under rcu_read_lock(). With true, BHs are off until
 * ttlpin_flow_unlock().
 * Return: false if there is no room, which is counted.
 */
bool ttlpin_flow_insert(struct ttlpin_net *tn, const struct ttlpin_config *cfg,
			u64 fp, const struct ttlpin_tuple *tuple,
			struct ttlpin_ref *ref)
{
	struct ttlpin_table *t = rcu_dereference(tn->table);
	u32 a = first_bucket(t, fp), b = second_bucket(t, fp);
	u32 now_s = seconds();
	u32 slot;

	if (ttlpin_flow_lock(tn, cfg, fp, ref))
		return true;
	local_bh_disable();
	lock_pair(t, a, b, 0);
	ref->table = t;
	ref->fp = fp;
	ref->is_new = true;
	/* Another CPU may have made it meanwhile, or it has expired. */
	slot = scan(t, a, fp, &ref->state);
	if (slot == NO_SLOT)
		slot = scan(t, b, fp, &ref->state);
	if (slot != NO_SLOT && !is_expired(cfg, ref->state, now_s))
		ref->is_new = false;
	else if (slot != NO_SLOT)
		remove(t, slot);
	else
		slot = take_bounded(t, cfg, a, b, now_s);
	if (slot == NO_SLOT) {
		unlock_pair(t, a, b, NO_SLOT);
		local_bh_enable();
		ttlpin_stats_inc(tn, TTLPIN_CELL_TABLE_FULL);
		return false;
	}
	unlock_pair(t, a, b, slot / SLOTS);
	ref->slot = slot;
	ref->cold = &t->cold[slot];
	if (ref->is_new)
		ref->cold->tuple = *tuple;
	return true;
}

static void count_phase(struct ttlpin_table *t, u64 before, u64 after)
{
	bool was = ttlpin_state_phase(before) == TTLPIN_PHASE_SYN_SENT;
	bool is = ttlpin_state_phase(after) == TTLPIN_PHASE_SYN_SENT;

	if (was != is)
		atomic_add(is ? 1 : -1, &t->half_open);
}

/**
 * ttlpin_flow_unlock - write a locked flow's state word and unlock it
 * @ref: the flow
 * @next: its state word, made from @ref->state
 *
 * What a good segment has refreshed meanwhile is kept.
 */
void ttlpin_flow_unlock(const struct ttlpin_ref *ref, u64 next)
{
	struct ttlpin_table *t = ref->table;
	u64 *state = &slot_at(t, ref->slot)->state;
	u64 expected = ref->state;

	if (ref->is_new) {
		publish(t, ref->slot, ref->fp, next);
		/* Does nothing where the sweeper is waiting already. */
		queue_delayed_work(system_power_efficient_wq, &t->tn->sweep,
				   SWEEP_INTERVAL);
	} else if (next != expected) {
		count_phase(t, expected, next);
		while (!try_cmpxchg(state, &expected, next))
			next = (next & ~TTLPIN_ST_REFRESH) |
			       (expected & TTLPIN_ST_REFRESH);
	}
	spin_unlock_bh(lock_of(t, ref->slot / SLOTS));
}

static void free_table(struct ttlpin_table *t)
{
	vfree(t->bucket);
	vfree(t->cold);
	kvfree(t->lock);
	kfree(t);
}

static struct ttlpin_table *new_table(struct ttlpin_net *tn, u32 max_flows)
{
	/* A sixteenth more slots than flows: see max_flows above. */
	u32 buckets = (max_flows + max_flows / 16) / SLOTS + 1;
	u32 locks = min_t(u32, roundup_pow_of_two(buckets / 4), LOCKS_MAX);
	struct ttlpin_table *t;
	u32 i;

	BUILD_BUG_ON(sizeof(struct bucket) != 64);
	BUILD_BUG_ON(sizeof(struct ttlpin_cold) > 88);
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->bucket = __vmalloc(array_size(buckets, sizeof(*t->bucket)),
			      GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	t->cold = __vmalloc(array3_size(buckets, SLOTS, sizeof(*t->cold)),
			    GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	t->lock = kvmalloc_array(locks, sizeof(*t->lock), GFP_KERNEL_ACCOUNT);
	if (!t->bucket || !t->cold || !t->lock) {
		free_table(t);
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

/* Carries the flows of one bucket over to @t; those without room are lost. */
static void carry_over(struct ttlpin_table *t, struct ttlpin_table *old,
		       const struct ttlpin_config *cfg, u32 bucket, u32 now_s)
{
	u32 slot;

	spin_lock_bh(lock_of(old, bucket));
	for (slot = bucket * SLOTS; slot < (bucket + 1) * SLOTS; slot++) {
		struct slot *s = slot_at(old, slot);
		u64 fp = s->fp, state = READ_ONCE(s->state);
		u32 a, b, to, twin;

		if (!fp)
			continue;
		if (is_expired(cfg, state, now_s)) {
			remove(old, slot);
			continue;
		}
		a = first_bucket(t, fp);
		b = second_bucket(t, fp);
		lock_pair(t, a, b, 1);
		twin = scan(t, a, fp, &state);
		if (twin == NO_SLOT)
			twin = scan(t, b, fp, &state);
		to = twin == NO_SLOT ? take_slot(t, cfg, a, b, now_s) : twin;
		state = READ_ONCE(s->state);
		if (to == NO_SLOT) {
			ttlpin_stats_inc(t->tn, TTLPIN_CELL_EVICTED);
		} else if (twin == NO_SLOT) {
			t->cold[to] = old->cold[slot];
			publish(t, to, fp, state);
			smp_wmb();	/* there before it is gone here */
		}
		clear(old, slot, state);
		unlock_pair(t, a, b, NO_SLOT);
	}
	spin_unlock_bh(lock_of(old, bucket));
}

static struct ttlpin_table *current_table(struct ttlpin_net *tn)
{
	return rcu_dereference_protected(tn->table,
					 lockdep_is_held(&tn->mutex));
}

/**
 * ttlpin_flow_resize - give the store another size
 * @tn: the namespace; its mutex is held
 * @max_flows: flows that it shall hold
 *
 * Live flows are carried over while traffic goes on.
 *
 * Context: process.
 * Return: 0, -ENOMEM, or -EBUSY if more flows are live than would fit.
 */
int ttlpin_flow_resize(struct ttlpin_net *tn, u32 max_flows)
{
	struct ttlpin_table *old = current_table(tn);
	const struct ttlpin_config *cfg;
	struct ttlpin_table *t;
	u32 bucket;

	if (atomic_read(&old->flows) > max_flows)
		return -EBUSY;
	t = new_table(tn, max_flows);
	if (!t) {
		ttlpin_stats_inc(tn, TTLPIN_CELL_NO_MEMORY);
		return -ENOMEM;
	}
	t->generation = old->generation + 1;
	rcu_assign_pointer(t->old, old);
	rcu_assign_pointer(tn->table, t);
	/* Now nobody makes a flow in the old table any more. */
	synchronize_rcu();
	cfg = rcu_dereference_protected(tn->config,
					lockdep_is_held(&tn->mutex));
	for (bucket = 0; bucket < old->nr_buckets; bucket++) {
		carry_over(t, old, cfg, bucket, seconds());
		cond_resched();
	}
	RCU_INIT_POINTER(t->old, NULL);
	synchronize_rcu();
	free_table(old);
	if (atomic_read(&t->flows))
		queue_delayed_work(system_power_efficient_wq, &tn->sweep,
				   SWEEP_INTERVAL);
	return 0;
}

/* Removes what has expired in one slice of buckets; whether a slice is left. */
static u32 sweep_slice(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		       u32 budget)
{
	u32 now_s = seconds(), removed = 0, n;

	for (n = 0; n < budget && removed < SWEEP_REMOVALS; n++) {
		u32 bucket = t->swept % t->nr_buckets, slot;
		const struct slot *s = t->bucket[bucket].slot;
		bool any = false;

		t->swept = bucket + 1;
		for (slot = 0; slot < SLOTS; slot++)
			any |= READ_ONCE(s[slot].fp) &&
			       is_expired(cfg, READ_ONCE(s[slot].state), now_s);
		if (!any)
			continue;
		spin_lock_bh(lock_of(t, bucket));
		for (slot = 0; slot < SLOTS; slot++) {
			if (s[slot].fp &&
			    is_expired(cfg, READ_ONCE(s[slot].state), now_s)) {
				remove(t, bucket * SLOTS + slot);
				removed++;
			}
		}
		spin_unlock_bh(lock_of(t, bucket));
	}
	return n;
}

/* One run of the sweeper; it rests while the store is empty. */
static void sweep(struct work_struct *work)
{
	struct ttlpin_net *tn = container_of(to_delayed_work(work),
					     struct ttlpin_net, sweep);
	u32 left = 1, done = 0;
	bool again;

	do {
		struct ttlpin_table *t;

		rcu_read_lock();
		t = rcu_dereference(tn->table);
		if (!done)
			left = t->nr_buckets / SWEEP_RUNS + 1;
		done = sweep_slice(t, rcu_dereference(tn->config),
				   min_t(u32, left, SWEEP_SLICE));
		left -= done;
		again = atomic_read(&t->flows);
		rcu_read_unlock();
		cond_resched();
	} while (left);
	if (again)
		queue_delayed_work(system_power_efficient_wq, &tn->sweep,
				   SWEEP_INTERVAL);
}

/**
 * ttlpin_flow_counts - how full the store is
 * @tn: the namespace
 * @counts: filled
 *
 * Flows that have expired count until the sweeper comes by.
 */
void ttlpin_flow_counts(const struct ttlpin_net *tn,
			struct ttlpin_flow_counts *counts)
{
	const struct ttlpin_table *t, *old;

	rcu_read_lock();
	t = rcu_dereference(tn->table);
	old = rcu_dereference(t->old);
	counts->flows = atomic_read(&t->flows);
	counts->half_open = atomic_read(&t->half_open);
	if (old) {
		counts->flows += atomic_read(&old->flows);
		counts->half_open += atomic_read(&old->half_open);
	}
	rcu_read_unlock();
}

/**
 * ttlpin_flow_generation - tells whether a list may have missed a flow
 * @tn: the namespace
 *
 * Return: a number that changes when the store is replaced or a flow moves.
 */
u32 ttlpin_flow_generation(const struct ttlpin_net *tn)
{
	const struct ttlpin_table *t;
	u32 generation;

	rcu_read_lock();
	t = rcu_dereference(tn->table);
	generation = (t->generation << 16) + READ_ONCE(t->moves);
	rcu_read_unlock();
	return generation;
}

/**
 * ttlpin_flow_list - copy the flows of one bucket
 * @tn: the namespace; its mutex is held, so that no resize is under way
 * @cfg: its settings
 * @bucket: from 0
 * @copy: room for TTLPIN_BUCKET_SLOTS flows
 *
 * Context: process, under rcu_read_lock().
 * Return: how many were copied, or -ENOENT behind the last bucket.
 */
int ttlpin_flow_list(const struct ttlpin_net *tn,
		     const struct ttlpin_config *cfg, u32 bucket,
		     struct ttlpin_flow_copy *copy)
{
	struct ttlpin_table *t = rcu_dereference(tn->table);
	u32 now_s = seconds(), slot;
	int n = 0;

	if (bucket >= t->nr_buckets)
		return -ENOENT;
	spin_lock_bh(lock_of(t, bucket));
	for (slot = bucket * SLOTS; slot < (bucket + 1) * SLOTS; slot++) {
		const struct slot *s = slot_at(t, slot);

		copy[n].state = READ_ONCE(s->state);
		if (!s->fp || is_expired(cfg, copy[n].state, now_s))
			continue;
		copy[n++].cold = t->cold[slot];
	}
	spin_unlock_bh(lock_of(t, bucket));
	return n;
}

/**
 * ttlpin_flow_init - the store of a new namespace
 * @tn: the namespace
 * @max_flows: flows that it shall hold
 *
 * Return: 0 or -ENOMEM.
 */
int ttlpin_flow_init(struct ttlpin_net *tn, u32 max_flows)
{
	struct ttlpin_table *t = new_table(tn, max_flows);

	if (!t)
		return -ENOMEM;
	get_random_bytes(&tn->key, sizeof(tn->key));
	INIT_DELAYED_WORK(&tn->sweep, sweep);
	rcu_assign_pointer(tn->table, t);
	return 0;
}

/**
 * ttlpin_flow_exit - the end of a namespace's store
 * @tn: the namespace; no packet comes any more
 */
void ttlpin_flow_exit(struct ttlpin_net *tn)
{
	cancel_delayed_work_sync(&tn->sweep);
	free_table(rcu_dereference_protected(tn->table, true));
}
