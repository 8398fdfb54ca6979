// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the family, one at a time.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ask.h"
#include "family.h"

#define HASH_START	14695981039346656037ull
#define HASH_PRIME	1099511628211ull

uint16_t ask_family;
static struct family family;
static uint64_t hash;	/* of all that came back */

void ask_die(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	exit(1);
}

struct nlmsghdr *ask_begin(void *buffer, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = ask_family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl->cmd = cmd;
	genl->version = TTLPIN_GENL_VERSION;
	return nlh;
}

/* Takes one message into the hash; whether it is the last. */
static bool take(const struct nlmsghdr *nlh, int *error)
{
	const uint8_t *at = mnl_nlmsg_get_payload(nlh);
	uint32_t n = mnl_nlmsg_get_payload_len(nlh);

	if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
		if (n >= sizeof(int))
			memcpy(error, at, sizeof(*error));
		return true;
	}
	while (n--)
		hash = (hash ^ *at++) * HASH_PRIME;
	return false;
}

/**
 * ask_send - send a request and take the answers to their end
 * @nlh: the request, with NLM_F_ACK
 *
 * Return: 0 or a negative error.
 */
int ask_send(struct nlmsghdr *nlh)
{
	static char buffer[1 << 16];
	int error = 0;

	if (mnl_socket_sendto(family.sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		int left = mnl_socket_recvfrom(family.sock, buffer, sizeof(buffer));

		if (left < 0)
			return -errno;
		for (nlh = (void *)buffer; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			if (take(nlh, &error))
				return error;
	}
}

static void must(uint8_t cmd, uint16_t flags)
{
	char buffer[256];

	errno = -ask_send(ask_begin(buffer, cmd, flags));
	if (errno)
		ask_die("what is in force is not told");
}

/* A hash of settings and whitelist. */
uint64_t ask_in_force(void)
{
	hash = HASH_START;
	must(TTLPIN_CMD_CONFIG_GET, 0);
	must(TTLPIN_CMD_WHITELIST_GET, NLM_F_DUMP);
	return hash;
}

/* A socket in the namespace that this process is in. */
void ask_open(void)
{
	family_open(&family);
	ask_family = family.id;
}

void ask_close(void)
{
	family_close(&family);
}
