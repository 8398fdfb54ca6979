// SPDX-License-Identifier: GPL-2.0
/*
 * The text log of snort. Each packet is made again from what the lines say of
 * it, so that the same parser reads it that reads all others:
 *
 *	09/26-14:44:53.103763 0:14:22:1F:4A:49 -> 0:11:43:58:71:FF type:0x800 len:0x41
 *	203.0.113.25:25 -> 192.0.2.10:60661 TCP TTL:57 TOS:0x0 ID:64 IpLen:20 DgmLen:51
 *	***AP*** Seq: 0x1527AA19 Ack: 0x2E68FF7F Win: 0x0 TcpLen: 20
 *	TCP Options (3) => NOP NOP TS: 121485450 9713757
 *	35 30 30 20 65 72 72 6F 72 0D 0A                 500 error..
 *
 * Other lines between them are passed over: such logs come with explanations. A
 * traceroute among those tells how far the server is.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "snort.h"
#include "snort_options.h"
#include "stream.h"

#define LINE		4096
#define PACKET_MAX	65535
/* Fewer pairs of digits in a row may be the text beside them. */
#define PAIRS_IN_TEXT	6
#define PAIRS_A_LINE	16

/**
 * struct ends - who speaks to whom
 * @family: 4 or 6
 * @source: address, network order
 * @dest: the same
 * @sport: port
 * @dport: port
 */
struct ends {
	int family;
	uint8_t source[16];
	uint8_t dest[16];
	uint16_t sport;
	uint16_t dport;
};

/**
 * struct log - a log that is being read
 * @c: what it is
 * @take: who is told
 * @context: of @take
 * @time_ns: of the packet to come
 * @have_ip: the packet's first line was read
 * @have_tcp: its line of flags was read
 * @ends: whose it is
 * @ttl: TTL
 * @ip_id: IP ID
 * @df: Don't Fragment
 * @length: of the whole packet by its IP header, the header counted as 20 or 40
 * @header: of its TCP header
 * @flags: TCP flags
 * @seq: sequence number
 * @ack: acknowledgment number
 * @window: window
 * @options: TCP options
 * @payload: what lines of digits say
 * @nr_payload: octets of that
 * @traced: address that a traceroute goes to, as text
 */
struct log {
	struct capture *c;
	capture_take *take;
	void *context;
	uint64_t time_ns;
	bool have_ip;
	bool have_tcp;
	struct ends ends;
	uint8_t ttl;
	uint16_t ip_id;
	bool df;
	uint32_t length;
	uint32_t header;
	uint8_t flags;
	uint32_t seq;
	uint32_t ack;
	uint16_t window;
	struct snort_options options;
	uint8_t payload[PACKET_MAX];
	uint32_t nr_payload;
	char traced[64];
};

/**
 * snort_is_text - whether a file may be such a log
 * @head: its first octets
 * @len: how many those are
 *
 * Return: true for text of any script; snort_read() knows more.
 */
bool snort_is_text(const uint8_t *head, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (head[i] < 0x20 && !strchr("\t\r\n\f", head[i]))
			return false;
	return len && !memchr(head, 0, len);
}

static uint32_t build_ip(const struct log *l, uint8_t *p)
{
	if (l->ends.family == 4) {
		p[0] = 0x45;
		snort_put16(p + 2, l->length);
		snort_put16(p + 4, l->ip_id);
		p[6] = l->df ? 0x40 : 0;
		p[8] = l->ttl;
		p[9] = IPPROTO_TCP;
		memcpy(p + 12, l->ends.source, 4);
		memcpy(p + 16, l->ends.dest, 4);
		return 20;
	}
	p[0] = 0x60;
	snort_put16(p + 4, l->length - 40);
	p[6] = IPPROTO_TCP;
	p[7] = l->ttl;
	memcpy(p + 8, l->ends.source, 16);
	memcpy(p + 24, l->ends.dest, 16);
	return 40;
}

