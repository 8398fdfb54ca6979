/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet on its way through a hook.
 */
#ifndef TTLPIN_PACKET_H
#define TTLPIN_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include "config.h"
#include "flow.h"
#include "segment.h"
#include "tuple.h"

/**
 * struct ttlpin_packet - a packet on its way through a hook
 * @tn: the namespace
 * @cfg: its settings
 * @skb: the packet
 * @bytes: what of it lies in one piece
 * @place: where its TCP header is
 * @seg: its segment
 * @tuple: its flow, as far as it has one
 */
struct ttlpin_packet {
	struct ttlpin_net *tn;
	const struct ttlpin_config *cfg;
	struct sk_buff *skb;
	struct ttlpin_bytes bytes;
	struct ttlpin_place place;
	struct ttlpin_segment seg;
	struct ttlpin_tuple tuple;
};

static inline u64 ttlpin_packet_ms(void)
{
	return ktime_to_ms(ktime_get());
}

/* Answers most traffic by one octet that is in the cache already. */
static inline bool ttlpin_packet_may_be_tcp(const struct sk_buff *skb, u8 pf)
{
	if (pf == NFPROTO_IPV4)
		return ip_hdr(skb)->protocol == IPPROTO_TCP;
	switch (ipv6_hdr(skb)->nexthdr) {
	case IPPROTO_TCP:
	case NEXTHDR_HOP:
	case NEXTHDR_ROUTING:
	case NEXTHDR_FRAGMENT:
	case NEXTHDR_AUTH:
	case NEXTHDR_DEST:
		return true;
	default:
		return false;
	}
}

static inline bool ttlpin_packet_guards_client(const struct ttlpin_config *cfg,
					       u16 remote_port)
{
	return cfg->protect != TTLPIN_PROTECT_SERVER &&
	       ttlpin_config_guards(cfg, remote_port);
}

static inline bool ttlpin_packet_guards_server(const struct ttlpin_config *cfg,
					       u16 local_port)
{
	return cfg->protect != TTLPIN_PROTECT_CLIENT &&
	       ttlpin_config_guards(cfg, local_port);
}

static inline bool ttlpin_packet_is_syn(const struct ttlpin_segment *seg)
{
	return (seg->flags & (TTLPIN_SYN | TTLPIN_ACK | TTLPIN_RST)) ==
	       TTLPIN_SYN;
}

bool ttlpin_packet_pull(struct ttlpin_packet *p, u32 len);
enum ttlpin_parse ttlpin_packet_locate(struct ttlpin_packet *p);
enum ttlpin_parse ttlpin_packet_parse(struct ttlpin_packet *p);
void ttlpin_packet_tuple(struct ttlpin_packet *p, bool out, bool server);
void ttlpin_packet_remember_peer(const struct ttlpin_packet *p,
				 struct ttlpin_ref *ref, u64 state);

#endif /* TTLPIN_PACKET_H */
