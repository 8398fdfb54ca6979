// SPDX-License-Identifier: GPL-2.0
/*
 * A flow's whole life by any sequence of segments: the engine against the
 * oracle of the unit tests, step by step, and what must hold of every verdict.
 *
 * Input: settings (1 octet), how the flow begins (1), then steps of an operation
 * and what it needs; see step(). Numbers are picked from tables of what matters,
 * so that few octets go a long way. The oracle knows flows of ours that begin
 * with a SYN; those to our server and in mid-stream are held to the claims alone.
 */
#include "fuzz.h"
#include "engine.h"
#include "../unit/knows.h"
#include "../unit/oracle.h"
#include "session.h"

#define STEPS_MAX	200

static const char *const texts[] = {
	"250 all is well, and said in more than thirty-two octets\r\n",
	"500 error, and said in more than thirty-two octets, too\r\n",
	"250-x\r\n500 error, behind a line that is none and long enough\r\n",
};

/* Where numbers begin: some wrap soon, as numbers or as signed ones. */
static const u32 bases[] = { 4294965000u, 0x7ffff000u, 70000u, 0x80000000u };
static const u64 starts[] = { 131000000, 4294960000u, 1000000000, 70000 };

/**
 * struct world - a flow, as the engine and as the oracle see it
 * @now: ms
 * @seen_s: when the oracle's flow was idle for 0 s
 * @base: where our sequence numbers, the peer's and timestamps begin
 * @isn: ours
 * @peer: the peer's
 * @has_oracle: the oracle knows such flows
 */
struct world {
	struct ttlpin_policy policy;
	u64 state;
	struct ttlpin_memory mem;
	struct oracle_flow of;
	u64 now, seen_s;
	u32 base, isn, peer;
	bool has_oracle;
};

/* What must hold of a verdict, whatever came before. */
static void claims(const struct world *before, const struct world *w,
		   const struct ttlpin_segment *seg,
		   const struct ttlpin_verdict *v)
{
	const struct ttlpin_memory *mem = &before->mem;
	bool judged = ttlpin_state_ts(before->state) == TTLPIN_TS_JUDGED;
	bool syn_sent = ttlpin_state_phase(before->state) == TTLPIN_PHASE_SYN_SENT;
	bool burst = (mem->flags & TTLPIN_MEM_BURST) &&
		     (u32)w->now - mem->burst < TTLPIN_BURST_MS;
	bool rst = seg->flags & TTLPIN_RST;
	bool synack = (seg->flags & TTLPIN_SYN) && (seg->flags & TTLPIN_ACK);
	bool condemned = v->action == TTLPIN_CONDEMN;

	/* A known TTL with good timestamps is dropped in a burst at most. */
	if (knows(before->state, mem, &before->policy, seg->ttl) && (seg->has_ts || !judged) && !synack &&
	    !(burst && rst))
		MUST(!condemned);
	/* An RST teaches no TTL, and pins nothing. */
	if (rst) {
		MUST(w->mem.nr_learned == mem->nr_learned && !v->pinned);
		MUST(ttlpin_state_pin(w->state) == ttlpin_state_pin(before->state));
		MUST(v->action != TTLPIN_HEALED && !v->loose);
	}
	/* Nothing heals at once, nor soon after a good segment, or before it came twice. */
	if (v->action == TTLPIN_HEALED || v->loose) {
		MUST((u32)w->now - mem->suspect.first - mem->suspect.alive >= 200);
		MUST(mem->copies && before->policy.heal);
		MUST(mem->suspect.ttl == seg->ttl);
	}
	/* Nothing is dropped before there is a pin, and only then is one taken. */
	if (syn_sent)
		MUST(v->action == TTLPIN_UNPINNED || v->pinned);
	else
		MUST(v->action != TTLPIN_UNPINNED && !v->pinned);
	/* The literal rule. */
	if (is_literal(&before->policy) && !syn_sent)
		MUST(condemned != knows(before->state, mem, &before->policy, seg->ttl));
}