static void build_tcp(const struct log *l, uint8_t *p)
{
	snort_put16(p, l->ends.sport);
	snort_put16(p + 2, l->ends.dport);
	snort_put32(p + 4, l->seq);
	snort_put32(p + 8, l->ack);
	p[12] = l->header / 4 << 4;
	p[13] = l->flags;
	snort_put16(p + 14, l->window);
	/* What is not told of the options stays 0, the end of options. */
	memcpy(p + 20, l->options.octet, l->options.nr);
}

/* The packet is complete: another begins, or the log ends. */
static void finish(struct log *l)
{
	uint32_t ip = l->ends.family == 4 ? 20 : 40, start = ip + l->header;
	uint8_t packet[PACKET_MAX + 1] = { 0 };
	struct capture_packet p = { .data = packet };

	if (l->have_tcp && l->options.nr <= l->header - 20 &&
	    l->length >= start) {
		if (l->nr_payload > l->length - start)
			l->nr_payload = l->length - start;
		build_ip(l, packet);
		build_tcp(l, packet + ip);
		memcpy(packet + start, l->payload, l->nr_payload);
		p.avail = start + l->nr_payload;
		p.len = l->length;
		p.time_ns = l->time_ns;
		p.number = ++l->c->packets;
		if (p.number == 1)
			l->c->first_ns = p.time_ns;
		l->c->last_ns = p.time_ns;
		l->take(l->context, &p);
	}
	l->have_ip = false;
	l->have_tcp = false;
	l->options.nr = 0;
	l->nr_payload = 0;
}

/* ADDRESS:PORT of @len characters. */
static bool read_end(const char *text, size_t len, int *family, uint8_t *addr,
		     uint16_t *port)
{
	char copy[80], *colon, *end;
	unsigned long number;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	colon = strrchr(copy, ':');
	if (!colon)
		return false;
	*colon = 0;
	number = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || *end || number > 65535)
		return false;
	*port = number;
	*family = inet_pton(AF_INET, copy, addr) == 1 ? 4 :
		  inet_pton(AF_INET6, copy, addr) == 1 ? 6 : 0;
	return *family;
}

/* A:P -> B:P within the line: the words around an arrow. */
static bool read_ends(struct ends *ends, const char *line)
{
	const char *arrow = strstr(line, " -> ");
	const char *from;
	int family;

	if (!arrow)
		return false;
	for (from = arrow; from > line && from[-1] != ' '; from--)
		;
	return read_end(from, arrow - from, &family, ends->source, &ends->sport) &&
	       read_end(arrow + 4, strcspn(arrow + 4, " \r\n"), &ends->family,
			ends->dest, &ends->dport) &&
	       family == ends->family;
}

static bool read_ip(struct log *l, const char *line)
{
	uint32_t ttl, id, length;

	if (!snort_value(line, "TCP TTL:", &ttl) || !snort_value(line, " ID:", &id) ||
	    !snort_value(line, "DgmLen:", &length) || length > PACKET_MAX || ttl > 255)
		return false;
	/* IP options are not told; the header is counted without them. */
	if (l->ends.family == 4) {
		uint32_t header;

		if (!snort_value(line, "IpLen:", &header) || header < 20 ||
		    header > length)
			return false;
		length -= header - 20;
	}
	l->ttl = ttl;
	l->ip_id = id;
	l->length = length;
	l->df = strstr(line, " DF");
	return !strstr(line, " MF");
}

static bool read_tcp(struct log *l, const char *line)
{
	static const uint8_t bits[] = { 0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1 };
	uint32_t window;
	int i;

	for (i = 0; i < 8; i++)
		if (!line[i] || !strchr("12CEUAPRSF*", line[i]))
			return false;
	if (!snort_value(line, "Seq: ", &l->seq) || !snort_value(line, "Ack: ", &l->ack) ||
	    !snort_value(line, "Win: ", &window) ||
	    !snort_value(line, "TcpLen: ", &l->header) || l->header < 20 ||
	    l->header > 60 || l->header % 4)
		return false;
	l->window = window;
	l->flags = 0;
	for (i = 0; i < 8; i++)
		if (line[i] != '*')
			l->flags |= bits[i];
	return true;
}

