// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of a pcapng file (draft-ietf-opsawg-pcapng): sections in either order of
 * octets, any number of interfaces, enhanced, simple and old packet blocks. Every
 * length is compared with that of its block before it is believed.
 */
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>
#include "pcapng_read.h"

#define SECTION		0x0a0d0d0au
#define INTERFACE	1u
#define OLD_PACKET	2u
#define SIMPLE_PACKET	3u
#define ENHANCED_PACKET	6u
#define ORDER		0x1a2b3c4du
#define OPT_RESOLUTION	9
#define OPT_OFFSET	14
#define BILLION		1000000000ull

/**
 * struct interface - an interface of the section
 * @dlt: link layer
 * @snaplen: octets kept of a packet, 0 for all
 * @base2: ticks of its clock are 2^-@power s, else 10^-@power
 * @power: see there
 * @offset: seconds that are added
 */
struct interface {
	int dlt;
	uint32_t snaplen;
	bool base2;
	uint8_t power;
	int64_t offset;
};

/**
 * struct reader - a file that is being read
 * @in: where it comes from
 * @swapped: the section's order of octets is not this machine's
 * @interface: interfaces of the section
 * @nr: how many
 * @body: of the block that was read last
 * @len: octets of it
 * @room: octets allocated
 * @why: what was wrong
 */
struct reader {
	FILE *in;
	bool swapped;
	struct interface *interface;
	uint32_t nr;
	uint8_t *body;
	uint32_t len;
	uint32_t room;
	char *why;
};

static uint32_t get32(const struct reader *r, const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, 4);
	return r->swapped ? __builtin_bswap32(value) : value;
}

static uint16_t get16(const struct reader *r, const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, 2);
	return r->swapped ? __builtin_bswap16(value) : value;
}

static bool fail(struct reader *r, const char *why)
{
	snprintf(r->why, PCAPNG_WHY, "%s", why);
	return false;
}

static int fail_block(struct reader *r, const char *why)
{
	fail(r, why);
	return -1;
}

static bool make_room(struct reader *r, uint32_t size)
{
	uint8_t *more;

	if (size <= r->room)
		return true;
	more = realloc(r->body, size);
	if (!more)
		return fail(r, "out of memory");
	r->body = more;
	r->room = size;
	return true;
}

/* What pcap_datalink() calls a link layer that files number otherwise. */
static int dlt_of(uint16_t linktype)
{
	return linktype == 101 ? DLT_RAW : linktype;
}

/* A section begins: its order of octets counts from the length on. */
static bool begin_section(struct reader *r)
{
	uint8_t order[4];
	uint32_t magic;

	if (fread(order, 1, 4, r->in) != 4)
		return fail(r, "truncated in the header of a section");
	memcpy(&magic, order, 4);
	if (magic != ORDER && magic != __builtin_bswap32(ORDER))
		return fail(r, "damaged: a section without its order of octets");
	r->swapped = magic != ORDER;
	r->nr = 0;
	return true;
}

/* The next block into @r->body: 1, 0 at the end of the file, or -1. */
static int next_block(struct reader *r, uint32_t *kind)
{
	uint8_t head[8], tail[4];
	uint32_t len, skip = 0;
	size_t got = fread(head, 1, sizeof(head), r->in);

	if (got < sizeof(head))
		return !got && !ferror(r->in) ? 0 :
		       fail_block(r, "truncated in the header of a block");
	memcpy(kind, head, 4);
	if (*kind == SECTION) {
		if (!begin_section(r))
			return -1;
		skip = 4;
	}
	*kind = get32(r, head);
	len = get32(r, head + 4);
	if (len < 12 + skip || len % 4 || len > PCAPNG_BLOCK)
		return fail_block(r, "damaged: a block has a length that cannot be");
	r->len = len - 12 - skip;
	if (!make_room(r, r->len ? r->len : 1))
		return -1;
	if (fread(r->body, 1, r->len, r->in) != r->len ||
	    fread(tail, 1, 4, r->in) != 4)
		return fail_block(r, "truncated in the middle of a block");
	if (get32(r, tail) != len)
		return fail_block(r, "damaged: the two lengths of a block differ");
	return 1;
}

