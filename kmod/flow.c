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
 * address, up to two more only by trylock, the lock of an older table before those of
 * the newer one.
 *
 * Order of writes (readers read the other way round):
 *	insert	cold part, state word, fingerprint
 *	remove	fingerprint
 *	move	insert at the new place, count the move, remove at the old
 * so a slot that is used again never lends its state to the flow it held
 * before, and a reader that misses a flow on the move sees the count changed.
 */
#include <linux/random.h>
#include "lookup.h"
#include "sweep.h"
#include "stats.h"
#include "whitelist.h"

/* While flows are carried over: looks where they come from. */
noinline bool ttlpin_flow_find_old(struct ttlpin_table *old,
				   const struct ttlpin_config *cfg,
				   struct ttlpin_ref *ref)
{
	return ttlpin_lookup_in(old, ttlpin_table_first(old, ref->fp),
				ttlpin_table_second(old, ref->fp), ref) &&
	       !ttlpin_table_expired(cfg, ref->state, ref->now_s);
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
	ttlpin_lookup_begin(tn, fp, ref);
	return ttlpin_lookup_end(cfg, ref);
}

/**
 * ttlpin_flow_refresh - let a good segment refresh its flow
 * @ref: the flow as it was found
 * @next: the state word that takes the place of @ref->state, another one
 *
 * Where another CPU has changed the flow meanwhile, its word stands: it was
 * written by a segment just as new.
 *
 * Context: under rcu_read_lock().
 */
void ttlpin_flow_refresh(const struct ttlpin_ref *ref, u64 next)
{
	cmpxchg(&ttlpin_table_slot(ref->table, ref->slot)->state, ref->state,
		next);
}

/* Locks a flow where it was found, if it still is there. */
static bool lock_here(struct ttlpin_ref *ref)
{
	struct ttlpin_slot *s = ttlpin_table_slot(ref->table, ref->slot);
	spinlock_t *lock = ttlpin_table_lock_of(
		ref->table, ref->slot / TTLPIN_BUCKET_SLOTS);

	ref->cold = &ref->table->cold[ref->slot];
	prefetchw(&ref->cold->mem);
	spin_lock_bh(lock);
	if (unlikely(s->fp != ref->fp)) {
		spin_unlock_bh(lock);
		return false;
	}
	ref->state = READ_ONCE(s->state);
	ref->is_new = false;
	return true;
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
	/* Where it moves between the look and the lock, look again. */
	while (ttlpin_flow_find(tn, cfg, fp, ref))
		if (lock_here(ref))
			return true;
	return false;
}

/**
 * ttlpin_flow_lock_found - lock a flow that ttlpin_flow_find() has just found
 * @tn: the namespace
 * @cfg: its settings
 * @ref: the flow, filled anew
 *
 * Context: as ttlpin_flow_lock().
 * Return: whether it is still there.
 */
bool ttlpin_flow_lock_found(const struct ttlpin_net *tn,
			    const struct ttlpin_config *cfg,
			    struct ttlpin_ref *ref)
{
	return lock_here(ref) || ttlpin_flow_lock(tn, cfg, ref->fp, ref);
}

/**
 * ttlpin_flow_insert - find or make a flow, and lock it
 * @tn: the namespace
 * @cfg: its settings
 * @fp: fingerprint of the flow
 * @tuple: the flow
 * @ref: filled with true; with @ref->is_new the caller fills @ref->cold->mem
 *	and gives ttlpin_flow_unlock() a state
 *
 * Context: under rcu_read_lock(). With true, BHs are off until
 * ttlpin_flow_unlock().
 * Return: false if there is no room, which is counted, or if none is made because its
 * peer is whitelisted: nothing of it would be judged, and it would stay half open.
 */
bool ttlpin_flow_insert(struct ttlpin_net *tn, const struct ttlpin_config *cfg,
			u64 fp, const struct ttlpin_tuple *tuple,
			struct ttlpin_ref *ref)
{
	struct ttlpin_table *t = rcu_dereference(tn->table);
	u32 a = ttlpin_table_first(t, fp), b = ttlpin_table_second(t, fp);
	u32 now_s = ttlpin_table_seconds();
	u32 slot;