/* Pairs of digits in a row, at most 16; sets @end behind them. */
static uint32_t read_pairs(const char *text, uint8_t *to, const char **end)
{
	uint32_t n = 0;

	while (n < PAIRS_A_LINE && isxdigit((uint8_t)text[0]) &&
	       isxdigit((uint8_t)text[1]) && (!text[2] || isspace((uint8_t)text[2]))) {
		char pair[] = { text[0], text[1], 0 };

		to[n++] = strtoul(pair, NULL, 16);
		text += text[2] ? 3 : 2;
	}
	*end = text;
	return n;
}

/*
 * Digits, and what they mean as text beside them. A log that went through a web
 * page may have lost a line's end: then more digits follow that text, and so
 * many in a row are no text.
 */
static bool read_digits(struct log *l, const char *line)
{
	uint8_t octets[PAIRS_A_LINE];
	const char *end;
	uint32_t n = read_pairs(line, octets, &end), more = n;

	if (!n)
		return false;
	for (;;) {
		if (l->nr_payload + more > sizeof(l->payload))
			return true;
		memcpy(l->payload + l->nr_payload, octets, more);
		l->nr_payload += more;
		do {
			if (!*end)
				return true;
			more = read_pairs(end, octets, &line);
			end = more > PAIRS_IN_TEXT ? line : end + 1;
		} while (more <= PAIRS_IN_TEXT);
	}
}

/* "traceroute to ADDRESS ..." and, later, the line "HOP ADDRESS ...". */
static void read_trace(struct log *l, const char *line)
{
	struct capture_hop *hop = &l->c->hop;
	const char *to = strstr(line, "traceroute to ");
	char addr[64], *end;
	long n;

	if (to && sscanf(to, "traceroute to %63s", addr) == 1) {
		addr[strcspn(addr, ",")] = 0;
		/* A name has its address in parentheses behind it. */
		if (sscanf(to, "traceroute to %*s (%63[0-9a-fA-F.:])", l->traced) != 1)
			memcpy(l->traced, addr, sizeof(addr));
		return;
	}
	n = strtol(line, &end, 10);
	if (!*l->traced || end == line || n < 1 || n > 255 ||
	    sscanf(end, "%63s", addr) != 1 || strcmp(addr, l->traced))
		return;
	if (inet_pton(AF_INET, addr, hop->addr) == 1)
		hop->family = 4;
	else if (inet_pton(AF_INET6, addr, hop->addr) == 1)
		hop->family = 6;
	hop->hop = n;
}

static void read_line(struct log *l, const char *line)
{
	const char *options = strstr(line, "TCP Options");
	struct ends ends = { 0 };
	uint64_t time_ns;

	/* First, for the text beside the digits says what its sender liked. */
	if (l->have_tcp && read_digits(l, line))
		return;
	if (clock_read_snort(line, &l->c->year, &time_ns)) {
		finish(l);
		l->time_ns = time_ns;
		/* Without link layer, the ends stand on this line already. */
		l->have_ip = read_ends(&ends, line);
		l->ends = ends;
	} else if (read_ends(&ends, line)) {
		if (l->have_tcp)
			finish(l);
		l->ends = ends;
		l->have_ip = read_ip(l, line);
	} else if (l->have_ip && !l->have_tcp && !strncmp(line, "TCP TTL:", 8)) {
		l->have_ip = read_ip(l, line);
	} else if (l->have_ip && !l->have_tcp) {
		l->have_tcp = read_tcp(l, line);
	} else if (l->have_tcp && options && strstr(options, "=> ")) {
		snort_options_read(strstr(options, "=> ") + 3, &l->options);
	} else {
		finish(l);
		read_trace(l, line);
	}
}

/**
 * snort_read - read a log
 * @c: filled
 * @in: the log
 * @take: is told about each packet
 * @context: for @take
 *
 * Return: false if it ended early or held no packet.
 */
bool snort_read(struct capture *c, FILE *in, capture_take *take, void *context)
{
	struct log *l = calloc(1, sizeof(*l));
	char line[LINE];

	if (!l)
		return false;
	l->c = c;
	l->take = take;
	l->context = context;
	while (stream_line(in, line, sizeof(line))) {
		line[strcspn(line, "\r\n")] = 0;
		read_line(l, line);
	}
	finish(l);
	free(l);
	return !ferror(in) && c->packets;
}
