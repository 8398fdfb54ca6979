// SPDX-License-Identifier: GPL-2.0
/*
 * What can be wrong with a packet. Each change is one that a sender on the path
 * can make; storm_mend() then grants what the stack has checked before any hook
 * of netfilter sees a packet, and nothing else.
 */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/tcp.h>
#include "storm.h"

static u32 ip_len(const struct storm_packet *p)
{
	return p->family == 4 ? (p->data[0] & 0x0f) * 4 : sizeof(struct ipv6hdr);
}

/* Makes room for @len octets behind @at; false if there is none. */
static bool widen(struct storm_packet *p, u32 at, u32 len)
{
	if (p->len + len > STORM_PACKET_MAX - 64 || at > p->len)
		return false;
	memmove(p->data + at + len, p->data + at, p->len - at);
	p->len += len;
	return true;
}

static void set_len(struct storm_packet *p)
{
	if (p->family == 4)
		put_unaligned_be16(p->len, p->data + 2);
	else
		put_unaligned_be16(p->len - sizeof(struct ipv6hdr), p->data + 4);
}

static void flip_octets(struct storm_random *r, struct storm_packet *p)
{
	u32 n = 1 + storm_below(r, 4);

	while (n--)
		p->data[storm_below(r, p->len)] ^= 1 << storm_below(r, 8);
}

/* One field of the TCP header: any value. */
static void break_tcp(struct storm_random *r, struct storm_packet *p)
{
	u32 at = ip_len(p);

	if (at + sizeof(struct tcphdr) <= p->len)
		p->data[at + storm_below(r, 20)] = storm_random(r);
}

static void break_data_offset(struct storm_random *r, struct storm_packet *p)
{
	u32 at = ip_len(p) + 12;

	if (at < p->len)
		p->data[at] = storm_random(r);
}

/* Options of any kind and length behind the header, more than there may be. */
static void break_options(struct storm_random *r, struct storm_packet *p)
{
	u32 at = ip_len(p) + sizeof(struct tcphdr);
	u32 len = 4 * (1 + storm_below(r, 10)), i;
	static const u8 kinds[] = { 0, 1, 2, 3, 4, 5, 8, 8, 8, 34, 253 };

	if (!widen(p, at, len))
		return;
	for (i = 0; i < len; i++)
		p->data[at + i] = storm_once_in(r, 3) ?
			kinds[storm_below(r, ARRAY_SIZE(kinds))] :
			storm_below(r, 14);
	p->data[at - 8] = (sizeof(struct tcphdr) + len) / 4 << 4;
	set_len(p);
}

static void truncate_packet(struct storm_random *r, struct storm_packet *p)
{
	p->len = 1 + storm_below(r, p->len);
	if (storm_once_in(r, 2) && p->len > sizeof(struct ipv6hdr))
		set_len(p);
}

/* What stands behind the end that the IP header tells. */
static void pad(struct storm_random *r, struct storm_packet *p)
{
	u32 len = 1 + storm_below(r, 40);

	if (widen(p, p->len, len))
		memset(p->data + p->len - len, storm_random(r), len);
}

static void break_length(struct storm_random *r, struct storm_packet *p)
{
	u32 at = p->family == 4 ? 2 : 4;
	u16 len = get_unaligned_be16(p->data + at);

	put_unaligned_be16(storm_once_in(r, 4) ? storm_random(r) :
						 len - 8 + storm_below(r, 17),
			   p->data + at);
}

/* Options of IPv4, padded with NOPs or nonsense. */
static void add_ip_options(struct storm_random *r, struct storm_packet *p)
{
	u32 len = 4 * (1 + storm_below(r, 10));

	if (p->family != 4 || ip_len(p) != sizeof(struct iphdr) ||
	    !widen(p, sizeof(struct iphdr), len))
		return;
	memset(p->data + sizeof(struct iphdr),
	       storm_once_in(r, 2) ? IPOPT_NOOP : storm_random(r), len);
	p->data[0] = 0x40 | (sizeof(struct iphdr) + len) / 4;
	set_len(p);
}

