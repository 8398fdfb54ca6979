// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, as Documentation/netlink/specs/ttlpin.yaml
 * describes it; what one attribute may hold is checked by the policies that are
 * generated from there.
 */
#include <linux/mm.h>

#include <net/genetlink.h>
#include <net/sock.h>
#include "config.h"
#include "event.h"
#include "flow.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "stats.h"
#include "whitelist.h"

/* The family is registered: events may be sent. */
static bool is_up;

/* Begins a reply to @info; NULL without memory. */
static struct sk_buff *new_reply(struct genl_info *info, size_t size,
				 void **head)
{
	struct sk_buff *msg = genlmsg_new(size, GFP_KERNEL);

	if (!msg)
		return NULL;
	*head = genlmsg_put_reply(msg, info, &ttlpin_nl_family, 0,
				  info->genlhdr->cmd);
	if (!*head) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int put_counters(struct sk_buff *msg, struct ttlpin_net *tn)
{
	u64 counters[TTLPIN_A_COUNTER_MAX + 1];
	struct nlattr *nest;
	int i;

	ttlpin_stats_read(tn, counters);
	nest = nla_nest_start(msg, TTLPIN_A_COUNTERS);
	if (!nest)
		return -EMSGSIZE;
	for (i = TTLPIN_A_COUNTER_SEEN; i <= TTLPIN_A_COUNTER_MAX; i++)
		if (nla_put_u64_64bit(msg, i, counters[i],
				      TTLPIN_A_COUNTER_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_last_drop(struct sk_buff *msg, struct ttlpin_net *tn)
{
	struct ttlpin_event event;
	struct nlattr *nest;

	if (!ttlpin_stats_last(tn, &event))
		return 0;
	nest = nla_nest_start(msg, TTLPIN_A_LAST_DROP);
	if (!nest || ttlpin_event_fill(msg, &event, NULL, 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_stats(struct sk_buff *msg, struct ttlpin_net *tn)
{
	struct ttlpin_flow_counts counts;
	u32 max_flows;
	u8 mode;

	rcu_read_lock();
	mode = rcu_dereference(tn->config)->mode;
	max_flows = rcu_dereference(tn->config)->max_flows;
	rcu_read_unlock();
	ttlpin_flow_counts(tn, &counts);
	if (nla_put_u8(msg, TTLPIN_A_MODE, mode) ||
	    nla_put_u32(msg, TTLPIN_A_FLOWS, counts.flows) ||
	    nla_put_u32(msg, TTLPIN_A_MAX_FLOWS, max_flows) ||
	    nla_put_u32(msg, TTLPIN_A_HALF_OPEN, counts.half_open))
		return -EMSGSIZE;
	return put_counters(msg, tn) ?: put_last_drop(msg, tn);
}

int ttlpin_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *head;
	int ret;

	msg = new_reply(info, NLMSG_DEFAULT_SIZE, &head);
	if (!msg)
		return -ENOMEM;
	ret = put_stats(msg, ttlpin_net(genl_info_net(info)));
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

int ttlpin_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	ttlpin_stats_reset(ttlpin_net(genl_info_net(info)));
	return 0;
}

/**
 * struct flow_dump - where a list of flows goes on, in netlink_callback.ctx
 * @bucket: the next bucket
 * @slot: flows of it that were sent already
 */
struct flow_dump {
	u32 bucket;
	u32 slot;
};

static int put_ends(struct sk_buff *msg, const struct ttlpin_tuple *t)
{
	if (t->family == 4) {
		if (nla_put_be32(msg, TTLPIN_A_FLOW_REMOTE_V4,
				 (__force __be32)t->remote[0]) ||
		    nla_put_be32(msg, TTLPIN_A_FLOW_LOCAL_V4,
				 (__force __be32)t->local[0]))
			return -EMSGSIZE;
	} else if (nla_put(msg, TTLPIN_A_FLOW_REMOTE_V6, 16, t->remote) ||
		   nla_put(msg, TTLPIN_A_FLOW_LOCAL_V6, 16, t->local)) {
		return -EMSGSIZE;
	}
	if (nla_put_u16(msg, TTLPIN_A_FLOW_REMOTE_PORT, t->remote_port) ||
	    nla_put_u16(msg, TTLPIN_A_FLOW_LOCAL_PORT, t->local_port) ||
	    (t->server && nla_put_flag(msg, TTLPIN_A_FLOW_SERVER)))
		return -EMSGSIZE;
	return 0;
}

static int put_ttls(struct sk_buff *msg, u64 state,
		    const struct ttlpin_memory *mem)
{
	int i;

	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT)
		return 0;
	if (nla_put_u8(msg, TTLPIN_A_FLOW_TTL, ttlpin_state_pin(state)))
		return -EMSGSIZE;
	for (i = 0; i < mem->nr_learned; i++)
		if (nla_put_u8(msg, TTLPIN_A_FLOW_TTL, mem->learned[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_flow(struct sk_buff *msg, const struct ttlpin_flow_copy *copy)
{
	const struct ttlpin_memory *mem = &copy->cold.mem;
	struct nlattr *nest = nla_nest_start(msg, TTLPIN_A_FLOW);
	u64 state = copy->state;

	if (!nest || put_ends(msg, &copy->cold.tuple) ||
	    put_ttls(msg, state, mem) ||
	    nla_put_u8(msg, TTLPIN_A_FLOW_PHASE, ttlpin_state_phase(state)) ||
	    nla_put_u32(msg, TTLPIN_A_FLOW_IDLE,
			ttlpin_state_idle(state, ktime_get_seconds())))
		return -EMSGSIZE;
	if ((ttlpin_state_ts(state) == TTLPIN_TS_JUDGED &&
	     nla_put_flag(msg, TTLPIN_A_FLOW_TIMESTAMPS)) ||
	    ((mem->flags & TTLPIN_MEM_LOOSE) &&
	     nla_put_flag(msg, TTLPIN_A_FLOW_LOOSE)) ||
	    (mem->suspect.rank &&
	     nla_put_u8(msg, TTLPIN_A_FLOW_SUSPECT_TTL, mem->suspect.ttl)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Begins one message of a list; its generation tells whether it is consistent. */
static void *begin_entry(struct sk_buff *msg, struct netlink_callback *cb,
			 u8 cmd)
{
	void *head = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, &ttlpin_nl_family,
				 NLM_F_MULTI, cmd);

	if (head)
		genl_dump_check_consistent(cb, head);
	return head;
}

static int dump_flow(struct sk_buff *msg, struct netlink_callback *cb,
		     const struct ttlpin_flow_copy *copy)
{
	void *head = begin_entry(msg, cb, TTLPIN_CMD_FLOW_GET);

	if (!head)
		return -EMSGSIZE;
	if (put_flow(msg, copy)) {
		genlmsg_cancel(msg, head);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, head);
	return 0;
}

/* Sends the flows of one bucket; -EMSGSIZE if the message is full, -ENOENT at
 * the end of the store.
 */
static int dump_bucket(struct sk_buff *msg, struct netlink_callback *cb,
		       const struct ttlpin_net *tn, struct flow_dump *at)
{
	struct ttlpin_flow_copy copy[TTLPIN_BUCKET_SLOTS];
	int n, ret;

	rcu_read_lock();
	n = ttlpin_flow_list(tn, rcu_dereference(tn->config), at->bucket, copy);
	rcu_read_unlock();
	for (; (int)at->slot < n; at->slot++) {
		ret = dump_flow(msg, cb, &copy[at->slot]);
		if (ret)
			return ret;
	}
	at->slot = 0;
	at->bucket++;
	return n < 0 ? n : 0;
}

int ttlpin_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ttlpin_net *tn = ttlpin_net(sock_net(cb->skb->sk));
	struct flow_dump *at = (struct flow_dump *)cb->ctx;
	int ret;

	BUILD_BUG_ON(sizeof(*at) > sizeof(cb->ctx));
	mutex_lock(&tn->mutex);
	cb->seq = ttlpin_flow_generation(tn) + 1;
	do {
		ret = dump_bucket(skb, cb, tn, at);
		cond_resched();
	} while (!ret);
	mutex_unlock(&tn->mutex);
	return ret == -EMSGSIZE ? skb->len : 0;
}

static int dump_prefix(struct sk_buff *msg, struct netlink_callback *cb,
		       const struct ttlpin_prefix *prefix)
{
	void *head = begin_entry(msg, cb, TTLPIN_CMD_WHITELIST_GET);
	struct nlattr *nest;
	__be32 v4;

	if (!head)
		return -EMSGSIZE;
	memcpy(&v4, prefix->addr, sizeof(v4));
	nest = nla_nest_start(msg, TTLPIN_A_PREFIX);
	if (!nest ||
	    (prefix->family == 4 ?
		     nla_put_be32(msg, TTLPIN_A_PREFIX_V4, v4) :
		     nla_put(msg, TTLPIN_A_PREFIX_V6, 16, prefix->addr)) ||
	    nla_put_u8(msg, TTLPIN_A_PREFIX_LEN, prefix->len)) {
		genlmsg_cancel(msg, head);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, head);
	return 0;
}

int ttlpin_nl_whitelist_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	struct ttlpin_net *tn = ttlpin_net(sock_net(cb->skb->sk));
	const struct ttlpin_whitelist *list;
	u32 *at = (u32 *)cb->ctx;

	rcu_read_lock();
	/* Read before the list: a change in between is noticed next time. */
	cb->seq = smp_load_acquire(&tn->whitelist_generation) + 1;
	list = rcu_dereference(tn->whitelist);
	for (; list && *at < list->nr; (*at)++)
		if (dump_prefix(skb, cb, &list->prefix[*at]))
			break;
	rcu_read_unlock();
	return skb->len;
}

static int get_prefix(const struct nlattr *attr, struct ttlpin_prefix *prefix,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TTLPIN_A_PREFIX_MAX + 1];
	u8 bits;
	int ret;

	ret = nla_parse_nested(tb, TTLPIN_A_PREFIX_MAX, attr,
			       ttlpin_prefix_nl_policy, extack);
	if (ret)
		return ret;
	if (!tb[TTLPIN_A_PREFIX_V4] == !tb[TTLPIN_A_PREFIX_V6]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a prefix has either an IPv4 or an IPv6 address");
		return -EINVAL;
	}
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = tb[TTLPIN_A_PREFIX_V4] ? 4 : 6;
	bits = prefix->family == 4 ? 32 : 128;
	nla_memcpy(prefix->addr,
		   tb[TTLPIN_A_PREFIX_V4] ?: tb[TTLPIN_A_PREFIX_V6], bits / 8);
	prefix->len = bits;
	if (tb[TTLPIN_A_PREFIX_LEN])
		prefix->len = nla_get_u8(tb[TTLPIN_A_PREFIX_LEN]);
	if (prefix->len > bits) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TTLPIN_A_PREFIX_LEN],
				    "prefix length is 0..32 for IPv4, 0..128 for IPv6");
		return -EINVAL;
	}
	if (!ttlpin_prefix_is_valid(prefix)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "address has bits set right of the prefix length");
		return -EINVAL;
	}
	return 0;
}

static const struct nlattr *nth_prefix(struct genl_info *info, u32 n)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == TTLPIN_A_PREFIX && !n--)
			return attr;
	return NULL;
}

/* The request's prefixes, to be freed with kvfree(), or an error. */
static struct ttlpin_prefix *get_prefixes(struct genl_info *info, u32 *nr)
{
	struct ttlpin_prefix *prefix;
	const struct nlattr *attr;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == TTLPIN_A_PREFIX;
	if (!n) {
		NL_SET_ERR_MSG(info->extack, "no prefix given");
		return ERR_PTR(-EINVAL);
	}
	prefix = kvmalloc_array(n, sizeof(*prefix), GFP_KERNEL_ACCOUNT);
	if (!prefix)
		return ERR_PTR(-ENOMEM);
	*nr = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		int ret;

		if (nla_type(attr) != TTLPIN_A_PREFIX)
			continue;
		ret = get_prefix(attr, &prefix[*nr], info->extack);
		if (ret) {
			kvfree(prefix);
			return ERR_PTR(ret);
		}
		(*nr)++;
	}
	return prefix;
}

typedef int change_fn(struct ttlpin_net *tn, struct ttlpin_prefix *prefix,
		      u32 nr, u32 *bad);

static int change_whitelist(struct genl_info *info, change_fn *change)
{
	struct ttlpin_net *tn = ttlpin_net(genl_info_net(info));
	struct ttlpin_prefix *prefix;
	u32 nr, bad;
	int ret;

	prefix = get_prefixes(info, &nr);
	if (IS_ERR(prefix))
		return PTR_ERR(prefix);
	ret = change(tn, prefix, nr, &bad);
	if (ret == -EEXIST)
		NL_SET_ERR_MSG_ATTR(info->extack, nth_prefix(info, bad),
				    "prefix is in the whitelist already");
	else if (ret == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, nth_prefix(info, bad),
				    "prefix is not in the whitelist");
	else if (ret == -ENOSPC)
		NL_SET_ERR_MSG(info->extack,
			       "whitelist is full: it holds 65536 prefixes");
	kvfree(prefix);
	return ret;
}

int ttlpin_nl_whitelist_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_whitelist(info, ttlpin_whitelist_add);
}

