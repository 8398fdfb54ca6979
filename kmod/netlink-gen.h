/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ttlpin.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_TTLPIN_GEN_H
#define _LINUX_TTLPIN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/ttlpin.h>

/* Common nested types */
extern const struct nla_policy ttlpin_config_nl_policy[TTLPIN_A_CONFIG_CT_MARK_MASK + 1];
extern const struct nla_policy ttlpin_flow_nl_policy[TTLPIN_A_FLOW_SUSPECT_TTL + 1];
extern const struct nla_policy ttlpin_prefix_nl_policy[TTLPIN_A_PREFIX_LEN + 1];

/* Global operation policy for ttlpin */
extern const struct nla_policy ttlpin_main_nl_policy[TTLPIN_A_PHASE + 1];

/* Ops table for ttlpin */
extern const struct genl_small_ops ttlpin_nl_ops[17];

int ttlpin_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ttlpin_nl_whitelist_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int ttlpin_nl_whitelist_add_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_whitelist_del_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_whitelist_flush_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_whitelist_begin_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_whitelist_commit_doit(struct sk_buff *skb,
				    struct genl_info *info);
int ttlpin_nl_whitelist_abort_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_flow_flush_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ttlpin_nl_peer_flush_doit(struct sk_buff *skb, struct genl_info *info);
int ttlpin_nl_account_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

enum {
	TTLPIN_NLGRP_EVENTS,
};

#endif /* _LINUX_TTLPIN_GEN_H */
