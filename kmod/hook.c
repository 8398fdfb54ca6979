// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: what arrives is judged before conntrack sees it, what leaves
 * is watched after source NAT, so both see the addresses of the wire.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include "config.h"
#include "event.h"
#include "flow.h"
#include "heal.h"
#include "hook.h"
#include "peer.h"
#include "segment.h"
#include "session.h"
#include "stats.h"
#include "whitelist.h"

/**
 * struct packet - a packet on its way through a hook
 * @tn: the namespace
 * @cfg: its settings
 * @skb: the packet
 * @bytes: what of it lies in one piece
 * @place: where its TCP header is
 * @seg: its segment
 * @tuple: its flow, as far as it has one
 */
struct packet {
	struct ttlpin_net *tn;
	const struct ttlpin_config *cfg;
	struct sk_buff *skb;
	struct ttlpin_bytes bytes;
	struct ttlpin_place place;
	struct ttlpin_segment seg;
	struct ttlpin_tuple tuple;
};

static u64 milliseconds(void)
{
	return ktime_to_ms(ktime_get());
}

/* Answers most traffic by one octet that is in the cache already. */
static bool may_be_tcp(const struct sk_buff *skb, u8 pf)
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

static void take_bytes(struct packet *p)
{
	p->bytes.data = skb_network_header(p->skb);
	p->bytes.avail = skb_headlen(p->skb) - skb_network_offset(p->skb);
	p->bytes.len = p->skb->len - skb_network_offset(p->skb);
}

/* Gets the octets that the parser asked for into one piece. */
static bool pull(struct packet *p, u32 len)
{
	if (!pskb_may_pull(p->skb, skb_network_offset(p->skb) + len))
		return false;
	take_bytes(p);
	return true;
}

static enum ttlpin_parse locate(struct packet *p)
{
	enum ttlpin_parse ret;

	take_bytes(p);
	do {
		ret = ttlpin_segment_locate(&p->bytes, &p->place);
	} while (ret == TTLPIN_PARSE_SHORT && pull(p, p->bytes.need));
	return ret;
}

static enum ttlpin_parse parse(struct packet *p)
{
	enum ttlpin_parse ret;

	do {
		ret = ttlpin_segment_parse(&p->bytes, &p->place, &p->seg);
	} while (ret == TTLPIN_PARSE_SHORT && pull(p, p->bytes.need));
	return ret;
}

static void copy_addr(u32 *to, const u8 *from, u8 family)
{
	memcpy(to, from, family == 4 ? 4 : 16);
	if (family == 4)
		memset(to + 1, 0, 12);
}

/* Names the flow of an inbound packet; of an outbound one with @out. */
static void fill_tuple(struct packet *p, bool out, bool server)
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

static bool guards_client(const struct ttlpin_config *cfg, u16 remote_port)
{
	return cfg->protect != TTLPIN_PROTECT_SERVER &&
	       ttlpin_config_guards(cfg, remote_port);
}

static bool guards_server(const struct ttlpin_config *cfg, u16 local_port)
{
	return cfg->protect != TTLPIN_PROTECT_CLIENT &&
	       ttlpin_config_guards(cfg, local_port);
}

/* Ports on which the client's commands are SMTP's. */
static bool is_mail_port(u16 port)
{
	return port == 25 || port == 465 || port == 587 || port == 2525;
}

static void fill_event(const struct packet *p, const struct ttlpin_ref *ref,
		       u64 state, const struct ttlpin_verdict *v,
		       struct ttlpin_event *ev)
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

static void count(const struct packet *p, const struct ttlpin_verdict *v)
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

/* Teaches peer memory where the flow has reached a phase in which it tells. */
static void remember_peer(const struct packet *p, struct ttlpin_ref *ref,
			  u64 state)
{
	int ttl;

	if (ttlpin_state_phase(state) < TTLPIN_PHASE_TALKING)
		return;
	ttl = ttlpin_session_remember(state, &ref->cold->mem);
	if (ttl >= 0)
		ttlpin_peer_learn(p->tn, &ref->cold->tuple, ttl,
				  ktime_get_seconds());
}

