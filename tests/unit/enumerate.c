// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict and the oracle over every combination of what matters, and the
 * properties that must hold in each. With a number N as argument only each Nth
 * combination is tried, so that a short run spreads over all of them.
 */
#include <stdlib.h>
/* The hash of a suspect's payload is its own. */
#include "../../kmod/heal.c"
#include "engine.h"
#include "knows.h"
#include "oracle.h"
#include "session.h"
#include "tap.h"

#define NOW	1000000000ull	/* ms */
#define ISN	4294967000u	/* ours; sequence numbers wrap soon after */
#define PEER	4294966000u
#define BASE	4294965000u	/* TSvals wrap, too */
#define NO_VAL	(0u - BASE)	/* the oracle's TSval of what has none: 0 is kept */

static const char *const texts[] = {
	"250 all is well, and said in more than thirty-two octets\r\n",
	"500 error, and said in more than thirty-two octets, too\r\n",
	"250-x\r\n500 error, behind a line that is none and long enough\r\n",
	"250 another text, and said in more than thirty-two octets\r\n",
};

/* One number after the other is drawn from the number of the combination. */
static unsigned long combination;

static int draw(int n)
{
	int value = combination % n;

	combination /= n;
	return value;
}

static unsigned long stride = 1, cases, disagreements, violations;

static void build(const struct oracle_flow *of, const struct oracle_segment *os,
		  u64 *state, struct ttlpin_memory *mem,
		  struct ttlpin_segment *seg)
{
	const struct oracle_suspect *s = &of->suspect;
	int i;

	*state = ttlpin_state_set_phase(of->known[0], of->phase);
	*state = ttlpin_state_set_ts(*state, of->ts);
	*state = ttlpin_state_set_tsval(*state, BASE + of->newest);
	*state = ttlpin_state_set_seen(*state, NOW / 1000 - of->idle);
	*mem = (struct ttlpin_memory){
		.isn = ISN, .peer_isn = PEER, .tsval = BASE + of->our_val,
		.opened = NOW - of->open,
		.flags = (of->repin ? TTLPIN_MEM_REPIN : 0) |
			 (of->loose ? TTLPIN_MEM_LOOSE : 0) |
			 (of->burst >= 0 ? TTLPIN_MEM_BURST : 0),
		.burst = NOW - of->burst,
		.nr_learned = of->nr_known - 1,
	};
	for (i = 1; i < of->nr_known; i++)
		mem->learned[i - 1] = of->known[i];
	if (of->nr_known > 1)
		*state |= TTLPIN_ST_LEARNED;
	if (of->at_pin)
		*state |= TTLPIN_ST_AT_PIN;
	if (s->there) {
		*state |= TTLPIN_ST_SUSPECT;
		mem->copies = s->copies;
		mem->suspect = (struct ttlpin_suspect){
			.seq = PEER + s->seq, .tsval = BASE + s->val,
			.first = NOW - s->age, .alive = s->age - s->quiet, .len = s->len, .ttl = s->ttl,
			.rank = s->rank, .kind = s->kind, .rivals = s->rivals,
			.hash = hash((const u8 *)texts[s->text], hashed(s->len)),
		};
	}
	*seg = (struct ttlpin_segment){
		.payload = (const u8 *)texts[os->text],
		.payload_len = os->len, .payload_avail = os->len,
		.seq = os->syn && !os->same_isn ? PEER + 77 : PEER + os->seq,
		.ack = ISN + 1 + (os->acks_our_syn ? 0 : 50),
		.tsval = os->has_ts ? BASE + os->val : 0,
		.tsecr = os->has_ts ? BASE + os->ecr : 0,
		.ttl = os->ttl, .has_ts = os->has_ts,
		.flags = (os->syn ? TTLPIN_SYN : 0) | (os->ack ? TTLPIN_ACK : 0) |
			 (os->rst ? TTLPIN_RST : 0) | (os->fin ? TTLPIN_FIN : 0),
	};
}

/* What must hold whatever the oracle says. */
static void properties(u64 state, const struct ttlpin_memory *mem, u64 after,
		       const struct ttlpin_memory *mem_after,
		       const struct ttlpin_segment *seg,
		       const struct ttlpin_policy *p,
		       const struct ttlpin_verdict *v)
{
	bool judged = ttlpin_state_ts(state) == TTLPIN_TS_JUDGED;
	bool burst = (mem->flags & TTLPIN_MEM_BURST) &&
		     (u32)NOW - mem->burst < TTLPIN_BURST_MS;
	bool condemned = v->action == TTLPIN_CONDEMN;
	bool synack = (seg->flags & TTLPIN_SYN) && (seg->flags & TTLPIN_ACK);

	/* A known TTL with good timestamps is dropped in a burst at most. */
	if (knows(state, mem, p, seg->ttl) && (seg->has_ts || !judged) && !synack &&
	    condemned && !(burst && (seg->flags & TTLPIN_RST)))
		violations++;
	/* An RST never teaches a TTL. */
	if ((seg->flags & TTLPIN_RST) &&
	    (mem_after->nr_learned != mem->nr_learned ||
	     ttlpin_state_pin(after) != ttlpin_state_pin(state)))
		violations++;
	/* Nothing heals within 200 ms of a good segment. */
	if (v->action == TTLPIN_HEALED &&
	    (u32)NOW - mem->suspect.first - mem->suspect.alive < 200)
		violations++;
	/* The literal rule. */
	if (is_literal(p) && ttlpin_state_phase(state) != TTLPIN_PHASE_SYN_SENT &&
	    condemned == knows(state, mem, p, seg->ttl))
		violations++;
}

