// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a capture of a script (see ../netns/script.h), with the script's clock:
 *
 *   seg2pcap [-l LINK] [-s SNAPLEN] [-c] [-v] < SCRIPT > CAPTURE
 *
 * LINK is raw, ethernet, vlan, qinq, pppoe, mpls, sll, sll2, null or loop. With -c
 * each packet is captured twice, as a gateway does on two links: when it arrives
 * and, its TTL less by one, when it leaves. With -v the expectation of each
 * segment goes to stderr, a line a packet: its number, line, and pass or drop.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../netns/packet.h"

#define START	1790000000ull

static const struct link {
	const char *name;
	int linktype;
	int len;
	const char *octets;	/* of IPv4; @v6 of IPv6 */
	const char *v6;
} links[] = {
	{ "raw", 101, 0, "", "" },
	{ "ethernet", 1, 14, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\x00",
	  "\2\0\0\0\0\1\2\0\0\0\0\2\x86\xdd" },
	{ "vlan", 1, 18, "\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\7\x08\x00",
	  "\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\7\x86\xdd" },
	{ "qinq", 1, 22, "\2\0\0\0\0\1\2\0\0\0\0\2\x88\xa8\0\5\x81\0\0\7\x08\x00",
	  "\2\0\0\0\0\1\2\0\0\0\0\2\x88\xa8\0\5\x81\0\0\7\x86\xdd" },
	{ "pppoe", 1, 22, "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x64\x11\0\0\7\0\x2a\0\x21",
	  "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x64\x11\0\0\7\0\x2a\0\x57" },
	{ "mpls", 1, 18, "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x47\0\1\1\x40",
	  "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x47\0\1\1\x40" },
	{ "sll", 113, 16, "\0\0\0\1\0\6\2\0\0\0\0\2\0\0\x08\x00",
	  "\0\0\0\1\0\6\2\0\0\0\0\2\0\0\x86\xdd" },
	{ "sll2", 276, 20, "\x08\x00\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\2\0\0",
	  "\x86\xdd\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\2\0\0" },
	{ "null", 0, 4, "\2\0\0\0", "\x0a\0\0\0" },
	{ "loop", 108, 4, "\0\0\0\2", "\0\0\0\x18" },
};

struct maker {
	const struct link *link;
	uint32_t snaplen;
	bool copies;
	bool verbose;
	struct script script;
	uint64_t now_ms;
	unsigned int number;
};

static struct packet_ends ends_of(const struct maker *m,
				  const struct script_step *step)
{
	bool v4 = m->script.family == 4;
	struct packet_ends ends = { .family = m->script.family };
	uint16_t client = 40000 + step->flow, server = m->script.port;
	struct in6_addr local = { 0 }, remote = { 0 };

	inet_pton(v4 ? AF_INET : AF_INET6, v4 ? "192.0.2.10" : "2001:db8:1::10", &local);
	inet_pton(v4 ? AF_INET : AF_INET6, v4 ? "203.0.113.25" : "2001:db8:2::25", &remote);
	ends.source = step->outbound ? local : remote;
	ends.dest = step->outbound ? remote : local;
	ends.sport = step->outbound != m->script.server ? client : server;
	ends.dport = step->outbound != m->script.server ? server : client;
	return ends;
}

static void put(struct maker *m, const uint8_t *packet, int len, int link_change)
{
	const struct link *l = m->link;
	uint32_t size = l->len + len, kept = size < m->snaplen ? size : m->snaplen;
	uint32_t head[4] = { m->now_ms / 1000, m->now_ms % 1000 * 1000, kept, size };
	uint8_t frame[64 + PACKET_MAX];

	memcpy(frame, packet[0] >> 4 == 4 ? l->octets : l->v6, l->len);
	if (l->len > 4)
		frame[l->linktype == 276 ? 7 : 5] += link_change;
	memcpy(frame + l->len, packet, len);
	fwrite(head, sizeof(head), 1, stdout);
	fwrite(frame, kept, 1, stdout);
	m->number++;
}

static void put_fragments(struct maker *m, const uint8_t *packet, int len,
			  int size)
{
	int head = packet[0] >> 4 == 4 ? 20 : 40, at, end;

	size &= ~7;
	for (at = head; at < len; at = end) {
		uint8_t fragment[2048];
		int n;

		end = at + size < len ? at + size : len;
		n = packet_fragment(fragment, packet, head, at, end - at, end < len);
		put(m, fragment, n, 0);
	}
}

static void play(struct maker *m, const struct script_step *step)
{
	struct packet_ends ends = ends_of(m, step);
	uint8_t packet[PACKET_MAX];
	int len = packet_build(packet, &ends, step);

	if (step->frag)
		put_fragments(m, packet, len, step->frag);
	else
		put(m, packet, len, 0);
	if (m->verbose)
		fprintf(stderr, "%u %d %s\n", m->number, step->line,
			step->expect_drop ? "drop" : "pass");
	if (m->copies && !step->frag) {
		packet[packet[0] >> 4 == 4 ? 8 : 7]--;
		put(m, packet, len, 1);
	}
}

static const struct link *find_link(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (!strcmp(links[i].name, name))
			return &links[i];
	fprintf(stderr, "seg2pcap: no link layer '%s'\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	struct maker m = { .link = &links[0], .snaplen = 65535,
			   .now_ms = START * 1000 };
	struct script_step step;
	int opt;

	while ((opt = getopt(argc, argv, "l:s:cv")) != -1) {
		if (opt == 'l')
			m.link = find_link(optarg);
		else if (opt == 's')
			m.snaplen = atoi(optarg);
		else if (opt == 'c')
			m.copies = true;
		else if (opt == 'v')
			m.verbose = true;
		else
			return 2;
	}
	fwrite((uint32_t[]){ 0xa1b2c3d4, 0x00040002, 0, 0, m.snaplen, m.link->linktype },
	       24, 1, stdout);
	script_open(&m.script, stdin);
	do {
		if (script_next(&m.script, &step)) {
			fprintf(stderr, "seg2pcap: %s\n", m.script.error);
			return 2;
		}
		if (step.kind == SCRIPT_WAIT)
			m.now_ms += step.wait_ms;
		else if (step.kind == SCRIPT_SEGMENT)
			play(&m, &step);
	} while (step.kind != SCRIPT_END);
	return fflush(stdout) || ferror(stdout);
}
