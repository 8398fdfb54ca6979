// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces that come and go, each with flows in it: real connections
 * to port 25 over its loopback, which are left open when it is left. Two
 * processes do so at once. Each namespace must have had its flows.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "family.h"

#define FLOWS	8

static void raise_loopback(int fd)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (ioctl(fd, SIOCSIFFLAGS, &request))
		err(2, "lo");
}

static int take_flows(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == TTLPIN_A_FLOWS)
			*(uint32_t *)data = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static uint32_t count_flows(void)
{
	static struct family family;
	uint32_t flows = 0;

	family_open(&family);
	if (family_ask(&family, family_begin(&family, TTLPIN_CMD_STATS_GET,
					     NLM_F_ACK), take_flows, &flows))
		errx(2, "stats-get is refused");
	family_close(&family);
	return flows;
}

/* A server, and clients that have said something to it. */
static void connect_all(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(25) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd, i;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	raise_loopback(listener);
	if (bind(listener, (struct sockaddr *)&to, sizeof(to)) ||
	    listen(listener, FLOWS))
		err(2, "no server");
	for (i = 0; i < FLOWS; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
		    write(fd, "EHLO a\r\n", 8) != 8)
			err(2, "no client");
	}
}

/* A child in a namespace of its own, which ends with it. */
static int one(void)
{
	uint32_t flows;
	int status;

	if (!fork()) {
		if (unshare(CLONE_NEWNET))
			err(2, "no namespace");
		connect_all();
		flows = count_flows();
		if (flows != FLOWS)
			errx(1, "%u flows, not %d", flows, FLOWS);
		_exit(0);
	}
	wait(&status);
	return status;
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 1, lane, i, status, bad = 0;

	for (lane = 0; lane < 2; lane++) {
		if (fork())
			continue;
		for (i = lane; i < nr; i += 2)
			if (one())
				return 1;
		return 0;
	}
	while (wait(&status) > 0)
		bad |= status;
	if (!bad)
		printf("%d namespaces\n", nr);
	return bad ? 1 : 0;
}
