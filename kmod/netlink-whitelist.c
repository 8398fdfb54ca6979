// SPDX-License-Identifier: GPL-2.0
/*
 * The whitelist by netlink: listed, changed, or loaded whole.
 */
#include <linux/mm.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "netlink.h"
#include "netlink-gen.h"
#include "whitelist.h"

static int dump_prefix(struct sk_buff *msg, struct netlink_callback *cb,
		       const struct ttlpin_prefix *prefix)
{
	void *head = ttlpin_nl_begin_entry(msg, cb, TTLPIN_CMD_WHITELIST_GET);
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

/**
 * ttlpin_nl_get_prefix - read a prefix
 * @attr: TTLPIN_A_PREFIX
 * @prefix: filled
 * @extack: told what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int ttlpin_nl_get_prefix(const struct nlattr *attr, struct ttlpin_prefix *prefix,
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
	if (GENL_REQ_ATTR_CHECK(info, TTLPIN_A_PREFIX)) {
		NL_SET_ERR_MSG(info->extack, "no prefix given");
		return ERR_PTR(-EINVAL);
	}
	prefix = kvmalloc_array(n, sizeof(*prefix), GFP_KERNEL_ACCOUNT);
	if (!prefix)
		return ERR_PTR(ttlpin_nl_no_memory(info->extack));
	*nr = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		int ret;

		if (nla_type(attr) != TTLPIN_A_PREFIX)
			continue;
		ret = ttlpin_nl_get_prefix(attr, &prefix[*nr], info->extack);
		if (ret) {
			kvfree(prefix);
			return ERR_PTR(ret);
		}
		(*nr)++;
	}
	return prefix;
}

typedef int change_fn(struct ttlpin_net *tn, u32 portid,
		      struct ttlpin_prefix *prefix, u32 nr, u32 *bad);

static int change_whitelist(struct genl_info *info, change_fn *change)
{
	struct ttlpin_net *tn = ttlpin_net(genl_info_net(info));
	struct ttlpin_prefix *prefix;
	u32 nr, bad;
	int ret;

	prefix = get_prefixes(info, &nr);
	if (IS_ERR(prefix))
		return PTR_ERR(prefix);
	ret = change(tn, info->snd_portid, prefix, nr, &bad);
	if (ret == -EEXIST)
		NL_SET_ERR_MSG_ATTR(info->extack, nth_prefix(info, bad),
				    "prefix is in the whitelist already");
	else if (ret == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, nth_prefix(info, bad),
				    "prefix is not in the whitelist");
	else if (ret == -ENOSPC)
		NL_SET_ERR_MSG_ATTR(info->extack, nth_prefix(info, bad),
				    "no room from this prefix on: the whitelist holds 65536");
	else if (ret == -ENOMEM)
		ttlpin_nl_no_memory(info->extack);
	kvfree(prefix);
	return ret;
}

static int load_or_add(struct ttlpin_net *tn, u32 portid,
		       struct ttlpin_prefix *prefix, u32 nr, u32 *bad)
{
	int ret = ttlpin_whitelist_load(tn, portid, prefix, nr, bad);

	return ret == -ENOENT ? ttlpin_whitelist_add(tn, prefix, nr, bad) : ret;
}

int ttlpin_nl_whitelist_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_whitelist(info, load_or_add);
}

static int del(struct ttlpin_net *tn, u32 portid, struct ttlpin_prefix *prefix,
	       u32 nr, u32 *bad)
{
	return ttlpin_whitelist_del(tn, prefix, nr, bad);
}

int ttlpin_nl_whitelist_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_whitelist(info, del);
}

int ttlpin_nl_whitelist_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	ttlpin_whitelist_flush(ttlpin_net(genl_info_net(info)));
	return 0;
}

int ttlpin_nl_whitelist_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	int ret = ttlpin_whitelist_begin(ttlpin_net(genl_info_net(info)),
					 info->snd_portid);

	if (ret == -EBUSY)
		NL_SET_ERR_MSG(info->extack,
			       "a whitelist is being loaded already");
	else if (ret == -ENOMEM)
		ttlpin_nl_no_memory(info->extack);
	return ret;
}

static int end_load(struct genl_info *info, int ret)
{
	if (ret == -ENOENT)
		NL_SET_ERR_MSG(info->extack,
			       "this socket has begun no whitelist");
	else if (ret == -EEXIST)
		NL_SET_ERR_MSG(info->extack,
			       "a prefix is in the new whitelist twice; the old one stands");
	else if (ret == -ENOMEM)
		ttlpin_nl_no_memory(info->extack);
	return ret;
}

int ttlpin_nl_whitelist_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	return end_load(info,
			ttlpin_whitelist_commit(ttlpin_net(genl_info_net(info)),
						info->snd_portid));
}

int ttlpin_nl_whitelist_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	return end_load(info,
			ttlpin_whitelist_abort(ttlpin_net(genl_info_net(info)),
					       info->snd_portid));
}
