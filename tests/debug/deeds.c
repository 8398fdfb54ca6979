// SPDX-License-Identifier: GPL-2.0
/*
 * Everything that has the module allocate outside the packet path.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "ask.h"
#include "faults.h"

#define SYSFS	"/sys/kernel/ttlpin/net/"

int load(void)
{
	const char *path = getenv("TTLPIN_KO") ?: "/ttlpin/nf_ttlpin.ko";
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		ask_die(path);
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

int unload(void)
{
	return syscall(SYS_delete_module, "nf_ttlpin", 0) ? -errno : 0;
}

static int home = -1;

static int new_namespace(void)
{
	if (home < 0)
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static int go_home(void)
{
	return setns(home, CLONE_NEWNET) ? -errno : 0;
}

static int plain(uint8_t cmd, uint16_t flags)
{
	char buffer[256];

	return ask_send(ask_begin(buffer, cmd, flags));
}

#define PLAIN(function, cmd, flags)					\
	static int function(void)					\
	{								\
		return plain(TTLPIN_CMD_##cmd, flags);			\
	}

PLAIN(stats_get, STATS_GET, 0)
PLAIN(stats_reset, STATS_RESET, 0)
PLAIN(config_get, CONFIG_GET, 0)
PLAIN(flow_get, FLOW_GET, NLM_F_DUMP)
PLAIN(flow_flush, FLOW_FLUSH, 0)
PLAIN(peer_get, PEER_GET, NLM_F_DUMP)
PLAIN(peer_flush, PEER_FLUSH, 0)
PLAIN(account_get, ACCOUNT_GET, NLM_F_DUMP)
PLAIN(whitelist_get, WHITELIST_GET, NLM_F_DUMP)
PLAIN(whitelist_flush, WHITELIST_FLUSH, 0)
PLAIN(begin, WHITELIST_BEGIN, 0)
PLAIN(commit, WHITELIST_COMMIT, 0)
PLAIN(end_draft, WHITELIST_ABORT, 0)

/* @nr addresses from @first on. */
static int prefixes(uint8_t cmd, uint32_t first, uint32_t nr)
{
	static char buffer[1 << 16];
	struct nlmsghdr *nlh = ask_begin(buffer, cmd, 0);

	for (; nr; nr--, first++) {
		uint32_t addr = htonl(0xc6120000 + first);
		struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);

		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, 4, &addr);
		mnl_attr_nest_end(nlh, nest);
	}
	return ask_send(nlh);
}

static int add(void)
{
	return prefixes(TTLPIN_CMD_WHITELIST_ADD, 0, 500);
}

static int del(void)
{
	return prefixes(TTLPIN_CMD_WHITELIST_DEL, 0, 500);
}

static int del_one(void)
{
	return prefixes(TTLPIN_CMD_WHITELIST_DEL, 3, 1);
}

static int add_one(void)
{
	return prefixes(TTLPIN_CMD_WHITELIST_ADD, 3, 1);
}

/* A draft with something in it; one that is there already goes. */
static int draft(void)
{
	end_draft();
	return begin() ?: add();
}

static int empty_draft(void)
{
	end_draft();
	return begin();
}

static int add_more(void)
{
	return prefixes(TTLPIN_CMD_WHITELIST_ADD, 1000, 600);
}

static int put_back(void)
{
	return whitelist_flush() ?: add();
}

static int set_number(uint16_t type, uint32_t value)
{
	char buffer[256];
	struct nlmsghdr *nlh = ask_begin(buffer, TTLPIN_CMD_CONFIG_SET, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);

	mnl_attr_put_u32(nlh, TTLPIN_A_CONFIG_IDLE_TIMEOUT, 800 + value % 100);
	mnl_attr_put_u32(nlh, type, value);
	mnl_attr_nest_end(nlh, nest);
	return ask_send(nlh);
}

static int set_tolerance(void)
{
	return set_number(TTLPIN_A_CONFIG_TOLERANCE, 2);
}

static int reset_tolerance(void)
{
	return set_number(TTLPIN_A_CONFIG_TOLERANCE, 1);
}

static int set_max_flows(void)
{
	return set_number(TTLPIN_A_CONFIG_MAX_FLOWS, 2002);
}

static int reset_max_flows(void)
{
	return set_number(TTLPIN_A_CONFIG_MAX_FLOWS, 5001) ?: reset_tolerance();
}

static int write_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int store_ports(void)
{
	return write_file(SYSFS "ports", "25,587,2500-2599\n");
}

static int restore_ports(void)
{
	return write_file(SYSFS "ports", "25\n");
}

static int store_max_flows(void)
{
	return write_file(SYSFS "max_flows", "3000\n");
}

static int restore_max_flows(void)
{
	return write_file(SYSFS "max_flows", "5001\n");
}

/* While the module is not loaded; undone by taking it out again. */
const struct deed outer_deeds[] = {
	{ "load", NULL, load, unload },
	{ NULL }
};

/* With it; max_flows is 5001, 500 prefixes are in the whitelist. */
const struct deed inner_deeds[] = {
	{ "namespace", NULL, new_namespace, go_home },
	{ "config-set", NULL, set_tolerance, reset_tolerance },
	{ "config-set max-flows", NULL, set_max_flows, reset_max_flows },
	{ "sysfs ports", NULL, store_ports, restore_ports },
	{ "sysfs max_flows", NULL, store_max_flows, restore_max_flows },
	{ "config-get", NULL, config_get, NULL },
	{ "stats-get", NULL, stats_get, NULL },
	{ "stats-reset", NULL, stats_reset, NULL },
	{ "flow-get", NULL, flow_get, NULL },
	{ "flow-flush", NULL, flow_flush, NULL },
	{ "peer-get", NULL, peer_get, NULL },
	{ "peer-flush", NULL, peer_flush, NULL },
	{ "account-get", NULL, account_get, NULL },
	{ "whitelist-get", NULL, whitelist_get, NULL },
	{ "whitelist-add", whitelist_flush, add, NULL },
	{ "whitelist-del", put_back, del_one, add_one },
	{ "whitelist-del, the last", put_back, del, add },
	{ "whitelist-begin", end_draft, begin, end_draft },
	{ "whitelist-add to a new list", empty_draft, add, end_draft },
	{ "whitelist-add to a new list that grows", draft, add_more, end_draft },
	{ "whitelist-commit", draft, commit, put_back },
	{ "whitelist-flush", put_back, whitelist_flush, add },
	{ NULL }
};
