// SPDX-License-Identifier: GPL-2.0
/*
 * Asks for a list, takes one part of it, runs a command, takes the rest. Prints
 * "whole N" or "interrupted N", as the module has marked it.
 */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ttlpin.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel makes parts as large as what they were received in. */
#define PART	8192

static struct mnl_socket *sock;

static void ask(uint16_t type, uint8_t cmd, uint16_t flags, const char *name)
{
	char buffer[512];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	if (name)
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0) {
		perror("listing: send");
		exit(1);
	}
}

static int take(char *buffer, size_t size)
{
	ssize_t len = mnl_socket_recvfrom(sock, buffer, size);

	if (len < 0) {
		perror("listing: receive");
		exit(1);
	}
	return len;
}

static uint16_t find_family(void)
{
	const struct nlattr *attr;
	char buffer[PART];

	ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, TTLPIN_GENL_NAME);
	take(buffer, sizeof(buffer));
	mnl_attr_for_each(attr, (struct nlmsghdr *)buffer, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			return mnl_attr_get_u16(attr);
	return 0;
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
	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return 1;
	ask(find_family(), lists[which].cmd, NLM_F_DUMP, NULL);
	n = count(buffer, take(buffer, sizeof(buffer)), &end, &interrupted);
	if (end) {
		fputs("listing: all in one part\n", stderr);
		return 1;
	}
	if (run(argv + 2))
		return 1;
	while (!end)
		n += count(buffer, take(buffer, sizeof(buffer)), &end, &interrupted);
	printf("%s %d\n", interrupted ? "interrupted" : "whole", n);
	return 0;
}
