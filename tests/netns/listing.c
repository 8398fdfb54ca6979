// SPDX-License-Identifier: GPL-2.0
/*
 * Asks for a list, takes one part of it, runs a command, takes the rest. Prints
 * "whole N" or "interrupted N", as the module has marked it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "family.h"

/* The kernel makes parts as large as what they were received in. */
#define PART	8192

static struct family module;

static int take(char *buffer)
{
	ssize_t len = mnl_socket_recvfrom(module.sock, buffer, PART);

	if (len < 0) {
		perror("listing: receive");
		exit(1);
	}
	return len;
}

static int run(char **command)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execvp(command[0], command);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -1;
}

/* Entries in a part; sets *@end and *@interrupted. */
static int count(const char *buffer, int len, bool *end, bool *interrupted)
{
	const struct nlmsghdr *nlh = (const void *)buffer;
	int n = 0;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		*interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
		*end |= nlh->nlmsg_type == NLMSG_DONE ||
			nlh->nlmsg_type == NLMSG_ERROR;
		n += nlh->nlmsg_type >= NLMSG_MIN_TYPE;
	}
	return n;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint8_t cmd;
	} lists[] = {
		{ "whitelist", TTLPIN_CMD_WHITELIST_GET },
		{ "flows", TTLPIN_CMD_FLOW_GET },
		{ "peers", TTLPIN_CMD_PEER_GET },
	};
	bool end = false, interrupted = false;
	char buffer[PART];
	size_t which = 0;
	int n;

	while (argc > 2 && which < 3 && strcmp(lists[which].name, argv[1]))
		which++;
	if (argc < 3 || which == 3) {
		fputs("Usage: listing whitelist|flows|peers COMMAND [ARG]...\n",
		      stderr);
		return 2;
	}
	family_open(&module);
	/* One that has received no more than a part: as much as ever came fits. */
	family_close(&module);
	module.sock = mnl_socket_open(NETLINK_GENERIC);
	if (!module.sock ||
	    mnl_socket_bind(module.sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return 1;
	family_send(&module, family_begin(&module, lists[which].cmd, NLM_F_DUMP));
	n = count(buffer, take(buffer), &end, &interrupted);
	if (end) {
		fputs("listing: all in one part\n", stderr);
		return 1;
	}
	if (run(argv + 2))
		return 1;
	while (!end)
		n += count(buffer, take(buffer), &end, &interrupted);
	printf("%s %d\n", interrupted ? "interrupted" : "whole", n);
	return 0;
}