/* Extension headers, one or a hundred, some of them with lengths that lie. */
static void add_extensions(struct storm_random *r, struct storm_packet *p)
{
	static const u8 kinds[] = { 0, 43, 44, 51, 60, 60, 60, 135, 50, 59 };
	u32 n = storm_once_in(r, 8) ? 100 : 1 + storm_below(r, 4);

	while (p->family == 6 && n--) {
		u8 kind = kinds[storm_below(r, storm_once_in(r, 8) ? 10 : 7)];
		u32 units = kind == 44 ? 0 : storm_below(r, 4);
		u32 len = (units + 1) * 8, at = sizeof(struct ipv6hdr);

		if (!widen(p, at, len))
			return;
		memset(p->data + at, 0, len);
		p->data[at] = p->data[6];
		p->data[at + 1] = kind == 51 ? len / 4 - 2 : units;
		if (storm_once_in(r, 32))
			p->data[at + 1] = storm_random(r);
		if (kind == 44 && storm_once_in(r, 4))
			put_unaligned_be16(storm_below(r, 64), p->data + at + 2);
		if (kind == 44)
			put_unaligned_be32(storm_below(r, 4), p->data + at + 4);
		p->data[6] = kind;
	}
	if (p->family == 6)
		set_len(p);
}

/* A fragment; a few numbers only, so that some are put together again. */
static void fragment(struct storm_random *r, struct storm_packet *p)
{
	if (p->family != 4)
		return;
	put_unaligned_be16(storm_below(r, 4), p->data + 4);
	put_unaligned_be16((storm_once_in(r, 2) ? 0x2000 : 0) |
			   storm_below(r, 4), p->data + 6);
}

/* As GRO leaves it: much payload, in segments of one size. */
static void merge(struct storm_random *r, struct storm_packet *p)
{
	u32 room = STORM_PACKET_MAX - 64 - p->len, len;

	if (p->len + 8000 > STORM_PACKET_MAX - 64)
		return;
	len = 1000 + storm_below(r, storm_once_in(r, 16) ? room - 1000 : 6000);
	memset(p->data + p->len, 'x', len);
	p->len += len;
	p->gso = 536 + storm_below(r, 900);
	set_len(p);
}

static void any_hop_limit(struct storm_random *r, struct storm_packet *p)
{
	p->data[p->family == 4 ? 8 : 7] = storm_random(r);
}

typedef void change_fn(struct storm_random *r, struct storm_packet *p);

static change_fn *const changes[] = {
	flip_octets, flip_octets, break_tcp, break_tcp, break_data_offset,
	break_options, truncate_packet, pad, break_length, add_ip_options,
	add_extensions, add_extensions, fragment, merge, any_hop_limit,
};

/* Changes a packet once, or a few times. */
void storm_mutate(struct storm_random *r, struct storm_packet *p)
{
	u32 n = storm_once_in(r, 4) ? 1 + storm_below(r, 4) : 1;

	while (n--)
		if (p->len > sizeof(struct ipv6hdr))
			changes[storm_below(r, ARRAY_SIZE(changes))](r, p);
}

/**
 * storm_mend - grant what ip_rcv() and ipv6_rcv() have seen to
 * @p: the packet
 *
 * The version, an IPv4 header of a length that fits in the packet and is covered
 * by its checksum, an IPv6 header that is whole, no octet behind the end that
 * the header tells.
 */
void storm_mend(struct storm_packet *p)
{
	u32 min = p->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	u32 end;

	if (p->len < min) {
		memset(p->data + p->len, 0, min - p->len);
		p->len = min;
	}
	if (p->family == 4) {
		struct iphdr *ip = (void *)p->data;

		ip->version = 4;
		if (ip->ihl < 5 || ip->ihl * 4 > p->len)
			ip->ihl = 5;
		end = ntohs(ip->tot_len);
		if (end < ip->ihl * 4 || end > p->len)
			ip->tot_len = htons(p->len);
		p->len = ntohs(ip->tot_len);
		ip->check = 0;
		ip->check = ip_fast_csum(ip, ip->ihl);
		return;
	}
	p->data[0] = 0x60 | (p->data[0] & 0x0f);
	end = min + get_unaligned_be16(p->data + 4);
	/* Without a jumbo option, none tells more octets than there are. */
	if (end > p->len || end == min)
		set_len(p);
	else
		p->len = end;
}