static bool same_state(const struct oracle_flow *of, int phase_before,
		       u64 state, const struct ttlpin_memory *mem)
{
	const struct oracle_suspect *s = &of->suspect;

	if (ttlpin_state_phase(state) != (enum ttlpin_phase)of->phase ||
	    ttlpin_state_pin(state) != of->known[0])
		return false;
	/* A new pin begins anew; the rest is not told apart there. */
	if (mem->peer_isn != PEER || phase_before == O_SYN_SENT)
		return true;
	return ttlpin_state_ts(state) == (enum ttlpin_ts)of->ts &&
	       !(state & TTLPIN_ST_AT_PIN) == !of->at_pin &&
	       (of->ts == O_NONE || ttlpin_state_tsval(state) == BASE + (u32)of->newest) &&
	       mem->nr_learned == of->nr_known - 1 &&
	       !(mem->flags & TTLPIN_MEM_LOOSE) == !of->loose &&
	       !mem->suspect.rank == !s->there &&
	       (!s->there || (mem->suspect.rank == s->rank &&
			      mem->copies == s->copies &&
			      mem->suspect.rivals == s->rivals &&
			      (u32)NOW - mem->suspect.first - mem->suspect.alive ==
				      (u32)s->quiet &&
			      mem->suspect.ttl == s->ttl &&
			      mem->suspect.tsval == BASE + (u32)s->val));
}

/* The engine, the short way, the oracle and the properties: one combination. */
static void compare(struct oracle_flow *of, const struct oracle_segment *os,
		    const struct oracle_rules *rules)
{
	struct ttlpin_policy p = { rules->tolerance, rules->timestamps,
				   rules->heal };
	struct oracle_flow before = *of;
	struct ttlpin_memory mem, mem_before;
	enum ttlpin_action action = TTLPIN_PASS;
	struct ttlpin_segment seg;
	struct oracle_verdict ov;
	struct ttlpin_verdict v;
	u64 state, old, next = 0;
	bool known, same;

	build(of, os, &state, &mem, &seg);
	old = state;
	mem_before = mem;
	known = ttlpin_engine_known(state, &seg, &p, NOW / 1000, &next, &action);
	ttlpin_engine_judge(&state, &mem, &seg, &p, NOW, &v);
	ov = oracle(of, os, rules);
	properties(old, &mem_before, state, &mem, &seg, &p, &v);
	if (known && (next != state || action != v.action))
		violations++;
	same = (int)v.action == ov.action && v.distance == ov.distance &&
	       v.confirmed == ov.confirmed &&
	       (v.action != TTLPIN_CONDEMN || (int)v.reason == ov.reason) &&
	       same_state(of, before.phase, state, &mem);
	cases++;
	if (same)
		return;
	if (disagreements++ < 5)
		printf("# engine %d/%d d=%d c=%d, oracle %d/%d d=%d c=%d; phase %d ts %d kind %d ttl %d text %d tol %d ts %d heal %d suspect %d kind %d rank %d copies %d age %ld\n",
		       v.action, v.reason, v.distance, v.confirmed, ov.action,
		       ov.reason, ov.distance, ov.confirmed, before.phase,
		       before.ts, v.kind, os->ttl, os->text, rules->tolerance,
		       rules->timestamps, rules->heal, before.suspect.there,
		       before.suspect.kind, before.suspect.rank,
		       before.suspect.copies, before.suspect.age);
}

static struct oracle_segment draw_flags(void)
{
	static const struct oracle_segment kinds[] = {
		{ .ack = true, .len = 57 },
		{ .ack = true },
		{ .rst = true },
		{ .rst = true, .ack = true, .len = 10 },
		{ .fin = true, .ack = true },
		{ .fin = true, .ack = true, .len = 40 },
		{ .syn = true, .ack = true, .same_isn = true },
		{ .syn = true, .ack = true },
		{ .syn = true },
	};
	struct oracle_segment seg = kinds[draw(9)];

	if (seg.syn)
		seg.acks_our_syn = draw(2);
	return seg;
}

static void draw_timestamps(struct oracle_segment *seg, struct oracle_flow *of)
{
	static const long ahead[] = { -5, 0, 50, 3001 }, echo[] = { 200, -1, 6001 };
	int which = draw(15);

	of->newest = 900;
	of->our_val = 400;
	of->open = 5000;
	of->idle = 1;
	if (!which)
		return;
	which--;
	seg->has_ts = true;
	if (which >= 12) {
		/* A handshake in which one side's TSval was 0. */
		*(which == 12 ? &of->newest : &of->our_val) = NO_VAL;
		seg->val = 950;
		seg->ecr = 600;
		return;
	}
	seg->val = of->newest + ahead[which % 4];
	seg->ecr = of->our_val + echo[which / 4];
}

