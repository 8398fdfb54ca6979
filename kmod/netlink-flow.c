// SPDX-License-Identifier: GPL-2.0
/*
 * Flows and peer memory by netlink: listed and forgotten.
 */
#include <net/genetlink.h>
#include <net/sock.h>
#include "flow.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "peer.h"
#include "prefix.h"

/**
 * struct flow_dump - where a list of flows goes on, in netlink_callback.ctx
 * @bucket: the next bucket
 */
struct flow_dump {
	u32 bucket;
};

/**
 * struct filter - which flows are wanted
 * @prefix: of peers, if @by_peer
 * @phase: enum ttlpin_phase, if @by_phase
 * @by_peer: only peers in the prefix
 * @by_phase: only that phase
 */
struct filter {
	struct ttlpin_prefix prefix;
	u8 phase;
	bool by_peer;
	bool by_phase;
};

/* The request is read again for each part of the list. */
static int get_filter(const struct netlink_callback *cb, struct filter *f)
{
	struct nlattr *tb[ARRAY_SIZE(ttlpin_main_nl_policy)];
	const struct nlattr *attr;
	int rem, prefixes = 0, ret;

	nlmsg_for_each_attr(attr, cb->nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) != TTLPIN_A_PREFIX || !prefixes++)
			continue;
		NL_SET_ERR_MSG_ATTR(cb->extack, attr,
				    "flows are listed by one prefix at most");
		return -EINVAL;
	}
	ret = nlmsg_parse(cb->nlh, GENL_HDRLEN, tb, ARRAY_SIZE(tb) - 1,
			  ttlpin_main_nl_policy, cb->extack);
	if (ret)
		return ret;
	f->by_peer = tb[TTLPIN_A_PREFIX];
	f->by_phase = tb[TTLPIN_A_PHASE];
	if (f->by_phase)
		f->phase = nla_get_u8(tb[TTLPIN_A_PHASE]);
	if (f->by_peer)
		ret = ttlpin_nl_get_prefix(tb[TTLPIN_A_PREFIX], &f->prefix,
					   cb->extack);
	return ret;
}

static bool is_wanted(const struct filter *f, const struct ttlpin_flow_copy *copy)
{
	const struct ttlpin_tuple *t = &copy->cold.tuple;

	if (f->by_phase && ttlpin_state_phase(copy->state) != f->phase)
		return false;
	return !f->by_peer ||
	       ttlpin_prefix_holds(&f->prefix, t->family, t->remote);
}