int ttlpin_nl_whitelist_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_whitelist(info, ttlpin_whitelist_del);
}

int ttlpin_nl_whitelist_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	ttlpin_whitelist_flush(ttlpin_net(genl_info_net(info)));
	return 0;
}

/* Events show what users of the network do. */
static const struct genl_multicast_group groups[] = {
	[TTLPIN_NLGRP_EVENTS] = { .name = TTLPIN_MCGRP_EVENTS,
				  .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family ttlpin_nl_family __ro_after_init = {
	.name = TTLPIN_GENL_NAME,
	.version = TTLPIN_GENL_VERSION,
	.maxattr = ARRAY_SIZE(ttlpin_main_nl_policy) - 1,
	.policy = ttlpin_main_nl_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.small_ops = ttlpin_nl_ops,
	.n_small_ops = ARRAY_SIZE(ttlpin_nl_ops),
	.resv_start_op = TTLPIN_CMD_STATS_GET,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * ttlpin_netlink_has_listeners - whether somebody wants events
 * @net: the namespace
 */
bool ttlpin_netlink_has_listeners(const struct net *net)
{
	return READ_ONCE(is_up) &&
	       genl_has_listeners(&ttlpin_nl_family, (struct net *)net,
				  TTLPIN_NLGRP_EVENTS);
}

/**
 * ttlpin_netlink_init - register the family; every namespace is ready
 *
 * Return: 0 or a negative error.
 */
int ttlpin_netlink_init(void)
{
	int ret = genl_register_family(&ttlpin_nl_family);

	WRITE_ONCE(is_up, !ret);
	return ret;
}

/* No packet sends an event any more when the family's group is given back. */
void ttlpin_netlink_exit(void)
{
	WRITE_ONCE(is_up, false);
	synchronize_rcu();
	genl_unregister_family(&ttlpin_nl_family);
}
