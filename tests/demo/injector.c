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

#define LIST_MAX	8
#define TS_OCTETS	12	/* two NOPs and the option */

/**
 * struct forgery - what is forged
 * @trigger: payload that sets it off
 * @payload: what is said in the server's name
 * @port: the server's port
 * @ttls: TTLs at this router, taken in turn; none: any at all, by chance
 * @nr_ttls: how many of those
 * @ip_id: IP identification
 * @mirror_id: take that of the segment that is answered
 * @timestamps: whether the timestamp option is sent, and what it says
 * @flags: TCP flags
 * @window: TCP window
 * @offsets: added to the right sequence number, a segment each
 * @nr_offsets: how many segments
 * @df: set Don't Fragment
 * @to_client: send it to the client, in the server's name
 * @to_server: send the same to the server, in the client's name
 * @on_syn: set off by a SYN, and answers with an ISN of its own
 */
struct forgery {
	const char *trigger;
	char payload[1024];
	unsigned int port;
	uint32_t ttls[LIST_MAX];
	int nr_ttls;
	unsigned int ip_id;
	bool mirror_id;
	enum { TS_NONE, TS_SKEWED, TS_MIRRORED } timestamps;
	uint8_t flags;
	unsigned int window;
	uint32_t offsets[LIST_MAX];
	int nr_offsets;
	bool df;
	bool to_client;
	bool to_server;
	bool on_syn;
};

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
	char rest[TS_OCTETS + 1024];
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

/* Writes the timestamp option after @tcp's header; returns its octets. */
static int add_timestamps(char *to, const struct forgery *f,
			  const struct tcphdr *tcp)
{
	const uint8_t *options = (const uint8_t *)(tcp + 1);
	int len = tcp->doff * 4 - sizeof(*tcp), i;
	uint32_t values[2] = { htonl(random()), htonl(random()) };

	if (f->timestamps == TS_NONE)
		return 0;
	/* Ours, if any, are turned round; all stacks of today align them so. */
	for (i = 0; f->timestamps == TS_MIRRORED && i + 10 <= len; i++) {
		if (options[i] == 8 && options[i + 1] == 10) {
			memcpy(&values[0], options + i + 6, 4);
			memcpy(&values[1], options + i + 2, 4);
			break;
		}
	}
	memcpy(to, "\1\1\10\12", 4);
	memcpy(to + 4, values, 8);
	return TS_OCTETS;
}

/* The segment number @nr that answers @ip, @tcp with @len octets of payload. */
static void forge(int out, const struct forgery *f, const struct iphdr *ip,
		  const struct tcphdr *tcp, size_t len, int nr)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = ip->saddr };
	uint32_t isn = f->on_syn ? random() : ntohl(tcp->ack_seq);
	struct packet p = {
		.ip = {
			.version = 4, .ihl = 5,
			.ttl = f->nr_ttls ? f->ttls[nr % f->nr_ttls] : random(),
			.protocol = IPPROTO_TCP,
			.id = f->mirror_id ? ip->id : htons(f->ip_id),
			.frag_off = htons(f->df ? 0x4000 : 0),
			.saddr = ip->daddr, .daddr = ip->saddr,
		},
		.tcp = {
			.source = tcp->dest, .dest = tcp->source,
			.seq = htonl(isn + f->offsets[nr]),
			.ack_seq = htonl(ntohl(tcp->seq) + len),
			.window = htons(f->window),
		},
	};
	size_t said = strlen(f->payload), tcp_len;
	int options = add_timestamps(p.rest, f, tcp);

	memcpy(p.rest + options, f->payload, said);
	tcp_len = sizeof(struct tcphdr) + options + said;
	p.ip.tot_len = htons(sizeof(struct iphdr) + tcp_len);
	p.tcp.doff = (sizeof(struct tcphdr) + options) / 4;
	((uint8_t *)&p.tcp)[13] = f->flags;
	p.tcp.check = tcp_checksum(&p, tcp_len);
	if (sendto(out, &p, sizeof(struct iphdr) + tcp_len, 0,
		   (struct sockaddr *)&to, sizeof(to)) < 0)
		die("cannot send");
	printf("forged TTL=%u ", p.ip.ttl);
}

/* Resets the server too, as if the client had. */
static void forge_back(int out, const struct forgery *f, const struct iphdr *ip,
		       const struct tcphdr *tcp, size_t len, int nr)
{
	struct iphdr turned = *ip;
	struct tcphdr back = *tcp;

	turned.saddr = ip->daddr;
	turned.daddr = ip->saddr;
	back.source = tcp->dest;
	back.dest = tcp->source;
	back.ack_seq = htonl(ntohl(tcp->seq) + len);
	back.seq = tcp->ack_seq;
	back.doff = sizeof(back) / 4;
	forge(out, f, &turned, &back, 0, nr);
}

