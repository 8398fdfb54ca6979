/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The look for a flow that every guarded segment takes, where it is called.
 */
#ifndef TTLPIN_LOOKUP_H
#define TTLPIN_LOOKUP_H

#include <linux/prefetch.h>
#include "compat.h"
#include "table.h"

bool ttlpin_flow_find_old(struct ttlpin_table *old,
			  const struct ttlpin_config *cfg,
			  struct ttlpin_ref *ref);

/**
 * ttlpin_lookup_begin - fetch what a look for a flow will read
 * @tn: the namespace
 * @fp: fingerprint of the flow
 * @ref: begun, for ttlpin_lookup_end()
 *
 * Context: under rcu_read_lock(), to the end of the look.
 */
static inline void ttlpin_lookup_begin(const struct ttlpin_net *tn, u64 fp,
				       struct ttlpin_ref *ref)
{
	struct ttlpin_table *t = rcu_dereference(tn->table);

	ref->table = t;
	ref->fp = fp;
	ref->first = ttlpin_table_first(t, fp);
	ref->second = ttlpin_table_second(t, fp);
	prefetch(&t->bucket[ref->first]);
	prefetch(&t->bucket[ref->second]);
}

/* Looks for @ref->fp in two buckets of one table. */
static __always_inline bool ttlpin_lookup_in(struct ttlpin_table *t, u32 first,
					     u32 second, struct ttlpin_ref *ref)
{
	/* Not @ref's: each barrier would have it written and read again. */
	u64 state __uninitialized;
	u64 fp = ref->fp;
	int moves;
	u32 slot;

	do {
		/* Pairs with move(): a new count shows the new place. */
		moves = atomic_read_acquire(&t->moves);
		slot = ttlpin_table_find(t, first, second, fp, &state);
		if (slot != TTLPIN_NO_SLOT) {
			ref->table = t;
			ref->slot = slot;
			ref->state = state;
			return true;
		}
		smp_rmb(); /* pairs with move() and carry_over() */
	} while (atomic_read(&t->moves) != moves);
	return false;
}

/**
 * ttlpin_lookup_end - find a flow
 * @cfg: the settings
 * @ref: as ttlpin_lookup_begin() left it; filled if the flow was found
 *
 * Return: whether it is there and has not expired.
 */
static inline bool ttlpin_lookup_end(const struct ttlpin_config *cfg,
				     struct ttlpin_ref *ref)
{
	struct ttlpin_table *t = ref->table;
	struct ttlpin_table *old = rcu_dereference(t->old);

	ref->now_s = ttlpin_table_seconds();
	/* Flows go from the old table to the new, so who looks there in that
	 * order cannot miss one that is being carried over.
	 */
	if (unlikely(old) && ttlpin_flow_find_old(old, cfg, ref))
		return true;
	return ttlpin_lookup_in(t, ref->first, ref->second, ref) &&
	       !ttlpin_table_expired(cfg, ref->state, ref->now_s);
}

#endif /* TTLPIN_LOOKUP_H */
