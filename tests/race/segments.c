// SPDX-License-Identifier: GPL-2.0
/*
 * Segments for a load on the gateway, sent from the two hosts' own namespaces.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "packet.h"
#include "segments.h"

#define ISN		1000
#define PEER_ISN	7000
#define FIN		0x01
#define SYN		0x02
#define RST		0x04
#define PSH		0x08
#define ACK		0x10
#define FIRST_PORT	2000
#define PORTS		60000	/* flows of one inside address */

const char *const segments_names[SEGMENTS_KINDS] = {
	[SEGMENTS_SYN] = "syn",	      [SEGMENTS_SYNACK] = "synack",
	[SEGMENTS_QUIT] = "quit",     [SEGMENTS_GOOD] = "good",
	[SEGMENTS_NEAR] = "near",     [SEGMENTS_FORGED] = "forged",
	[SEGMENTS_RESET] = "reset",   [SEGMENTS_UNKNOWN] = "unknown",
};

static const struct {
	uint8_t flags;
	int ttl;
	const char *payload;
} shapes[SEGMENTS_KINDS] = {
	[SEGMENTS_SYN] = { SYN, 64, "" },
	[SEGMENTS_SYNACK] = { SYN | ACK, SEGMENTS_TTL, "" },
	[SEGMENTS_QUIT] = { PSH | ACK, 64, "QUIT\r\n" },
	[SEGMENTS_GOOD] = { PSH | ACK, SEGMENTS_TTL, "250 ok\r\n" },
	[SEGMENTS_NEAR] = { PSH | ACK, SEGMENTS_TTL + 1, "250 ok\r\n" },
	[SEGMENTS_FORGED] = { PSH | ACK, SEGMENTS_TTL + 40, "500 error\r\n" },
	[SEGMENTS_RESET] = { RST, SEGMENTS_TTL + 40, "" },
	[SEGMENTS_UNKNOWN] = { PSH | ACK, SEGMENTS_TTL + 40, "250 ok\r\n" },
};

/* A socket in a namespace, and in @to where its packets go: to the gateway. */
static int open_side(const char *netns, const char *gateway,
		     struct sockaddr_ll *to)
{
	char path[300];
	int fd, ns;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(2, "cannot enter the namespace %s", netns);
	close(ns);
	/* Of protocol 0: it only sends. */
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*to = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_halen = 6,
				    .sll_protocol = htons(ETH_P_IP),
				    .sll_ifindex = if_nametoindex("eth0") };
	memcpy(to->sll_addr, gateway, 6);
	if (fd < 0 || !to->sll_ifindex)
		err(2, "cannot send on eth0 in %s", netns);
	return fd;
}

/**
 * segments_open - find the two sides of the gateway, as lib.sh lays them out
 * @s: filled
 * @inside: name of the inside host's namespace
 * @outside: of the outside host's
 */
void segments_open(struct segments *s, const char *inside, const char *outside)
{
	memset(s, 0, sizeof(*s));
	s->inside = open_side(inside, "\2\0\0\0\1\1", &s->to_inside);
	s->outside = open_side(outside, "\2\0\0\0\2\1", &s->to_outside);
}

/* The inside address of a flow; each has PORTS of them. */
uint32_t segments_local(uint32_t flow)
{
	return 0xc000020a + flow / PORTS;
}

/* The inside port of a flow. */
uint16_t segments_port(uint32_t flow)
{
	return FIRST_PORT + flow % PORTS;
}

static void make_ends(struct packet_ends *ends, enum segments_kind kind,
		      uint32_t flow, bool out)
{
	uint32_t local = htonl(segments_local(flow));
	uint32_t remote = htonl(SEGMENTS_REMOTE);
	uint16_t port = segments_port(flow);

	/* Ports from which nobody begins a flow. */
	if (kind == SEGMENTS_UNKNOWN)
		port = flow % FIRST_PORT;
	*ends = (struct packet_ends){ .family = 4 };
	ends->sport = out ? port : 25;
	ends->dport = out ? 25 : port;
	memcpy(&ends->source, out ? &local : &remote, 4);
	memcpy(&ends->dest, out ? &remote : &local, 4);
}

/**
 * segments_send - send one segment
 * @s: the gateway
 * @kind: what it is
 * @flow: the flow that it belongs to
 */
void segments_send(struct segments *s, enum segments_kind kind, uint32_t flow)
{
	bool out = kind == SEGMENTS_SYN || kind == SEGMENTS_QUIT;
	static struct script_step step;
	uint8_t packet[PACKET_MAX];
	struct packet_ends ends;
	int len;

	step.flags = shapes[kind].flags;
	step.ttl = shapes[kind].ttl;
	step.seq = (out ? ISN : PEER_ISN) + !(step.flags & SYN);
	step.ack = step.flags & ACK ? (out ? PEER_ISN : ISN) + 1 : 0;
	step.window = 65000;
	step.df = true;
	step.doff = step.ip_len = -1;
	step.payload_len = strlen(shapes[kind].payload);
	memcpy(step.payload, shapes[kind].payload, step.payload_len);
	make_ends(&ends, kind, flow, out);
	len = packet_build(packet, &ends, &step);
	while (sendto(out ? s->inside : s->outside, packet, len, 0,
		      out ? (struct sockaddr *)&s->to_inside :
			    (struct sockaddr *)&s->to_outside,
		      sizeof(s->to_inside)) != len)
		if (errno != ENOBUFS && errno != EINTR)
			err(2, "cannot send");
	s->sent[kind]++;
}
