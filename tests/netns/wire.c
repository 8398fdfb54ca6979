// SPDX-License-Identifier: GPL-2.0
/*
 * Plays both ends of a script's conversations through a gateway, and checks
 * which segments arrive at the other end, and that they arrive unaltered.
 *
 *	inside (no addresses) -- in0 [gateway] out0 -- outside (no addresses)
 *
 * A segment has not arrived when a marker that was sent after it has: a UDP
 * packet that takes the same way. Both are sent from one CPU, whose queues keep
 * their order.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "packet.h"

#define MARKER_PORT	9	/* discard */
#define MARKER_MS	5000

/**
 * struct side - one end of the gateway
 * @fd: packet socket on the host's interface
 * @to: where its packets go: the gateway's address on that link
 */
struct side {
	int fd;
	struct sockaddr_ll to;
};

struct wire {
	struct script script;
	struct side inside;
	struct side outside;
	struct in6_addr local;
	struct in6_addr local_outside;
	struct in6_addr remote;
	uint32_t markers;
	uint16_t base_port;
	bool verbose;
	FILE *pcap;
};

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *format, ...)
{
	va_list args;

	fputs("wire: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static void enter(const char *netns)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("cannot enter the namespace %s: %s", netns, strerror(errno));
	close(fd);
}

/* A host's interface, and the gateway's link-layer address on its link. */
static void open_side(struct side *side, const char *netns, const char *gateway)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL) };
	int size = 8 << 20;

	enter(netns);
	side->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	at.sll_ifindex = if_nametoindex("eth0");
	if (side->fd < 0 || !at.sll_ifindex ||
	    bind(side->fd, (struct sockaddr *)&at, sizeof(at)))
		die("cannot listen on eth0 in %s: %s", netns, strerror(errno));
	setsockopt(side->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	side->to = at;
	side->to.sll_halen = 6;
	if (sscanf(gateway, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &side->to.sll_addr[0],
		   &side->to.sll_addr[1], &side->to.sll_addr[2],
		   &side->to.sll_addr[3], &side->to.sll_addr[4],
		   &side->to.sll_addr[5]) != 6)
		die("'%s' is no link-layer address", gateway);
}