/* The verdict where the state word alone does not give it. */
static unsigned int judge_closely(struct packet *p, u64 fp)
{
	u32 look = min_t(u32, p->seg.payload_len, TTLPIN_LOOK);
	struct ttlpin_verdict v;
	struct ttlpin_event ev;
	struct ttlpin_ref ref;
	u64 state;

	/* A refusal is told by its text. */
	if (p->seg.payload_avail < look &&
	    pull(p, p->place.end - p->seg.payload_len + look))
		parse(p);
	if (!ttlpin_flow_lock(p->tn, p->cfg, fp, &ref)) {
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_UNPINNED);
		return NF_ACCEPT;
	}
	state = ref.state;
	ttlpin_engine_judge(&state, &ref.cold->mem, &p->seg, &p->cfg->policy,
			    milliseconds(), &v);
	if (v.action == TTLPIN_CONDEMN)
		fill_event(p, &ref, state, &v, &ev);
	else
		remember_peer(p, &ref, state);
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
static void open_server(struct packet *p, u64 fp)
{
	struct ttlpin_ref ref;
	u64 state;

	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	/* The first SYN of an ISN gives the pin: a later copy may be forged. */
	if (ref.is_new || ref.cold->mem.peer_isn != p->seg.seq)
		ttlpin_session_open_server(&state, &ref.cold->mem, &p->seg,
					   milliseconds());
	ttlpin_flow_unlock(&ref, state);
}

static bool is_syn(const struct ttlpin_segment *seg)
{
	return (seg->flags & (TTLPIN_SYN | TTLPIN_ACK | TTLPIN_RST)) ==
	       TTLPIN_SYN;
}

static bool is_over(u64 state)
{
	enum ttlpin_phase phase = ttlpin_state_phase(state);

	return phase == TTLPIN_PHASE_SYN_SENT || phase == TTLPIN_PHASE_CLOSING;
}

static unsigned int judge(struct packet *p)
{
	enum ttlpin_action action;
	struct ttlpin_ref ref;
	bool found;
	u64 next;
	u64 fp;

	fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	found = ttlpin_flow_find(p->tn, p->cfg, fp, &ref);
	if (p->tuple.server && is_syn(&p->seg) &&
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

static unsigned int inbound(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct packet p = { .tn = priv, .skb = skb };
	enum ttlpin_parse ret;
	bool server;

	if (!may_be_tcp(skb, state->pf))
		return NF_ACCEPT;
	p.cfg = rcu_dereference(p.tn->config);
	/* A VRF brings the packet here once more, as if from its own device. */
	if (p.cfg->mode == TTLPIN_MODE_OFF || netif_is_l3_master(state->in))
		return NF_ACCEPT;
	ret = locate(&p);
	if (ret == TTLPIN_PARSE_OK) {
		server = !guards_client(p.cfg, p.place.sport);
		if (server && !guards_server(p.cfg, p.place.dport))
			return NF_ACCEPT;
		ret = parse(&p);
	}
	if (ret == TTLPIN_PARSE_MALFORMED)
		ttlpin_stats_inc(p.tn, TTLPIN_CELL_MALFORMED);
	if (ret != TTLPIN_PARSE_OK)
		return NF_ACCEPT;
	fill_tuple(&p, false, server);
	if (ttlpin_whitelist_has(p.tn, p.place.family,
				 (const u8 *)p.tuple.remote)) {
		ttlpin_stats_inc(p.tn, TTLPIN_CELL_WHITELISTED);
		return NF_ACCEPT;
	}
	return judge(&p);
}

/* A flow begins with our SYN, anew if its ISN is not that of the old one. */
static void sent_syn(struct packet *p)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref;
	u64 state;
	int ttl;

	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	if (!ref.is_new && ref.cold->mem.isn == p->seg.seq) {
		ttlpin_session_syn_again(&state, &ref.cold->mem,
					 milliseconds());
		ttlpin_flow_unlock(&ref, state);
		return;
	}
	ttlpin_session_open(&state, &ref.cold->mem, &p->seg, milliseconds());
	ttl = ttlpin_peer_ttl(p->tn, &p->tuple, ktime_get_seconds());
	if (ttl >= 0) {
		ttlpin_session_expect(&state, &ref.cold->mem, ttl);
		ttlpin_stats_inc(p->tn, TTLPIN_CELL_LEARNED);
	}
	ttlpin_flow_unlock(&ref, state);
}

/* Our server's SYN-ACK: what the client has to acknowledge. */
static void sent_synack(struct packet *p)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref;
	u64 state;

	if (!ttlpin_flow_lock(p->tn, p->cfg, fp, &ref))
		return;
	state = ref.state;
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT &&
	    p->seg.ack == ref.cold->mem.peer_isn + 1)
		ttlpin_session_answered(&state, &ref.cold->mem, &p->seg,
					milliseconds());
	ttlpin_flow_unlock(&ref, state);
}

/* With midstream = learn, our data begins a flow that is not known. */
static void sent_midstream(struct packet *p)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref;
	u64 state;

	if (ttlpin_flow_find(p->tn, p->cfg, fp, &ref))
		return;
	if (!ttlpin_flow_insert(p->tn, p->cfg, fp, &p->tuple, &ref))
		return;
	state = ref.state;
	if (ref.is_new)
		ttlpin_session_open_midstream(&state, &ref.cold->mem, &p->seg,
					      milliseconds());
	ttlpin_flow_unlock(&ref, state);
}