static void draw_ttl(struct oracle_segment *seg, struct oracle_flow *of)
{
	static const int ttls[] = { 50, 51, 58, 44, 70 }, nr[] = { 1, 2, 4 };

	of->known[0] = 50;
	of->known[1] = 70;
	of->known[2] = 90;
	of->known[3] = 110;
	of->nr_known = nr[draw(3)];
	seg->ttl = ttls[draw(5)];
}

static void draw_suspect(struct oracle_suspect *s, const struct oracle_segment *seg)
{
	static const long ages[] = { 0, 199, 200, 999, 1000, 59999, 60000 };
	static const long steps[] = { 10, 0, -10, 70000 };
	int step;
	static const int kinds[] = { O_DATA, O_ACK, O_FIN, O_RST };
	static const int places[] = { 0, -20, 20 };

	s->there = draw(8);
	if (!s->there)
		return;
	s->kind = kinds[draw(4)];
	s->len = s->kind == O_DATA ? (draw(2) ? 57 : 8) : 0;
	s->seq = (seg->syn ? 1000 : seg->seq) + places[draw(3)];
	s->text = draw(2) ? seg->text : 3;
	s->ttl = draw(2) ? 58 : 44;
	s->copies = 1 + draw(3);
	s->age = ages[draw(7)];
	s->quiet = s->age;
	if (draw(2))
		s->quiet = s->age < 200 ? 0 : s->age < 1000 ? 199 : 999;
	step = draw(5);
	s->val = seg->has_ts && step < 4 ? seg->val - steps[step] : NO_VAL;
	s->rivals = draw(3);
	s->rank = s->kind == O_RST ? 1 : s->kind == O_ACK ? 2 + draw(2) :
							     2 + draw(4);
}

static void draw_rules(struct oracle_rules *rules)
{
	rules->tolerance = draw(2);
	rules->timestamps = draw(2);
	rules->heal = draw(2);
}

/*
 * Everything at once: some 10^14 combinations, of which one
 * in @stride times a large prime is tried, so that each field meets each other.
 */
static void all_fields(void)
{
	const unsigned long total = 15ul * 15 * 3 * 5 * 3 * 3 * 3 * 8 * 3 * 4 *
				    8 * 4 * 2 * 3 * 2 * 2 * 2 * 3 * 7 * 2 * 5 * 4 * 3 * 3;
	static const long bursts[] = { -1, 1999, 2000 };
	/* The first octet that the peer can say is 1. */
	static const long places[] = { 1000, 1, 0 };
	unsigned long i;

	for (i = stride / 2; i < total; i += stride * 360007) {
		struct oracle_flow of = { .no_val = NO_VAL };
		struct oracle_segment seg;
		struct oracle_rules rules;

		combination = i;
		seg = draw_flags();
		draw_timestamps(&seg, &of);
		draw_ttl(&seg, &of);
		of.phase = O_OPENING + draw(3);
		of.ts = draw(3);
		seg.text = seg.len ? draw(3) : 0;
		seg.seq = places[draw(3)];
		if (seg.syn)
			seg.seq = 0;
		draw_rules(&rules);
		of.burst = bursts[draw(3)];
		of.repin = draw(2);
		of.at_pin = draw(2);
		of.loose = draw(2) && of.nr_known == 4;
		draw_suspect(&of.suspect, &seg);
		compare(&of, &seg, &rules);
	}
	EXPECT(!disagreements);
	EXPECT(!violations);
	EXPECT(cases > 100000000 / stride);
}

/* Every pair of TTLs at every tolerance, with and without what was learned. */
static void all_ttls(void)
{
	unsigned long total = 256ul * 256 * 33 * 3 * 15 * 4, i;

	for (i = stride / 2; i < total; i += stride) {
		struct oracle_flow of = { .ts = O_OFFERED, .burst = -1, .open = 5000,
					  .no_val = NO_VAL };
		struct oracle_rules rules = { .timestamps = true, .heal = true };
		struct oracle_segment seg;
		int pin, ttl;

		combination = i;
		pin = draw(256);
		ttl = draw(256);
		rules.tolerance = draw(33);
		of.nr_known = 1 + draw(3);
		seg = draw_flags();
		of.phase = draw(4);
		of.known[0] = pin;
		of.known[1] = (pin + 100) & 255;
		of.known[2] = 255 - pin;
		if (of.phase == O_SYN_SENT && of.nr_known > 1)
			of.nr_known = 1;
		seg.ttl = ttl;
		seg.seq = seg.syn ? 0 : 1000;
		compare(&of, &seg, &rules);
	}
	EXPECT(!disagreements);
	EXPECT(!violations);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		stride = strtoul(argv[1], NULL, 10);
	if (!stride) {
		fputs("enumerate: a number from 1 on is wanted\n", stderr);
		return 2;
	}
	TEST(all_ttls);
	TEST(all_fields);
	printf("# %lu cases, %lu disagreements, %lu violations\n", cases,
	       disagreements, violations);
	return tap_end();
}
