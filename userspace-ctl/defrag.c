// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments. As in the kernel, the datagram has the first fragment's header, and
 * one whose fragments overlap is given up whole (RFC 5722; Linux does so for
 * IPv4, too).
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "defrag.h"

#define IPV6_LEN	40
#define PROTO_FRAGMENT	44
#define HEADER_MAX	512
#define UNIT		8

/**
 * struct datagram - a datagram of which fragments have come
 * @since: time of the first to come, ns; 0 where the place is free
 * @key: addresses, protocol and identification
 * @header: of the first fragment
 * @header_len: octets of it, 0 until it has come
 * @total: octets of payload, 0 until the last has come
 * @have: octets of payload that have come
 * @reach: how far they reach
 * @seen: units of 8 octets that have come, a bit each
 * @payload: they
 */
struct datagram {
	uint64_t since;
	uint8_t key[40];
	uint8_t header[HEADER_MAX];
	uint32_t header_len;
	uint32_t total;
	uint32_t have;
	uint32_t reach;
	uint8_t seen[(DEFRAG_OCTETS + UNIT) / UNIT / 8 + 1];
	uint8_t payload[DEFRAG_OCTETS + UNIT];
};

/**
 * struct defrag - datagrams under way
 * @counts: what became of fragments
 * @datagram: they; each place allocated when it is first needed
 * @whole: the one that was completed last
 */
struct defrag {
	struct defrag_counts counts;
	struct datagram *datagram[DEFRAG_MAX];
	uint8_t whole[HEADER_MAX + DEFRAG_OCTETS + UNIT];
};

/**
 * struct fragment - what a fragment's header says
 * @key: of its datagram
 * @unfragmentable: octets before the fragment header or payload
 * @start: where its payload begins
 * @next: protocol of the payload
 * @next_at: where in the header of the datagram that stands
 * @offset: of its payload in the datagram's
 * @more: others follow
 */
struct fragment {
	uint8_t key[40];
	uint32_t unfragmentable;
	uint32_t start;
	uint8_t next;
	uint32_t next_at;
	uint32_t offset;
	bool more;
};

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static bool read_v4(const uint8_t *p, uint32_t avail, struct fragment *f)
{
	uint32_t field;

	if (avail < 20)
		return false;
	field = get16(p + 6);
	if (!(field & 0x3fff))
		return false;
	f->start = (p[0] & 15) * 4;
	f->unfragmentable = f->start;
	f->offset = (field & 0x1fff) * UNIT;
	f->more = field & 0x2000;
	memcpy(f->key, p + 12, 8);
	f->key[8] = p[9];
	memcpy(f->key + 9, p + 4, 2);
	f->key[11] = 4;
	return f->start >= 20;
}

/* The fragment header follows headers for every hop, if any. */
static bool read_v6(const uint8_t *p, uint32_t avail, struct fragment *f)
{
	uint32_t at = IPV6_LEN;
	uint8_t kind;

	if (avail < IPV6_LEN)
		return false;
	f->next_at = 6;
	for (kind = p[6]; kind == 0 || kind == 43 || kind == 60; ) {
		if (at + 8 > avail)
			return false;
		kind = p[at];
		f->next_at = at;
		at += (p[at + 1] + 1) * 8;
	}
	if (kind != PROTO_FRAGMENT || at + 8 > avail || at > HEADER_MAX ||
	    !(get16(p + at + 2) & 0xfff9))
		return false;
	f->unfragmentable = at;
	f->start = at + 8;
	f->next = p[at];
	f->offset = get16(p + at + 2) & 0xfff8;
	f->more = p[at + 3] & 1;
	memcpy(f->key, p + 8, 32);
	memcpy(f->key + 32, p + at + 4, 4);
	f->key[36] = 6;
	return true;
}

static bool read_fragment(const uint8_t *p, uint32_t avail, struct fragment *f)
{
	memset(f, 0, sizeof(*f));
	if (avail && p[0] >> 4 == 4)
		return read_v4(p, avail, f);
	return avail && p[0] >> 4 == 6 && read_v6(p, avail, f);
}

/**
 * defrag_is_fragment - whether a packet is part of a datagram
 * @data: from its IP header on
 * @avail: how many octets are at hand
 */
bool defrag_is_fragment(const uint8_t *data, uint32_t avail)
{
	struct fragment f;

	/* Nearly every packet is told by two octets. */
	if (avail >= 20 && data[0] >> 4 == 4 && !(get16(data + 6) & 0x3fff))
		return false;
	if (avail >= IPV6_LEN && data[0] >> 4 == 6 && data[6] == 6)
		return false;
	return read_fragment(data, avail, &f);
}

static void give_up(struct defrag *d, struct datagram *g)
{
	g->since = 0;
	d->counts.lost++;
}

static bool is_late(const struct datagram *g, uint64_t now)
{
	return now > g->since && now - g->since > DEFRAG_SECONDS * 1000000000ull;
}

/* A place that is free, or that of the oldest; NULL without memory. */
static struct datagram *free_place(struct defrag *d)
{
	struct datagram *oldest = NULL;
	int i;

	for (i = 0; i < DEFRAG_MAX; i++) {
		struct datagram *g = d->datagram[i];

		if (!g) {
			g = d->datagram[i] = calloc(1, sizeof(*g));
			return g ? g : oldest;
		}
		if (!oldest || g->since < oldest->since)
			oldest = g;
		if (!g->since)
			break;
	}
	return oldest;
}

