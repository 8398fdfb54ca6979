/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whitelist of a namespace.
 */
#ifndef TTLPIN_WHITELIST_H
#define TTLPIN_WHITELIST_H

#include <linux/rcupdate.h>
#include "net.h"
#include "prefix.h"
#include "tuple.h"

/**
 * struct ttlpin_whitelist - a list of prefixes, never changed once published
 * @rcu: frees what has been replaced
 * @nr: how many prefixes
 * @nr4: how many of @range4
 * @nr6: how many of @range6
 * @range4: what the IPv4 prefixes cover
 * @range6: what the IPv6 prefixes cover
 * @prefix: the prefixes, in order of ttlpin_prefix_compare()
 */
struct ttlpin_whitelist {
	struct rcu_head rcu;
	u32 nr;
	u32 nr4;
	u32 nr6;
	struct ttlpin_range4 *range4;
	struct ttlpin_range6 *range6;
	struct ttlpin_prefix prefix[];
};

/* Whether a flow's peer is in the list; the caller holds rcu_read_lock(). */
static inline bool ttlpin_whitelist_has(const struct ttlpin_net *tn,
					const struct ttlpin_tuple *flow)
{
	const struct ttlpin_whitelist *list = rcu_dereference(tn->whitelist);
	const u8 *addr = (const u8 *)flow->remote;

	if (likely(!list))
		return false;
	return flow->family == 4 ?
		       ttlpin_prefix_find4(list->range4, list->nr4, addr) :
		       ttlpin_prefix_find6(list->range6, list->nr6, addr);
}

int ttlpin_whitelist_add(struct ttlpin_net *tn, struct ttlpin_prefix *prefix,
			 u32 nr, u32 *bad);
int ttlpin_whitelist_del(struct ttlpin_net *tn, struct ttlpin_prefix *prefix,
			 u32 nr, u32 *bad);
int ttlpin_whitelist_begin(struct ttlpin_net *tn, u32 portid);
int ttlpin_whitelist_load(struct ttlpin_net *tn, u32 portid,
			  const struct ttlpin_prefix *prefix, u32 nr, u32 *bad);
int ttlpin_whitelist_commit(struct ttlpin_net *tn, u32 portid);
int ttlpin_whitelist_abort(struct ttlpin_net *tn, u32 portid);
void ttlpin_whitelist_flush(struct ttlpin_net *tn);
void ttlpin_whitelist_exit(struct ttlpin_net *tn);

#endif /* TTLPIN_WHITELIST_H */
