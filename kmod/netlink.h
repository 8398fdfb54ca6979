/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family.
 */
#ifndef TTLPIN_NETLINK_H
#define TTLPIN_NETLINK_H

#include <net/genetlink.h>

/* An address of family 4 or 6, as attribute @v4 or @v6. */
static inline int ttlpin_nl_put_addr(struct sk_buff *msg, u8 family,
				     const u32 *addr, int v4, int v6)
{
	return family == 4 ? nla_put_be32(msg, v4, (__force __be32)addr[0]) :
			     nla_put(msg, v6, 16, addr);
}

/* Says so; returns -ENOMEM. */
static inline int ttlpin_nl_no_memory(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "out of memory");
	return -ENOMEM;
}

extern struct genl_family ttlpin_nl_family;

/* Begins one message of a list; its generation tells whether it is consistent. */
static inline void *ttlpin_nl_begin_entry(struct sk_buff *msg,
					  struct netlink_callback *cb, u8 cmd)
{
	void *head = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, &ttlpin_nl_family,
				 NLM_F_MULTI, cmd);

	if (head)
		genl_dump_check_consistent(cb, head);
	return head;
}

/* Ends a list that may have changed while its last part was made: then the message
 * that follows says so.
 */
static inline void ttlpin_nl_end_list(struct netlink_callback *cb,
				      u32 generation)
{
	if (!cb->prev_seq)
		cb->prev_seq = cb->seq;
	cb->seq = generation + 1;
}

struct ttlpin_prefix;
int ttlpin_nl_get_prefix(const struct nlattr *attr, struct ttlpin_prefix *prefix,
			 struct netlink_ext_ack *extack);

bool ttlpin_netlink_has_listeners(const struct net *net);
int ttlpin_netlink_init(void);
void ttlpin_netlink_exit(void);

#endif /* TTLPIN_NETLINK_H */
