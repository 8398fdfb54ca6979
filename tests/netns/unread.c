// SPDX-License-Identifier: GPL-2.0
/*
 * Asks for the counters until there is no room for another answer, then to reset them.
 * Prints how many answers there were; fails if all got one, or the reset did.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include "family.h"

#define REQUESTS	256

static struct family module;
static unsigned int answers, resets;

static int count(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	(void)data;
	answers++;
	resets += genl->cmd == TTLPIN_CMD_STATS_RESET;
	return MNL_CB_OK;
}

/* False once there is nothing to read. */
static bool receive(void)
{
	ssize_t len = recv(mnl_socket_get_fd(module.sock), module.buffer,
			   sizeof(module.buffer), MSG_DONTWAIT);

	/* Said once, for all that found no room. */
	if (len < 0 && errno == ENOBUFS)
		return true;
	if (len < 0 && errno != EAGAIN)
		err(2, "cannot receive");
	if (len > 0)
		mnl_cb_run(module.buffer, len, 0, 0, count, NULL);
	return len > 0;
}

int main(void)
{
	int room = 1, i;

	family_open(&module);
	if (setsockopt(mnl_socket_get_fd(module.sock), SOL_SOCKET, SO_RCVBUF,
		       &room, sizeof(room)))
		err(2, "cannot make the buffer small");
	for (i = 0; i < REQUESTS; i++)
		family_send(&module, family_begin(&module, TTLPIN_CMD_STATS_GET, 0));
	family_send(&module, family_begin(&module, TTLPIN_CMD_STATS_RESET, 0));
	while (receive())
		;
	printf("%u answers, %u of them to the reset\n", answers, resets);
	family_close(&module);
	return !answers || answers >= REQUESTS || resets;
}
