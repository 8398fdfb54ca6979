// SPDX-License-Identifier: GPL-2.0
/*
 * What arrives is judged, what leaves is watched. Follows kmod/inbound.c and
 * kmod/outbound.c step by step.
 */
#include "session.h"
#include "track_packet.h"

static void copy_addr(u32 *to, const u8 *from, u8 family)
{
	memcpy(to, from, family == 4 ? 4 : 16);
}

static void name_flow(struct track_packet *p, bool out, bool server)
{
	const u8 *source = ttlpin_place_saddr(&p->bytes, &p->place);
	const u8 *dest = ttlpin_place_daddr(&p->bytes, &p->place);
	struct ttlpin_tuple *t = &p->tuple;
	u8 family = p->place.family;

	memset(t, 0, sizeof(*t));
	copy_addr(t->remote, out ? dest : source, family);
	copy_addr(t->local, out ? source : dest, family);
	t->remote_port = out ? p->place.dport : p->place.sport;
	t->local_port = out ? p->place.sport : p->place.dport;
	t->family = family;
	t->server = server;
	p->captured.mail = ttlpin_session_is_mail_port(server ? t->local_port :
								t->remote_port);
}

static void remember_peer(struct track *t, struct track_flow *f)
{
	int ttl;

	if (ttlpin_state_phase(f->state) < TTLPIN_PHASE_TALKING)
		return;
	ttl = ttlpin_session_remember(f->state, &f->mem);
	if (ttl == TTLPIN_TEACH_FORGET)
		track_peer_forget(&t->peers, &f->tuple, f->mem.learned[0]);
	else if (ttl != TTLPIN_TEACH_NOTHING)
		track_peer_learn(&t->peers, &f->tuple, ttl, t->now_ms / 1000);
}

/* The flow to which a segment belongs, made where nobody knows it. */
static struct track_flow *flow_of(struct track_packet *p)
{
	struct track *t = p->t;
	struct track_flow *f = track_store_find(&t->store, &p->tuple, t->now_ms);

	return f ?: track_store_add(&t->store, &p->tuple, false, t->now_ms);
}

/*
 * A flow begins with this segment. What came before under the same ends was
 * another connection; what was seen on another link already stays so.
 */
static struct track_flow *begin(struct track_packet *p, struct track_flow *old)
{
	struct track *t = p->t;
	struct track_copy copies[TRACK_COPIES] = { 0 };
	u32 copy_at = 0;
	struct track_flow *f;

	if (old && !old->known && !old->story.nr) {
		track_store_know(&t->store, old, t->now_ms);
		return old;
	}
	if (old) {
		memcpy(copies, old->copies, sizeof(copies));
		copy_at = old->copy_at;
		track_store_drop(&t->store, old);
	}
	f = track_store_add(&t->store, &p->tuple, true, t->now_ms);
	if (f) {
		memcpy(f->copies, copies, sizeof(copies));
		f->copy_at = copy_at;
	}
	return f;
}

static void count_condemned(struct track *t, const struct ttlpin_verdict *v)
{
	static const u8 reason[] = {
		[TTLPIN_REASON_TTL] = TTLPIN_A_COUNTER_DROPPED_TTL,
		[TTLPIN_REASON_TIMESTAMP] = TTLPIN_A_COUNTER_DROPPED_TIMESTAMP,
		[TTLPIN_REASON_SYNACK] = TTLPIN_A_COUNTER_DROPPED_SYNACK,
		[TTLPIN_REASON_BURST] = TTLPIN_A_COUNTER_DROPPED_BURST,
	};
	static const u8 kind[] = {
		[TTLPIN_KIND_RST] = TTLPIN_A_COUNTER_DROPPED_RST,
		[TTLPIN_KIND_FIN] = TTLPIN_A_COUNTER_DROPPED_FIN,
		[TTLPIN_KIND_DATA] = TTLPIN_A_COUNTER_DROPPED_DATA,
		[TTLPIN_KIND_ACK] = TTLPIN_A_COUNTER_DROPPED_ACK,
		[TTLPIN_KIND_HANDSHAKE] = TTLPIN_A_COUNTER_DROPPED_HANDSHAKE,
	};

	track_count(t, t->policy->mode == TTLPIN_MODE_ENFORCE ?
			 TTLPIN_A_COUNTER_DROPPED : TTLPIN_A_COUNTER_WOULD_DROP);
	track_count(t, reason[v->reason]);
	track_count(t, kind[v->kind]);
}

