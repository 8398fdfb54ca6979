// SPDX-License-Identifier: GPL-2.0
/*
 * The flows of an analysis.
 */
#include <stdlib.h>
#include <sys/random.h>
#include "session.h"
#include "track_store.h"

static u64 mix(u64 a, u64 b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

static u64 hash(const struct track_store *s, const struct ttlpin_tuple *t)
{
	u64 ends = (u64)t->remote_port << 32 | (u32)t->local_port << 16 |
		   t->family << 8 | t->server;
	u64 h = mix(((u64)t->remote[0] << 32 | t->local[0]) ^ s->seed[0],
		    ends ^ s->seed[1]);

	if (t->family == 6) {
		h = mix(h ^ ((u64)t->remote[1] << 32 | t->remote[2]),
			s->seed[1] ^ ((u64)t->local[1] << 32 | t->local[2]));
		h = mix(h ^ t->remote[3], s->seed[0] ^ t->local[3]);
	}
	return h;
}

/**
 * track_store_init - an empty store
 * @s: filled
 * @policy: settings; they stay with the caller
 * @ended: told about each flow that ends
 * @context: for @ended
 * @counters: by attribute
 *
 * Return: false without memory.
 */
bool track_store_init(struct track_store *s, const struct policy *policy,
		      track_ended *ended, void *context, u64 *counters)
{
	u32 buckets = 1024;

	while (buckets < policy->max_flows)
		buckets *= 2;
	*s = (struct track_store){ .policy = policy, .ended = ended,
				   .context = context, .mask = buckets - 1,
				   .counters = counters };
	s->bucket = calloc(buckets, sizeof(s->bucket[0]));
	/* Without randomness only speed on made-up captures is at stake. */
	if (getrandom(s->seed, sizeof(s->seed), GRND_NONBLOCK) < 0)
		s->seed[1] = 1;
	s->seed[0] |= 1;
	s->seed[1] |= 1;
	return s->bucket;
}

static void list_remove(struct track_store *s, struct track_flow *f, int list)
{
	if (s->newest[list] == f)
		s->newest[list] = f->older;
	else
		f->newer->older = f->older;
	if (s->oldest[list] == f)
		s->oldest[list] = f->newer;
	else
		f->older->newer = f->newer;
	s->nr[list]--;
}

static void list_add(struct track_store *s, struct track_flow *f, u8 list)
{
	f->list = list;
	f->newer = NULL;
	f->older = s->newest[list];
	*(f->older ? &f->older->newer : &s->oldest[list]) = f;
	s->newest[list] = f;
	s->nr[list]++;
}

static u8 list_of(const struct track_flow *f)
{
	if (!f->known)
		return TRACK_UNKNOWN;
	switch (ttlpin_state_phase(f->state)) {
	case TTLPIN_PHASE_SYN_SENT:
		return TRACK_HALF_OPEN;
	case TTLPIN_PHASE_CLOSING:
		return TRACK_CLOSING;
	default:
		return TRACK_OPEN;
	}
}

/**
 * track_store_touch - a flow had a segment
 * @s: the store
 * @f: the flow
 * @now_ms: the capture's clock
 */
void track_store_touch(struct track_store *s, struct track_flow *f, u64 now_ms)
{
	u8 list = list_of(f);

	/* Order counts to the second. */
	if (f->list == list && f->touched / 1000 == now_ms / 1000)
		return;
	list_remove(s, f, f->list);
	list_add(s, f, list);
	f->touched = now_ms;
}

/* A flow of a list ends. */
static void end(struct track_store *s, struct track_flow *f, int list)
{
	struct track_flow **at = &s->bucket[f->hash & s->mask];

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	list_remove(s, f, list);
	s->total--;
	if (f->story.nr) {
		s->flows++;
		s->ended(s->context, f);
	}
	story_free(&f->story);
	free(f);
}

/**
 * track_store_drop - a flow ends
 * @s: the store
 * @f: the flow, freed
 */
void track_store_drop(struct track_store *s, struct track_flow *f)
{
	end(s, f, f->list);
}

static bool is_old(const struct track_store *s, const struct track_flow *f,
		   u64 now_ms)
{
	if (!f->known)
		return now_ms - f->touched > s->policy->timeouts.idle * 1000ull;
	return ttlpin_session_expired(f->state, &s->policy->timeouts,
				      now_ms / 1000);
}

static bool is_same(const struct ttlpin_tuple *a, const struct ttlpin_tuple *b)
{
	return a->family == b->family && a->server == b->server &&
	       a->remote_port == b->remote_port && a->local_port == b->local_port &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote)) &&
	       !memcmp(a->local, b->local, sizeof(a->local));
}