static void read_option(struct reader *r, struct interface *i, uint16_t code,
			const uint8_t *value, uint16_t len)
{
	uint64_t offset;

	if (code == OPT_RESOLUTION && len >= 1) {
		i->base2 = value[0] & 0x80;
		i->power = value[0] & 0x7f;
	} else if (code == OPT_OFFSET && len >= 8) {
		memcpy(&offset, value, 8);
		i->offset = r->swapped ? __builtin_bswap64(offset) : offset;
	}
}

static bool add_interface(struct reader *r)
{
	struct interface *more, *i;
	uint32_t at = 8;

	if (r->len < 8)
		return fail(r, "damaged: an interface without its link layer");
	if (r->nr == PCAPNG_INTERFACES)
		return fail(r, "more than 4096 interfaces");
	more = realloc(r->interface, (r->nr + 1) * sizeof(*more));
	if (!more)
		return fail(r, "out of memory");
	r->interface = more;
	i = &more[r->nr++];
	*i = (struct interface){ .dlt = dlt_of(get16(r, r->body)),
				 .snaplen = get32(r, r->body + 4), .power = 6 };
	while (at + 4 <= r->len) {
		uint16_t code = get16(r, r->body + at);
		uint16_t len = get16(r, r->body + at + 2);

		at += 4;
		if (!code || len > r->len - at)
			break;
		read_option(r, i, code, r->body + at, len);
		at += (len + 3) & ~3u;
	}
	return true;
}

static uint64_t nanoseconds(const struct interface *i, uint64_t ticks)
{
	uint64_t a_second = 1, seconds, rest;
	uint8_t power = i->power;

	/* Finer clocks than 64 bits hold in a second are no clocks. */
	if (power > (i->base2 ? 63 : 19))
		return 0;
	if (i->base2)
		a_second <<= power;
	else
		while (power--)
			a_second *= 10;
	seconds = ticks / a_second;
	rest = ticks % a_second;
	return (seconds + (uint64_t)i->offset) * BILLION +
	       (uint64_t)((__uint128_t)rest * BILLION / a_second);
}

/* A packet whose octets begin at @at of the block. */
static bool give(struct reader *r, struct pcapng_packet_read *p, uint32_t at,
		 uint64_t ticks, bool timed, pcapng_take *take, void *context)
{
	const struct interface *i;

	if (p->interface >= r->nr)
		return fail(r, "damaged: a packet of an interface that is not there");
	if (p->avail > r->len - at)
		return fail(r, "damaged: a packet is longer than its block");
	i = &r->interface[p->interface];
	p->data = r->body + at;
	p->dlt = i->dlt;
	p->time_ns = timed ? nanoseconds(i, ticks) : 0;
	take(context, p);
	return true;
}

static bool read_packet(struct reader *r, uint32_t kind, pcapng_take *take,
			void *context)
{
	struct pcapng_packet_read p = { 0 };
	const uint8_t *b = r->body;

	if (r->len < (kind == SIMPLE_PACKET ? 4 : 20))
		return fail(r, "damaged: a packet's block is too short");
	if (kind == SIMPLE_PACKET) {
		p.len = p.avail = get32(r, b);
		if (r->nr && r->interface[0].snaplen && p.avail > r->interface[0].snaplen)
			p.avail = r->interface[0].snaplen;
		return give(r, &p, 4, 0, false, take, context);
	}
	p.interface = kind == OLD_PACKET ? get16(r, b) : get32(r, b);
	p.avail = get32(r, b + 12);
	p.len = get32(r, b + 16);
	return give(r, &p, 20, (uint64_t)get32(r, b + 4) << 32 | get32(r, b + 8),
		    true, take, context);
}

/**
 * pcapng_read - read a file to its end
 * @in: the file
 * @take: is told about each packet
 * @context: for @take
 * @why: filled with what was wrong, PCAPNG_WHY octets
 *
 * Return: false if it was not read to its end.
 */
bool pcapng_read(FILE *in, pcapng_take *take, void *context, char *why)
{
	struct reader r = { .in = in, .why = why };
	uint32_t kind;
	bool ok = true;
	int got = 0;

	while (ok && (got = next_block(&r, &kind)) > 0) {
		if (kind == INTERFACE)
			ok = add_interface(&r);
		else if (kind == ENHANCED_PACKET || kind == SIMPLE_PACKET ||
			 kind == OLD_PACKET)
			ok = read_packet(&r, kind, take, context);
	}
	free(r.interface);
	free(r.body);
	return ok && !got;
}