static void sent(struct packet *p, enum ttlpin_sent what)
{
	u64 fp = ttlpin_flow_fingerprint(p->tn, &p->tuple);
	struct ttlpin_ref ref;
	u64 state;

	if (!ttlpin_flow_find(p->tn, p->cfg, fp, &ref) ||
	    ttlpin_session_sent(ref.state, what) == ref.state ||
	    !ttlpin_flow_lock(p->tn, p->cfg, fp, &ref))
		return;
	state = ttlpin_session_sent(ref.state, what);
	remember_peer(p, &ref, state);
	ttlpin_flow_unlock(&ref, state);
}

/* What of an outbound packet's payload tells a command. */
static void peek(struct packet *p, u8 *command)
{
	u32 at = p->place.end - p->seg.payload_len;

	p->seg.payload_avail = min_t(u32, p->seg.payload_len, 4);
	p->seg.payload = command;
	if (skb_copy_bits(p->skb, skb_network_offset(p->skb) + at, command,
			  p->seg.payload_avail))
		p->seg.payload_avail = 0;
}

static unsigned int outbound(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct packet p = { .tn = priv, .skb = skb };
	enum ttlpin_sent what;
	u8 command[4];
	bool server;

	if (!may_be_tcp(skb, state->pf))
		return NF_ACCEPT;
	p.cfg = rcu_dereference(p.tn->config);
	if (p.cfg->mode == TTLPIN_MODE_OFF || netif_is_l3_master(state->out))
		return NF_ACCEPT;
	if (locate(&p) != TTLPIN_PARSE_OK)
		return NF_ACCEPT;
	server = !guards_client(p.cfg, p.place.dport);
	if (server && !guards_server(p.cfg, p.place.sport))
		return NF_ACCEPT;
	if (parse(&p) != TTLPIN_PARSE_OK)
		return NF_ACCEPT;
	fill_tuple(&p, true, server);
	if (p.seg.flags & TTLPIN_SYN) {
		if (server && !is_syn(&p.seg))
			sent_synack(&p);
		else if (!server && is_syn(&p.seg))
			sent_syn(&p);
		return NF_ACCEPT;
	}
	peek(&p, command);
	what = ttlpin_session_outbound(
		&p.seg, is_mail_port(server ? p.tuple.local_port :
					      p.tuple.remote_port));
	if (p.cfg->midstream && !server && p.seg.payload_len &&
	    what != TTLPIN_SENT_CLOSE)
		sent_midstream(&p);
	if (what != TTLPIN_SENT_NOTHING)
		sent(&p, what);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		/* After defragmentation (-400) and the raw table (-300), before
		 * conntrack (-200), which would take a forged RST for the end.
		 */
		.hook = inbound,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK - 1,
	},
	{
		/* After source NAT, so that the addresses are the wire's. */
		.hook = outbound,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_NAT_SRC + 1,
	},
};

static int defrag_init(struct net *net)
{
	int ret = nf_defrag_ipv4_enable(net);

	if (ret)
		return ret;
#if IS_ENABLED(CONFIG_IPV6)
	ret = nf_defrag_ipv6_enable(net);
	if (ret)
		nf_defrag_ipv4_disable(net);
#endif
	return ret;
}

static void defrag_exit(struct net *net)
{
#if IS_ENABLED(CONFIG_IPV6)
	nf_defrag_ipv6_disable(net);
#endif
	nf_defrag_ipv4_disable(net);
}

/**
 * ttlpin_hook_init - begin to judge a namespace's packets
 * @tn: the namespace
 *
 * Return: 0 or a negative error.
 */
int ttlpin_hook_init(struct ttlpin_net *tn)
{
	unsigned int i;
	int ret;

	tn->hooks = kmemdup(hooks, sizeof(hooks), GFP_KERNEL_ACCOUNT);
	if (!tn->hooks)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		tn->hooks[i].priv = tn;
	ret = defrag_init(tn->net);
	if (ret)
		goto err_free;
	ret = nf_register_net_hooks(tn->net, tn->hooks, ARRAY_SIZE(hooks));
	if (ret)
		goto err_defrag;
	return 0;

err_defrag:
	defrag_exit(tn->net);
err_free:
	kfree(tn->hooks);
	return ret;
}

/**
 * ttlpin_hook_exit - judge no more packets
 * @tn: the namespace
 *
 * A packet may still be under way in a hook until an RCU grace period is over.
 */
void ttlpin_hook_exit(struct ttlpin_net *tn)
{
	nf_unregister_net_hooks(tn->net, tn->hooks, ARRAY_SIZE(hooks));
	defrag_exit(tn->net);
}