/* The place of a datagram, or NULL. */
static struct datagram *place_of(struct defrag *d, const uint8_t *key,
				 uint64_t now)
{
	struct datagram *g;
	int i;

	for (i = 0; i < DEFRAG_MAX && d->datagram[i]; i++) {
		g = d->datagram[i];
		if (g->since && is_late(g, now))
			give_up(d, g);
		if (g->since && !memcmp(g->key, key, sizeof(g->key)))
			return g;
	}
	g = free_place(d);
	if (!g)
		return NULL;
	if (g->since)
		give_up(d, g);
	memset(g, 0, offsetof(struct datagram, payload));
	memcpy(g->key, key, sizeof(g->key));
	g->since = now ? now : 1;
	return g;
}

enum mark { MARK_NEW, MARK_AGAIN, MARK_OVERLAP };

/* Marks units as come, unless one had come before; all of them, if it comes again. */
static enum mark mark(struct datagram *g, uint32_t offset, uint32_t len)
{
	uint32_t first = offset / UNIT, end = (offset + len + UNIT - 1) / UNIT;
	uint32_t unit, seen = 0;

	for (unit = first; unit < end; unit++)
		seen += g->seen[unit / 8] >> unit % 8 & 1;
	if (seen)
		return seen == end - first ? MARK_AGAIN : MARK_OVERLAP;
	for (unit = first; unit < end; unit++)
		g->seen[unit / 8] |= 1 << unit % 8;
	g->have += len;
	if (g->reach < offset + len)
		g->reach = offset + len;
	return MARK_NEW;
}

static void take_header(struct datagram *g, const uint8_t *p,
			const struct fragment *f)
{
	memcpy(g->header, p, f->unfragmentable);
	g->header_len = f->unfragmentable;
	if (p[0] >> 4 == 6)
		g->header[f->next_at] = f->next;
}

/* The datagram is complete: one packet, as if it had never been cut. */
static bool put_together(struct defrag *d, struct datagram *g,
			 struct defrag_packet *packet)
{
	uint32_t len = g->header_len + g->total;

	g->since = 0;
	memcpy(d->whole, g->header, g->header_len);
	memcpy(d->whole + g->header_len, g->payload, g->total);
	if (d->whole[0] >> 4 == 4) {
		if (len > DEFRAG_OCTETS)
			return false;
		put16(d->whole + 2, len);
		/* Don't Fragment stays. */
		put16(d->whole + 6, get16(d->whole + 6) & 0x4000);
	} else {
		if (len - IPV6_LEN > DEFRAG_OCTETS)
			return false;
		put16(d->whole + 4, len - IPV6_LEN);
	}
	packet->data = d->whole;
	packet->avail = packet->len = len;
	return true;
}

/* Whether the last fragment ends where it did before, and all others before it. */
static bool ends_fit(const struct datagram *g, const struct fragment *f, uint32_t len)
{
	uint32_t end = f->offset + len;

	if (f->more)
		return !g->total || end <= g->total;
	return end >= g->reach && (!g->total || end == g->total);
}

/* Payload octets of a fragment by its own length field; 0 if it is unsound. */
static uint32_t length_of(const uint8_t *p, const struct fragment *f,
			  const struct defrag_packet *packet)
{
	uint32_t end = p[0] >> 4 == 4 ? get16(p + 2) : IPV6_LEN + get16(p + 4);

	if (end <= f->start || end > packet->avail ||
	    f->offset + (end - f->start) > DEFRAG_OCTETS ||
	    (f->more && (end - f->start) % UNIT))
		return 0;
	return end - f->start;
}

/**
 * defrag_add - a fragment has come
 * @d: datagrams under way
 * @packet: the fragment; with true, replaced by the datagram, which is there until
 *	the next call
 * @time_ns: the capture's clock
 *
 * Return: whether it completed a datagram.
 */
bool defrag_add(struct defrag *d, struct defrag_packet *packet, uint64_t time_ns)
{
	const uint8_t *p = packet->data;
	struct datagram *g;
	struct fragment f;
	enum mark marked;
	uint32_t len;

	d->counts.fragments++;
	if (!read_fragment(p, packet->avail, &f))
		return false;
	g = place_of(d, f.key, time_ns);
	if (!g)
		return false;
	len = length_of(p, &f, packet);
	marked = len && ends_fit(g, &f, len) ? mark(g, f.offset, len) : MARK_OVERLAP;
	if (marked == MARK_OVERLAP)
		give_up(d, g);
	if (marked != MARK_NEW)
		return false;
	if (!f.more)
		g->total = f.offset + len;
	memcpy(g->payload + f.offset, p + f.start, len);
	if (!f.offset)
		take_header(g, p, &f);
	if (!g->header_len || !g->total || g->have < g->total)
		return false;
	if (!put_together(d, g, packet)) {
		give_up(d, g);
		return false;
	}
	d->counts.datagrams++;
	return true;
}

/**
 * defrag_end - the capture has ended
 * @d: datagrams under way, which are given up
 */
void defrag_end(struct defrag *d)
{
	int i;

	for (i = 0; i < DEFRAG_MAX && d->datagram[i]; i++)
		if (d->datagram[i]->since)
			give_up(d, d->datagram[i]);
}

const struct defrag_counts *defrag_counts(const struct defrag *d)
{
	return &d->counts;
}

struct defrag *defrag_new(void)
{
	return calloc(1, sizeof(struct defrag));
}

void defrag_free(struct defrag *d)
{
	int i;

	for (i = 0; i < DEFRAG_MAX; i++)
		free(d->datagram[i]);
	free(d);
}
