// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts by address. Only condemned, healed and confirming segments of pinned
 * flows are written, so what an outsider makes up opens none.
 */
#include <linux/mm.h>
#include "account.h"
#include "addresses.h"
#include "session.h"

/**
 * struct entry - an address's account
 * @at: where it is kept
 * @account: what it says
 */
struct entry {
	struct ttlpin_address at;
	struct ttlpin_account account;
};

static struct entry *entry_of(struct ttlpin_address *at)
{
	return container_of(at, struct entry, at);
}

static struct entry *open(struct ttlpin_addresses *accounts,
			  const struct ttlpin_account *more)
{
	struct entry *e = entry_of(ttlpin_addresses_take(accounts, more->addr,
							 more->family));

	memcpy(e->account.addr, more->addr, sizeof(more->addr));
	e->account.family = more->family;
	e->account.first = more->last;
	return e;
}

static void add(struct ttlpin_account *a, const struct ttlpin_account *more)
{
	if (more->condemned || more->healed) {
		a->ttl = more->ttl;
		a->pin = more->pin;
	}
	a->condemned += more->condemned;
	a->confirmed += more->confirmed;
	a->healed += more->healed;
	a->last = more->last;
}

/**
 * ttlpin_account_add - write to an address's account
 * @tn: the namespace
 * @more: the address, what is to be added but @apart, the TTLs if something was
 *	condemned or healed, and as @last the clock
 *
 * Context: softirq; without a flow's lock.
 */
void ttlpin_account_add(struct ttlpin_net *tn,
			const struct ttlpin_account *more)
{
	struct ttlpin_addresses *accounts = tn->accounts;
	struct ttlpin_address *at;

	spin_lock_bh(&accounts->lock);
	at = ttlpin_addresses_find(accounts, more->addr, more->family);
	if (at)
		ttlpin_addresses_use(accounts, at);
	add(&(at ? entry_of(at) : open(accounts, more))->account, more);
	spin_unlock_bh(&accounts->lock);
}

/**
 * ttlpin_account_apart - write whether a flow's peer has spoken elsewhere only
 * @tn: the namespace
 * @tuple: the flow; ours begin to talk, or its time is over
 * @state: its state word
 * @mem: its memory, updated so that it is written once
 *
 * Where the address has an account: it got one by what was condemned.
 *
 * Context: softirq or process; within the flow's lock.
 */
void ttlpin_account_apart(struct ttlpin_net *tn,
			  const struct ttlpin_tuple *tuple, u64 state,
			  struct ttlpin_memory *mem)
{
	struct ttlpin_addresses *accounts = tn->accounts;
	struct ttlpin_address *at;

	if (!ttlpin_session_is_apart(state, mem))
		return;
	spin_lock_bh(&accounts->lock);
	at = ttlpin_addresses_find(accounts, tuple->remote, tuple->family);
	if (at)
		entry_of(at)->account.apart++;
	spin_unlock_bh(&accounts->lock);
}

/**
 * ttlpin_account_next - copy the next account
 * @tn: the namespace
 * @at: where to go on, from 0; moved past the account
 * @copy: filled with true
 * @generation: set to a number that changes with who has an account
 *
 * Context: process.
 * Return: false at the end.
 */
bool ttlpin_account_next(struct ttlpin_net *tn, u32 *at,
			 struct ttlpin_account *copy, u32 *generation)
{
	struct ttlpin_addresses *accounts = tn->accounts;
	struct ttlpin_address *a = NULL;

	spin_lock_bh(&accounts->lock);
	*generation = accounts->generation;
	while (!a && *at < TTLPIN_ADDRESSES_MAX)
		a = ttlpin_addresses_at(accounts, (*at)++);
	if (a)
		*copy = entry_of(a)->account;
	spin_unlock_bh(&accounts->lock);
	return a;
}

/**
 * ttlpin_account_reset - close all accounts
 * @tn: the namespace
 *
 * Context: process.
 */
void ttlpin_account_reset(struct ttlpin_net *tn)
{
	ttlpin_addresses_flush(tn->accounts);
}

/**
 * ttlpin_account_init - accounts of a new namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ttlpin_account_init(struct ttlpin_net *tn)
{
	tn->accounts = ttlpin_addresses_alloc(&tn->key, sizeof(struct entry));
	return tn->accounts ? 0 : -ENOMEM;
}

void ttlpin_account_exit(struct ttlpin_net *tn)
{
	kvfree(tn->accounts);
}