/* What the state word says of the memory beside it. */
static void consistent(const struct world *w)
{
	const struct ttlpin_memory *mem = &w->mem;

	MUST(!(w->state & TTLPIN_ST_SUSPECT) == !mem->suspect.rank);
	MUST(!mem->suspect.rank == !mem->copies);
	MUST(!(w->state & TTLPIN_ST_LEARNED) == !mem->nr_learned);
	MUST(mem->nr_learned <= TTLPIN_LEARNED_MAX);
	MUST(ttlpin_state_ts(w->state) <= TTLPIN_TS_JUDGED);
}

static void same_as_oracle(const struct world *w, const struct ttlpin_verdict *v,
			   const struct oracle_verdict *ov)
{
	const struct oracle_flow *of = &w->of;
	const struct oracle_suspect *s = &of->suspect;
	const struct ttlpin_memory *mem = &w->mem;
	int i;

	MUST((int)v->action == ov->action && v->distance == ov->distance);
	MUST(v->confirmed == ov->confirmed);
	MUST(v->action != TTLPIN_CONDEMN || (int)v->reason == ov->reason);
	MUST((int)ttlpin_state_phase(w->state) == of->phase);
	MUST((int)ttlpin_state_ts(w->state) == of->ts);
	if (of->phase == O_SYN_SENT)
		return;
	MUST(ttlpin_state_pin(w->state) == of->known[0]);
	MUST(!(w->state & TTLPIN_ST_AT_PIN) == !of->at_pin);
	MUST(mem->nr_learned == of->nr_known - 1);
	for (i = 0; i < mem->nr_learned; i++)
		MUST(mem->learned[i] == of->known[i + 1]);
	MUST(of->ts == O_NONE ||
	     ttlpin_state_tsval(w->state) == w->base + (u32)of->newest);
	MUST(!(mem->flags & TTLPIN_MEM_LOOSE) == !of->loose);
	MUST(!mem->suspect.rank == !s->there);
	if (s->there)
		MUST(mem->suspect.rank == s->rank && mem->copies == s->copies &&
		     mem->suspect.ttl == s->ttl &&
		     mem->suspect.rivals == s->rivals &&
		     (u32)w->now - mem->suspect.first - mem->suspect.alive ==
			     (u32)s->quiet &&
		     mem->suspect.seq == w->peer + (u32)s->seq);
}

/* The verdict, and all that is claimed of it. */
static void judge(struct world *w, const struct ttlpin_segment *seg,
		  const struct oracle_segment *os)
{
	struct oracle_rules rules = { w->policy.tolerance, w->policy.timestamps,
				      w->policy.heal };
	struct world before = *w;
	enum ttlpin_action action = TTLPIN_PASS;
	struct oracle_verdict ov;
	struct ttlpin_verdict v;
	u64 next = 0;
	bool known;

	fuzz_calls++;
	known = ttlpin_engine_known(w->state, seg, &w->policy, w->now / 1000,
				    &next, &action);
	ttlpin_engine_judge(&w->state, &w->mem, seg, &w->policy, w->now, &v);
	if (known) {
		MUST(next == w->state && action == v.action && !v.confirmed);
		MUST(!memcmp(&before.mem, &w->mem, sizeof(w->mem)));
	}
	claims(&before, w, seg, &v);
	consistent(w);
	if (!w->has_oracle)
		return;
	w->of.idle = w->now / 1000 - w->seen_s;
	ov = oracle(&w->of, os, &rules);
	if (!w->of.idle)
		w->seen_s = w->now / 1000;
	if (v.pinned || (v.action <= TTLPIN_NEAR && w->mem.peer_isn != before.mem.peer_isn))
		w->peer = w->mem.peer_isn;
	same_as_oracle(w, &v, &ov);
}

