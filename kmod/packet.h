/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet on its way through a hook.
 */
#ifndef TTLPIN_PACKET_H
#define TTLPIN_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
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

/*
 * The settings by which a packet is to be looked at; NULL for one that is let through
 * as it is. A VRF brings it here once more, as if from or to its own device.
 */
static __always_inline const struct ttlpin_config *
ttlpin_packet_begin(const struct ttlpin_net *tn, const struct sk_buff *skb,
		    u8 pf, const struct net_device *dev)
{
	const struct ttlpin_config *cfg;

	if (!ttlpin_packet_may_be_tcp(skb, pf))
		return NULL;
	cfg = rcu_dereference(tn->config);
	return cfg->mode == TTLPIN_MODE_OFF || netif_is_l3_master(dev) ? NULL :
									 cfg;
}

/* Whether an end of the flow is guarded; @server is set if that is ours. */
static __always_inline bool
ttlpin_packet_is_guarded(const struct ttlpin_config *cfg, u16 remote_port,
			 u16 local_port, bool *server)
{
	*server = cfg->protect == TTLPIN_PROTECT_SERVER ||
		  !ttlpin_config_guards(cfg, remote_port);
	return !*server || (cfg->protect != TTLPIN_PROTECT_CLIENT &&
			    ttlpin_config_guards(cfg, local_port));
}

/* An address as one of IPv6: IPv4 is mapped, ::ffff:a.b.c.d. */
static inline void ttlpin_packet_addr6(u8 *to, const u32 *addr, u8 family)
{
	memcpy(to, addr, 16);
	if (family == 4) {
		memset(to, 0, 10);
		memset(to + 10, 0xff, 2);
		memcpy(to + 12, addr, 4);
	}
}

/* What of a packet lies in one piece. */
static inline void ttlpin_packet_bytes(const struct sk_buff *skb,
				       struct ttlpin_bytes *bytes)
{
	u32 offset = skb_network_offset(skb);

	bytes->data = skb_network_header(skb);
	bytes->avail = skb_headlen(skb) - offset;
	bytes->len = skb->len - offset;
}

bool ttlpin_packet_pull(struct ttlpin_packet *p, u32 len);
enum ttlpin_parse ttlpin_packet_search(struct ttlpin_packet *p);
enum ttlpin_parse ttlpin_packet_parse_on(struct ttlpin_packet *p);

/*
 * Names the flow of an inbound packet; of an outbound one with @out. By assignment,
 * not memcpy(): that is a call on User-mode Linux.
 */
static inline void ttlpin_packet_tuple(struct ttlpin_packet *p, bool out,
				       bool server)
{
	struct ttlpin_tuple *t = &p->tuple;
	struct in6_addr *source = (void *)(out ? t->local : t->remote);
	struct in6_addr *dest = (void *)(out ? t->remote : t->local);

	if (p->place.family == 4) {
		*source = (struct in6_addr){
			.s6_addr32[0] = ip_hdr(p->skb)->saddr,
		};
		*dest = (struct in6_addr){
			.s6_addr32[0] = ip_hdr(p->skb)->daddr,
		};
	} else {
		*source = ipv6_hdr(p->skb)->saddr;
		*dest = ipv6_hdr(p->skb)->daddr;
	}
	t->remote_port = out ? p->place.dport : p->place.sport;
	t->local_port = out ? p->place.sport : p->place.dport;
	t->family = p->place.family;
	t->server = server;
}

/*
 * The fingerprint of that tuple for an inbound packet, from where its ends lie: most
 * need no tuple.
 */
static inline u64 ttlpin_packet_fingerprint(const struct ttlpin_packet *p,
					    bool server)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(p->skb);
	const struct iphdr *ip = ip_hdr(p->skb);

	if (p->place.family == 4)
		return ttlpin_flow_hash4(p->tn, (__force u32)ip->saddr,
					 (__force u32)ip->daddr, p->place.sport,
					 p->place.dport, server);
	return ttlpin_flow_hash6(p->tn, &ip6->saddr, &ip6->daddr, p->place.sport,
				 p->place.dport, server);
}

static inline enum ttlpin_parse ttlpin_packet_locate(struct ttlpin_packet *p)
{
	enum ttlpin_parse ret;

	ttlpin_packet_bytes(p->skb, &p->bytes);
	ret = ttlpin_segment_locate(&p->bytes, &p->place);
	return unlikely(ret == TTLPIN_PARSE_SHORT) ? ttlpin_packet_search(p) :
						     ret;
}

static __always_inline enum ttlpin_parse
ttlpin_packet_parse(struct ttlpin_packet *p)
{
	enum ttlpin_parse ret =
		ttlpin_segment_parse(&p->bytes, &p->place, &p->seg);

	return unlikely(ret == TTLPIN_PARSE_SHORT) ? ttlpin_packet_parse_on(p) :
						     ret;
}

/*
 * Bits of the mark that carry the TTL of the packet's flow; 0 for none. A connection has
 * one mark. With protect=both it may have two flows, one by either end: then it carries
 * that of our client.
 */
static inline u32 ttlpin_packet_mark_mask(const struct ttlpin_packet *p)
{
	return p->tuple.server && p->cfg->protect == TTLPIN_PROTECT_BOTH ?
		       0 :
		       p->cfg->ct_mark_mask;
}

bool ttlpin_packet_adopt(const struct ttlpin_packet *p, u64 fp);
void ttlpin_packet_remember_peer(const struct ttlpin_packet *p,
				 struct ttlpin_ref *ref, u64 state);

/* As ttlpin_flow_find(); with marks, also a flow that began elsewhere. */
static inline bool ttlpin_packet_find(const struct ttlpin_packet *p, u64 fp,
				      struct ttlpin_ref *ref)
{
	return ttlpin_flow_find(p->tn, p->cfg, fp, ref) ||
	       (ttlpin_packet_mark_mask(p) && ttlpin_packet_adopt(p, fp) &&
		ttlpin_flow_find(p->tn, p->cfg, fp, ref));
}

#endif /* TTLPIN_PACKET_H */
