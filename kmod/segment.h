/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes of a packet -> facts about its TCP segment. Pure: no skb, no lock, no
 * allocation, no clock.
 */
#ifndef TTLPIN_SEGMENT_H
#define TTLPIN_SEGMENT_H

#ifdef __KERNEL__
#include <uapi/linux/ttlpin.h>
#else
#include <linux/ttlpin.h>
#endif
#include "types.h"

/* TCP flags as in octet 13 of the header, RFC 9293 section 3.1. */
#define TTLPIN_FIN	0x01
#define TTLPIN_SYN	0x02
#define TTLPIN_RST	0x04
#define TTLPIN_PSH	0x08
#define TTLPIN_ACK	0x10

/* Shortest TCP header, octets. */
#define TTLPIN_TCP_MIN	20
/* The IP headers that nearly every packet has: no options, no extensions. */
#define TTLPIN_IPV4_MIN	20
#define TTLPIN_IPV6_LEN	40
#define TTLPIN_PROTO_TCP 6
/* The options of most segments: two NOPs and timestamps. */
#define TTLPIN_TS_ALIGNED 12
#define TTLPIN_TS_HEADER 0x0101080a

/**
 * enum ttlpin_parse - what the parser made of a packet
 * @TTLPIN_PARSE_OK: a TCP segment
 * @TTLPIN_PARSE_OTHER: not TCP, or behind a header we do not know
 * @TTLPIN_PARSE_FRAGMENT: a fragment; only the whole datagram can be judged
 * @TTLPIN_PARSE_MALFORMED: lengths contradict one another; TCP drops it
 * @TTLPIN_PARSE_SHORT: more octets are needed, see ttlpin_bytes.need
 */
enum ttlpin_parse {
	TTLPIN_PARSE_OK,
	TTLPIN_PARSE_OTHER,
	TTLPIN_PARSE_FRAGMENT,
	TTLPIN_PARSE_MALFORMED,
	TTLPIN_PARSE_SHORT,
};

/**
 * struct ttlpin_bytes - a packet from its network header on
 * @data: the octets at hand
 * @avail: how many are at hand
 * @len: how many the packet has, avail <= len
 * @need: set with TTLPIN_PARSE_SHORT: avail that the parser asks for, <= len
 */
struct ttlpin_bytes {
	const u8 *data;
	u32 avail;
	u32 len;
	u32 need;
};

/**
 * struct ttlpin_place - where the TCP header of a packet is
 * @family: 4 or 6
 * @ttl: TTL or hop limit
 * @tcp: offset of the TCP header from the network header
 * @end: offset of the packet's end by its own length field
 * @sport: source port
 * @dport: destination port
 *
 * The two addresses stand at ttlpin_place_saddr() and ttlpin_place_daddr().
 */
struct ttlpin_place {
	u8 family;
	u8 ttl;
	u16 sport;
	u16 dport;
	u32 tcp;
	u32 end;
};

/**
 * struct ttlpin_segment - what the engine asks about a segment
 * @payload: its first octets, as many as are at hand
 * @payload_avail: how many those are
 * @payload_len: how many it carries
 * @seq: sequence number
 * @ack: acknowledgment number
 * @tsval: TSval of the timestamp option, if @has_ts
 * @tsecr: TSecr of the timestamp option, if @has_ts
 * @window: window field, unscaled
 * @ttl: TTL or hop limit
 * @flags: TCP flags, TTLPIN_FIN...
 * @has_ts: the timestamp option (RFC 7323) is there
 */
struct ttlpin_segment {
	const u8 *payload;
	u32 payload_avail;
	u32 payload_len;
	u32 seq;
	u32 ack;
	u32 tsval;
	u32 tsecr;
	u16 window;
	u8 ttl;
	u8 flags;
	bool has_ts;
};

enum ttlpin_kind ttlpin_segment_kind(const struct ttlpin_segment *seg);
enum ttlpin_parse ttlpin_segment_search(struct ttlpin_bytes *b,
					struct ttlpin_place *place);
void ttlpin_segment_options(const u8 *opt, u32 len, struct ttlpin_segment *seg);

/*
 * How many octets to get at hand after PARSE_SHORT. Twice as many each time: the way
 * to the header begins anew with each, and extension headers may be thousands.
 */
static inline u32 ttlpin_segment_more(const struct ttlpin_bytes *b)
{
	u32 more = b->avail < b->len / 2 ? 2 * b->avail : b->len;

	return b->need > more ? b->need : more;
}

/* Whether @a comes before @b, of sequence numbers or timestamps that wrap. */
static inline bool ttlpin_seq_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool ttlpin_segment_is_syn(const struct ttlpin_segment *seg)
{
	return (seg->flags & (TTLPIN_SYN | TTLPIN_ACK | TTLPIN_RST)) ==
	       TTLPIN_SYN;
}

static inline bool ttlpin_segment_is_synack(const struct ttlpin_segment *seg)
{
	return (seg->flags & (TTLPIN_SYN | TTLPIN_ACK | TTLPIN_RST)) ==
	       (TTLPIN_SYN | TTLPIN_ACK);
}

/* Sequence numbers that the segment occupies, RFC 9293 section 3.4. */
static inline u32 ttlpin_segment_len(const struct ttlpin_segment *seg)
{
	return seg->payload_len + !!(seg->flags & TTLPIN_SYN) +
	       !!(seg->flags & TTLPIN_FIN);
}

/* The payload's length where 16 bits are kept of it. */
static inline u16 ttlpin_segment_len16(u32 len)
{
	return len < 65535 ? len : 65535;
}

