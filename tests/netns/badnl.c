// SPDX-License-Identifier: GPL-2.0
/*
 * Sends requests that no tool would send, and checks how the family refuses
 * them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "refusal.h"

static struct nlmsghdr *with_prefix(char *buffer, uint8_t cmd, int v4, int v6,
				    int len)
{
	struct nlmsghdr *nlh = plain(buffer, cmd);
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);
	static const unsigned char addr[32] = { 192, 0, 2, 0 };

	if (v4)
		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, v4, addr);
	if (v6)
		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V6, v6, addr);
	if (len >= 0)
		mnl_attr_put_u8(nlh, TTLPIN_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void one_prefix(char *buffer, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh;
	static const struct {
		const char *name;
		int v4, v6, len, error;
		const char *text;
		int type;
	} bad[] = {
		{ "neither family", 0, 0, 24, EINVAL,
		  "either an IPv4 or an IPv6 address", TTLPIN_A_PREFIX },
		{ "both families", 4, 16, 24, EINVAL,
		  "either an IPv4 or an IPv6 address", TTLPIN_A_PREFIX },
		{ "IPv4 length 33", 4, 0, 33, EINVAL, "prefix length is 0..32",
		  TTLPIN_A_PREFIX_LEN },
		{ "IPv6 length 129", 0, 16, 129, EINVAL,
		  "prefix length is 0..32 for IPv4, 0..128", TTLPIN_A_PREFIX_LEN },
		{ "host bits", 4, 0, 16, EINVAL,
		  "bits set right of the prefix length", TTLPIN_A_PREFIX },
		{ "IPv6 address of 15 octets", 0, 15, 24, ERANGE, "out of range",
		  TTLPIN_A_PREFIX_V6 },
		{ "IPv6 address of 17 octets", 0, 17, 24, ERANGE, "out of range",
		  TTLPIN_A_PREFIX_V6 },
		{ "IPv4 address of 2 octets", 2, 0, 16, EINVAL,
		  "invalid attribute length", TTLPIN_A_PREFIX_V4 },
	};
	char name[128];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(name, sizeof(name), "command %u, a prefix with %s", cmd,
			 bad[i].name);
		nlh = with_prefix(buffer, cmd, bad[i].v4, bad[i].v6, bad[i].len);
		nlh->nlmsg_flags |= flags;
		expect(name, nlh, bad[i].error, bad[i].text,
		       flags && bad[i].error == EINVAL && bad[i].v4 != 2 ?
			       ANYTHING : bad[i].type);
	}
	snprintf(name, sizeof(name), "command %u, a prefix that is no nest", cmd);
	nlh = begin(buffer, cmd, flags);
	mnl_attr_put_u32(nlh, TTLPIN_A_PREFIX, 1);
	expect(name, nlh, EINVAL, "NLA_F_NESTED is missing", TTLPIN_A_PREFIX);
	snprintf(name, sizeof(name), "command %u, an unknown attribute", cmd);
	nlh = with_prefix(buffer, cmd, 4, 0, 24);
	nlh->nlmsg_flags |= flags;
	mnl_attr_put_u32(nlh, 99, 1);
	expect(name, nlh, EINVAL, "Unknown attribute type", 99);
}

/* Prefixes 0..nr-1 of 10.0.0.0/8, each an address. */
static struct nlmsghdr *with_many(char *buffer, uint32_t from, uint32_t nr)
{
	struct nlmsghdr *nlh = plain(buffer, TTLPIN_CMD_WHITELIST_ADD);

	for (; nr; nr--, from++) {
		uint32_t addr = htonl(0x0a000000 + from);
		struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);

		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, 4, &addr);
		mnl_attr_nest_end(nlh, nest);
	}
	return nlh;
}

