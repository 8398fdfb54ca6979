// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ttlpin.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/ttlpin.h>

/* Common nested types */
const struct nla_policy ttlpin_prefix_nl_policy[TTLPIN_A_PREFIX_LEN + 1] = {
	[TTLPIN_A_PREFIX_V4] = { .type = NLA_U32, },
	[TTLPIN_A_PREFIX_V6] = NLA_POLICY_EXACT_LEN(16),
	[TTLPIN_A_PREFIX_LEN] = { .type = NLA_U8, },
};

/* Global operation policy for ttlpin */
const struct nla_policy ttlpin_main_nl_policy[TTLPIN_A_PREFIX + 1] = {
	[TTLPIN_A_PREFIX] = NLA_POLICY_NESTED(ttlpin_prefix_nl_policy),
};

/* Ops table for ttlpin */
const struct genl_small_ops ttlpin_nl_ops[7] = {
	{
		.cmd	= TTLPIN_CMD_STATS_GET,
		.doit	= ttlpin_nl_stats_get_doit,
	},
	{
		.cmd	= TTLPIN_CMD_STATS_RESET,
		.doit	= ttlpin_nl_stats_reset_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_FLOW_GET,
		.dumpit	= ttlpin_nl_flow_get_dumpit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_WHITELIST_GET,
		.dumpit	= ttlpin_nl_whitelist_get_dumpit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_WHITELIST_ADD,
		.doit	= ttlpin_nl_whitelist_add_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_WHITELIST_DEL,
		.doit	= ttlpin_nl_whitelist_del_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_WHITELIST_FLUSH,
		.doit	= ttlpin_nl_whitelist_flush_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group ttlpin_nl_mcgrps[] = {
	[TTLPIN_NLGRP_EVENTS] = { "events", },
};
