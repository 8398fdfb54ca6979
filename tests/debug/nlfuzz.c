// SPDX-License-Identifier: GPL-2.0
/*
 * Sends random netlink messages to the family: nearly right ones, nested too deep,
 * cut off, with lengths that lie. From time to time it asks for settings and
 * whitelist before and after a single message: what was refused must have changed
 * nothing. Whoever may not change anything must never be told that it did. With -t
 * it sends them one by one and tells how many places of the module they came by; with
 * -g it is led by that, too.
 *
 *	nlfuzz [-u] [-t | -g] SEED MESSAGES
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ask.h"
#include "nlfuzz.h"

#define SOCKETS		3
#define BATCH		24	/* messages sent at once */
#define LOOK_EVERY	384	/* messages between two looks at what is in force */

static struct mnl_socket *sock[SOCKETS];
static bool may_change = true;
static int batch = BATCH;
static struct tally tally;

static uint64_t state;

uint32_t any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

uint32_t below(uint32_t n)
{
	return any() % n;
}

static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *s = mnl_socket_open(NETLINK_GENERIC);
	int on = 1, room = 1 << 20;

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0)
		ask_die("socket");
	mnl_socket_setsockopt(s, NETLINK_EXT_ACK, &on, sizeof(on));
	if (below(2))
		mnl_socket_setsockopt(s, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return s;
}

/* Who may change nothing must not be told that it did, nor what others did. */
static void check_grant(uint8_t cmd)
{
	if (may_change || cmd == TTLPIN_CMD_STATS_GET)
		return;
	printf("# nlfuzz: command %u was granted\n", cmd);
	exit(1);
}

/* An answer, and what of a request that was refused or granted; a list ends so, too. */
static void take_answer(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const int *error = mnl_nlmsg_get_payload(nlh);
	uint8_t cmd = nlh->nlmsg_seq;

	tally.answers++;
	if (nlh->nlmsg_type == ask_family)
		check_grant(genl->cmd);
	if ((nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE) ||
	    nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*error))
		return;
	if (*error) {
		tally.refused++;
		tally.by_error[-*error & 255]++;
		return;
	}
	tally.granted++;
	if (cmd == MESSAGE_OTHER)
		return;
	tally.by_command[cmd & 63]++;
	check_grant(cmd);
}

/* Reads all that has come, lists to their ends. */
static void drain(struct mnl_socket *s)
{
	static char buffer[1 << 16];
	ssize_t len;

	while ((len = recv(mnl_socket_get_fd(s), buffer, sizeof(buffer),
			   MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = (void *)buffer;
		int left = len;

		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			take_answer(nlh);
	}
	if (len < 0 && errno == ENOBUFS)
		drain(s);
}

/* One message, between two looks. */
static void look(struct mnl_socket *s, char *buffer)
{
	uint64_t before = ask_in_force(), granted = tally.granted;
	size_t len = make_message(buffer, ask_family, true);

	if (mnl_socket_sendto(s, buffer, len) < 0)
		ask_die("send");
	tally.sent++;
	drain(s);
	if (tally.granted != granted)
		return;
	tally.looks++;
	if (ask_in_force() == before)
		return;
	printf("# nlfuzz: a message that was not granted changed what is in force\n");
	exit(1);
}

static void send_batch(struct mnl_socket *s, char *buffer)
{
	size_t len = 0;
	int i;

	for (i = 0; i < batch; i++)
		len += make_message(buffer + len, ask_family,
				    batch == 1 || i + 1 < batch);
	guide_begin();
	if (send(mnl_socket_get_fd(s), buffer, len, 0) < 0 && errno != EINVAL)
		ask_die("send");
	tally.sent += batch;
	drain(s);
	guide_end(buffer, len);
}

static void report(void)
{
	int i;

	printf("sent %llu\nanswers %llu\ngranted %llu\nrefused %llu\nlooks %llu\n",
	       tally.sent, tally.answers, tally.granted, tally.refused,
	       tally.looks);
	guide_report();
	for (i = 0; i < 64; i++)
		if (tally.by_command[i])
			printf("granted_%d %llu\n", i, tally.by_command[i]);
	for (i = 0; i < 256; i++)
		if (tally.by_error[i])
			printf("error_%d %llu\n", i, tally.by_error[i]);
}

int main(int argc, char **argv)
{
	char *buffer = calloc(1, (BATCH + 1) * MESSAGE_MAX);
	uint64_t messages, round;
	bool led = false;
	int i, option;

	while ((option = getopt(argc, argv, "utg")) > 0) {
		if (option == 'u')
			may_change = false;
		else if (option == 't' || option == 'g')
			batch = 1;
		else
			argc = 0;
		led |= option == 'g';
	}
	if (argc != optind + 2 || !buffer) {
		fprintf(stderr, "Usage: nlfuzz [-u] [-t | -g] SEED MESSAGES\n");
		return 2;
	}
	state = strtoull(argv[optind], NULL, 10) * 0x9e3779b97f4a7c15ull + 1;
	messages = strtoull(argv[optind + 1], NULL, 10);
	ask_open();
	if (batch == 1)
		guide_open(led);
	for (i = 0; i < SOCKETS; i++)
		sock[i] = open_socket();
	for (round = 0; tally.sent < messages; round++) {
		struct mnl_socket **s = &sock[below(SOCKETS)];

		send_batch(*s, buffer);
		if (may_change && round % (LOOK_EVERY / batch) == 0)
			look(*s, buffer);
		/* A list that is being loaded goes with its socket. */
		if (!below(64)) {
			mnl_socket_close(*s);
			*s = open_socket();
		}
	}
	report();
	return 0;
}
