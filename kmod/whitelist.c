// SPDX-License-Identifier: GPL-2.0
/*
 * The whitelist of a namespace: each change builds a new list beside the old
 * one and publishes it whole, so a packet sees the one or the other.
 */
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <uapi/linux/ttlpin.h>
#include "sweep.h"
#include "whitelist.h"

static int compare(const void *a, const void *b)
{
	return ttlpin_prefix_compare(a, b);
}

static struct ttlpin_whitelist *current_list(struct ttlpin_net *tn)
{
	return rcu_dereference_protected(tn->whitelist,
					 lockdep_is_held(&tn->mutex));
}

static bool list_has(const struct ttlpin_whitelist *list,
		     const struct ttlpin_prefix *prefix)
{
	return list && bsearch(prefix, list->prefix, list->nr, sizeof(*prefix),
			       compare);
}

/* A list with room for @nr prefixes and the ranges that they may cover. */
static struct ttlpin_whitelist *new_list(u32 nr)
{
	size_t prefixes = ALIGN(struct_size((struct ttlpin_whitelist *)NULL,
					    prefix, nr), 8);
	struct ttlpin_whitelist *list;

	/* Ranges of either family, so the larger size for each. */
	list = kvmalloc(prefixes + nr * sizeof(struct ttlpin_range6),
			GFP_KERNEL_ACCOUNT);
	if (!list)
		return NULL;
	list->nr = nr;
	list->range6 = (void *)list + prefixes;
	return list;
}

/* Works out what a sorted list covers and puts it in the old one's place. */
static void publish(struct ttlpin_net *tn, struct ttlpin_whitelist *list)
{
	struct ttlpin_whitelist *old = current_list(tn);
	u32 v4 = 0;

	if (list) {
		while (v4 < list->nr && list->prefix[v4].family == 4)
			v4++;
		list->nr6 = ttlpin_prefix_ranges6(list->prefix + v4,
						  list->nr - v4, list->range6);
		list->range4 = (void *)(list->range6 + list->nr6);
		list->nr4 = ttlpin_prefix_ranges4(list->prefix, v4,
						  list->range4);
	}
	rcu_assign_pointer(tn->whitelist, list);
	/* After the list: who reads the new number finds the new list. */
	smp_store_release(&tn->whitelist_generation,
			  tn->whitelist_generation + 1);
	if (old)
		kvfree_rcu(old, rcu);
}

/* Index of the second of two equal prefixes, or @nr if all differ. */
static u32 find_twin(const struct ttlpin_prefix *prefix, u32 nr,
		     const struct ttlpin_prefix *sorted)
{
	u32 i, twins = 0;

	for (i = 1; i < nr; i++)
		if (!compare(&sorted[i - 1], &sorted[i]))
			break;
	if (i >= nr)
		return nr;
	for (sorted += i, i = 0; i < nr; i++)
		if (!compare(&prefix[i], sorted) && ++twins == 2)
			break;
	return i;
}

/* Index of the first prefix that cannot be changed as asked, or @nr. */
static u32 find_bad(const struct ttlpin_whitelist *old,
		    const struct ttlpin_prefix *prefix, u32 nr,
		    struct ttlpin_prefix *scratch, bool present)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (list_has(old, &prefix[i]) != present)
			return i;
	memcpy(scratch, prefix, nr * sizeof(*prefix));
	sort(scratch, nr, sizeof(*scratch), compare, NULL);
	return find_twin(prefix, nr, scratch);
}

/**
 * ttlpin_whitelist_add - add prefixes, all or none
 * @tn: the namespace
 * @prefix: valid prefixes
 * @nr: how many, 1 at least
 * @bad: set with -EEXIST: index of the prefix that is in the list already, or
 *	twice in @prefix; with -ENOSPC: of the first for which there is no room
 *
 * Context: process, takes @tn->mutex.
 * Return: 0, -EEXIST, -ENOSPC (more than TTLPIN_PREFIXES_MAX) or -ENOMEM.
 */
int ttlpin_whitelist_add(struct ttlpin_net *tn, struct ttlpin_prefix *prefix,
			 u32 nr, u32 *bad)
{
	struct ttlpin_whitelist *old, *list;
	int ret = -ENOSPC;
	u32 nr_old;

	mutex_lock(&tn->mutex);
	old = current_list(tn);
	nr_old = old ? old->nr : 0;
	*bad = TTLPIN_PREFIXES_MAX - nr_old;
	if (nr > TTLPIN_PREFIXES_MAX - nr_old)
		goto out;
	ret = -ENOMEM;
	list = new_list(nr_old + nr);
	if (!list)
		goto out;
	ret = -EEXIST;
	*bad = find_bad(old, prefix, nr, list->prefix + nr_old, false);
	if (*bad < nr) {
		kvfree(list);
		goto out;
	}
	if (old)
		memcpy(list->prefix, old->prefix, nr_old * sizeof(*prefix));
	sort(list->prefix, list->nr, sizeof(*prefix), compare, NULL);
	publish(tn, list);
	ttlpin_sweep_mark(tn);
	ret = 0;
out:
	mutex_unlock(&tn->mutex);
	return ret;
}

