/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounts: what was condemned of an address's segments, and what speaks for or
 * against its being forged. They inform an administrator; no verdict reads them.
 */
#ifndef TTLPIN_ACCOUNT_H
#define TTLPIN_ACCOUNT_H

#include "memory.h"
#include "net.h"
#include "tuple.h"

/**
 * struct ttlpin_account - an address and what came from it
 * @addr: network order, as in struct ttlpin_tuple
 * @family: 4 or 6
 * @ttl: of the newest segment that was condemned or healed
 * @pin: of its flow
 * @condemned: segments, whatever the mode
 * @confirmed: those proven forged by the genuine segment
 * @healed: segments that healed
 * @apart: flows in which condemned data went on with a stream of which nothing came
 *	at the pin: the peer's own, it seems
 * @first: when the account was opened, seconds of the flows' clock
 * @last: when it was written last
 */
struct ttlpin_account {
	u32 addr[4];
	u8 family;
	u8 ttl;
	u8 pin;
	u32 condemned;
	u32 confirmed;
	u32 healed;
	u32 apart;
	u32 first;
	u32 last;
};

int ttlpin_account_init(struct ttlpin_net *tn);
void ttlpin_account_exit(struct ttlpin_net *tn);
void ttlpin_account_add(struct ttlpin_net *tn,
			const struct ttlpin_account *more);
void ttlpin_account_apart(struct ttlpin_net *tn,
			  const struct ttlpin_tuple *tuple, u64 state,
			  struct ttlpin_memory *mem);
bool ttlpin_account_next(struct ttlpin_net *tn, u32 *at,
			 struct ttlpin_account *copy, u32 *generation);
void ttlpin_account_reset(struct ttlpin_net *tn);

#endif /* TTLPIN_ACCOUNT_H */
