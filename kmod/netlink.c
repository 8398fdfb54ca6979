// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, as Documentation/netlink/specs/ttlpin.yaml
 * describes it; what one attribute may hold is checked by the policies that are
 * generated from there. Here are the family, the counters and the settings; the
 * lists have files of their own.
 */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "account.h"
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

/* Sends a reply, or says why it could not be made. */
static int end_reply(struct genl_info *info, struct sk_buff *msg, void *head,
		     int ret)
{
	if (!ret) {
		genlmsg_end(msg, head);
		return genlmsg_reply(msg, info);
	}
	nlmsg_free(msg);
	if (ret == -ENOMEM)
		return ttlpin_nl_no_memory(info->extack);
	NL_SET_ERR_MSG(info->extack, "the answer does not fit a message");
	return ret;
}

static int put_counters(struct sk_buff *msg, struct ttlpin_net *tn, u64 *taken)
{
	u64 counters[TTLPIN_A_COUNTER_MAX + 1];
	struct nlattr *nest;
	int i;

	ttlpin_stats_read(tn, counters, taken);
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

/* The attribute of a setting: both stand in the same order. */
static int attr_of(enum ttlpin_setting_id id)
{
	BUILD_BUG_ON(TTLPIN_SET_MODE + 1 != TTLPIN_A_CONFIG_MODE);
	BUILD_BUG_ON(TTLPIN_SET_CT_MARK_MASK + 1 !=
		     TTLPIN_A_CONFIG_CT_MARK_MASK);
	BUILD_BUG_ON(TTLPIN_SETTINGS != TTLPIN_A_CONFIG_MAX);
	return id + 1;
}

static int put_ports(struct sk_buff *msg, struct ttlpin_net *tn)
{
	char *text = (char *)__get_free_page(GFP_KERNEL);
	int ret;

	if (!text)
		return -ENOMEM;
	text[ttlpin_config_show(tn, TTLPIN_SET_PORTS, text) - 1] = 0;
	ret = nla_put_string(msg, TTLPIN_A_CONFIG_PORTS, text);
	free_page((unsigned long)text);
	return ret;
}

static int put_setting(struct sk_buff *msg, struct ttlpin_net *tn,
		       enum ttlpin_setting_id id)
{
	const struct ttlpin_config *cfg =
		rcu_dereference_protected(tn->config,
					  lockdep_is_held(&tn->mutex));
	u32 value;

	if (id == TTLPIN_SET_PORTS)
		return put_ports(msg, tn);
	value = ttlpin_config_number(cfg, id);
	return ttlpin_config_is_word(id) ? nla_put_u8(msg, attr_of(id), value) :
					   nla_put_u32(msg, attr_of(id), value);
}

static int put_config(struct sk_buff *msg, struct ttlpin_net *tn)
{
	struct nlattr *nest = nla_nest_start(msg, TTLPIN_A_CONFIG);
	int ret = nest ? 0 : -EMSGSIZE;
	enum ttlpin_setting_id id;

	mutex_lock(&tn->mutex);
	for (id = 0; !ret && id < TTLPIN_SETTINGS; id++)
		ret = put_setting(msg, tn, id);
	mutex_unlock(&tn->mutex);
	if (!ret)
		nla_nest_end(msg, nest);
	return ret;
}

/* What the last drop says of a connection is not for everybody, as events are not. */
static int put_stats(struct sk_buff *msg, struct ttlpin_net *tn, bool is_admin,
		     u64 *taken)
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
	return put_config(msg, tn) ?: (is_admin ? put_last_drop(msg, tn) : 0) ?:
	       put_counters(msg, tn, taken);
}

static int answer_stats(struct sk_buff *skb, struct genl_info *info, u64 *taken)
{
	struct ttlpin_net *tn = ttlpin_net(genl_info_net(info));
	struct sk_buff *msg;
	void *head;
	int ret;

	msg = new_reply(info, NLMSG_DEFAULT_SIZE, &head);
	if (!msg)
		return ttlpin_nl_no_memory(info->extack);
	ret = put_stats(msg, tn,
			netlink_ns_capable(skb, tn->net->user_ns, CAP_NET_ADMIN),
			taken);
	return end_reply(info, msg, head, ret);
}

int ttlpin_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return answer_stats(skb, info, NULL);
}

int ttlpin_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ttlpin_net *tn = ttlpin_net(genl_info_net(info));
	u64 taken[TTLPIN_CELLS] = {};
	int ret = answer_stats(skb, info, taken);

	/* The caller may have no room for the answer. */
	if (ret)
		ttlpin_stats_give_back(tn, taken);
	else
		ttlpin_account_reset(tn);
	return ret;
}

int ttlpin_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *head;
	int ret;

	msg = new_reply(info, NLMSG_DEFAULT_SIZE, &head);
	if (!msg)
		return ttlpin_nl_no_memory(info->extack);
	ret = put_config(msg, ttlpin_net(genl_info_net(info)));
	return end_reply(info, msg, head, ret);
}

#if IS_ENABLED(CONFIG_NF_CONNTRACK_MARK)
#define MASKS_ACCEPTED "accepted is 0, or 8 bits or more in a row, as in 0xff0000"
#else
#define MASKS_ACCEPTED "accepted is 0: this kernel's connections have no marks"
#endif