static void whitelist(char *buffer)
{
	uint32_t at;

	expect_missing("add without a prefix",
		       plain(buffer, TTLPIN_CMD_WHITELIST_ADD), "no prefix given",
		       TTLPIN_A_PREFIX);
	expect_missing("del without a prefix",
		       plain(buffer, TTLPIN_CMD_WHITELIST_DEL), "no prefix given",
		       TTLPIN_A_PREFIX);
	one_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 0);
	one_prefix(buffer, TTLPIN_CMD_WHITELIST_DEL, 0);
	expect("what is right is taken",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24), 0, "",
	       NOTHING);
	expect("once", with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24),
	       EEXIST, "in the whitelist already", TTLPIN_A_PREFIX);
	expect("commit of nothing", plain(buffer, TTLPIN_CMD_WHITELIST_COMMIT),
	       ENOENT, "has begun no whitelist", NOTHING);
	expect("abort of nothing", plain(buffer, TTLPIN_CMD_WHITELIST_ABORT),
	       ENOENT, "has begun no whitelist", NOTHING);
	expect("begin", plain(buffer, TTLPIN_CMD_WHITELIST_BEGIN), 0, "", NOTHING);
	expect("begin twice", plain(buffer, TTLPIN_CMD_WHITELIST_BEGIN), EBUSY,
	       "is being loaded already", NOTHING);
	expect("what the list in force has is taken for the new one",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24), 0, "",
	       NOTHING);
	expect("and again", with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24),
	       0, "", NOTHING);
	expect("but not put in force twice",
	       plain(buffer, TTLPIN_CMD_WHITELIST_COMMIT), EEXIST,
	       "in the new whitelist twice; the old one stands", NOTHING);
	expect("the old one stands",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_DEL, 4, 0, 24), 0, "",
	       NOTHING);
	expect("and the new one is gone",
	       plain(buffer, TTLPIN_CMD_WHITELIST_COMMIT), ENOENT,
	       "has begun no whitelist", NOTHING);
	expect("what was removed is not there",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_DEL, 4, 0, 24), ENOENT,
	       "not in the whitelist", TTLPIN_A_PREFIX);
	expect("begin once more", plain(buffer, TTLPIN_CMD_WHITELIST_BEGIN), 0, "",
	       NOTHING);
	for (at = 0; at < TTLPIN_PREFIXES_MAX; at += 4096)
		if (send_request(with_many(buffer, at, 4096)).error)
			break;
	expect("a prefix more than 65536",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24), ENOSPC,
	       "no room from this prefix on: the whitelist holds 65536",
	       TTLPIN_A_PREFIX);
	expect("the rest is put in force",
	       plain(buffer, TTLPIN_CMD_WHITELIST_COMMIT), 0, "", NOTHING);
	expect("a prefix more than 65536 in force",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24), ENOSPC,
	       "no room from this prefix on: the whitelist holds 65536",
	       TTLPIN_A_PREFIX);
	expect("flush", plain(buffer, TTLPIN_CMD_WHITELIST_FLUSH), 0, "", NOTHING);
}

