// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts by netlink.
 */
#include <linux/ktime.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "account.h"
#include "netlink.h"
#include "netlink-gen.h"

static int put_numbers(struct sk_buff *msg, const struct ttlpin_account *a)
{
	u32 now = ktime_get_seconds();

	if (nla_put_u32(msg, TTLPIN_A_ACCOUNT_CONDEMNED, a->condemned) ||
	    nla_put_u32(msg, TTLPIN_A_ACCOUNT_CONFIRMED, a->confirmed) ||
	    nla_put_u32(msg, TTLPIN_A_ACCOUNT_HEALED, a->healed) ||
	    nla_put_u32(msg, TTLPIN_A_ACCOUNT_APART, a->apart) ||
	    nla_put_u32(msg, TTLPIN_A_ACCOUNT_FIRST, now - a->first) ||
	    nla_put_u32(msg, TTLPIN_A_ACCOUNT_LAST, now - a->last))
		return -EMSGSIZE;
	return 0;
}

static int dump_account(struct sk_buff *msg, struct netlink_callback *cb,
			const struct ttlpin_account *a)
{
	void *head = ttlpin_nl_begin_entry(msg, cb, TTLPIN_CMD_ACCOUNT_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(msg, TTLPIN_A_ACCOUNT);
	if (!nest ||
	    ttlpin_nl_put_addr(msg, a->family, a->addr, TTLPIN_A_ACCOUNT_V4,
			       TTLPIN_A_ACCOUNT_V6) ||
	    nla_put_u8(msg, TTLPIN_A_ACCOUNT_TTL, a->ttl) ||
	    nla_put_u8(msg, TTLPIN_A_ACCOUNT_PIN, a->pin) ||
	    put_numbers(msg, a)) {
		genlmsg_cancel(msg, head);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, head);
	return 0;
}

int ttlpin_nl_account_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ttlpin_net *tn = ttlpin_net(sock_net(cb->skb->sk));
	u32 *at = (u32 *)cb->ctx, next = *at, generation;
	struct ttlpin_account account;

	while (ttlpin_account_next(tn, &next, &account, &generation)) {
		cb->seq = generation + 1;
		if (dump_account(skb, cb, &account))
			return skb->len;
		*at = next;
	}
	ttlpin_nl_end_list(cb, generation);
	return skb->len;
}