static int put_ends(struct sk_buff *msg, const struct ttlpin_tuple *t)
{
	if (ttlpin_nl_put_addr(msg, t->family, t->remote,
			       TTLPIN_A_FLOW_REMOTE_V4,
			       TTLPIN_A_FLOW_REMOTE_V6) ||
	    ttlpin_nl_put_addr(msg, t->family, t->local,
			       TTLPIN_A_FLOW_LOCAL_V4, TTLPIN_A_FLOW_LOCAL_V6))
		return -EMSGSIZE;
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

static int dump_flow(struct sk_buff *msg, struct netlink_callback *cb,
		     const struct ttlpin_flow_copy *copy)
{
	void *head = ttlpin_nl_begin_entry(msg, cb, TTLPIN_CMD_FLOW_GET);

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
 * the end of the store. All of them or none, for between two messages the bucket
 * may change.
 */
static int dump_bucket(struct sk_buff *msg, struct netlink_callback *cb,
		       const struct ttlpin_net *tn, const struct filter *filter,
		       struct flow_dump *at)
{
	struct ttlpin_flow_copy copy[TTLPIN_BUCKET_SLOTS];
	unsigned int before = msg->len;
	int n, i;

	rcu_read_lock();
	n = ttlpin_flow_list(tn, rcu_dereference(tn->config), at->bucket, copy);
	rcu_read_unlock();
	for (i = 0; i < n; i++) {
		if (is_wanted(filter, &copy[i]) && dump_flow(msg, cb, &copy[i])) {
			skb_trim(msg, before);
			return -EMSGSIZE;
		}
	}
	at->bucket++;
	return n < 0 ? n : 0;
}

int ttlpin_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ttlpin_net *tn = ttlpin_net(sock_net(cb->skb->sk));
	struct flow_dump *at = (struct flow_dump *)cb->ctx;
	struct filter filter;
	int ret;

	BUILD_BUG_ON(sizeof(*at) > sizeof(cb->ctx));
	ret = get_filter(cb, &filter);
	if (ret)
		return ret;
	mutex_lock(&tn->mutex);
	cb->seq = ttlpin_flow_generation(tn) + 1;
	do {
		ret = dump_bucket(skb, cb, tn, &filter, at);
		cond_resched();
	} while (!ret);
	if (ret != -EMSGSIZE)
		ttlpin_nl_end_list(cb, ttlpin_flow_generation(tn));
	mutex_unlock(&tn->mutex);
	return ret == -EMSGSIZE ? skb->len : 0;
}

static int get_addr(struct nlattr **tb, int v4, int v6, u32 *addr)
{
	if (!tb[v4] == !tb[v6])
		return 0;
	nla_memcpy(addr, tb[v4] ?: tb[v6], tb[v4] ? 4 : 16);
	return tb[v4] ? 4 : 6;
}

static int get_tuple(struct genl_info *info, struct ttlpin_tuple *t)
{
	struct nlattr *tb[TTLPIN_A_FLOW_MAX + 1];
	int family, ret;

	if (GENL_REQ_ATTR_CHECK(info, TTLPIN_A_FLOW)) {
		NL_SET_ERR_MSG(info->extack, "no flow given");
		return -EINVAL;
	}
	ret = nla_parse_nested(tb, TTLPIN_A_FLOW_MAX, info->attrs[TTLPIN_A_FLOW],
			       ttlpin_flow_nl_policy, info->extack);
	if (ret)
		return ret;
	memset(t, 0, sizeof(*t));
	family = get_addr(tb, TTLPIN_A_FLOW_REMOTE_V4, TTLPIN_A_FLOW_REMOTE_V6,
			  t->remote);
	if (!family || family != get_addr(tb, TTLPIN_A_FLOW_LOCAL_V4,
					  TTLPIN_A_FLOW_LOCAL_V6, t->local) ||
	    !tb[TTLPIN_A_FLOW_REMOTE_PORT] || !tb[TTLPIN_A_FLOW_LOCAL_PORT]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[TTLPIN_A_FLOW],
				    "a flow is named by both addresses, of one family, and both ports");
		return -EINVAL;
	}
	t->family = family;
	t->remote_port = nla_get_u16(tb[TTLPIN_A_FLOW_REMOTE_PORT]);
	t->local_port = nla_get_u16(tb[TTLPIN_A_FLOW_LOCAL_PORT]);
	return 0;
}

int ttlpin_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ttlpin_net *tn = ttlpin_net(genl_info_net(info));
	struct ttlpin_tuple tuple;
	int ret;

	ret = get_tuple(info, &tuple);
	if (ret)
		return ret;
	/* Who names both ends need not say which of them is the server. */
	ret = ttlpin_flow_del(tn, &tuple);
	if (ret) {
		tuple.server = true;
		ret = ttlpin_flow_del(tn, &tuple);
	}
	if (ret)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[TTLPIN_A_FLOW],
				    "there is no such flow");
	return ret;
}

int ttlpin_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	ttlpin_flow_flush(ttlpin_net(genl_info_net(info)));
	return 0;
}

static int dump_peer(struct sk_buff *msg, struct netlink_callback *cb,
		     const struct ttlpin_peer_copy *peer)
{
	void *head = ttlpin_nl_begin_entry(msg, cb, TTLPIN_CMD_PEER_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(msg, TTLPIN_A_PEER);
	if (!nest ||
	    ttlpin_nl_put_addr(msg, peer->family, peer->addr,
			       TTLPIN_A_PEER_V4, TTLPIN_A_PEER_V6) ||
	    nla_put_u8(msg, TTLPIN_A_PEER_TTL, peer->ttl) ||
	    nla_put_u32(msg, TTLPIN_A_PEER_AGE, peer->age)) {
		genlmsg_cancel(msg, head);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, head);
	return 0;
}

int ttlpin_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ttlpin_net *tn = ttlpin_net(sock_net(cb->skb->sk));
	u32 *at = (u32 *)cb->ctx, next = *at, generation;
	struct ttlpin_peer_copy copy;

	while (ttlpin_peer_list(tn, &next, &copy, 1, ktime_get_seconds(),
				&generation)) {
		cb->seq = generation + 1;
		if (dump_peer(skb, cb, &copy))
			return skb->len;
		*at = next;
	}
	ttlpin_nl_end_list(cb, generation);
	return skb->len;
}

int ttlpin_nl_peer_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	ttlpin_peer_flush(ttlpin_net(genl_info_net(info)));
	return 0;
}
