// SPDX-License-Identifier: GPL-2.0
/*
 * A packet on its way through a hook: its octets in one piece as far as the
 * parser asks for them, and its flow.
 */
#include "conntrack.h"
#include "packet.h"
#include "peer.h"
#include "session.h"
#include "stats.h"

/*
 * Gets the octets that the parser asked for into one piece; the packet has them,
 * so memory alone can be missing, which is counted. With false, too, what points
 * into the packet may point at memory that is gone: it has to be parsed anew.
 */
bool ttlpin_packet_pull(struct ttlpin_packet *p, u32 len)
{
	bool ok = pskb_may_pull(p->skb, skb_network_offset(p->skb) + len);

	if (unlikely(!ok))
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_NO_MEMORY);
	ttlpin_packet_bytes(p->skb, &p->bytes);
	return ok;
}

/* Goes on where ttlpin_segment_locate() wanted more octets. */
enum ttlpin_parse ttlpin_packet_search(struct ttlpin_packet *p)
{
	enum ttlpin_parse ret = TTLPIN_PARSE_SHORT;

	while (ret == TTLPIN_PARSE_SHORT &&
	       ttlpin_packet_pull(p, ttlpin_segment_more(&p->bytes)))
		ret = ttlpin_segment_locate(&p->bytes, &p->place);
	return ret;
}

/* Goes on where ttlpin_segment_parse() wanted more octets. */
enum ttlpin_parse ttlpin_packet_parse_on(struct ttlpin_packet *p)
{
	enum ttlpin_parse ret = TTLPIN_PARSE_SHORT;

	while (ret == TTLPIN_PARSE_SHORT &&
	       ttlpin_packet_pull(p, p->bytes.need))
		ret = ttlpin_segment_parse(&p->bytes, &p->place, &p->seg);
	return ret;
}

/*
 * The TTL that a flow which is not known begins with: what its mark carries, or,
 * of a SYN-ACK that answers a SYN which another gateway has seen, its own. Else 0.
 */
static u8 known_elsewhere(const struct ttlpin_packet *p)
{
	u32 mask = ttlpin_packet_mark_mask(p);
	bool unanswered;
	u8 ttl;

	ttl = ttlpin_conntrack_ttl(p->tn, p->skb, &p->tuple, mask, &unanswered);
	if (!(p->seg.flags & TTLPIN_SYN))
		return ttl;
	if (p->tuple.server || !unanswered || !ttlpin_segment_is_synack(&p->seg))
		return 0;
	return p->seg.ttl;
}

/*
 * Begins a flow that is not known, but was pinned by another gateway, or by this
 * one, which has forgotten it. False if conntrack tells nothing, or without room.
 */
bool ttlpin_packet_adopt(const struct ttlpin_packet *p, u64 fp)
{
	u8 ttl = known_elsewhere(p);
	struct ttlpin_ref ref;
	u64 state;

	if (!ttl || !ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return false;
	state = ref.state;
	if (ref.is_new)
		ttlpin_session_open_marked(&state, &ref.cold->mem, ttl,
					   p->tuple.server, ttlpin_packet_ms());
	ttlpin_flow_unlock(&ref, state);
	/* Of two SYN-ACKs at once the first is in force, and carried on. */
	if (ref.is_new && (p->seg.flags & TTLPIN_SYN)) {
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_PINNED);
		ttlpin_conntrack_write(p->tn, p->skb, &p->tuple,
				       ttlpin_packet_mark_mask(p), ttl);
	}
	return true;
}

/* Teaches peer memory where the flow has reached a phase in which it tells. */
void ttlpin_packet_remember_peer(const struct ttlpin_packet *p,
				 struct ttlpin_ref *ref, u64 state)
{
	if (ttlpin_state_phase(state) >= TTLPIN_PHASE_TALKING)
		ttlpin_peer_teach(p->tn, &ref->cold->tuple, state,
				  &ref->cold->mem, ktime_get_seconds());
}
