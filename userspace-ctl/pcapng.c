// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as pcapng: one section, one interface of raw IP with nanoseconds.
 * The blocks are those of draft-ietf-opsawg-pcapng, in this machine's order of
 * octets.
 */
#include <string.h>
#include "pcapng.h"

#define SECTION_HEADER		0x0a0d0d0au
#define INTERFACE		1u
#define ENHANCED_PACKET		6u
#define BYTE_ORDER_MAGIC	0x1a2b3c4du
#define LINKTYPE_RAW		101
#define OPT_COMMENT		1
#define SHB_USERAPPL		4
#define IF_TSRESOL		9

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void put32(FILE *out, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void put16(FILE *out, uint16_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

/* Octets and what fills them up to 32 bits. */
static void put_bytes(FILE *out, const void *data, size_t len)
{
	static const char zeros[3];

	fwrite(data, 1, len, out);
	fwrite(zeros, 1, padded(len) - len, out);
}

/* An option and the end of options; its size is option_size(). */
static void put_option(FILE *out, uint16_t code, const void *data, uint16_t len)
{
	put16(out, code);
	put16(out, len);
	put_bytes(out, data, len);
	put32(out, 0);
}

static size_t option_size(size_t len)
{
	return 4 + padded(len) + 4;
}

/**
 * pcapng_begin - write what stands before the packets
 * @out: where to
 * @writer: name of the program
 */
void pcapng_begin(FILE *out, const char *writer)
{
	uint32_t size = 28 + option_size(strlen(writer));
	uint8_t nanoseconds = 9;

	put32(out, SECTION_HEADER);
	put32(out, size);
	put32(out, BYTE_ORDER_MAGIC);
	put16(out, 1);
	put16(out, 0);
	put32(out, 0xffffffff);	/* the section's length is not known */
	put32(out, 0xffffffff);
	put_option(out, SHB_USERAPPL, writer, strlen(writer));
	put32(out, size);

	size = 20 + option_size(1);
	put32(out, INTERFACE);
	put32(out, size);
	put16(out, LINKTYPE_RAW);
	put16(out, 0);
	put32(out, 0);		/* no limit to a packet's length */
	put_option(out, IF_TSRESOL, &nanoseconds, 1);
	put32(out, size);
}

/**
 * pcapng_packet - write a packet
 * @out: where to
 * @time_ns: when it came, since 1970
 * @packet: its octets from the IP header on
 * @len: how many are at hand
 * @wire_len: how many it had, @len at least
 * @comment: shown with it, 65535 octets at most
 */
void pcapng_packet(FILE *out, uint64_t time_ns, const void *packet, size_t len,
		   size_t wire_len, const char *comment)
{
	uint32_t size = 32 + padded(len) + option_size(strlen(comment));

	put32(out, ENHANCED_PACKET);
	put32(out, size);
	put32(out, 0);
	put32(out, time_ns >> 32);
	put32(out, time_ns);
	put32(out, len);
	put32(out, wire_len > len ? wire_len : len);
	put_bytes(out, packet, len);
	put_option(out, OPT_COMMENT, comment, strlen(comment));
	put32(out, size);
}
