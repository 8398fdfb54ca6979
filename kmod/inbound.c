// SPDX-License-Identifier: GPL-2.0
/*
 * What arrives is judged.
 */
#include <linux/netdevice.h>
#include <net/ip.h>
#include "event.h"
#include "heal.h"
#include "hook.h"
#include "packet.h"
#include "session.h"
#include "stats.h"
#include "whitelist.h"

static void fill_event(const struct ttlpin_packet *p,
		       const struct ttlpin_ref *ref, u64 state,
		       const struct ttlpin_verdict *v, struct ttlpin_event *ev)
{
	const struct ttlpin_memory *mem = &ref->cold->mem;
	const struct ttlpin_segment *seg = &p->seg;

	*ev = (struct ttlpin_event){
		.time = ktime_get_real_ns(),
		.tuple = p->tuple,
		.seq = seg->seq,
		.ack = seg->ack,
		.tsval = seg->tsval,
		.tsecr = seg->tsecr,
		.length = seg->payload_len,
		.payload = p->place.end - seg->payload_len,
		.window = seg->window,
		.has_ts = seg->has_ts,
		.flags = seg->flags,
		.ttl = seg->ttl,
		.nr_pin = 1 + mem->nr_learned,
		.distance = v->distance,
		.mode = p->cfg->mode,
		.reason = v->reason,
		.kind = v->kind,
		.phase = ttlpin_state_phase(state),
	};
	ev->pin[0] = ttlpin_state_pin(state);
	memcpy(ev->pin + 1, mem->learned, sizeof(mem->learned));
	if (p->place.family == 4) {
		ev->ip_id = ntohs(ip_hdr(p->skb)->id);
		ev->df = ip_hdr(p->skb)->frag_off & htons(IP_DF);
	}
}

static void count(const struct ttlpin_packet *p, const struct ttlpin_verdict *v)
{
	static const u8 cell[] = {
		[TTLPIN_PASS] = TTLPIN_CELL_PASSED,
		[TTLPIN_NEAR] = TTLPIN_CELL_NEAR,
		[TTLPIN_HEALED] = TTLPIN_CELL_HEALED,
		[TTLPIN_UNPINNED] = TTLPIN_CELL_UNPINNED,
	};

	ttlpin_stats_inc(p->tn, cell[v->action]);
	if (v->pinned)
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_PINNED);
	if (v->loose)
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_LOOSE);
	if (v->confirmed)
		ttlpin_stats_add(p->tn, TTLPIN_CELL_CONFIRMED, v->confirmed);
}

/* The verdict where the state word alone does not give it. */
static unsigned int judge_closely(struct ttlpin_packet *p, u64 fp)
{
	u32 look = min_t(u32, p->seg.payload_len, TTLPIN_LOOK);
	struct ttlpin_verdict v;
	struct ttlpin_event ev;
	struct ttlpin_ref ref;
	u64 state;

	/* A refusal is told by its text. */
	if (p->seg.payload_avail < look &&
	    ttlpin_packet_pull(p, p->place.end - p->seg.payload_len + look))
		ttlpin_packet_parse(p);
	if (!ttlpin_flow_lock(p->tn, p->cfg, fp, &ref)) {
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_UNPINNED);
		return NF_ACCEPT;
	}
	state = ref.state;
	ttlpin_engine_judge(&state, &ref.cold->mem, &p->seg, &p->cfg->policy,
			    ttlpin_packet_ms(), &v);
	if (v.action == TTLPIN_CONDEMN)
		fill_event(p, &ref, state, &v, &ev);
	else
		ttlpin_packet_remember_peer(p, &ref, state);
	ttlpin_flow_unlock(&ref, state);
	if (v.action != TTLPIN_CONDEMN) {
		count(p, &v);
		return NF_ACCEPT;
	}
	ttlpin_stats_condemned(p->tn, &ev);
	ttlpin_event_drop(p->tn, p->skb, &ev);
	if (p->cfg->mode != TTLPIN_MODE_ENFORCE)
		return NF_ACCEPT;
	return NF_DROP_REASON(p->skb, SKB_DROP_REASON_NETFILTER_DROP, 0);
}

/* A flow to our server begins; or begins again where the old one was over. */
static void open_server(struct ttlpin_packet *p, u64 fp)
{
	struct ttlpin_ref ref;
	u64 state;

	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	/* The first SYN of an ISN gives the pin: a later copy may be forged. */
	if (ref.is_new || ref.cold->mem.peer_isn != p->seg.seq)
		ttlpin_session_open_server(&state, &ref.cold->mem, &p->seg,
					   ttlpin_packet_ms());
	ttlpin_flow_unlock(&ref, state);
}

static bool is_over(u64 state)
{
	enum ttlpin_phase phase = ttlpin_state_phase(state);

	return phase == TTLPIN_PHASE_SYN_SENT || phase == TTLPIN_PHASE_CLOSING;
}

static unsigned int judge(struct ttlpin_packet *p)
{
	enum ttlpin_action action;
	struct ttlpin_ref ref;
	bool found;
	u64 next;
	u64 fp;

	fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	found = ttlpin_flow_find(p->tn, p->cfg, fp, &ref);
	if (p->tuple.server && ttlpin_packet_is_syn(&p->seg) &&
	    (!found || is_over(ref.state))) {
		open_server(p, fp);
		found = false;
	}
	if (!found) {
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_UNPINNED);
		return NF_ACCEPT;
	}
	if (!ttlpin_engine_known(ref.state, &p->seg, &p->cfg->policy,
				 ktime_get_seconds(), &next, &action))
		return judge_closely(p, fp);
	ttlpin_flow_refresh(&ref, next);
	ttlpin_stats_inc(p->tn, action == TTLPIN_NEAR ? TTLPIN_CELL_NEAR :
							TTLPIN_CELL_PASSED);
	return NF_ACCEPT;
}

unsigned int ttlpin_hook_inbound(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct ttlpin_packet p = { .tn = priv, .skb = skb };
	enum ttlpin_parse ret;
	bool server;

	if (!ttlpin_packet_may_be_tcp(skb, state->pf))
		return NF_ACCEPT;
	p.cfg = rcu_dereference(p.tn->config);
	/* A VRF brings the packet here once more, as if from its own device. */
	if (p.cfg->mode == TTLPIN_MODE_OFF || netif_is_l3_master(state->in))
		return NF_ACCEPT;
	ret = ttlpin_packet_locate(&p);
	if (ret == TTLPIN_PARSE_OK) {
		server = !ttlpin_packet_guards_client(p.cfg, p.place.sport);
		if (server &&
		    !ttlpin_packet_guards_server(p.cfg, p.place.dport))
			return NF_ACCEPT;
		ret = ttlpin_packet_parse(&p);
	}
	if (ret == TTLPIN_PARSE_MALFORMED)
		ttlpin_stats_inc(p.tn, TTLPIN_CELL_MALFORMED);
	if (ret != TTLPIN_PARSE_OK)
		return NF_ACCEPT;
	ttlpin_packet_tuple(&p, false, server);
	if (ttlpin_whitelist_has(p.tn, p.place.family,
				 (const u8 *)p.tuple.remote)) {
		ttlpin_stats_inc(p.tn, TTLPIN_CELL_WHITELISTED);
		return NF_ACCEPT;
	}
	return judge(&p);
}