static void transmit(struct side *side, const uint8_t *packet, int len)
{
	side->to.sll_protocol = htons(packet[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);
	if (sendto(side->fd, packet, len, 0, (struct sockaddr *)&side->to,
		   sizeof(side->to)) != len)
		die("cannot send: %s", strerror(errno));
}

static struct packet_ends ends_of(const struct wire *w,
				  const struct script_step *step, bool arriving)
{
	bool at_inside = step->outbound != arriving;
	struct packet_ends ends = { .family = w->script.family };
	struct in6_addr local = at_inside ? w->local : w->local_outside;
	uint16_t client = w->base_port + step->flow, server = w->script.port;
	uint16_t at_local = w->script.server ? server : client;
	uint16_t at_remote = w->script.server ? client : server;

	ends.source = step->outbound ? local : w->remote;
	ends.dest = step->outbound ? w->remote : local;
	ends.sport = step->outbound ? at_local : at_remote;
	ends.dport = step->outbound ? at_remote : at_local;
	return ends;
}

/* Sends the marker that follows a segment. */
static void send_marker(struct wire *w, struct side *from, bool outbound)
{
	struct script_step step = { .outbound = outbound };
	struct packet_ends ends = ends_of(w, &step, false);
	uint8_t packet[64] = { 0 }, *udp;
	/* It is not translated: only TCP is. */
	struct in6_addr *local = outbound ? &ends.source : &ends.dest;
	int v4 = ends.family == 4, head = v4 ? 20 : 40, len = head + 12;
	uint32_t sum;

	w->markers++;
	*local = w->local;
	if (v4) {
		packet[0] = 0x45;
		packet[3] = len;
		packet[8] = 64;
		packet[9] = IPPROTO_UDP;
		memcpy(packet + 12, &ends.source, 4);
		memcpy(packet + 16, &ends.dest, 4);
		sum = packet_checksum(0, packet, 20);
		packet[10] = sum >> 8;
		packet[11] = sum;
	} else {
		packet[0] = 0x60;
		packet[5] = 12;
		packet[6] = IPPROTO_UDP;
		packet[7] = 64;
		memcpy(packet + 8, &ends.source, 16);
		memcpy(packet + 24, &ends.dest, 16);
	}
	udp = packet + head;
	udp[1] = udp[3] = MARKER_PORT;
	udp[5] = 12;
	memcpy(udp + 8, &w->markers, 4);
	sum = packet_checksum(IPPROTO_UDP + 12, packet + (v4 ? 12 : 8), v4 ? 8 : 32);
	sum = packet_checksum((uint16_t)~sum, udp, 12);
	udp[6] = sum >> 8;
	udp[7] = sum;
	transmit(from, packet, len);
}

/* Where the transport header is; @kind is set to its protocol. */
static int find_transport(const uint8_t *p, int len, int *kind)
{
	int at = 40;

	if (p[0] >> 4 == 4) {
		*kind = p[9];
		return (p[0] & 15) * 4;
	}
	*kind = p[6];
	while ((*kind == IPPROTO_HOPOPTS || *kind == IPPROTO_DSTOPTS ||
		*kind == IPPROTO_ROUTING || *kind == IPPROTO_FRAGMENT) &&
	       at + 8 <= len) {
		int next = p[at];

		at += *kind == IPPROTO_FRAGMENT ? 8 : (p[at + 1] + 1) * 8;
		*kind = next;
	}
	return at;
}

static bool is_marker(const struct wire *w, const uint8_t *p, int len)
{
	int kind, at = find_transport(p, len, &kind);

	return kind == IPPROTO_UDP && at + 12 <= len && p[at + 3] == MARKER_PORT &&
	       !memcmp(p + at + 8, &w->markers, 4);
}

static bool is_fragment(const uint8_t *p)
{
	return p[0] >> 4 == 4 ? (p[6] & 0x3f) || p[7] : p[6] == IPPROTO_FRAGMENT;
}

/* The number of the first octet that the way here has altered, or -1. */
static int altered(const uint8_t *got, int got_len, const uint8_t *want,
		   int want_len)
{
	int kind, at = find_transport(want, want_len, &kind), i;
	bool whole = !is_fragment(got);

	if (find_transport(got, got_len, &kind) != at && whole)
		return 0;
	if (!whole)
		return -1;
	for (i = at; i < want_len; i++)
		if (i >= got_len || got[i] != want[i])
			return i;
	return -1;
}

static bool is_same(const uint8_t *got, int got_len, const uint8_t *want,
		    int want_len)
{
	int kind, at = find_transport(want, want_len, &kind);
	int here = find_transport(got, got_len, &kind);

	return kind == IPPROTO_TCP && here + 20 <= got_len &&
	       !memcmp(got + here, want + at, 14);
}

enum arrival { DROPPED, PASSED, ALTERED };

static enum arrival await(struct wire *w, struct side *to, const uint8_t *want,
			  int want_len, int ttl)
{
	enum arrival seen = DROPPED;
	uint8_t got[PACKET_MAX];

	for (;;) {
		struct pollfd poll_fd = { .fd = to->fd, .events = POLLIN };
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		int len;

		if (poll(&poll_fd, 1, MARKER_MS) <= 0)
			die("line %d: the marker did not come within %d ms",
			    w->script.line, MARKER_MS);
		len = recvfrom(to->fd, got, sizeof(got), 0,
			       (struct sockaddr *)&from, &size);
		if (len < 20 || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		if (is_marker(w, got, len))
			return seen;
		if (!is_same(got, len, want, want_len))
			continue;
		seen = PASSED;
		if (altered(got, len, want, want_len) >= 0 ||
		    got[got[0] >> 4 == 4 ? 8 : 7] != ttl)
			seen = ALTERED;
	}
}

/* Packets of raw IP as they reach the gateway, for readers of captures. */
static void save(struct wire *w, const uint8_t *packet, int len)
{
	struct timespec now;
	uint32_t head[4];

	if (!w->pcap)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	head[0] = now.tv_sec;
	head[1] = now.tv_nsec / 1000;
	head[2] = head[3] = len;
	fwrite(head, sizeof(head), 1, w->pcap);
	fwrite(packet, len, 1, w->pcap);
}

static void send_fragments(struct wire *w, struct side *from, const uint8_t *packet, int len,
			   int size)
{
	int head = packet[0] >> 4 == 4 ? 20 : 40, at, end;

	size &= ~7;
	for (at = head; at < len; at = end) {
		uint8_t fragment[1600];
		int n;

		end = at + size < len ? at + size : len;
		n = packet_fragment(fragment, packet, head, at, end - at, end < len);
		save(w, fragment, n);
		transmit(from, fragment, n);
	}
}

static bool play(struct wire *w, const struct script_step *step)
{
	static const char *const words[] = { "drop", "pass", "altered" };
	struct side *from = step->outbound ? &w->inside : &w->outside;
	struct side *to = step->outbound ? &w->outside : &w->inside;
	uint8_t packet[PACKET_MAX], want[PACKET_MAX];
	struct packet_ends ends = ends_of(w, step, false);
	int len = packet_build(packet, &ends, step), want_len;
	enum arrival got, wanted = step->expect_drop ? DROPPED : PASSED;

	ends = ends_of(w, step, true);
	want_len = packet_build(want, &ends, step);
	if (step->frag) {
		send_fragments(w, from, packet, len, step->frag);
	} else {
		save(w, packet, len);
		transmit(from, packet, len);
	}
	send_marker(w, from, step->outbound);
	got = await(w, to, want, want_len, step->ttl - 1);
	if (w->verbose)
		printf("# line %d: %s\n", step->line, words[got]);
	if (got == wanted)
		return true;
	fprintf(stderr, "wire: line %d: expected %s, got %s\n", step->line,
		words[wanted], words[got]);
	return false;
}

static void set_addresses(struct wire *w)
{
	int af = w->script.family == 4 ? AF_INET : AF_INET6;
	const char *local = af == AF_INET ? "192.0.2.10" : "2001:db8:1::10";
	const char *remote = af == AF_INET ? "203.0.113.25" : "2001:db8:2::25";

	inet_pton(af, local, &w->local);
	inet_pton(af, *w->script.nat ? w->script.nat : local, &w->local_outside);
	inet_pton(af, remote, &w->remote);
}

static void pause_for(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static bool run(struct wire *w)
{
	struct script_step step;
	bool ok = true;

	for (;;) {
		if (script_next(&w->script, &step))
			die("%s", w->script.error);
		if (step.kind == SCRIPT_END)
			return ok;
		set_addresses(w);
		if (step.kind == SCRIPT_WAIT)
			pause_for(step.wait_ms);
		else
			ok &= play(w, &step);
	}
}

int main(int argc, char **argv)
{
	static const uint32_t pcap_head[] = { 0xa1b2c3d4, 0x00040002, 0, 0,
					      65535, 101 };
	const char *inside = "inside", *outside = "outside";
	struct wire w = { .base_port = 40000 };
	cpu_set_t cpu;
	int opt;

	while ((opt = getopt(argc, argv, "i:o:p:w:v")) != -1) {
		switch (opt) {
		case 'i':
			inside = optarg;
			break;
		case 'o':
			outside = optarg;
			break;
		case 'p':
			w.base_port = atoi(optarg);
			break;
		case 'v':
			w.verbose = true;
			break;
		case 'w':
			w.pcap = fopen(optarg, "w");
			if (!w.pcap)
				die("%s: %s", optarg, strerror(errno));
			fwrite(pcap_head, sizeof(pcap_head), 1, w.pcap);
			break;
		default:
			fputs("Usage: wire [-i NETNS] [-o NETNS] [-p PORT] [-w PCAP] [-v] < SCRIPT\n",
			      stderr);
			return 2;
		}
	}
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	/* The gateway's addresses on the two links, as lib.sh gives them. */
	open_side(&w.inside, inside, "02:00:00:00:01:01");
	open_side(&w.outside, outside, "02:00:00:00:02:01");
	script_open(&w.script, stdin);
	opt = !run(&w);
	if (w.pcap && fclose(w.pcap))
		die("cannot write the capture");
	return opt;
}
