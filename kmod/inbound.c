// SPDX-License-Identifier: GPL-2.0
/*
 * What arrives is judged.
 */
#include <net/ip.h>
#include "account.h"
#include "compat.h"
#include "conntrack.h"
#include "event.h"
#include "heal.h"
#include "hook.h"
#include "lookup.h"
#include "packet.h"
#include "session.h"
#include "stats.h"
#include "whitelist.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static void fill_event(const struct ttlpin_packet *p,
		       const struct ttlpin_ref *ref, u64 state,
		       const struct ttlpin_verdict *v, ktime_t now,
		       struct ttlpin_event *ev)
{
	const struct ttlpin_memory *mem = &ref->cold->mem;
	const struct ttlpin_segment *seg = &p->seg;
	bool v4 = p->place.family == 4;
	u32 i;

	/* Each field: what is cleared first costs more than what is written. */
	ev->time = ktime_to_ns(ktime_mono_to_real(now));
	ev->tuple = p->tuple;
	ev->seq = seg->seq;
	ev->ack = seg->ack;
	ev->tsval = seg->tsval;
	ev->tsecr = seg->tsecr;
	ev->length = seg->payload_len;
	ev->payload = p->place.end - seg->payload_len;
	ev->window = seg->window;
	ev->has_ts = seg->has_ts;
	ev->flags = seg->flags;
	ev->ttl = seg->ttl;
	ev->nr_pin = 1 + mem->nr_learned;
	ev->distance = v->distance;
	ev->mode = p->cfg->mode;
	ev->cmd = v->action == TTLPIN_CONDEMN ? TTLPIN_CMD_DROP_NTF :
		  v->loose		      ? TTLPIN_CMD_LOOSE_NTF :
						TTLPIN_CMD_HEAL_NTF;
	ev->reason = v->reason;
	ev->kind = v->kind;
	ev->phase = ttlpin_state_phase(state);
	ev->pin[0] = ttlpin_state_pin(state);
	for (i = 0; i < TTLPIN_LEARNED_MAX; i++)
		ev->pin[1 + i] = mem->learned[i];
	ev->ip_id = v4 ? ntohs(ip_hdr(p->skb)->id) : 0;
	ev->df = v4 && (ip_hdr(p->skb)->frag_off & htons(IP_DF));
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

static void write_account(const struct ttlpin_packet *p, u64 state,
			  const struct ttlpin_verdict *v)
{
	struct ttlpin_account more __uninitialized;

	/* What ttlpin_account_add() reads, as fill_event(). */
	more.family = p->tuple.family;
	more.ttl = p->seg.ttl;
	more.pin = ttlpin_state_pin(state);
	more.condemned = v->action == TTLPIN_CONDEMN;
	more.confirmed = v->confirmed;
	more.healed = v->action == TTLPIN_HEALED;
	more.last = ktime_get_seconds();
	*(struct in6_addr *)more.addr = *(const struct in6_addr *)p->tuple.remote;
	ttlpin_account_add(p->tn, &more);
}

/* There is nothing to compare with. */
static unsigned int pass_unknown(const struct ttlpin_packet *p)
{
	static const struct ttlpin_verdict unpinned = {
		.action = TTLPIN_UNPINNED,
	};

	ttlpin_stats_inc(p->tn, TTLPIN_CELL_UNPINNED);
	trace_verdict(p, 0, &unpinned);
	return NF_ACCEPT;
}

/* Looks closely at a segment whose flow is locked; whether to accept it. */
static bool judge_locked(struct ttlpin_packet *p, struct ttlpin_ref *ref)
{
	struct ttlpin_event ev __uninitialized;
	struct ttlpin_verdict v __uninitialized;
	u32 mask = ttlpin_packet_mark_mask(p);
	ktime_t now = ktime_get();
	u64 state = ref->state;
	u8 carried = 0, carries = 0;
	bool tell;

	if (mask)
		carried = ttlpin_session_carries(state, &ref->cold->mem);
	ttlpin_engine_judge(&state, &ref->cold->mem, &p->seg, &p->cfg->policy,
			    ktime_to_ms(now), &v);
	tell = v.action == TTLPIN_CONDEMN || v.action == TTLPIN_HEALED || v.loose;
	if (tell)
		fill_event(p, ref, state, &v, now, &ev);
	if (v.action != TTLPIN_CONDEMN)
		ttlpin_packet_remember_peer(p, ref, state);
	if (mask)
		carries = ttlpin_session_carries(state, &ref->cold->mem);
	ttlpin_flow_unlock(ref, state);
	if (carries != carried)
		ttlpin_conntrack_write(p->tn, p->skb, &p->tuple, mask, carries);
	if (tell || v.confirmed)
		write_account(p, state, &v);
	trace_verdict(p, state, &v);
	if (tell)
		ttlpin_event_send(p->tn, p->skb, &ev);
	if (v.action != TTLPIN_CONDEMN) {
		count(p, &v);
		return true;
	}
	ttlpin_stats_condemned(p->tn, &ev);
	return p->cfg->mode != TTLPIN_MODE_ENFORCE;
}

static unsigned int drop(struct sk_buff *skb)
{
	return NF_DROP_REASON(skb, SKB_DROP_REASON_NETFILTER_DROP, 0);
}

/* The verdict where the state word alone does not give it. */
static unsigned int judge_closely(struct ttlpin_packet *p,
				  struct ttlpin_ref *ref)
{
	u32 look = min_t(u32, p->seg.payload_len, TTLPIN_LOOK);