	if (ttlpin_flow_lock(tn, cfg, fp, ref))
		return true;
	if (ttlpin_whitelist_has(tn, tuple))
		return false;
	local_bh_disable();
	ttlpin_table_lock(t, a, b, 0);
	ref->table = t;
	ref->fp = fp;
	ref->is_new = true;
	/* Another CPU may have made it meanwhile, or it has expired. */
	slot = ttlpin_table_find(t, a, b, fp, &ref->state);
	if (slot != TTLPIN_NO_SLOT &&
	    !ttlpin_table_expired(cfg, ref->state, now_s))
		ref->is_new = false;
	else if (slot != TTLPIN_NO_SLOT)
		ttlpin_table_expire(t, slot);
	else
		slot = ttlpin_table_take_bounded(t, cfg, a, b, now_s);
	if (slot == TTLPIN_NO_SLOT) {
		ttlpin_table_unlock(t, a, b, TTLPIN_NO_SLOT);
		local_bh_enable();
		ttlpin_stats_inc(tn, TTLPIN_CELL_TABLE_FULL);
		return false;
	}
	ttlpin_table_unlock(t, a, b, slot / TTLPIN_BUCKET_SLOTS);
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
 * What a good segment has refreshed meanwhile is kept, unless the flow begins
 * anew: then it was a segment of the flow before.
 */
void ttlpin_flow_unlock(const struct ttlpin_ref *ref, u64 next)
{
	struct ttlpin_table *t = ref->table;
	u64 *state = &ttlpin_table_slot(t, ref->slot)->state;
	u64 expected = ref->state;

	if (ref->is_new) {
		ttlpin_table_publish(t, ref->slot, ref->fp, next);
		/* Either the sweeper sees the flow, or this that it rests. */
		smp_mb__after_atomic();
		if (!delayed_work_pending(&t->tn->sweep))
			queue_delayed_work(system_power_efficient_wq,
					   &t->tn->sweep,
					   TTLPIN_SWEEP_INTERVAL);
	} else if (next != expected) {
		count_phase(t, expected, next);
		while (!try_cmpxchg(state, &expected, next))
			if (ttlpin_state_phase(next) != TTLPIN_PHASE_SYN_SENT)
				next = (next & ~TTLPIN_ST_REFRESH) |
				       (expected & TTLPIN_ST_REFRESH);
	}
	spin_unlock_bh(
		ttlpin_table_lock_of(t, ref->slot / TTLPIN_BUCKET_SLOTS));
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
	generation = (t->generation << 16) + atomic_read(&t->moves);
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
	u32 now_s = ttlpin_table_seconds(), slot;
	int n = 0;

	if (bucket >= t->nr_buckets)
		return -ENOENT;
	spin_lock_bh(ttlpin_table_lock_of(t, bucket));
	for (slot = bucket * TTLPIN_BUCKET_SLOTS;
	     slot < (bucket + 1) * TTLPIN_BUCKET_SLOTS; slot++) {
		const struct ttlpin_slot *s = ttlpin_table_slot(t, slot);

		copy[n].state = READ_ONCE(s->state);
		if (!s->fp || ttlpin_table_expired(cfg, copy[n].state, now_s))
			continue;
		copy[n++].cold = t->cold[slot];
	}
	spin_unlock_bh(ttlpin_table_lock_of(t, bucket));
	return n;
}

/**
 * ttlpin_flow_del - forget a flow
 * @tn: the namespace
 * @tuple: the flow
 *
 * Context: process.
 * Return: 0 or -ENOENT.
 */
int ttlpin_flow_del(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple)
{
	u64 fp = ttlpin_flow_fingerprint(tn, tuple);
	struct ttlpin_ref ref;
	int ret = -ENOENT;

	rcu_read_lock();
	if (ttlpin_flow_lock(tn, rcu_dereference(tn->config), fp, &ref)) {
		ttlpin_table_remove(ref.table, ref.slot);
		spin_unlock_bh(ttlpin_table_lock_of(
			ref.table, ref.slot / TTLPIN_BUCKET_SLOTS));
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

static void flush_bucket(struct ttlpin_table *t, u32 bucket)
{
	u32 slot;

	spin_lock_bh(ttlpin_table_lock_of(t, bucket));
	for (slot = bucket * TTLPIN_BUCKET_SLOTS;
	     slot < (bucket + 1) * TTLPIN_BUCKET_SLOTS; slot++)
		if (ttlpin_table_slot(t, slot)->fp)
			ttlpin_table_remove(t, slot);
	spin_unlock_bh(ttlpin_table_lock_of(t, bucket));
}

/**
 * ttlpin_flow_flush - forget all flows
 * @tn: the namespace
 *
 * One pass, however many flows begin meanwhile: none can move to where this has
 * been. Who moves one holds the locks of both buckets; if it has not seen
 * @flushing, the bucket that it moves to has still to be locked here.
 *
 * Context: process, takes @tn->mutex.
 */
void ttlpin_flow_flush(struct ttlpin_net *tn)
{
	struct ttlpin_table *t;
	u32 bucket;

	mutex_lock(&tn->mutex);
	t = rcu_dereference_protected(tn->table, lockdep_is_held(&tn->mutex));
	WRITE_ONCE(t->flushing, true);
	for (bucket = 0; bucket < t->nr_buckets; bucket++) {
		flush_bucket(t, bucket);
		cond_resched();
	}
	WRITE_ONCE(t->flushing, false);
	mutex_unlock(&tn->mutex);
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
	struct ttlpin_table *t = ttlpin_table_new(tn, max_flows);

	if (!t)
		return -ENOMEM;
	get_random_bytes(&tn->key, sizeof(tn->key));
	INIT_DELAYED_WORK(&tn->sweep, ttlpin_sweep_run);
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
	ttlpin_table_free(rcu_dereference_protected(tn->table, true));
}
