// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ttlpin.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/ttlpin.h>

/* Common nested types */
const struct nla_policy ttlpin_config_nl_policy[TTLPIN_A_CONFIG_CT_MARK_MASK + 1] = {
	[TTLPIN_A_CONFIG_MODE] = NLA_POLICY_MAX(NLA_U8, 2),
	[TTLPIN_A_CONFIG_PORTS] = { .type = NLA_NUL_STRING, .len = 255, },
	[TTLPIN_A_CONFIG_TOLERANCE] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_TIMESTAMPS] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_HEAL] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_PROTECT] = NLA_POLICY_MAX(NLA_U8, 2),
	[TTLPIN_A_CONFIG_MIDSTREAM] = NLA_POLICY_MAX(NLA_U8, 1),
	[TTLPIN_A_CONFIG_MAX_FLOWS] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_HALF_OPEN_TIMEOUT] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_IDLE_TIMEOUT] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_CLOSE_TIMEOUT] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_EVENT_RATE] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_EVENT_SNAPLEN] = { .type = NLA_U32, },
	[TTLPIN_A_CONFIG_CT_MARK_MASK] = { .type = NLA_U32, },
};

const struct nla_policy ttlpin_flow_nl_policy[TTLPIN_A_FLOW_SUSPECT_TTL + 1] = {
	[TTLPIN_A_FLOW_REMOTE_V4] = { .type = NLA_U32, },
	[TTLPIN_A_FLOW_REMOTE_V6] = NLA_POLICY_EXACT_LEN(16),
	[TTLPIN_A_FLOW_REMOTE_PORT] = { .type = NLA_U16, },
	[TTLPIN_A_FLOW_LOCAL_V4] = { .type = NLA_U32, },
	[TTLPIN_A_FLOW_LOCAL_V6] = NLA_POLICY_EXACT_LEN(16),
	[TTLPIN_A_FLOW_LOCAL_PORT] = { .type = NLA_U16, },
	[TTLPIN_A_FLOW_PHASE] = NLA_POLICY_MAX(NLA_U8, 3),
	[TTLPIN_A_FLOW_TTL] = { .type = NLA_U8, },
	[TTLPIN_A_FLOW_SERVER] = { .type = NLA_FLAG, },
	[TTLPIN_A_FLOW_TIMESTAMPS] = { .type = NLA_FLAG, },
	[TTLPIN_A_FLOW_LOOSE] = { .type = NLA_FLAG, },
	[TTLPIN_A_FLOW_IDLE] = { .type = NLA_U32, },
	[TTLPIN_A_FLOW_SUSPECT_TTL] = { .type = NLA_U8, },
};

const struct nla_policy ttlpin_prefix_nl_policy[TTLPIN_A_PREFIX_LEN + 1] = {
	[TTLPIN_A_PREFIX_V4] = { .type = NLA_U32, },
	[TTLPIN_A_PREFIX_V6] = NLA_POLICY_EXACT_LEN(16),
	[TTLPIN_A_PREFIX_LEN] = { .type = NLA_U8, },
};

/* Global operation policy for ttlpin */
const struct nla_policy ttlpin_main_nl_policy[TTLPIN_A_PHASE + 1] = {
	[TTLPIN_A_FLOW] = NLA_POLICY_NESTED(ttlpin_flow_nl_policy),
	[TTLPIN_A_PREFIX] = NLA_POLICY_NESTED(ttlpin_prefix_nl_policy),
	[TTLPIN_A_CONFIG] = NLA_POLICY_NESTED(ttlpin_config_nl_policy),
	[TTLPIN_A_PHASE] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* Ops table for ttlpin */
const struct genl_small_ops ttlpin_nl_ops[17] = {
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
	{
		.cmd	= TTLPIN_CMD_WHITELIST_BEGIN,
		.doit	= ttlpin_nl_whitelist_begin_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_WHITELIST_COMMIT,
		.doit	= ttlpin_nl_whitelist_commit_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_WHITELIST_ABORT,
		.doit	= ttlpin_nl_whitelist_abort_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_CONFIG_GET,
		.doit	= ttlpin_nl_config_get_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_CONFIG_SET,
		.doit	= ttlpin_nl_config_set_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_FLOW_DEL,
		.doit	= ttlpin_nl_flow_del_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_FLOW_FLUSH,
		.doit	= ttlpin_nl_flow_flush_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_PEER_GET,
		.dumpit	= ttlpin_nl_peer_get_dumpit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_PEER_FLUSH,
		.doit	= ttlpin_nl_peer_flush_doit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd	= TTLPIN_CMD_ACCOUNT_GET,
		.dumpit	= ttlpin_nl_account_get_dumpit,
		.flags	= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group ttlpin_nl_mcgrps[] = {
	[TTLPIN_NLGRP_EVENTS] = { "events", },
};
