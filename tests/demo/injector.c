// SPDX-License-Identifier: GPL-2.0
/*
 * A middlebox that forges: it listens on an interface of the router that it
 * sits on, and answers each TCP segment whose payload holds a trigger with
 * segments in the server's name. Nothing of the real ones is held up; what is
 * forged has to win its race.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * struct forgery - what is forged
 * @trigger: payload that sets it off
 * @payload: what is said in the server's name
 * @port: the server's port
 * @ttl: TTL at this router
 * @ip_id: IP identification
 * @flags: TCP flags
 * @window: TCP window
 * @offsets: added to the right sequence number, a segment each
 * @nr_offsets: how many segments
 * @df: set Don't Fragment
 * @both_ends: send the same to the server, in the client's name
 */
struct forgery {
	const char *trigger;
	char payload[1024];
	unsigned int port;
	unsigned int ttl;
	unsigned int ip_id;
	uint8_t flags;
	unsigned int window;
	uint32_t offsets[8];
	int nr_offsets;
	bool df;
	bool both_ends;
};

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
	char payload[1024];
};

static void die(const char *what)
{
	fprintf(stderr, "injector: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t add_words(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	return sum;
}

static uint16_t tcp_checksum(const struct packet *p, size_t len)
{
	uint32_t sum = IPPROTO_TCP + len;

	sum = add_words(sum, &p->ip.saddr, 8);
	sum = add_words(sum, &p->tcp, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Sends one segment that answers @ip, @tcp with @len octets of payload. */
static void forge(int out, const struct forgery *f, const struct iphdr *ip,
		  const struct tcphdr *tcp, size_t len, uint32_t offset)
{
	size_t said = strlen(f->payload);
	size_t tcp_len = sizeof(struct tcphdr) + said;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = ip->saddr };
	struct packet p = {
		.ip = {
			.version = 4, .ihl = 5, .ttl = f->ttl,
			.protocol = IPPROTO_TCP, .id = htons(f->ip_id),
			.frag_off = htons(f->df ? 0x4000 : 0),
			.tot_len = htons(sizeof(struct iphdr) + tcp_len),
			.saddr = ip->daddr, .daddr = ip->saddr,
		},
		.tcp = {
			.source = tcp->dest, .dest = tcp->source,
			.seq = htonl(ntohl(tcp->ack_seq) + offset),
			.ack_seq = htonl(ntohl(tcp->seq) + len),
			.doff = 5, .window = htons(f->window),
		},
	};

	((uint8_t *)&p.tcp)[13] = f->flags;
	memcpy(p.payload, f->payload, said);
	p.tcp.check = tcp_checksum(&p, tcp_len);
	if (sendto(out, &p, sizeof(struct iphdr) + tcp_len, 0,
		   (struct sockaddr *)&to, sizeof(to)) < 0)
		die("cannot send");
}

/* Resets the server too, as if the client had. */
static void forge_back(int out, const struct forgery *f, const struct iphdr *ip,
		       const struct tcphdr *tcp, size_t len, uint32_t offset)
{
	struct iphdr turned = *ip;
	struct tcphdr back = *tcp;

	turned.saddr = ip->daddr;
	turned.daddr = ip->saddr;
	back.source = tcp->dest;
	back.dest = tcp->source;
	back.ack_seq = htonl(ntohl(tcp->seq) + len);
	back.seq = tcp->ack_seq;
	forge(out, f, &turned, &back, 0, offset);
}

static bool answer(int out, const struct forgery *f, const uint8_t *data,
		   size_t len)
{
	const struct iphdr *ip = (const void *)data;
	const struct tcphdr *tcp;
	size_t head, end;
	int i;

	if (len < sizeof(*ip) || ip->version != 4 || ip->protocol != IPPROTO_TCP)
		return false;
	head = ip->ihl * 4;
	end = ntohs(ip->tot_len);
	if (end > len || head + sizeof(*tcp) > end)
		return false;
	tcp = (const void *)(data + head);
	head += tcp->doff * 4;
	if (ntohs(tcp->dest) != f->port || head >= end ||
	    !memmem(data + head, end - head, f->trigger, strlen(f->trigger)))
		return false;
	for (i = 0; i < f->nr_offsets; i++) {
		forge(out, f, ip, tcp, end - head, f->offsets[i]);
		if (f->both_ends)
			forge_back(out, f, ip, tcp, end - head, f->offsets[i]);
	}
	return true;
}

static int listen_on(const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_IP) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));

	if (fd < 0)
		die("cannot listen");
	at.sll_ifindex = if_nametoindex(name);
	if (!at.sll_ifindex || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(name);
	return fd;
}