static void pass_time(struct world *w, unsigned int which)
{
	static const u32 steps[] = { 0, 0, 1, 40, 199, 200, 201, 799, 800, 1000,
				     1999, 2000, 5000, 59999, 60000, 600000 };
	u32 ms = steps[which % 16];

	w->now += ms;
	w->of.open += ms;
	w->of.suspect.age += ms;
	w->of.suspect.quiet += ms;
	if (w->of.burst >= 0)
		w->of.burst += ms;
}

/* A segment from the peer: 4 octets tell its kind, TTL, timestamps and place. */
static void inbound(struct world *w, struct input *in)
{
	static const struct oracle_segment kinds[] = {
		{ .ack = true, .len = 57 }, { .ack = true, .len = 57 },
		{ .ack = true, .len = 57 }, { .ack = true, .len = 8 },
		{ .ack = true, .len = 33 }, { .ack = true }, { .ack = true },
		{ .rst = true }, { .rst = true, .ack = true, .len = 10 },
		{ .fin = true, .ack = true },
		{ .fin = true, .ack = true, .len = 40 },
		{ .syn = true, .ack = true, .same_isn = true },
		{ .syn = true, .ack = true },
		{ .syn = true }, { .syn = true, .ack = true, .fin = true },
		{ .len = 57 },
	};
	static const u8 ttls[] = { 50, 50, 50, 51, 48, 58, 58, 60, 44, 1, 255, 82 };
	static const long ahead[] = { 0, 10, 200, 1200, -1, -5000, 100000, 1001 };
	static const long echo[] = { 0, 200, 6000, -1, 70000, 1000, 1001, 1 };
	static const long places[] = { 1, 1, 1, 58, 9, 0, -20, 100 };
	unsigned int what = take(in, 1), place = take(in, 1), ts = take(in, 1);
	struct oracle_segment os = kinds[what % 16];
	struct ttlpin_segment seg;

	pass_time(w, what >> 4);
	os.text = os.len ? place % 3 : 0;
	os.acks_our_syn = place & 0x80 || !os.syn;
	os.seq = os.syn ? (os.same_isn ? 0 : 77) : places[place >> 4 & 7];
	os.ttl = ttls[take_below(in, 12)];
	os.has_ts = ts & 1;
	os.val = w->of.newest + ahead[ts >> 1 & 7];
	os.ecr = w->of.our_val + echo[ts >> 4 & 7];
	if (!os.has_ts)
		os.val = os.ecr = 0;
	seg = (struct ttlpin_segment){
		.payload = (const u8 *)texts[os.text],
		.payload_len = os.len, .payload_avail = os.len,
		.seq = w->peer + os.seq,
		.ack = w->isn + 1 + (os.acks_our_syn ? 0 : 50),
		.tsval = os.has_ts ? w->base + os.val : 0,
		.tsecr = os.has_ts ? w->base + os.ecr : 0,
		.ttl = os.ttl, .has_ts = os.has_ts,
		.flags = (os.syn ? TTLPIN_SYN : 0) | (os.ack ? TTLPIN_ACK : 0) |
			 (os.rst ? TTLPIN_RST : 0) | (os.fin ? TTLPIN_FIN : 0),
	};
	judge(w, &seg, &os);
}

/* The oracle's flow at our SYN. */
static void oracle_begins(struct world *w, const struct ttlpin_segment *syn)
{
	w->of = (struct oracle_flow){
		.phase = O_SYN_SENT, .nr_known = 1, .burst = -1,
		.ts = syn->has_ts ? O_OFFERED : O_NONE,
		.our_val = syn->has_ts ? (s32)(syn->tsval - w->base) :
					 (s32)-w->base,
		.no_val = (s32)-w->base,
	};
	w->seen_s = w->now / 1000;
}

static struct ttlpin_segment ours(struct world *w, bool has_ts, u8 flags)
{
	return (struct ttlpin_segment){
		.seq = w->isn, .has_ts = has_ts, .flags = flags, .ttl = 64,
		.tsval = has_ts ? w->base + 400 : 0,
	};
}