static void settings(char *buffer)
{
	static const struct {
		const char *name;
		int attr, size;
		uint32_t value;
		int error;
		const char *text;
	} bad[] = {
		{ "mode", TTLPIN_A_CONFIG_MODE, 1, 3, ERANGE, "out of range" },
		{ "protect", TTLPIN_A_CONFIG_PROTECT, 1, 3, ERANGE, "out of range" },
		{ "midstream", TTLPIN_A_CONFIG_MIDSTREAM, 1, 2, ERANGE,
		  "out of range" },
		{ "tolerance", TTLPIN_A_CONFIG_TOLERANCE, 4, 33, ERANGE,
		  "accepted is 0..32" },
		{ "timestamps", TTLPIN_A_CONFIG_TIMESTAMPS, 4, 2, ERANGE,
		  "accepted is 0 or 1" },
		{ "heal", TTLPIN_A_CONFIG_HEAL, 4, 2, ERANGE,
		  "accepted is 0 or 1" },
		{ "max-flows", TTLPIN_A_CONFIG_MAX_FLOWS, 4, 1023, ERANGE,
		  "accepted is 1024..16777216" },
		{ "half-open-timeout", TTLPIN_A_CONFIG_HALF_OPEN_TIMEOUT, 4, 0,
		  ERANGE, "accepted is 1..86400 seconds" },
		{ "idle-timeout", TTLPIN_A_CONFIG_IDLE_TIMEOUT, 4, 86401, ERANGE,
		  "accepted is 1..86400 seconds" },
		{ "close-timeout", TTLPIN_A_CONFIG_CLOSE_TIMEOUT, 4, 0, ERANGE,
		  "accepted is 1..86400 seconds" },
		{ "event-rate", TTLPIN_A_CONFIG_EVENT_RATE, 4, 100001, ERANGE,
		  "accepted is 0..100000 events a second" },
		{ "event-snaplen", TTLPIN_A_CONFIG_EVENT_SNAPLEN, 4, 1501, ERANGE,
		  "accepted is 0..1500 bytes" },
		{ "a ct-mark-mask too narrow", TTLPIN_A_CONFIG_CT_MARK_MASK, 4, 0x7f00,
		  ERANGE, "accepted is 0, or 8 bits or more in a row, as in 0xff0000" },
		{ "a ct-mark-mask with a gap", TTLPIN_A_CONFIG_CT_MARK_MASK, 4,
		  0xff00ff, ERANGE, "accepted is 0, or 8 bits or more in a row" },
		{ "tolerance of one octet", TTLPIN_A_CONFIG_TOLERANCE, 1, 1, EINVAL,
		  "invalid attribute length" },
		{ "an unknown setting", 99, 4, 1, EINVAL,
		  "Unknown attribute type" },
	};
	static const char *const ports[] = { "", "0", "25,", "smtp", "30-20",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17" };
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	char name[128];
	size_t i;

	expect_missing("config-set without settings",
		       plain(buffer, TTLPIN_CMD_CONFIG_SET), "no setting given",
		       TTLPIN_A_CONFIG);
	nlh = plain(buffer, TTLPIN_CMD_CONFIG_SET);
	nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
	mnl_attr_nest_end(nlh, nest);
	expect("an empty nest of settings", nlh, EINVAL, "no setting given",
	       TTLPIN_A_CONFIG);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		nlh = plain(buffer, TTLPIN_CMD_CONFIG_SET);
		nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
		mnl_attr_put_u8(nlh, TTLPIN_A_CONFIG_MODE, TTLPIN_MODE_OFF);
		mnl_attr_put(nlh, bad[i].attr, bad[i].size, &bad[i].value);
		mnl_attr_nest_end(nlh, nest);
		expect(bad[i].name, nlh, bad[i].error, bad[i].text, bad[i].attr);
	}
	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		nlh = plain(buffer, TTLPIN_CMD_CONFIG_SET);
		nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
		mnl_attr_put_strz(nlh, TTLPIN_A_CONFIG_PORTS, ports[i]);
		mnl_attr_nest_end(nlh, nest);
		snprintf(name, sizeof(name), "ports '%s'", ports[i]);
		expect(name, nlh, i == 1 || i == 5 ? ERANGE : EINVAL,
		       "accepted is up to 16 ports", TTLPIN_A_CONFIG_PORTS);
	}
	nlh = plain(buffer, TTLPIN_CMD_CONFIG_SET);
	nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
	mnl_attr_put(nlh, TTLPIN_A_CONFIG_PORTS, 2, "25");
	mnl_attr_nest_end(nlh, nest);
	expect("ports without an end", nlh, EINVAL, "policy validation",
	       TTLPIN_A_CONFIG_PORTS);
}