/* Why a value was refused: what is accepted. */
static void explain_setting(struct netlink_ext_ack *extack,
			    enum ttlpin_setting_id id, const struct nlattr *attr)
{
	switch (id) {
	case TTLPIN_SET_PORTS:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "accepted is up to 16 ports 1..65535 and ranges, as in 25,587,2500-2599");
		break;
	case TTLPIN_SET_TOLERANCE:
		NL_SET_ERR_MSG_ATTR(extack, attr, "accepted is 0..32");
		break;
	case TTLPIN_SET_TIMESTAMPS:
	case TTLPIN_SET_HEAL:
		NL_SET_ERR_MSG_ATTR(extack, attr, "accepted is 0 or 1");
		break;
	case TTLPIN_SET_MAX_FLOWS:
		NL_SET_ERR_MSG_ATTR(extack, attr, "accepted is 1024..16777216");
		break;
	case TTLPIN_SET_HALF_OPEN_TIMEOUT:
	case TTLPIN_SET_IDLE_TIMEOUT:
	case TTLPIN_SET_CLOSE_TIMEOUT:
		NL_SET_ERR_MSG_ATTR(extack, attr, "accepted is 1..86400 seconds");
		break;
	case TTLPIN_SET_EVENT_RATE:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "accepted is 0..100000 events a second");
		break;
	case TTLPIN_SET_EVENT_SNAPLEN:
		NL_SET_ERR_MSG_ATTR(extack, attr, "accepted is 0..1500 bytes");
		break;
	case TTLPIN_SET_CT_MARK_MASK:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    MASKS_ACCEPTED);
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr, "no word that this setting accepts");
	}
}

static int get_setting(struct ttlpin_config *cfg, enum ttlpin_setting_id id,
		       const struct nlattr *attr)
{
	if (id == TTLPIN_SET_PORTS)
		return ttlpin_config_set_text(cfg, id, nla_data(attr));
	return ttlpin_config_set_number(cfg, id,
					ttlpin_config_is_word(id) ?
						nla_get_u8(attr) :
						nla_get_u32(attr));
}

/* Puts all settings that are given into a draft. */
static int get_settings(struct ttlpin_config *cfg, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	enum ttlpin_setting_id id;

	for (id = 0; id < TTLPIN_SETTINGS; id++) {
		const struct nlattr *attr = tb[attr_of(id)];
		int ret = attr ? get_setting(cfg, id, attr) : 0;

		if (ret) {
			explain_setting(extack, id, attr);
			return ret;
		}
	}
	return 0;
}

int ttlpin_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ttlpin_net *tn = ttlpin_net(genl_info_net(info));
	struct nlattr *tb[TTLPIN_A_CONFIG_MAX + 1];
	struct ttlpin_config *cfg;
	int ret, end;

	if (GENL_REQ_ATTR_CHECK(info, TTLPIN_A_CONFIG) ||
	    !nla_len(info->attrs[TTLPIN_A_CONFIG])) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[TTLPIN_A_CONFIG],
				    "no setting given");
		return -EINVAL;
	}
	ret = nla_parse_nested(tb, TTLPIN_A_CONFIG_MAX,
			       info->attrs[TTLPIN_A_CONFIG],
			       ttlpin_config_nl_policy, info->extack);
	if (ret)
		return ret;
	cfg = ttlpin_config_begin(tn);
	if (!cfg)
		return ttlpin_nl_no_memory(info->extack);
	ret = get_settings(cfg, tb, info->extack);
	end = ttlpin_config_end(tn, cfg, ret);
	/* Neither can happen but for the size of the store. */
	if (end == -EBUSY)
		NL_SET_ERR_MSG_ATTR(info->extack, tb[TTLPIN_A_CONFIG_MAX_FLOWS],
				    "more flows than that are live");
	else if (end == -ENOMEM)
		NL_SET_ERR_MSG_ATTR(info->extack, tb[TTLPIN_A_CONFIG_MAX_FLOWS],
				    "out of memory for a store of that size");
	return end;
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

/* A list that is being loaded goes with the socket that loads it. */
static int on_release(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *n = data;

	if (event == NETLINK_URELEASE && n->protocol == NETLINK_GENERIC)
		ttlpin_whitelist_abort(ttlpin_net(n->net), n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block release_notifier = { .notifier_call = on_release };

/**
 * ttlpin_netlink_init - register the family; every namespace is ready
 *
 * Return: 0 or a negative error.
 */
int ttlpin_netlink_init(void)
{
	int ret;

	ret = netlink_register_notifier(&release_notifier);
	if (ret)
		return ret;
	ret = genl_register_family(&ttlpin_nl_family);
	if (ret)
		netlink_unregister_notifier(&release_notifier);
	WRITE_ONCE(is_up, !ret);
	return ret;
}

/* No packet sends an event any more when the family's group is given back. */
void ttlpin_netlink_exit(void)
{
	WRITE_ONCE(is_up, false);
	synchronize_rcu();
	genl_unregister_family(&ttlpin_nl_family);
	netlink_unregister_notifier(&release_notifier);
}