/* Our SYN, with what peer memory knows; a new one has another ISN. */
static void send_syn(struct world *w, bool has_ts, bool expect)
{
	struct ttlpin_segment syn;

	w->isn += 5000;
	syn = ours(w, has_ts, TTLPIN_SYN);
	ttlpin_session_open(&w->state, &w->mem, &syn, w->now);
	oracle_begins(w, &syn);
	if (expect) {
		ttlpin_session_expect(&w->state, &w->mem, 58);
		w->of.known[w->of.nr_known++] = 58;
	}
}

static void begin(struct world *w, unsigned int how)
{
	struct ttlpin_segment seg = ours(w, how & 4, TTLPIN_SYN);

	w->has_oracle = (how & 3) < 2;
	if (w->has_oracle) {
		send_syn(w, how & 4, how & 8);
	} else if ((how & 3) == 2) {
		seg.ttl = 50;
		seg.seq = w->peer;
		ttlpin_session_open_server(&w->state, &w->mem, &seg, w->now);
	} else {
		seg.flags = TTLPIN_ACK;
		seg.payload_len = 10;
		ttlpin_session_open_midstream(&w->state, &w->mem, &seg, w->now);
	}
}

static void sent(struct world *w, enum ttlpin_sent what)
{
	int phase = w->of.phase, ttl;

	w->state = ttlpin_session_sent(w->state, what);
	if (what == TTLPIN_SENT_TALK && phase == O_OPENING)
		w->of.phase = O_TALKING;
	if (what == TTLPIN_SENT_CLOSE && phase != O_SYN_SENT)
		w->of.phase = O_CLOSING;
	if (ttlpin_state_phase(w->state) < TTLPIN_PHASE_TALKING)
		return;
	ttl = ttlpin_session_remember(w->state, &w->mem);
	MUST(ttl < 0 || (knows(w->state, &w->mem, &w->policy, ttl) &&
			 !(w->state & TTLPIN_ST_AT_PIN)));
	MUST(ttlpin_session_remember(w->state, &w->mem) < 0);
}

static void again(struct world *w)
{
	if (!w->has_oracle)
		return;
	ttlpin_session_syn_again(&w->state, &w->mem, w->now);
	w->of.repin = true;
	if (w->of.phase == O_SYN_SENT)
		w->seen_s = w->now / 1000;
}

/* Our server's SYN-ACK leaves. */
static void answer(struct world *w, bool has_ts)
{
	struct ttlpin_segment synack = ours(w, has_ts, TTLPIN_SYN | TTLPIN_ACK);

	if ((w->mem.flags & TTLPIN_MEM_SERVER) &&
	    ttlpin_state_phase(w->state) == TTLPIN_PHASE_SYN_SENT)
		ttlpin_session_answered(&w->state, &w->mem, &synack, w->now);
}

static void settings(struct world *w, unsigned int how)
{
	static const u8 tolerances[] = { 1, 0, 2, 32 };

	w->policy.tolerance = tolerances[how & 3];
	w->policy.timestamps = !(how & 4);
	w->policy.heal = !(how & 8);
}

static void step(struct world *w, struct input *in)
{
	unsigned int op = take(in, 1);

	switch (op % 32) {
	case 0:
		sent(w, TTLPIN_SENT_TALK);
		break;
	case 1:
		sent(w, TTLPIN_SENT_CLOSE);
		break;
	case 2:
		again(w);
		break;
	case 3:
		if (w->has_oracle)
			send_syn(w, op & 32, op & 64);
		break;
	case 4:
		answer(w, op & 32);
		break;
	case 5:
		settings(w, op >> 4);
		break;
	default:
		inbound(w, in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct world w = { .isn = 0 };
	unsigned int how, i;

	settings(&w, take(&in, 1));
	how = take(&in, 1);
	w.base = bases[how >> 4 & 3];
	w.now = starts[how >> 6 & 3];
	w.peer = w.base + 1000;
	w.isn = w.base - 3000;
	begin(&w, how);
	for (i = 0; i < STEPS_MAX && in.left; i++)
		step(&w, &in);
	return 0;
}