static enum story_fate count_verdict(struct track *t,
				     const struct ttlpin_verdict *v)
{
	static const u8 fate[] = {
		[TTLPIN_PASS] = STORY_PASSED,
		[TTLPIN_NEAR] = STORY_NEAR,
		[TTLPIN_HEALED] = STORY_HEALED,
		[TTLPIN_UNPINNED] = STORY_UNPINNED,
	};

	track_count(t, TTLPIN_A_COUNTER_SEEN);
	if (v->action == TTLPIN_CONDEMN) {
		count_condemned(t, v);
		return t->policy->mode == TTLPIN_MODE_ENFORCE ? STORY_DROPPED :
								STORY_WOULD_DROP;
	}
	track_count(t, v->action == TTLPIN_UNPINNED ? TTLPIN_A_COUNTER_UNPINNED :
						TTLPIN_A_COUNTER_PASSED);
	if (v->action == TTLPIN_NEAR)
		track_count(t, TTLPIN_A_COUNTER_NEAR);
	if (v->action == TTLPIN_HEALED)
		track_count(t, TTLPIN_A_COUNTER_HEALED);
	t->counters[TTLPIN_A_COUNTER_PINNED] += v->pinned;
	t->counters[TTLPIN_A_COUNTER_LOOSE] += v->loose;
	t->counters[TTLPIN_A_COUNTER_CONFIRMED] += v->confirmed;
	return fate[v->action];
}

static void judge_known(struct track_packet *p, struct track_flow *f,
			struct ttlpin_verdict *v)
{
	const struct ttlpin_policy *policy = &p->t->policy->verdict;
	u64 now_ms = p->t->now_ms, next;

	if (ttlpin_engine_known(f->state, &p->seg, policy, now_ms / 1000, &next,
				&v->action)) {
		f->state = next;
		return;
	}
	ttlpin_engine_judge(&f->state, &f->mem, &p->seg, policy, now_ms, v);
	if (v->action != TTLPIN_CONDEMN)
		remember_peer(p->t, f);
}

static bool is_whitelisted(const struct track_packet *p)
{
	const struct track *t = p->t;
	const u8 *addr = (const u8 *)p->tuple.remote;

	return p->tuple.family == 4 ?
		       t->nr_range4 && ttlpin_prefix_find4(t->range4, t->nr_range4, addr) :
		       t->nr_range6 && ttlpin_prefix_find6(t->range6, t->nr_range6, addr);
}

/* A flow to our server begins; or may, where there is one. */
static struct track_flow *open_server(struct track_packet *p, struct track_flow *f)
{
	struct track *t = p->t;

	if (f && f->known) {
		ttlpin_session_rival(&f->state, &f->mem, &p->seg);
		return f;
	}
	f = begin(p, f);
	if (f)
		ttlpin_session_open_server(&f->state, &f->mem, &p->seg, t->now_ms);
	return f;
}

/**
 * track_arrive - judge a segment from the peer
 * @p: the segment
 * @server: the guarded port is the local one
 *
 * Return: false if it was dropped and goes no further.
 */
bool track_arrive(struct track_packet *p, bool server)
{
	struct ttlpin_verdict v = { .action = TTLPIN_UNPINNED };
	struct track *t = p->t;
	enum story_fate fate;
	struct track_flow *f;
	bool opens;

	name_flow(p, false, server);
	f = flow_of(p);
	if (f && track_copy_is(p, f))
		return true;
	if (is_whitelisted(p)) {
		track_count(t, TTLPIN_A_COUNTER_SEEN);
		track_count(t, TTLPIN_A_COUNTER_WHITELISTED);
		fate = STORY_WHITELISTED;
	} else {
		opens = server && ttlpin_segment_is_syn(&p->seg) &&
			(!f || !f->known || ttlpin_session_is_over(f->state));
		if (opens)
			f = open_server(p, f);
		else if (f && f->known)
			judge_known(p, f, &v);
		fate = count_verdict(t, &v);
	}
	if (!f)
		return fate != STORY_DROPPED;
	story_judged(&f->story, &p->captured, fate, &v, f->state, &f->mem,
		     t->policy->snaplen);
	track_store_touch(&t->store, f, t->now_ms);
	return fate != STORY_DROPPED;
}