static unsigned int number(const char *name, const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || *text == '-' || value > max) {
		fprintf(stderr, "injector: --%s %s: accepted is 0..%lu\n", name,
			text, max);
		exit(2);
	}
	return value;
}

static uint8_t tcp_flags(const char *text)
{
	static const char letters[] = "FSRPAU";
	uint8_t flags = 0;

	for (; *text; text++) {
		const char *at = strchr(letters, *text);

		if (!at) {
			fprintf(stderr, "injector: --flags: '%c' is none of %s\n",
				*text, letters);
			exit(2);
		}
		flags |= 1 << (at - letters);
	}
	return flags;
}

static void offsets(struct forgery *f, char *text)
{
	char *part;

	f->nr_offsets = 0;
	while ((part = strsep(&text, ","))) {
		if (f->nr_offsets == 8) {
			fputs("injector: --offsets: at most 8\n", stderr);
			exit(2);
		}
		f->offsets[f->nr_offsets++] = number("offsets", part, UINT32_MAX);
	}
}

static void help(void)
{
	puts("Usage: injector --interface IF [OPTION]...\n"
	     "  --trigger TEXT    what sets it off (RCPT TO)\n"
	     "  --payload TEXT    what is forged, a line without its end (none)\n"
	     "  --port N          the server's port (25)\n"
	     "  --ttl N           TTL at this router (64)\n"
	     "  --ip-id N         IP identification (64)\n"
	     "  --window N        TCP window (0)\n"
	     "  --flags LETTERS   of FSRPAU (PA)\n"
	     "  --offsets N,...   a segment for each, added to the sequence number (0)\n"
	     "  --df              set Don't Fragment\n"
	     "  --both-ends       forge to the server too");
}

int main(int argc, char **argv)
{
	enum {
		INTERFACE, TRIGGER, PAYLOAD, PORT, TTL, IP_ID, WINDOW, FLAGS,
		OFFSETS, DF, BOTH_ENDS, HELP
	};
	static const struct option options[] = {
		{ "interface", 1, NULL, INTERFACE }, { "trigger", 1, NULL, TRIGGER },
		{ "payload", 1, NULL, PAYLOAD }, { "port", 1, NULL, PORT },
		{ "ttl", 1, NULL, TTL }, { "ip-id", 1, NULL, IP_ID },
		{ "window", 1, NULL, WINDOW }, { "flags", 1, NULL, FLAGS },
		{ "offsets", 1, NULL, OFFSETS }, { "df", 0, NULL, DF },
		{ "both-ends", 0, NULL, BOTH_ENDS }, { "help", 0, NULL, HELP },
		{ NULL, 0, NULL, 0 },
	};
	struct forgery f = { .trigger = "RCPT TO", .port = 25, .ttl = 64,
			     .ip_id = 64, .flags = 0x18, .nr_offsets = 1 };
	const char *interface = NULL;
	uint8_t data[65536];
	int in, out, opt;
	ssize_t len;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case INTERFACE:
			interface = optarg;
			break;
		case TRIGGER:
			f.trigger = optarg;
			break;
		case PAYLOAD:
			snprintf(f.payload, sizeof(f.payload), "%s\r\n", optarg);
			break;
		case PORT:
			f.port = number("port", optarg, 65535);
			break;
		case TTL:
			f.ttl = number("ttl", optarg, 255);
			break;
		case IP_ID:
			f.ip_id = number("ip-id", optarg, 65535);
			break;
		case WINDOW:
			f.window = number("window", optarg, 65535);
			break;
		case FLAGS:
			f.flags = tcp_flags(optarg);
			break;
		case OFFSETS:
			offsets(&f, optarg);
			break;
		case DF:
			f.df = true;
			break;
		case BOTH_ENDS:
			f.both_ends = true;
			break;
		case HELP:
			help();
			return 0;
		default:
			return 2;
		}
	}
	if (!interface || optind < argc) {
		fputs("injector: --interface IF is wanted and nothing else; try --help\n",
		      stderr);
		return 2;
	}
	in = listen_on(interface);
	out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (out < 0)
		die("cannot open a raw socket");
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);

		len = recvfrom(in, data, sizeof(data), 0,
			       (struct sockaddr *)&from, &size);
		if (len < 0)
			die("cannot receive");
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    answer(out, &f, data, len)) {
			puts("forged");
			fflush(stdout);
		}
	}
}
