// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes of a packet -> facts about its TCP segment.
 *
 * Whatever the lengths in the packet claim, nothing is read at or beyond
 * ttlpin_bytes.avail. A caller that holds only part of the packet is told how
 * much is missing and calls again; each answer asks for more than the last, so
 * that ends.
 */
#include "segment.h"

#define PROTO_HOPOPTS	0
#define PROTO_ROUTING	43
#define PROTO_FRAGMENT	44
#define PROTO_AH	51
#define PROTO_DSTOPTS	60

#define TCPOPT_EOL	0
#define TCPOPT_NOP	1
#define TCPOPT_TS	8
#define TCPOPT_TS_LEN	10

static enum ttlpin_parse locate_v4(struct ttlpin_bytes *b,
				   struct ttlpin_place *place)
{
	enum ttlpin_parse ret = ttlpin_bytes_want(b, TTLPIN_IPV4_MIN);
	const u8 *ip = b->data;
	u32 claimed;

	if (ret)
		return ret;
	if (ip[9] != TTLPIN_PROTO_TCP)
		return TTLPIN_PARSE_OTHER;
	/* Fragments were reassembled before us, or are a capture's. */
	if (ttlpin_get16(ip + 6) & 0x3fff)
		return TTLPIN_PARSE_FRAGMENT;
	/* 0 stands there where the kernel has merged more than 64 KiB. What
	 * follows the end is link padding.
	 */
	claimed = ttlpin_get16(ip + 2);
	place->tcp = (ip[0] & 0x0f) * 4u;
	if (place->tcp < TTLPIN_IPV4_MIN || claimed > b->len)
		return TTLPIN_PARSE_MALFORMED;
	place->end = claimed ? claimed : b->len;
	place->ttl = ip[8];
	return TTLPIN_PARSE_OK;
}

static bool is_extension(u8 kind)
{
	return kind == PROTO_HOPOPTS || kind == PROTO_ROUTING ||
	       kind == PROTO_FRAGMENT || kind == PROTO_AH ||
	       kind == PROTO_DSTOPTS;
}

/* Length of the IPv6 extension header @kind that begins at @at, in octets. */
static enum ttlpin_parse extension_len(struct ttlpin_bytes *b, u8 kind, u32 at,
				       u32 *len)
{
	enum ttlpin_parse ret;

	if (!is_extension(kind))
		return TTLPIN_PARSE_OTHER;
	ret = ttlpin_bytes_want(b, at + 8);
	if (ret)
		return ret;
	if (kind == PROTO_FRAGMENT) {
		*len = 8;
		/* Offset and M are 0: an atomic fragment, RFC 6946. */
		if (!(ttlpin_get16(b->data + at + 2) & 0xfff9))
			return TTLPIN_PARSE_OK;
		kind = b->data[at];
		return kind == TTLPIN_PROTO_TCP || is_extension(kind) ?
			       TTLPIN_PARSE_FRAGMENT :
			       TTLPIN_PARSE_OTHER;
	}
	if (kind == PROTO_AH)
		*len = (b->data[at + 1] + 2u) * 4;
	else
		*len = (b->data[at + 1] + 1u) * 8;
	return TTLPIN_PARSE_OK;
}

/*
 * Walks the extension headers to TCP. The packet's own length is the only bound
 * on their number, for the receiving stack has no other: a lower one would let
 * a forged segment hide behind the header after the last that we read.
 */
static enum ttlpin_parse locate_v6(struct ttlpin_bytes *b,
				   struct ttlpin_place *place)
{
	enum ttlpin_parse ret = ttlpin_bytes_want(b, TTLPIN_IPV6_LEN);
	const u8 *ip = b->data;
	u32 at = TTLPIN_IPV6_LEN;
	u32 claimed, len;
	u8 kind;

	if (ret)
		return ret;
	for (kind = ip[6]; kind != TTLPIN_PROTO_TCP; at += len) {
		ret = extension_len(b, kind, at, &len);
		if (ret)
			return ret;
		kind = b->data[at];
	}
	claimed = ttlpin_get16(ip + 4);
	if (claimed && TTLPIN_IPV6_LEN + claimed > b->len)
		return TTLPIN_PARSE_MALFORMED;
	place->end = claimed ? TTLPIN_IPV6_LEN + claimed : b->len;
	place->ttl = ip[7];
	place->tcp = at;
	return TTLPIN_PARSE_OK;
}

/**
 * ttlpin_segment_search - find the TCP header of a packet of any shape
 * @b: the packet; @b->data begins with the IP header
 * @place: filled with PARSE_OK, undefined otherwise
 *
 * Reads the ports too, so that what is not guarded needs no more than this.
 *
 * Return: PARSE_OTHER for what is not a whole TCP segment or stands behind an
 * IPv6 extension header that is none of RFC 8200's and AH: it is let through.
 */
enum ttlpin_parse ttlpin_segment_search(struct ttlpin_bytes *b,
					struct ttlpin_place *place)
{
	enum ttlpin_parse ret = ttlpin_bytes_want(b, 1);

	if (ret)
		return ret;
	place->family = b->data[0] >> 4;
	if (place->family == 4)
		ret = locate_v4(b, place);
	else if (place->family == 6)
		ret = locate_v6(b, place);
	else
		return TTLPIN_PARSE_OTHER;
	if (ret)
		return ret;
	if (place->tcp + TTLPIN_TCP_MIN > place->end)
		return TTLPIN_PARSE_MALFORMED;
	ret = ttlpin_bytes_want(b, place->tcp + TTLPIN_TCP_MIN);
	if (ret)
		return ret;
	place->sport = ttlpin_get16(b->data + place->tcp);
	place->dport = ttlpin_get16(b->data + place->tcp + 2);
	return TTLPIN_PARSE_OK;
}

/**
 * ttlpin_segment_options - look for timestamps among the options
 * @opt: the options, at hand
 * @len: how many octets
 * @seg: updated
 *
 * Takes what tcp_parse_options() takes: the last timestamp option of the right
 * length, and nothing after an option whose length makes no sense.
 */
void ttlpin_segment_options(const u8 *opt, u32 len, struct ttlpin_segment *seg)
{
	u32 at = 0;

	while (at < len && opt[at] != TCPOPT_EOL) {
		u32 size;

		if (opt[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= len)
			return;
		size = opt[at + 1];
		if (size < 2 || at + size > len)
			return;
		if (opt[at] == TCPOPT_TS && size == TCPOPT_TS_LEN) {
			seg->has_ts = true;
			seg->tsval = ttlpin_get32(opt + at + 2);
			seg->tsecr = ttlpin_get32(opt + at + 6);
		}
		at += size;
	}
}

/**
 * ttlpin_segment_kind - what a segment is
 * @seg: the segment
 *
 * Return: the first kind that fits, in the order of enum ttlpin_kind.
 */
enum ttlpin_kind ttlpin_segment_kind(const struct ttlpin_segment *seg)
{
	if (seg->flags & TTLPIN_RST)
		return TTLPIN_KIND_RST;
	if (seg->flags & TTLPIN_SYN)
		return TTLPIN_KIND_HANDSHAKE;
	if (seg->flags & TTLPIN_FIN)
		return TTLPIN_KIND_FIN;
	return seg->payload_len ? TTLPIN_KIND_DATA : TTLPIN_KIND_ACK;
}
