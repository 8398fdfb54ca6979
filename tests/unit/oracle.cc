// SPDX-License-Identifier: GPL-2.0
/*
 * An oracle for the verdict, written from the table in Documentation/ttlpin.rst
 * and from nothing else: each line of the table is a rule that says whether it
 * applies, and the first that does has the last word.
 */
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include "oracle.h"

namespace {

struct Case {
	oracle_flow &flow;
	const oracle_segment &seg;
	const oracle_rules &rules;
};

using Answer = std::optional<oracle_verdict>;

bool literal(const oracle_rules &r)
{
	return r.tolerance == 0 && !r.timestamps && !r.heal;
}

int distance(const Case &c)
{
	int best = 255, n = literal(c.rules) ? 1 : c.flow.nr_known;

	for (int i = 0; i < n; i++)
		best = std::min(best, std::abs(c.seg.ttl - c.flow.known[i]));
	return best;
}

bool is_synack(const oracle_segment &s)
{
	return s.syn && s.ack && !s.rst;
}

int kind(const oracle_segment &s)
{
	return s.rst ? O_RST : s.syn ? O_HANDSHAKE : s.fin ? O_FIN :
	       s.len ? O_DATA : O_ACK;
}

oracle_verdict says(const Case &c, int action, int reason = 0, int confirmed = 0)
{
	return { action, reason, distance(c), confirmed };
}

/* "TSval has not fallen behind, nor run ahead ... TSecr lies between ..." */
bool credible(const Case &c)
{
	long ahead = c.seg.val - c.flow.newest, echo = c.seg.ecr - c.flow.our_val;
	bool echoes = c.flow.our_val == c.flow.no_val ||
		      (echo >= 0 && echo <= c.flow.open + 1000);

	return c.seg.has_ts && ahead >= 0 &&
	       ahead <= (c.flow.idle + 1) * 1000 + 1000 && echoes;
}

/* "it lies before the first octet that the peer can say" */
bool behind(const Case &c)
{
	return !c.seg.syn && !c.seg.rst && (c.seg.len || c.seg.fin) && c.seg.seq < 1;
}

/* "a SYN that acknowledges nothing" */
bool stray(const Case &c)
{
	return c.seg.syn && !c.seg.ack && !c.seg.rst;
}

int rank(const Case &c)
{
	bool judged = c.flow.ts == O_JUDGED;
	bool hopeless = behind(c) || stray(c) || (judged ? !credible(c) : c.seg.text != 0);

	if (c.seg.rst)
		return 1;
	if (hopeless)
		return 2;
	if (kind(c.seg) == O_ACK || kind(c.seg) == O_HANDSHAKE)
		return 3;
	if (judged ? c.seg.val > c.flow.newest :
		     c.flow.ts == O_OFFERED && c.seg.has_ts)
		return 5;
	return 4;
}

bool says_the_same(const Case &c)
{
	const oracle_suspect &s = c.flow.suspect;

	if (!s.there || s.kind == O_RST || c.seg.rst)
		return false;
	if (s.kind == O_ACK && kind(c.seg) == O_ACK)
		return true;
	if (s.kind == O_ACK || kind(c.seg) == O_ACK || s.seq != c.seg.seq)
		return false;
	if (s.len == 0 || c.seg.len == 0)
		return s.len == c.seg.len;
	return c.seg.len >= std::min(s.len, 32) && s.text == c.seg.text;
}

bool is_copy(const Case &c)
{
	return says_the_same(c) && c.flow.suspect.ttl == c.seg.ttl;
}

void remember(const Case &c, int r)
{
	oracle_suspect &s = c.flow.suspect;

	bool first_clock = c.flow.ts == O_OFFERED && c.seg.has_ts &&
			   s.val == c.flow.no_val;
	bool anew = is_copy(c) && r > 2 && (s.rank == 2 || first_clock);

	if (is_copy(c) && !anew) {
		s.copies++;
		s.rank = std::max(s.rank, r);
		s.rivals = 0;
		return;
	}
	bool takes = !s.there || s.age >= 60000 || r > s.rank ||
		     (r == s.rank && c.seg.seq < s.seq);
	if (!takes && !anew &&
	    (s.ttl == c.seg.ttl ? r > 2 && s.age >= (s.copies == 1 ? 1000 : 4000) :
				  r == s.rank && says_the_same(c)))
		s.rivals++;
	if (takes || anew || s.rivals == 3)
		s = { true, kind(c.seg), c.seg.seq, c.seg.len, c.seg.text,
		      c.seg.ttl, c.seg.has_ts ? c.seg.val : c.flow.no_val, 0,
		      0, 1, r, 0 };
}

bool has_become_true(const Case &c)
{
	const oracle_suspect &s = c.flow.suspect;
	int enough = s.kind == O_ACK ? 3 : 2;
	long wait = 200;

	if (c.seg.rst || !is_copy(c) || behind(c) || stray(c))
		return false;
	if (c.flow.ts == O_JUDGED) {
		if (!credible(c) || c.seg.val <= c.flow.newest ||
		    c.seg.val <= s.val || c.seg.val - s.val > s.age + 1000)
			return false;
	} else {
		if (c.seg.text != 0)
			return false;
		if (c.flow.ts == O_OFFERED && c.seg.has_ts &&
		    (c.seg.val <= s.val || c.seg.val - s.val > s.age + 1000))
			return false;
		if (c.flow.phase != O_OPENING || s.kind == O_ACK ||
		    (c.flow.ts == O_OFFERED && !c.seg.has_ts)) {
			enough = 3;
			wait = 1000;
		}
	}
	return s.copies >= enough && s.quiet >= wait;
}

void is_good(const Case &c)
{
	oracle_flow &f = c.flow;

	if (!c.seg.rst && !c.seg.syn)
		f.idle = 0;
	if (!c.seg.rst && !c.seg.syn && (c.seg.len || c.seg.fin) &&
	    std::abs(c.seg.ttl - f.known[0]) <= c.rules.tolerance)
		f.at_pin = true;
	if (!c.seg.rst && !c.seg.syn && c.seg.has_ts && f.ts != O_NONE) {
		f.newest = f.newest == f.no_val ? c.seg.val :
						  std::max(f.newest, c.seg.val);
		f.ts = O_JUDGED;
	}
}

/* How many drops the good segment proves right; what it disproves is forgotten. */
int proves(const Case &c)
{
	oracle_suspect &s = c.flow.suspect;
	long end = c.seg.seq + c.seg.len + c.seg.syn + c.seg.fin;
	int n = 0;

	if (!s.there || c.seg.rst)
		return 0;
	if (s.kind != O_ACK && s.seq >= c.seg.seq && s.seq < end) {
		n = s.copies;
	} else if (s.kind != O_ACK && s.age < 60000 &&
		   (c.seg.seq == end || c.seg.seq <= s.seq)) {
		s.quiet = 0;
		return 0;
	}
	s.there = false;
	return n;
}

std::optional<int> suspicion(const Case &c)
{
	if (c.rules.timestamps && c.flow.ts == O_JUDGED && !c.seg.rst &&
	    !c.seg.has_ts)
		return O_TIMESTAMP;
	if (distance(c) > c.rules.tolerance)
		return O_TTL;
	if (c.seg.rst && c.flow.burst >= 0 && c.flow.burst < 2000 &&
	    !literal(c.rules))
		return O_BURST;
	return std::nullopt;
}

/* What came before the pin, or before a new one, tells nothing of the peer. */
void is_pin(const Case &c)
{
	oracle_flow &f = c.flow;

	f.phase = O_OPENING;
	f.known[0] = c.seg.ttl;
	f.ts = f.ts != O_NONE && c.seg.has_ts ? O_OFFERED : O_NONE;
	f.newest = c.seg.has_ts ? c.seg.val : f.no_val;
	f.idle = 0;
	f.burst = -1;
	f.repin = false;
	f.at_pin = false;
	f.suspect.there = false;
}

/* "as long as the peer has not shown that it knows the connection" */
bool is_open(const oracle_flow &f)
{
	return f.phase != O_OPENING || f.at_pin || f.ts == O_JUDGED;
}

Answer pins(const Case &c)
{
	if (c.flow.phase != O_SYN_SENT)
		return std::nullopt;
	if (!is_synack(c.seg) || !c.seg.acks_our_syn)
		return oracle_verdict{ O_UNPINNED, 0, 0, 0 };
	is_pin(c);
	return oracle_verdict{ O_PASS, 0, 0, 0 };
}

Answer second_synack(const Case &c)
{
	if (!is_synack(c.seg) || c.seg.same_isn || literal(c.rules))
		return std::nullopt;
	if (!c.flow.repin || is_open(c.flow) || !c.seg.acks_our_syn ||
	    distance(c) > c.rules.tolerance)
		return says(c, O_DROP, O_SYNACK);
	oracle_verdict v = says(c, distance(c) ? O_NEAR : O_PASS);
	is_pin(c);
	return v;
}

Answer loose(const Case &c)
{
	if (!c.flow.loose || literal(c.rules))
		return std::nullopt;
	oracle_verdict v = says(c, O_PASS);
	is_good(c);
	return v;
}

Answer good(const Case &c)
{
	if (suspicion(c))
		return std::nullopt;
	oracle_verdict v = says(c, distance(c) ? O_NEAR : O_PASS, 0, proves(c));
	is_good(c);
	return v;
}

Answer end_of_session(const Case &c)
{
	if (!c.rules.heal || !c.seg.rst || c.flow.phase != O_CLOSING)
		return std::nullopt;
	return says(c, O_PASS);
}

Answer heals(const Case &c)
{
	oracle_flow &f = c.flow;
	oracle_verdict v = says(c, O_HEALED, *suspicion(c));

	if (c.seg.rst)
		f.burst = 0;
	remember(c, rank(c));
	if (!c.rules.heal || !has_become_true(c))
		return std::nullopt;
	f.suspect.there = false;
	if (f.nr_known == 4) {
		f.loose = true;
		v.action = O_PASS;
	} else {
		f.known[f.nr_known++] = c.seg.ttl;
	}
	is_good(c);
	return v;
}

Answer condemned(const Case &c)
{
	int reason = c.rules.timestamps && c.flow.ts == O_JUDGED && !c.seg.rst &&
		     !c.seg.has_ts ? O_TIMESTAMP :
		     distance(c) > c.rules.tolerance ? O_TTL : O_BURST;

	return says(c, O_DROP, reason);
}

const std::function<Answer(const Case &)> table[] = {
	pins, second_synack, loose, good, end_of_session, heals, condemned,
};

}

struct oracle_verdict oracle(struct oracle_flow *flow,
			     const struct oracle_segment *seg,
			     const struct oracle_rules *rules)
{
	Case c = { *flow, *seg, *rules };

	for (const auto &line : table)
		if (Answer a = line(c))
			return *a;
	std::abort();
}