/*
 * A flow begins with our SYN, anew if its ISN is not that of the old one; @f is NULL where
 * a full store has no place for what nobody knows.
 */
static struct track_flow *sent_syn(struct track_packet *p, struct track_flow *f)
{
	struct track *t = p->t;
	int ttl;

	if (f && f->known && f->mem.isn == p->seg.seq) {
		ttlpin_session_syn_again(&f->state, &f->mem, t->now_ms);
		return f;
	}
	f = begin(p, f);
	if (!f)
		return NULL;
	ttlpin_session_open(&f->state, &f->mem, &p->seg, t->now_ms);
	ttl = t->policy->verdict.heal ?
		      track_peer_ttl(&t->peers, &p->tuple, t->now_ms / 1000) : -1;
	if (ttl >= 0) {
		ttlpin_session_expect(&f->state, &f->mem, ttl);
		track_count(t, TTLPIN_A_COUNTER_LEARNED);
	}
	return f;
}

/*
 * Our server's SYN-ACK: what the client has to acknowledge. It may answer a SYN that
 * came when the flow was over.
 */
static struct track_flow *sent_synack(struct track_packet *p, struct track_flow *f)
{
	struct ttlpin_memory mem = f->mem;
	u64 state = f->state;

	if (!f->known)
		return f;
	ttlpin_session_answered(&state, &mem, &p->seg, p->t->now_ms);
	if (ttlpin_state_phase(state) == TTLPIN_PHASE_SYN_SENT &&
	    ttlpin_state_phase(f->state) == TTLPIN_PHASE_CLOSING)
		f = begin(p, f);
	if (f) {
		f->state = state;
		f->mem = mem;
	}
	return f;
}

static void sent(struct track_packet *p, struct track_flow *f)
{
	enum ttlpin_sent what = ttlpin_session_outbound(&p->seg, p->captured.mail);
	struct track *t = p->t;

	if (t->policy->midstream && !p->tuple.server && p->seg.payload_len &&
	    what != TTLPIN_SENT_CLOSE && !is_whitelisted(p)) {
		if (f->known) {
			ttlpin_session_more_midstream(f->state, &f->mem, &p->seg);
		} else {
			track_store_know(&t->store, f, t->now_ms);
			ttlpin_session_open_midstream(&f->state, &f->mem,
						      &p->seg, t->now_ms);
		}
	}
	if (what != TTLPIN_SENT_NOTHING && f->known) {
		u64 state = ttlpin_session_sent(f->state, what);

		if (state != f->state) {
			f->state = state;
			remember_peer(t, f);
		}
	}
}

/**
 * track_leave - watch a segment of the guarded side
 * @p: the segment
 * @server: the guarded port is the local one
 */
void track_leave(struct track_packet *p, bool server)
{
	struct track *t = p->t;
	struct track_flow *f;
	bool syn;

	name_flow(p, true, server);
	syn = !server && ttlpin_segment_is_syn(&p->seg) && !is_whitelisted(p);
	f = flow_of(p);
	if (f ? track_copy_is(p, f) : !syn)
		return;
	if (syn)
		f = sent_syn(p, f);
	else if (!(p->seg.flags & TTLPIN_SYN))
		sent(p, f);
	else if (server && !ttlpin_segment_is_syn(&p->seg))
		f = sent_synack(p, f);
	if (!f)
		return;
	p->captured.bits |= STORY_OUT;
	story_sent(&f->story, &p->captured);
	track_store_touch(&t->store, f, t->now_ms);
}
