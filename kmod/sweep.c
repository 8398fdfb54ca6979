// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to the whole store: another size, and the removal of what has
 * expired.
 */
#include <linux/sched.h>
#include "stats.h"
#include "sweep.h"
#include "table.h"

/* The sweeper looks at so many buckets, or removes so many flows, at a time. */
#define SWEEP_SLICE    512
#define SWEEP_REMOVALS 256
/* It passes over the whole store in so many runs, four runs a second. */
#define SWEEP_RUNS 8

/* Carries the flows of one bucket over to @t; those without room are lost. */
static void carry_over(struct ttlpin_table *t, struct ttlpin_table *old,
		       const struct ttlpin_config *cfg, u32 bucket, u32 now_s)
{
	u32 slot;

	spin_lock_bh(ttlpin_table_lock_of(old, bucket));
	for (slot = bucket * TTLPIN_BUCKET_SLOTS;
	     slot < (bucket + 1) * TTLPIN_BUCKET_SLOTS; slot++) {
		struct ttlpin_slot *s = ttlpin_table_slot(old, slot);
		u64 fp = s->fp, state = READ_ONCE(s->state);
		u32 a, b, to, twin;

		if (!fp)
			continue;
		if (ttlpin_table_expired(cfg, state, now_s)) {
			ttlpin_table_expire(old, slot);
			continue;
		}
		a = ttlpin_table_first(t, fp);
		b = ttlpin_table_second(t, fp);
		ttlpin_table_lock(t, a, b, 1);
		twin = ttlpin_table_find(t, a, b, fp, &state);
		to = twin == TTLPIN_NO_SLOT ?
			     ttlpin_table_take_carried(t, cfg, a, b, state,
						       &old->cold[slot].mem,
						       now_s) :
			     twin;
		state = READ_ONCE(s->state);
		if (to == TTLPIN_NO_SLOT) {
			ttlpin_stats_inc(t->tn, TTLPIN_CELL_EVICTED);
		} else if (twin == TTLPIN_NO_SLOT) {
			t->cold[to] = old->cold[slot];
			ttlpin_table_publish(t, to, fp, state);
			smp_wmb(); /* there before it is gone here */
		}
		ttlpin_table_clear(old, slot, state);
		ttlpin_table_unlock(t, a, b, TTLPIN_NO_SLOT);
	}
	spin_unlock_bh(ttlpin_table_lock_of(old, bucket));
}

static struct ttlpin_table *current_table(struct ttlpin_net *tn)
{
	return rcu_dereference_protected(tn->table,
					 lockdep_is_held(&tn->mutex));
}

/**
 * ttlpin_sweep_resize - give the store another size
 * @tn: the namespace; its mutex is held
 * @max_flows: flows that it shall hold
 *
 * Live flows are carried over while traffic goes on.
 *
 * Context: process.
 * Return: 0, -ENOMEM, or -EBUSY if more flows are live than would fit.
 */
int ttlpin_sweep_resize(struct ttlpin_net *tn, u32 max_flows)
{
	struct ttlpin_table *old = current_table(tn);
	const struct ttlpin_config *cfg;
	struct ttlpin_table *t;
	u32 bucket;

	if (atomic_read(&old->flows) > max_flows)
		return -EBUSY;
	t = ttlpin_table_new(tn, max_flows);
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
		carry_over(t, old, cfg, bucket, ttlpin_table_seconds());
		cond_resched();
	}
	/* Who finds no old table is to find in the new one all that it held. */
	synchronize_rcu();
	RCU_INIT_POINTER(t->old, NULL);
	synchronize_rcu();
	ttlpin_table_free(old);
	if (atomic_read(&t->flows))
		queue_delayed_work(system_power_efficient_wq, &tn->sweep,
				   TTLPIN_SWEEP_INTERVAL);
	return 0;
}

/* Marks what is pinned in one bucket. */
static void mark_bucket(struct ttlpin_table *t, u32 bucket)
{
	u32 i;

	spin_lock_bh(ttlpin_table_lock_of(t, bucket));
	for (i = 0; i < TTLPIN_BUCKET_SLOTS; i++) {
		struct ttlpin_slot *s = &t->bucket[bucket].slot[i];
		u64 state = READ_ONCE(s->state);

		if (!s->fp ||
		    ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT)
			continue;
		while (!try_cmpxchg(&s->state, &state,
				    state | TTLPIN_ST_SUSPECT))
			;
	}
	spin_unlock_bh(ttlpin_table_lock_of(t, bucket));
}

/**
 * ttlpin_sweep_mark - have the next segment of each flow looked at closely
 * @tn: the namespace; its mutex is held
 *
 * For what the state word does not tell and the common verdict therefore does
 * not ask. Where there is nothing to see that look takes the mark away.
 *
 * Context: process. What has been published before is seen by each look.
 */
void ttlpin_sweep_mark(struct ttlpin_net *tn)
{
	struct ttlpin_table *t = current_table(tn);
	u32 bucket;

	/* Flows that move meanwhile are marked where they go. */
	WRITE_ONCE(t->marking, true);
	/* Now nobody judges by what was there before, or moves without a mark. */
	synchronize_rcu();
	for (bucket = 0; bucket < t->nr_buckets; bucket++) {
		mark_bucket(t, bucket);
		cond_resched();
	}
	WRITE_ONCE(t->marking, false);
}

/* Removes what has expired in one slice of buckets; how many were looked at. */
static u32 sweep_slice(struct ttlpin_table *t, const struct ttlpin_config *cfg,
		       u32 budget)
{
	u32 now_s = ttlpin_table_seconds(), removed = 0, n;

	for (n = 0; n < budget && removed < SWEEP_REMOVALS; n++) {
		u32 bucket = t->swept % t->nr_buckets, slot;
		const struct ttlpin_slot *s = t->bucket[bucket].slot;
		bool any = false;

		t->swept = bucket + 1;
		for (slot = 0; slot < TTLPIN_BUCKET_SLOTS; slot++)
			any |= READ_ONCE(s[slot].fp) &&
			       ttlpin_table_expired(
				       cfg, READ_ONCE(s[slot].state), now_s);
		if (!any)
			continue;
		spin_lock_bh(ttlpin_table_lock_of(t, bucket));
		for (slot = 0; slot < TTLPIN_BUCKET_SLOTS; slot++) {
			if (s[slot].fp &&
			    ttlpin_table_expired(cfg, READ_ONCE(s[slot].state),
						 now_s)) {
				ttlpin_table_expire(
					t, bucket * TTLPIN_BUCKET_SLOTS + slot);
				removed++;
			}
		}
		spin_unlock_bh(ttlpin_table_lock_of(t, bucket));
	}
	return n;
}

/* One run of the sweeper; it rests while the store is empty. */
void ttlpin_sweep_run(struct work_struct *work)
{
	struct ttlpin_net *tn =
		container_of(to_delayed_work(work), struct ttlpin_net, sweep);
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
				   TTLPIN_SWEEP_INTERVAL);
}