static inline const u8 *ttlpin_place_saddr(const struct ttlpin_bytes *b,
					   const struct ttlpin_place *place)
{
	return b->data + (place->family == 4 ? 12 : 8);
}

static inline const u8 *ttlpin_place_daddr(const struct ttlpin_bytes *b,
					   const struct ttlpin_place *place)
{
	return b->data + (place->family == 4 ? 16 : 24);
}

static inline u16 ttlpin_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 ttlpin_get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* PARSE_OK if the first @need octets are at hand. */
static inline enum ttlpin_parse ttlpin_bytes_want(struct ttlpin_bytes *b, u32 need)
{
	if (need <= b->avail)
		return TTLPIN_PARSE_OK;
	if (need > b->len)
		return TTLPIN_PARSE_MALFORMED;
	b->need = need;
	return TTLPIN_PARSE_SHORT;
}

/**
 * ttlpin_segment_is_plain - find the TCP header of a packet of the common shape
 * @b: the packet
 * @place: filled with true, undefined otherwise
 *
 * TCP right behind an IP header of the shortest length, no fragment, all headers at
 * hand.
 */
static inline bool ttlpin_segment_is_plain(const struct ttlpin_bytes *b,
					   struct ttlpin_place *place)
{
	const u8 *ip = b->data;
	u8 family, ttl;
	u32 tcp, end;

	if (b->avail < TTLPIN_IPV4_MIN + TTLPIN_TCP_MIN)
		return false;
	if (ip[0] == 0x45) {
		if (ip[9] != TTLPIN_PROTO_TCP ||
		    (ttlpin_get16(ip + 6) & 0x3fff))
			return false;
		family = 4;
		ttl = ip[8];
		tcp = TTLPIN_IPV4_MIN;
		end = ttlpin_get16(ip + 2);
	} else {
		if (ip[0] >> 4 != 6 || ip[6] != TTLPIN_PROTO_TCP)
			return false;
		family = 6;
		ttl = ip[7];
		tcp = TTLPIN_IPV6_LEN;
		end = TTLPIN_IPV6_LEN + ttlpin_get16(ip + 4);
	}
	if (tcp + TTLPIN_TCP_MIN > end || tcp + TTLPIN_TCP_MIN > b->avail ||
	    end > b->len)
		return false;
	place->family = family;
	place->ttl = ttl;
	place->sport = ttlpin_get16(ip + tcp);
	place->dport = ttlpin_get16(ip + tcp + 2);
	place->tcp = tcp;
	place->end = end;
	return true;
}

/**
 * ttlpin_segment_locate - find the TCP header of a packet
 * @b: the packet; .need is set with PARSE_SHORT
 * @place: filled with PARSE_OK, undefined otherwise
 *
 * Return: any of enum ttlpin_parse.
 */
static inline enum ttlpin_parse ttlpin_segment_locate(struct ttlpin_bytes *b,
						      struct ttlpin_place *place)
{
	return ttlpin_segment_is_plain(b, place) ? TTLPIN_PARSE_OK :
						   ttlpin_segment_search(b, place);
}

/**
 * ttlpin_segment_parse - read the segment that ttlpin_segment_locate() found
 * @b: the packet
 * @place: where its TCP header is
 * @seg: filled with PARSE_OK, undefined otherwise; points into @b->data
 *
 * Payload is taken as far as it is at hand and never asked for.
 *
 * Return: PARSE_OK, PARSE_SHORT or PARSE_MALFORMED.
 */
static inline enum ttlpin_parse
ttlpin_segment_parse(struct ttlpin_bytes *b, const struct ttlpin_place *place,
		     struct ttlpin_segment *seg)
{
	const u8 *tcp = b->data + place->tcp;
	u32 header = (tcp[12] >> 4) * 4u;
	u32 start = place->tcp + header;
	u32 len = place->end - start;
	enum ttlpin_parse ret;

	if (header < TTLPIN_TCP_MIN || start > place->end)
		return TTLPIN_PARSE_MALFORMED;
	ret = ttlpin_bytes_want(b, start);
	if (ret)
		return ret;
	seg->seq = ttlpin_get32(tcp + 4);
	seg->ack = ttlpin_get32(tcp + 8);
	seg->window = ttlpin_get16(tcp + 14);
	seg->flags = tcp[13];
	seg->ttl = place->ttl;
	seg->tsval = 0;
	seg->tsecr = 0;
	seg->has_ts = false;
	seg->payload = b->data + start;
	seg->payload_len = len;
	seg->payload_avail = len < b->avail - start ? len : b->avail - start;
	if (header == TTLPIN_TCP_MIN)
		return TTLPIN_PARSE_OK;
	/* Alone behind two NOPs, as RFC 7323 appendix A advises. */
	if (header == TTLPIN_TCP_MIN + TTLPIN_TS_ALIGNED &&
	    ttlpin_get32(tcp + TTLPIN_TCP_MIN) == TTLPIN_TS_HEADER) {
		seg->has_ts = true;
		seg->tsval = ttlpin_get32(tcp + TTLPIN_TCP_MIN + 4);
		seg->tsecr = ttlpin_get32(tcp + TTLPIN_TCP_MIN + 8);
		return TTLPIN_PARSE_OK;
	}
	ttlpin_segment_options(tcp + TTLPIN_TCP_MIN, header - TTLPIN_TCP_MIN,
			       seg);
	return TTLPIN_PARSE_OK;
}

#endif /* TTLPIN_SEGMENT_H */
