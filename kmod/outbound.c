// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves is watched: it begins flows and tells their phase.
 */
#include "account.h"
#include "compat.h"
#include "hook.h"
#include "packet.h"
#include "peer.h"
#include "session.h"
#include "stats.h"

/* A flow begins with our SYN, anew if its ISN is not that of the old one. */
static void sent_syn(struct ttlpin_packet *p)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref __uninitialized;
	u64 state;
	int ttl;

	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	if (!ref.is_new && ref.cold->mem.isn == p->seg.seq) {
		ttlpin_session_syn_again(&state, &ref.cold->mem,
					 ttlpin_packet_ms());
		ttlpin_flow_unlock(&ref, state);
		return;
	}
	ttlpin_session_open(&state, &ref.cold->mem, &p->seg,
			    ttlpin_packet_ms());
	ttl = p->cfg->policy.heal ?
		      ttlpin_peer_ttl(p->tn, &p->tuple, ktime_get_seconds()) :
		      -1;
	if (ttl >= 0) {
		ttlpin_session_expect(&state, &ref.cold->mem, ttl);
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_LEARNED);
	}
	ttlpin_flow_unlock(&ref, state);
}

/* Our server's SYN-ACK: what the client has to acknowledge. */
static void sent_synack(struct ttlpin_packet *p)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref __uninitialized;
	u64 state;

	if (!ttlpin_flow_lock(p->tn, p->cfg, fp, &ref))
		return;
	state = ref.state;
	ttlpin_session_answered(&state, &ref.cold->mem, &p->seg,
				ttlpin_packet_ms());
	ttlpin_flow_unlock(&ref, state);
}

/*
 * With midstream = learn, our data begins a flow that is not known, and may all be
 * what the first answer acknowledges.
 */
static void sent_midstream(struct ttlpin_packet *p)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref __uninitialized;
	u64 state;

	if (ttlpin_packet_find(p, fp, &ref) &&
	    ttlpin_state_phase(ref.state) != TTLPIN_PHASE_SYN_SENT)
		return;
	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	if (ref.is_new)
		ttlpin_session_open_midstream(&state, &ref.cold->mem, &p->seg,
					      ttlpin_packet_ms());
	else
		ttlpin_session_more_midstream(state, &ref.cold->mem, &p->seg);
	ttlpin_flow_unlock(&ref, state);
}

static void sent(struct ttlpin_packet *p, enum ttlpin_sent what)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref __uninitialized;
	u64 state;

	if (!ttlpin_packet_find(p, fp, &ref) ||
	    ttlpin_session_sent(ref.state, what) == ref.state ||
	    !ttlpin_flow_lock(p->tn, p->cfg, fp, &ref))
		return;
	state = ttlpin_session_sent(ref.state, what);
	ttlpin_packet_remember_peer(p, &ref, state);
	ttlpin_account_apart(p->tn, &ref.cold->tuple, state, &ref.cold->mem);
	ttlpin_flow_unlock(&ref, state);
}

/* What of an outbound packet's payload tells a command. */
static void peek(struct ttlpin_packet *p, u8 *command)
{
	u32 at = p->place.end - p->seg.payload_len;

	p->seg.payload_avail = min_t(u32, p->seg.payload_len, TTLPIN_COMMAND);
	p->seg.payload = command;
	if (skb_copy_bits(p->skb, skb_network_offset(p->skb) + at, command,
			  p->seg.payload_avail))
		p->seg.payload_avail = 0;
}

static bool is_mail(const struct ttlpin_place *place, bool server)
{
	return ttlpin_session_is_mail_port(server ? place->sport : place->dport);
}

/* What may change a flow, or is of no common shape. */
static noinline void outbound(struct ttlpin_net *tn,
			      const struct ttlpin_config *cfg,
			      struct sk_buff *skb)
{
	struct ttlpin_packet p __uninitialized;
	enum ttlpin_sent what;
	bool server, mail;
	u8 command[TTLPIN_COMMAND];

	p.tn = tn;
	p.cfg = cfg;
	p.skb = skb;
	if (ttlpin_packet_locate(&p) != TTLPIN_PARSE_OK ||
	    !ttlpin_packet_is_guarded(cfg, p.place.dport, p.place.sport, &server))
		return;
	mail = is_mail(&p.place, server);
	if (ttlpin_packet_parse(&p) != TTLPIN_PARSE_OK)
		return;
	if (p.seg.flags & TTLPIN_SYN) {
		ttlpin_packet_tuple(&p, true, server);
		if (server && !ttlpin_segment_is_syn(&p.seg))
			sent_synack(&p);
		else if (!server && ttlpin_segment_is_syn(&p.seg))
			sent_syn(&p);
		return;
	}
	peek(&p, command);
	what = ttlpin_session_outbound(&p.seg, mail);
	if (!cfg->midstream && what == TTLPIN_SENT_NOTHING)
		return;
	ttlpin_packet_tuple(&p, true, server);
	if (cfg->midstream && !server && p.seg.payload_len &&
	    what != TTLPIN_SENT_CLOSE)
		sent_midstream(&p);
	if (what != TTLPIN_SENT_NOTHING)
		sent(&p, what);
}

/* Sees most of what is sent off with little more than its ports in registers. */
unsigned int ttlpin_hook_outbound(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct ttlpin_place place __uninitialized;
	struct ttlpin_bytes bytes __uninitialized;
	bool server __uninitialized;
	const struct ttlpin_config *cfg;
	struct ttlpin_net *tn = priv;

	cfg = ttlpin_packet_begin(tn, skb, state->pf, state->out);
	if (!cfg)
		return NF_ACCEPT;
	ttlpin_packet_bytes(skb, &bytes);
	if (likely(ttlpin_segment_is_plain(&bytes, &place)) &&
	    (!ttlpin_packet_is_guarded(cfg, place.dport, place.sport, &server) ||
	     (!cfg->midstream &&
	      ttlpin_session_is_idle(&bytes, &place, is_mail(&place, server)))))
		return NF_ACCEPT;
	outbound(tn, cfg, skb);
	return NF_ACCEPT;
}
