// SPDX-License-Identifier: GPL-2.0
/*
 * The segments that are measured. A flow is a number; its ends are made from it,
 * so that nothing has to be kept for it.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/tcp.h>
#include "bench.h"

#define GUARDED_PORT	25
#define OTHER_PORT	443
#define ISN		1000
#define PEER_ISN	7000
#define FORGED_ISN	900000
#define WINDOW		65000
#define FIRST_PORT	1024
#define NR_PORTS	64000

/* What a client sends in the middle of a mail: no command. */
static const char text[] = "a line\r\n";
/* What a forger sends: a refusal, so that it never heals. */
static const char lie[] = "500 error\r\n";

/* Even addresses of the block that RFC 2544 sets apart for benchmarks. */
static __be32 remote4(u32 flow)
{
	return htonl(0xc6120000 | (flow & 0xffff) << 1);
}

/* Addresses for documentation, RFC 5737 and RFC 3849. */
static __be32 local4(u32 flow)
{
	return htonl(0xc0000200 | flow / NR_PORTS);
}

static void addresses6(struct ipv6hdr *ip, u32 flow, bool out)
{
	struct in6_addr remote = {}, local = {};

	remote.s6_addr32[0] = htonl(0x20010db8);
	remote.s6_addr32[1] = htonl(flow & 0x1ffff);
	remote.s6_addr32[3] = htonl(25);
	local.s6_addr32[0] = htonl(0x20010db8);
	local.s6_addr32[1] = htonl(0xffff0000);
	local.s6_addr32[3] = htonl(flow / NR_PORTS);
	ip->saddr = out ? local : remote;
	ip->daddr = out ? remote : local;
}

static bool is_forged(const struct bench_run *run)
{
	return run->kind == BENCH_FORGED_SEGMENT ||
	       run->kind == BENCH_FORGED_SYNACK || run->kind == BENCH_FORGED_RST;
}

static u32 put_ip(struct sk_buff *skb, const struct bench_run *run, u32 flow,
		  bool out, u32 len)
{
	u8 ttl = out ? 63 : is_forged(run) ? BENCH_FORGED : BENCH_TTL;
	u8 proto = run->kind == BENCH_UDP ? IPPROTO_UDP : IPPROTO_TCP;

	if (run->family == 6) {
		struct ipv6hdr *ip = skb_put(skb, sizeof(*ip));

		*ip = (struct ipv6hdr){ .version = 6,
					.payload_len = htons(len),
					.nexthdr = proto,
					.hop_limit = ttl };
		addresses6(ip, flow, out);
		skb->protocol = htons(ETH_P_IPV6);
	} else {
		struct iphdr *ip = skb_put(skb, sizeof(*ip));

		*ip = (struct iphdr){ .version = 4,
				      .ihl = 5,
				      .tot_len = htons(sizeof(*ip) + len),
				      .frag_off = htons(IP_DF),
				      .ttl = ttl,
				      .protocol = proto };
		ip->saddr = out ? local4(flow) : remote4(flow);
		ip->daddr = out ? remote4(flow) : local4(flow);
		skb->protocol = htons(ETH_P_IP);
	}
	return skb->len;
}

/* NOP NOP timestamps, as every stack lays them out. */
static void put_timestamps(u8 *at, u32 tsval, u32 tsecr)
{
	put_unaligned_be32(0x0101080a, at);
	put_unaligned_be32(tsval, at + 4);
	put_unaligned_be32(tsecr, at + 8);
}

/**
 * bench_segment - a packet as it comes to a hook
 * @run: the measurement
 * @flow: number of its flow
 * @flags: as in octet 13 of the TCP header; a SYN alone and data are ours
 *
 * Return: the packet or NULL.
 */
struct sk_buff *bench_segment(const struct bench_run *run, u32 flow, u8 flags)
{
	bool out = flags == TCPHDR_SYN || run->kind == BENCH_OUTBOUND;
	const char *payload = run->kind == BENCH_OUTBOUND	 ? text :
			      run->kind == BENCH_FORGED_SEGMENT ? lie :
								   "";
	u32 data = strlen(payload);
	u32 options = run->ts ? 12 : 0;
	u16 remote = run->kind == BENCH_OTHER ? OTHER_PORT : GUARDED_PORT;
	u16 local = FIRST_PORT + flow % NR_PORTS;
	struct net_device *dev = run->net->loopback_dev;
	struct sk_buff *skb;
	struct tcphdr *tcp;

	skb = alloc_skb(LL_MAX_HEADER + 128, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_network_header(skb);
	skb_set_transport_header(
		skb, put_ip(skb, run, flow, out, sizeof(*tcp) + options + data));
	tcp = skb_put(skb, sizeof(*tcp) + options);
	*tcp = (struct tcphdr){
		.source = htons(out ? local : remote),
		.dest = htons(out ? remote : local),
		.seq = htonl((out ? ISN : PEER_ISN) + !(flags & TCPHDR_SYN)),
		.doff = (sizeof(*tcp) + options) / 4,
		.window = htons(WINDOW),
	};
	if (run->kind == BENCH_FORGED_SYNACK)
		tcp->seq = htonl(FORGED_ISN);
	if (flags & TCPHDR_ACK)
		tcp->ack_seq = htonl((out ? PEER_ISN : ISN) + 1);
	((u8 *)tcp)[13] = flags;
	if (options)
		put_timestamps((u8 *)(tcp + 1), 5000, 4000);
	if (data)
		skb_put_data(skb, payload, data);
	skb->dev = dev;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}