	/* A refusal is told by its text. */
	if (p->seg.payload_avail < look) {
		ttlpin_packet_pull(p, p->place.end - p->seg.payload_len + look);
		ttlpin_packet_parse(p);
	}
	if (!ttlpin_flow_lock_found(p->tn, p->cfg, ref))
		return pass_unknown(p);
	if (judge_locked(p, ref))
		return NF_ACCEPT;
	return drop(p->skb);
}

/* A flow to our server begins; or may, where there is one. */
static void open_server(struct ttlpin_packet *p, u64 fp)
{
	struct ttlpin_ref ref;
	u64 state;

	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	if (ref.is_new)
		ttlpin_session_open_server(&state, &ref.cold->mem, &p->seg,
					   ttlpin_packet_ms());
	else
		ttlpin_session_rival(&state, &ref.cold->mem, &p->seg);
	ttlpin_flow_unlock(&ref, state);
}

/* The common verdict, for the tracepoint alone. */
static noinline void trace_known(struct ttlpin_packet *p, bool server,
				 u64 state, enum ttlpin_action action)
{
	struct ttlpin_verdict v = { .action = action };

	ttlpin_packet_tuple(p, false, server);
	v.distance = abs(p->seg.ttl - ttlpin_state_pin(state));
	trace_verdict(p, state, &v);
}

/*
 * Every other verdict. Line 1 comes here only, where the flow's state word has not said
 * that the segment is good: of a flow whose peer is whitelisted none ever says so, since
 * one that waits for its pin does not and the others were marked when the list changed.
 * So most segments cost no look at the list, whatever is in it.
 */
static noinline unsigned int judge_further(struct ttlpin_packet *p,
					   struct ttlpin_ref *ref, bool found)
{
	if (ttlpin_whitelist_has(p->tn, &p->tuple)) {
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_WHITELISTED);
		return NF_ACCEPT;
	}
	if (p->tuple.server && ttlpin_segment_is_syn(&p->seg) &&
	    (!found || ttlpin_session_is_over(ref->state))) {
		open_server(p, ref->fp);
		found = false;
	}
	if (!found && ttlpin_packet_mark_mask(p) &&
	    !ttlpin_segment_is_syn(&p->seg))
		found = ttlpin_packet_find(p, ref->fp, ref);
	return found ? judge_closely(p, ref) : pass_unknown(p);
}