/**
 * ttlpin_whitelist_del - remove prefixes, all or none
 * @tn: the namespace
 * @prefix: valid prefixes; left in order of ttlpin_prefix_compare()
 * @nr: how many, 1 at least
 * @bad: set with -ENOENT: index of the prefix that is not in the list, or twice
 *	in @prefix
 *
 * Context: process, takes @tn->mutex.
 * Return: 0, -ENOENT or -ENOMEM.
 */
int ttlpin_whitelist_del(struct ttlpin_net *tn, struct ttlpin_prefix *prefix,
			 u32 nr, u32 *bad)
{
	struct ttlpin_whitelist *old, *list = NULL;
	int ret = -ENOENT;
	u32 i, n = 0;

	mutex_lock(&tn->mutex);
	old = current_list(tn);
	*bad = 0;
	if (!old)
		goto out;
	ret = -ENOMEM;
	list = new_list(max(old->nr, nr));
	if (!list)
		goto out;
	ret = -ENOENT;
	*bad = find_bad(old, prefix, nr, list->prefix, true);
	if (*bad < nr) {
		kvfree(list);
		goto out;
	}
	sort(prefix, nr, sizeof(*prefix), compare, NULL);
	for (i = 0; i < old->nr; i++)
		if (!bsearch(&old->prefix[i], prefix, nr, sizeof(*prefix),
			     compare))
			list->prefix[n++] = old->prefix[i];
	list->nr = n;
	if (!n) {
		kvfree(list);
		list = NULL;
	}
	publish(tn, list);
	ret = 0;
out:
	mutex_unlock(&tn->mutex);
	return ret;
}

/**
 * struct ttlpin_draft - a whitelist that is being loaded
 * @portid: of the netlink socket that loads it
 * @room: how many prefixes @list has room for
 * @list: with those so far, in the order in which they came; NULL before the first
 */
struct ttlpin_draft {
	u32 portid;
	u32 room;
	struct ttlpin_whitelist *list;
};

static void forget_draft(struct ttlpin_net *tn)
{
	struct ttlpin_draft *draft = tn->draft;

	WRITE_ONCE(tn->draft, NULL);
	if (draft)
		kvfree(draft->list);
	kfree(draft);
}

static struct ttlpin_draft *draft_of(struct ttlpin_net *tn, u32 portid)
{
	lockdep_assert_held(&tn->mutex);
	return tn->draft && tn->draft->portid == portid ? tn->draft : NULL;
}

/**
 * ttlpin_whitelist_begin - begin a new list beside the one in force
 * @tn: the namespace
 * @portid: of the socket that will load it
 *
 * Context: process, takes @tn->mutex.
 * Return: 0, -EBUSY if one is being loaded, or -ENOMEM.
 */
int ttlpin_whitelist_begin(struct ttlpin_net *tn, u32 portid)
{
	struct ttlpin_draft *draft;
	int ret = -EBUSY;

	mutex_lock(&tn->mutex);
	if (!tn->draft) {
		draft = kzalloc(sizeof(*draft), GFP_KERNEL_ACCOUNT);
		ret = draft ? 0 : -ENOMEM;
		if (draft)
			draft->portid = portid;
		WRITE_ONCE(tn->draft, draft);
	}
	mutex_unlock(&tn->mutex);
	return ret;
}

static u32 draft_nr(const struct ttlpin_draft *draft)
{
	return draft->list ? draft->list->nr : 0;
}

/* Room for @nr prefixes more in the list that @draft will be. */
static int make_room(struct ttlpin_draft *draft, u32 nr)
{
	u32 used = draft_nr(draft);
	u32 room = min_t(u32, max(2 * draft->room, used + nr),
			 TTLPIN_PREFIXES_MAX);
	struct ttlpin_whitelist *more;

	if (used + nr <= draft->room)
		return 0;
	more = new_list(room);
	if (!more)
		return -ENOMEM;
	if (used)
		memcpy(more->prefix, draft->list->prefix,
		       used * sizeof(*more->prefix));
	more->nr = used;
	kvfree(draft->list);
	draft->list = more;
	draft->room = room;
	return 0;
}