/**
 * track_store_find - find a flow
 * @s: the store
 * @tuple: its ends
 * @now_ms: the capture's clock
 *
 * Return: the flow, or NULL; one that has expired ends.
 */
struct track_flow *track_store_find(struct track_store *s,
				    const struct ttlpin_tuple *tuple, u64 now_ms)
{
	u64 h = hash(s, tuple);
	struct track_flow *f;

	for (f = s->bucket[h & s->mask]; f; f = f->next) {
		if (f->hash != h || !is_same(&f->tuple, tuple))
			continue;
		if (!is_old(s, f, now_ms))
			return f;
		track_store_drop(s, f);
		return NULL;
	}
	return NULL;
}

/* The oldest of a list ends; false if there is none. */
static bool evict(struct track_store *s, int list, bool counted)
{
	struct track_flow *f = s->oldest[list];

	if (!f)
		return false;
	s->counters[TTLPIN_A_COUNTER_EVICTED] += counted && f->known;
	end(s, f, list);
	return true;
}

/**
 * track_store_add - make a flow
 * @s: the store
 * @tuple: its ends; there is no such flow yet
 * @known: the module would know it
 * @now_ms: the capture's clock
 *
 * As in the module, half open flows fill a quarter at most, and where there is no
 * room the oldest that is half open or closing goes; not, as there, one whose peer has
 * said nothing yet, or all.
 *
 * Return: the flow; NULL if there is no room.
 */
struct track_flow *track_store_add(struct track_store *s,
				   const struct ttlpin_tuple *tuple, bool known,
				   u64 now_ms)
{
	u32 max = s->policy->max_flows;
	struct track_flow *f;

	if (known && s->nr[TRACK_HALF_OPEN] >= max / 4)
		evict(s, TRACK_HALF_OPEN, true);
	if (s->total >= max && !evict(s, TRACK_UNKNOWN, true) &&
	    !(known && (evict(s, TRACK_HALF_OPEN, true) || evict(s, TRACK_CLOSING, true)))) {
		s->counters[TTLPIN_A_COUNTER_TABLE_FULL] += known;
		return NULL;
	}
	f = calloc(1, sizeof(*f));
	if (!f) {
		s->counters[TTLPIN_A_COUNTER_NO_MEMORY]++;
		return NULL;
	}
	f->tuple = *tuple;
	f->hash = hash(s, tuple);
	f->known = known;
	f->touched = now_ms;
	f->next = s->bucket[f->hash & s->mask];
	s->bucket[f->hash & s->mask] = f;
	list_add(s, f, known ? TRACK_HALF_OPEN : TRACK_UNKNOWN);
	s->total++;
	return f;
}

/**
 * track_store_know - a flow that was made unknown begins
 * @s: the store
 * @f: the flow
 * @now_ms: the capture's clock
 */
void track_store_know(struct track_store *s, struct track_flow *f, u64 now_ms)
{
	if (s->nr[TRACK_HALF_OPEN] >= s->policy->max_flows / 4)
		evict(s, TRACK_HALF_OPEN, true);
	f->known = true;
	f->touched = now_ms;
	list_remove(s, f, f->list);
	list_add(s, f, TRACK_HALF_OPEN);
}

/**
 * track_store_expire - let flows end that have been silent
 * @s: the store
 * @now_ms: the capture's clock
 *
 * One whose bad segments keep it young here is found by track_store_find().
 */
void track_store_expire(struct track_store *s, u64 now_ms)
{
	int list;

	for (list = 0; list < TRACK_LISTS; list++)
		while (s->oldest[list] && is_old(s, s->oldest[list], now_ms))
			end(s, s->oldest[list], list);
}

/* Lets all flows end, the oldest first. */
void track_store_flush(struct track_store *s)
{
	int list;

	for (list = 0; list < TRACK_LISTS; list++)
		while (evict(s, list, false))
			;
}

void track_store_free(struct track_store *s)
{
	track_store_flush(s);
	free(s->bucket);
}