static unsigned int judge(struct ttlpin_packet *p, struct ttlpin_ref *ref,
			  bool server)
{
	bool found = ttlpin_lookup_end(p->cfg, ref);
	enum ttlpin_action action;
	u64 next;

	if (likely(found) &&
	    ttlpin_engine_known(ref->state, &p->seg, &p->cfg->policy, ref->now_s,
				&next, &action)) {
		if (next != ref->state)
			ttlpin_flow_refresh(ref, next);
		if (trace_verdict_enabled())
			trace_known(p, server, next, action);
		ttlpin_stats_inc(p->tn, action == TTLPIN_NEAR ?
						TTLPIN_CELL_NEAR :
						TTLPIN_CELL_PASSED);
		return NF_ACCEPT;
	}
	ttlpin_packet_tuple(p, false, server);
	return judge_further(p, ref, found);
}

/*
 * A fragment within what has been put together from fragments. No stack puts it together
 * once more, but one behind us would: the header around it is gone by then.
 */
static bool is_nested(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 6 &&
	       (IP6CB(skb)->flags & IP6SKB_FRAGMENTED);
}

/*
 * What cannot be read passes, and what contradicts itself is counted. Nobody takes that,
 * but a nested fragment, which does not pass.
 */
static unsigned int judge_unread(const struct ttlpin_net *tn,
				 const struct ttlpin_config *cfg,
				 struct sk_buff *skb, enum ttlpin_parse found)
{
	bool nested = found == TTLPIN_PARSE_FRAGMENT && is_nested(skb);

	if (found == TTLPIN_PARSE_MALFORMED || nested)
		ttlpin_stats_inc(tn, TTLPIN_CELL_MALFORMED);
	if (!nested || cfg->mode != TTLPIN_MODE_ENFORCE)
		return NF_ACCEPT;
	return drop(skb);
}

/* A segment on a guarded port; @place comes in registers. */
static noinline unsigned int inbound(struct ttlpin_net *tn,
				     const struct ttlpin_config *cfg,
				     struct sk_buff *skb,
				     struct ttlpin_place place, bool server)
{
	struct ttlpin_packet p __uninitialized;
	struct ttlpin_ref ref __uninitialized;
	enum ttlpin_parse ret;

	p.tn = tn;
	p.cfg = cfg;
	p.skb = skb;
	p.place = place;
	/* The flow is on its way from memory while the segment is read. */
	ttlpin_lookup_begin(tn, ttlpin_packet_fingerprint(&p, server), &ref);
	ttlpin_packet_bytes(skb, &p.bytes);
	ret = ttlpin_packet_parse(&p);
	return ret == TTLPIN_PARSE_OK ? judge(&p, &ref, server) :
					judge_unread(tn, cfg, skb, ret);
}

/* A packet of no common shape. */
static noinline unsigned int search(struct ttlpin_net *tn,
				    const struct ttlpin_config *cfg,
				    struct sk_buff *skb)
{
	struct ttlpin_packet p __uninitialized;
	enum ttlpin_parse ret;
	bool server;

	p.tn = tn;
	p.cfg = cfg;
	p.skb = skb;
	ret = ttlpin_packet_locate(&p);
	if (ret == TTLPIN_PARSE_OK &&
	    ttlpin_packet_is_guarded(cfg, p.place.sport, p.place.dport, &server))
		return inbound(tn, cfg, skb, p.place, server);
	return judge_unread(tn, cfg, skb, ret);
}

/* Sees most traffic off with little more than its ports in registers. */
unsigned int ttlpin_hook_inbound(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct ttlpin_place place __uninitialized;
	struct ttlpin_bytes bytes __uninitialized;
	bool server __uninitialized;
	const struct ttlpin_config *cfg;
	struct ttlpin_net *tn = priv;

	cfg = ttlpin_packet_begin(tn, skb, state->pf, state->in);
	if (!cfg)
		return NF_ACCEPT;
	ttlpin_packet_bytes(skb, &bytes);
	if (unlikely(!ttlpin_segment_is_plain(&bytes, &place)))
		return search(tn, cfg, skb);
	if (!ttlpin_packet_is_guarded(cfg, place.sport, place.dport, &server))
		return NF_ACCEPT;
	return inbound(tn, cfg, skb, place, server);
}
