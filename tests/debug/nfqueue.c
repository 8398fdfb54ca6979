// SPDX-License-Identifier: GPL-2.0
/*
 * Gives back every packet of an NFQUEUE at once.
 *
 *	nfqueue NUMBER
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mnl_socket *sock;
static uint16_t number;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct nlmsghdr *begin(char *buffer, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *nf = mnl_nlmsg_put_extra_header(nlh, sizeof(*nf));

	nlh->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nf->version = NFNETLINK_V0;
	nf->res_id = htons(number);
	return nlh;
}

static void send_it(const struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		die("send");
}

/* Binds to the queue and asks for packets whole, merged ones too. */
static void bind_queue(void)
{
	struct nfqnl_msg_config_cmd cmd = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params params = {
		.copy_range = htonl(65535),
		.copy_mode = NFQNL_COPY_PACKET,
	};
	char buffer[512];
	struct nlmsghdr *nlh = begin(buffer, NFQNL_MSG_CONFIG);

	mnl_attr_put(nlh, NFQA_CFG_CMD, sizeof(cmd), &cmd);
	send_it(nlh);
	nlh = begin(buffer, NFQNL_MSG_CONFIG);
	mnl_attr_put(nlh, NFQA_CFG_PARAMS, sizeof(params), &params);
	mnl_attr_put_u32(nlh, NFQA_CFG_QUEUE_MAXLEN, htonl(65536));
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_GSO));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO));
	send_it(nlh);
}

static int give_back(const struct nlmsghdr *nlh, void *data)
{
	struct nfqnl_msg_verdict_hdr verdict = { .verdict = htonl(NF_ACCEPT) };
	const struct nlattr *attr;
	struct nlmsghdr *answer;
	char buffer[512];

	(void)data;
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		const struct nfqnl_msg_packet_hdr *hdr = mnl_attr_get_payload(attr);

		if (mnl_attr_get_type(attr) == NFQA_PACKET_HDR)
			verdict.id = hdr->packet_id;
	}
	answer = begin(buffer, NFQNL_MSG_VERDICT);
	mnl_attr_put(answer, NFQA_VERDICT_HDR, sizeof(verdict), &verdict);
	send_it(answer);
	return MNL_CB_OK;
}

int main(int argc, char **argv)
{
	static char buffer[1 << 17];
	int room = 64 << 20;

	if (argc != 2) {
		fputs("Usage: nfqueue NUMBER\n", stderr);
		return 2;
	}
	number = atoi(argv[1]);
	sock = mnl_socket_open(NETLINK_NETFILTER);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		die("socket");
	setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &room,
		   sizeof(room));
	bind_queue();
	puts("ready");
	fflush(stdout);
	for (;;) {
		ssize_t len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));

		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len < 0)
			die("receive");
		mnl_cb_run(buffer, len, 0, mnl_socket_get_portid(sock), give_back,
			   NULL);
	}
}
