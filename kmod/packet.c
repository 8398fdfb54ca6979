// SPDX-License-Identifier: GPL-2.0
/*
 * A packet on its way through a hook: its octets in one piece as far as the
 * parser asks for them, and its flow.
 */
#include "packet.h"
#include "peer.h"
#include "session.h"

static void take_bytes(struct ttlpin_packet *p)
{
	p->bytes.data = skb_network_header(p->skb);
	p->bytes.avail = skb_headlen(p->skb) - skb_network_offset(p->skb);
	p->bytes.len = p->skb->len - skb_network_offset(p->skb);
}

/* Gets the octets that the parser asked for into one piece. */
bool ttlpin_packet_pull(struct ttlpin_packet *p, u32 len)
{
	if (!pskb_may_pull(p->skb, skb_network_offset(p->skb) + len))
		return false;
	take_bytes(p);
	return true;
}

enum ttlpin_parse ttlpin_packet_locate(struct ttlpin_packet *p)
{
	enum ttlpin_parse ret;

	take_bytes(p);
	do {
		ret = ttlpin_segment_locate(&p->bytes, &p->place);
	} while (ret == TTLPIN_PARSE_SHORT &&
		 ttlpin_packet_pull(p, p->bytes.need));
	return ret;
}

enum ttlpin_parse ttlpin_packet_parse(struct ttlpin_packet *p)
{
	enum ttlpin_parse ret;

	do {
		ret = ttlpin_segment_parse(&p->bytes, &p->place, &p->seg);
	} while (ret == TTLPIN_PARSE_SHORT &&
		 ttlpin_packet_pull(p, p->bytes.need));
	return ret;
}

static void copy_addr(u32 *to, const u8 *from, u8 family)
{
	memcpy(to, from, family == 4 ? 4 : 16);
	if (family == 4)
		memset(to + 1, 0, 12);
}

/* Names the flow of an inbound packet; of an outbound one with @out. */
void ttlpin_packet_tuple(struct ttlpin_packet *p, bool out, bool server)
{
	const u8 *source = ttlpin_place_saddr(&p->bytes, &p->place);
	const u8 *dest = ttlpin_place_daddr(&p->bytes, &p->place);
	struct ttlpin_tuple *t = &p->tuple;
	u8 family = p->place.family;

	copy_addr(t->remote, out ? dest : source, family);
	copy_addr(t->local, out ? source : dest, family);
	t->remote_port = out ? p->place.dport : p->place.sport;
	t->local_port = out ? p->place.sport : p->place.dport;
	t->family = family;
	t->server = server;
	t->zero = 0;
}

/* Teaches peer memory where the flow has reached a phase in which it tells. */
void ttlpin_packet_remember_peer(const struct ttlpin_packet *p,
				 struct ttlpin_ref *ref, u64 state)
{
	int ttl;

	if (ttlpin_state_phase(state) < TTLPIN_PHASE_TALKING)
		return;
	ttl = ttlpin_session_remember(state, &ref->cold->mem);
	if (ttl >= 0)
		ttlpin_peer_learn(p->tn, &ref->cold->tuple, ttl,
				  ktime_get_seconds());
}