static struct nlmsghdr *with_flow(char *buffer, int remote, int local, bool ports)
{
	struct nlmsghdr *nlh = plain(buffer, TTLPIN_CMD_FLOW_DEL);
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_FLOW);
	static const char addr[16] = { 1 };

	if (remote)
		mnl_attr_put(nlh, remote == 4 ? TTLPIN_A_FLOW_REMOTE_V4 :
						TTLPIN_A_FLOW_REMOTE_V6,
			     remote == 4 ? 4 : 16, addr);
	if (local)
		mnl_attr_put(nlh, local == 4 ? TTLPIN_A_FLOW_LOCAL_V4 :
					       TTLPIN_A_FLOW_LOCAL_V6,
			     local == 4 ? 4 : 16, addr);
	if (ports) {
		mnl_attr_put_u16(nlh, TTLPIN_A_FLOW_REMOTE_PORT, 25);
		mnl_attr_put_u16(nlh, TTLPIN_A_FLOW_LOCAL_PORT, 4000);
	}
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void flows(char *buffer)
{
	static const char named[] = "named by both addresses, of one family, and both ports";
	struct nlmsghdr *nlh;

	expect_missing("flow-del without a flow",
		       plain(buffer, TTLPIN_CMD_FLOW_DEL), "no flow given",
		       TTLPIN_A_FLOW);
	expect("a flow without ports", with_flow(buffer, 4, 4, false), EINVAL, named,
	       TTLPIN_A_FLOW);
	expect("a flow without a peer", with_flow(buffer, 0, 6, true), EINVAL, named,
	       TTLPIN_A_FLOW);
	expect("a flow of two families", with_flow(buffer, 4, 6, true), EINVAL,
	       named, TTLPIN_A_FLOW);
	expect("a flow that is not there", with_flow(buffer, 4, 4, true), ENOENT,
	       "no such flow", TTLPIN_A_FLOW);
	expect("nor its like of IPv6", with_flow(buffer, 6, 6, true), ENOENT,
	       "no such flow", TTLPIN_A_FLOW);
	one_prefix(buffer, TTLPIN_CMD_FLOW_GET, NLM_F_DUMP);
	nlh = with_prefix(buffer, TTLPIN_CMD_FLOW_GET, 4, 0, 24);
	nlh->nlmsg_flags |= NLM_F_DUMP;
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX));
	expect("flows of two prefixes", nlh, EINVAL, "one prefix at most", ANYTHING);
	nlh = begin(buffer, TTLPIN_CMD_FLOW_GET, NLM_F_DUMP);
	mnl_attr_put_u8(nlh, TTLPIN_A_PHASE, 4);
	expect("flows in a fifth phase", nlh, ERANGE, "out of range",
	       TTLPIN_A_PHASE);
}

/* The kernel's core refuses these, and has no words for it. */
static void core(char *buffer)
{
	expect("an unknown command", plain(buffer, 200), EOPNOTSUPP,
	       NO_WORDS, NOTHING);
	expect("a list asked for as one answer", plain(buffer, TTLPIN_CMD_FLOW_GET),
	       EOPNOTSUPP, NO_WORDS, NOTHING);
	expect("an answer asked for as a list",
	       begin(buffer, TTLPIN_CMD_STATS_GET, NLM_F_DUMP), EOPNOTSUPP,
	       NO_WORDS, NOTHING);
	expect("a command that only the kernel sends",
	       plain(buffer, TTLPIN_CMD_DROP_NTF), EOPNOTSUPP, NO_WORDS, NOTHING);
}

/* A list that is being loaded goes with the socket that has begun it. */
static void abandoned(char *buffer)
{
	struct mnl_socket *other = mnl_socket_open(NETLINK_GENERIC);
	struct nlmsghdr *nlh = plain(buffer, TTLPIN_CMD_WHITELIST_BEGIN);
	char answer[512];

	if (!other || mnl_socket_bind(other, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(other, nlh, nlh->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(other, answer, sizeof(answer)) < 0)
		return;
	expect("begin while another socket loads",
	       plain(buffer, TTLPIN_CMD_WHITELIST_BEGIN), EBUSY,
	       "is being loaded already", NOTHING);
	expect("commit of what another socket loads",
	       plain(buffer, TTLPIN_CMD_WHITELIST_COMMIT), ENOENT,
	       "this socket has begun no whitelist", NOTHING);
	mnl_socket_close(other);
	expect("begin when that socket is gone",
	       plain(buffer, TTLPIN_CMD_WHITELIST_BEGIN), 0, "", NOTHING);
	expect("abort", plain(buffer, TTLPIN_CMD_WHITELIST_ABORT), 0, "", NOTHING);
}

int main(void)
{
	char *buffer = calloc(1, 1 << 18);

	if (!buffer)
		return 1;
	refusal_open();
	whitelist(buffer);
	abandoned(buffer);
	settings(buffer);
	flows(buffer);
	core(buffer);
	free(buffer);
	return !!refusal_close();
}
