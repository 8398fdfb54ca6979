// SPDX-License-Identifier: GPL-2.0
/*
 * Builds the packet of a script's segment, lies included.
 */
#include <string.h>
#include "packet.h"

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint32_t add_words(uint32_t sum, const uint8_t *data, int len)
{
	int i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? data[i] : data[i] << 8;
	return sum;
}

uint16_t packet_checksum(uint32_t sum, const uint8_t *data, int len)
{
	sum = add_words(sum, data, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static int build_tcp(uint8_t *tcp, const struct packet_ends *ends,
		     const struct script_step *step)
{
	int addr = ends->family == 4 ? 4 : 16, len = 20;
	uint32_t sum = 0;

	memset(tcp, 0, 20);
	put16(tcp, ends->sport);
	put16(tcp + 2, ends->dport);
	put32(tcp + 4, step->seq);
	put32(tcp + 8, step->ack);
	tcp[13] = step->flags;
	put16(tcp + 14, step->window);
	if (step->flags & 2) {
		memcpy(tcp + len, "\2\4\5\264", 4);	/* MSS 1460 */
		len += 4;
	}
	if (step->has_ts) {
		memcpy(tcp + len, "\1\1\10\12", 4);
		put32(tcp + len + 4, step->tsval);
		put32(tcp + len + 8, step->tsecr);
		len += 12;
	}
	tcp[12] = (step->doff >= 0 ? step->doff : len / 4) << 4;
	memcpy(tcp + len, step->payload, step->payload_len);
	len += step->payload_len;
	sum = add_words(sum, ends->source.s6_addr, addr);
	sum = add_words(sum, ends->dest.s6_addr, addr);
	put16(tcp + 16, packet_checksum(sum + IPPROTO_TCP + len, tcp, len));
	return len;
}

static int build_v4(uint8_t *ip, const struct packet_ends *ends,
		    const struct script_step *step)
{
	int len = 20 + build_tcp(ip + 20, ends, step);

	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, step->ip_len >= 0 ? step->ip_len : len);
	put16(ip + 4, step->ip_id);
	put16(ip + 6, step->df && !step->frag ? 0x4000 : 0);
	ip[8] = step->ttl;
	ip[9] = IPPROTO_TCP;
	memcpy(ip + 12, ends->source.s6_addr, 4);
	memcpy(ip + 16, ends->dest.s6_addr, 4);
	put16(ip + 10, packet_checksum(0, ip, 20));
	return len;
}

static int build_v6(uint8_t *ip, const struct packet_ends *ends,
		    const struct script_step *step)
{
	static const uint8_t number[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS,
					  IPPROTO_ROUTING, IPPROTO_FRAGMENT,
					  IPPROTO_FRAGMENT };
	uint8_t *next = ip + 6;
	int len = 40, i;

	memset(ip, 0, 40);
	ip[0] = 0x60;
	ip[7] = step->ttl;
	memcpy(ip + 8, ends->source.s6_addr, 16);
	memcpy(ip + 24, ends->dest.s6_addr, 16);
	for (i = 0; i < step->nr_ext; i++) {
		uint8_t *ext = ip + len;

		*next = number[step->ext[i]];
		next = ext;
		memset(ext, 0, 8);
		if (step->ext[i] <= SCRIPT_EXT_DST)
			memcpy(ext + 2, "\1\4\0\0\0\0", 6);	/* PadN */
		ext[3] |= step->ext[i] == SCRIPT_EXT_PART;	/* M: more follow */
		len += 8;
	}
	*next = IPPROTO_TCP;
	len += build_tcp(ip + len, ends, step);
	put16(ip + 4, step->ip_len >= 0 ? step->ip_len : len - 40);
	return len;
}

/**
 * packet_build - build the packet of a segment
 * @packet: room for PACKET_MAX octets
 * @ends: its addresses and ports
 * @step: the segment
 *
 * Return: its length.
 */
int packet_build(uint8_t *packet, const struct packet_ends *ends,
		 const struct script_step *step)
{
	return ends->family == 4 ? build_v4(packet, ends, step) :
				   build_v6(packet, ends, step);
}

/**
 * packet_fragment - build a fragment of a packet
 * @fragment: filled
 * @packet: the packet
 * @head: octets of its IP header
 * @at: where the fragment's payload begins in it
 * @n: octets of that
 * @more: others follow
 *
 * Return: its length.
 */
int packet_fragment(uint8_t *fragment, const uint8_t *packet, int head, int at,
		    int n, bool more)
{
	int place = (at - head) | (more ? head == 20 ? 0 : 1 : 0), sum;

	memcpy(fragment, packet, head);
	if (head == 40) {
		uint8_t ext[8] = { packet[6], 0, place >> 8, place, 0, 0, 0x12, 0x34 };

		fragment[6] = IPPROTO_FRAGMENT;
		fragment[4] = (n + 8) >> 8;
		fragment[5] = n + 8;
		memcpy(fragment + 40, ext, 8);
		memcpy(fragment + 48, packet + at, n);
		return 48 + n;
	}
	memcpy(fragment + 20, packet + at, n);
	fragment[2] = (20 + n) >> 8;
	fragment[3] = 20 + n;
	fragment[6] = place / 8 >> 8 | (more ? 0x20 : 0);
	fragment[7] = place / 8;
	fragment[10] = fragment[11] = 0;
	sum = packet_checksum(0, fragment, 20);
	fragment[10] = sum >> 8;
	fragment[11] = sum;
	return 20 + n;
}