/**
 * ttlpin_whitelist_load - add prefixes to the new list
 * @tn: the namespace
 * @portid: of the socket
 * @prefix: valid prefixes
 * @nr: how many, 1 at least
 * @bad: set with -ENOSPC: index of the first for which there is no room
 *
 * Context: process, takes @tn->mutex.
 * Return: 0, -ENOENT if that socket has begun none, -ENOSPC or -ENOMEM.
 */
int ttlpin_whitelist_load(struct ttlpin_net *tn, u32 portid,
			  const struct ttlpin_prefix *prefix, u32 nr, u32 *bad)
{
	struct ttlpin_draft *draft;
	int ret = -ENOENT;

	mutex_lock(&tn->mutex);
	draft = draft_of(tn, portid);
	if (draft) {
		*bad = TTLPIN_PREFIXES_MAX - draft_nr(draft);
		ret = nr > *bad ? -ENOSPC : make_room(draft, nr);
	}
	if (!ret) {
		memcpy(draft->list->prefix + draft->list->nr, prefix,
		       nr * sizeof(*prefix));
		draft->list->nr += nr;
	}
	mutex_unlock(&tn->mutex);
	return ret;
}

/* The list that a draft is, sorted, and taken from it; NULL if it is empty. */
static struct ttlpin_whitelist *take_list(struct ttlpin_draft *draft)
{
	struct ttlpin_whitelist *list = draft->list, *fit;
	u32 i;

	if (!list)
		return NULL;
	sort(list->prefix, list->nr, sizeof(*list->prefix), compare, NULL);
	for (i = 1; i < list->nr; i++)
		if (!compare(&list->prefix[i - 1], &list->prefix[i]))
			return ERR_PTR(-EEXIST);
	draft->list = NULL;
	/* No larger than need be, but for want of memory nothing is refused. */
	fit = list->nr < draft->room ? new_list(list->nr) : NULL;
	if (!fit)
		return list;
	memcpy(fit->prefix, list->prefix, list->nr * sizeof(*list->prefix));
	kvfree(list);
	return fit;
}

/**
 * ttlpin_whitelist_commit - put the new list in the old one's place
 * @tn: the namespace
 * @portid: of the socket that has begun it
 *
 * Whatever comes of it, the new list is no draft any more.
 *
 * Context: process, takes @tn->mutex.
 * Return: 0, -ENOENT if that socket has begun none, or -EEXIST if a prefix is in
 * it twice; then the old list stands.
 */
int ttlpin_whitelist_commit(struct ttlpin_net *tn, u32 portid)
{
	struct ttlpin_whitelist *list = ERR_PTR(-ENOENT);

	mutex_lock(&tn->mutex);
	if (draft_of(tn, portid)) {
		list = take_list(tn->draft);
		forget_draft(tn);
	}
	if (!IS_ERR(list)) {
		publish(tn, list);
		ttlpin_sweep_mark(tn);
	}
	mutex_unlock(&tn->mutex);
	return PTR_ERR_OR_ZERO(list);
}

/**
 * ttlpin_whitelist_abort - forget the new list
 * @tn: the namespace
 * @portid: of the socket that has begun it
 *
 * Context: process, takes @tn->mutex.
 * Return: 0, or -ENOENT if that socket has begun none.
 */
int ttlpin_whitelist_abort(struct ttlpin_net *tn, u32 portid)
{
	int ret = -ENOENT;

	/* Each socket that closes comes here, and a draft of its own it would
	 * see: most need not wait for whoever has the mutex.
	 */
	if (!READ_ONCE(tn->draft))
		return ret;
	mutex_lock(&tn->mutex);
	if (draft_of(tn, portid)) {
		forget_draft(tn);
		ret = 0;
	}
	mutex_unlock(&tn->mutex);
	return ret;
}

/**
 * ttlpin_whitelist_flush - remove all prefixes
 * @tn: the namespace
 *
 * Context: process, takes @tn->mutex.
 */
void ttlpin_whitelist_flush(struct ttlpin_net *tn)
{
	mutex_lock(&tn->mutex);
	publish(tn, NULL);
	mutex_unlock(&tn->mutex);
}

/* The end of a namespace's whitelist: no packet comes any more. */
void ttlpin_whitelist_exit(struct ttlpin_net *tn)
{
	ttlpin_whitelist_flush(tn);
	mutex_lock(&tn->mutex);
	forget_draft(tn);
	mutex_unlock(&tn->mutex);
}