/* Whether the segment sets the forger off; @len octets of it are payload. */
static bool triggers(const struct forgery *f, const struct tcphdr *tcp,
		     const uint8_t *payload, size_t len)
{
	if (ntohs(tcp->dest) != f->port)
		return false;
	if (f->on_syn)
		return tcp->syn && !tcp->ack;
	return len && memmem(payload, len, f->trigger, strlen(f->trigger));
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
	if (head > end || !triggers(f, tcp, data + head, end - head))
		return false;
	for (i = 0; i < f->nr_offsets; i++) {
		if (f->to_client)
			forge(out, f, ip, tcp, end - head + tcp->syn, i);
		if (f->to_server)
			forge_back(out, f, ip, tcp, end - head, i);
	}
	return true;
}

static int listen_on(const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_IP) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP)), size = 8 << 20;

	if (fd < 0)
		die("cannot listen");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
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

/* Numbers with commas between them; returns how many. */
static int list(const char *name, char *text, unsigned long max, uint32_t *into)
{
	char *part;
	int n = 0;

	while ((part = strsep(&text, ","))) {
		if (n == LIST_MAX) {
			fprintf(stderr, "injector: --%s: at most %d\n", name,
				LIST_MAX);
			exit(2);
		}
		into[n++] = number(name, part, max);
	}
	return n;
}

static int timestamps(const char *text)
{
	if (!strcmp(text, "none"))
		return TS_NONE;
	if (!strcmp(text, "skewed"))
		return TS_SKEWED;
	if (!strcmp(text, "mirrored"))
		return TS_MIRRORED;
	fprintf(stderr, "injector: --timestamps %s: accepted is none, skewed, mirrored\n",
		text);
	exit(2);
}

static void help(void)
{
	puts("Usage: injector --interface IF [OPTION]...\n"
	     "  --trigger TEXT    what sets it off (RCPT TO)\n"
	     "  --payload TEXT    what is forged, a line without its end (none)\n"
	     "  --port N          the server's port (25)\n"
	     "  --on-syn          a SYN sets it off; the ISN is the injector's own\n"
	     "  --ttl N,...       TTL at this router, of each segment in turn (64),\n"
	     "                    or random\n"
	     "  --ip-id N         IP identification (64), or mirrored\n"
	     "  --timestamps W    none, skewed or mirrored (none)\n"
	     "  --window N        TCP window (0)\n"
	     "  --flags LETTERS   of FSRPAU (PA)\n"
	     "  --offsets N,...   a segment for each, added to the sequence number (0)\n"
	     "  --df              set Don't Fragment\n"
	     "  --to WHO          client, server or both (client)");
}

int main(int argc, char **argv)
{
	enum {
		INTERFACE, TRIGGER, PAYLOAD, PORT, TTL, IP_ID, WINDOW, FLAGS,
		OFFSETS, DF, TO, ON_SYN, TIMESTAMPS, HELP
	};
	static const struct option options[] = {
		{ "interface", 1, NULL, INTERFACE }, { "trigger", 1, NULL, TRIGGER },
		{ "payload", 1, NULL, PAYLOAD }, { "port", 1, NULL, PORT },
		{ "ttl", 1, NULL, TTL }, { "ip-id", 1, NULL, IP_ID },
		{ "window", 1, NULL, WINDOW }, { "flags", 1, NULL, FLAGS },
		{ "offsets", 1, NULL, OFFSETS }, { "df", 0, NULL, DF },
		{ "to", 1, NULL, TO },
		{ "on-syn", 0, NULL, ON_SYN }, { "timestamps", 1, NULL, TIMESTAMPS },
		{ "help", 0, NULL, HELP },
		{ NULL, 0, NULL, 0 },
	};
	struct forgery f = { .trigger = "RCPT TO", .port = 25, .ttls = { 64 },
			     .nr_ttls = 1, .ip_id = 64, .flags = 0x18, .nr_offsets = 1,
			     .to_client = true };
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
			f.nr_ttls = 0;
			if (strcmp(optarg, "random"))
				f.nr_ttls = list("ttl", optarg, 255, f.ttls);
			break;
		case IP_ID:
			f.mirror_id = !strcmp(optarg, "mirrored");
			if (!f.mirror_id)
				f.ip_id = number("ip-id", optarg, 65535);
			break;
		case WINDOW:
			f.window = number("window", optarg, 65535);
			break;
		case FLAGS:
			f.flags = tcp_flags(optarg);
			break;
		case OFFSETS:
			f.nr_offsets = list("offsets", optarg, UINT32_MAX,
					    f.offsets);
			break;
		case DF:
			f.df = true;
			break;
		case TO:
			f.to_client = strcmp(optarg, "server");
			f.to_server = strcmp(optarg, "client");
			if (f.to_client && f.to_server && strcmp(optarg, "both")) {
				fprintf(stderr, "injector: --to %s: accepted is client, server, both\n",
					optarg);
				return 2;
			}
			break;
		case ON_SYN:
			f.on_syn = true;
			break;
		case TIMESTAMPS:
			f.timestamps = timestamps(optarg);
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
			putchar('\n');
			fflush(stdout);
		}
	}
}
