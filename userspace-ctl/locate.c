// SPDX-License-Identifier: GPL-2.0
/*
 * Where on a path a segment was sent.
 *
 * What starts with TTL s at hop h arrives with s - h + 1, or with less by one where
 * the capture was taken after the gateway had forwarded it, or by more where the
 * way back is longer. The server, whose hop a traceroute tells, shows by how much:
 * that is its shift, and holds for the sender as well. What a segment started with
 * is one of a few usual values; those that would place the sender beyond the
 * server, or before the first hop, are ruled out.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hops.h"
#include "locate.h"
#include "out.h"

/* By more than that a way back does not usually differ from the way there. */
#define SHIFT_MAX	5
/* Without a traceroute a path is taken to be no longer. */
#define LENGTH_MAX	32

enum confidence { NONE, LOW, MEDIUM, HIGH };

static const char * const confidences[] = { "none", "low", "medium", "high" };

/**
 * struct finding - what has been worked out so far
 * @c: the case
 * @path: the traceroute, or NULL
 * @server: the server's hop, 0 if not known
 * @server_initial: TTL that it is thought to start with, 0 if not known
 * @shift: what arrives has lost so much more than its hop tells
 * @limit: no sender on the path is farther
 * @hop: the sender's, 0 if not known
 * @initial: TTL that it is thought to start with
 * @confidence: how sure that is
 * @reasons: why, in words
 * @candidates: each usual initial TTL, and the hop that it would mean
 */
struct finding {
	const struct locate_case *c;
	const struct path *path;
	int server;
	int server_initial;
	int shift;
	int limit;
	int hop;
	int initial;
	enum confidence confidence;
	json_t *reasons;
	json_t *candidates;
};

/* Whatever is said, it makes the finding no surer than that. */
static void __attribute__((format(printf, 3, 4)))
say(struct finding *f, enum confidence at_most, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_array_append_new(f->reasons, json_string(text));
	if (at_most < f->confidence)
		f->confidence = at_most;
}

/* The server's hop: where its address stands, or else the target's. */
static void find_server(struct finding *f)
{
	const char *peer = f->c->peer ? f->c->peer : f->path->target;
	int hop = path_find(f->path, peer);

	if (hop) {
		f->server = hop;
	} else if (*peer) {
		say(f, LOW, "%s itself is not in the traceroute, which ends at hop %d: nothing calibrates the distance",
		    peer, f->path->last);
	} else {
		for (hop = f->path->last; hop && !f->path->hops[hop].nr; hop--)
			;
		f->server = hop;
		if (hop)
			say(f, MEDIUM, "the traceroute does not say where it leads: its last answer, hop %d, is taken for the server",
			    hop);
	}
}

/* How the server's TTL and its place in the traceroute go together. */
static void calibrate(struct finding *f)
{
	int i, shift, best = 256;

	for (i = 0; i < HOPS_INITIALS; i++) {
		shift = hops_initials[i] - f->c->pin + 1 - f->server;
		if (hops_initials[i] >= f->c->pin && abs(shift) < abs(best)) {
			best = shift;
			f->server_initial = hops_initials[i];
		}
	}
	if (abs(best) > SHIFT_MAX) {
		f->server_initial = 0;
		say(f, LOW, "the server's TTL of %d does not fit hop %d: it starts with an unusual TTL, or something else answers for it",
		    f->c->pin, f->server);
		return;
	}
	f->shift = best;
	if (!best)
		say(f, HIGH, "the server's TTL fits its hop: %d - %d + 1 = %d",
		    f->server_initial, f->c->pin, f->server);
	else if (best == 1)
		say(f, HIGH, "the server's TTL fits its hop: %d - %d = %d, %s", f->server_initial,
		    f->c->pin, f->server, f->c->seen == LOCATE_ARRIVING ?
		    "if its way back is one hop longer" :
		    "seen after the gateway had forwarded it");
	else
		say(f, abs(best) > 2 ? LOW : MEDIUM,
		    "the server's way back is %d hop%s %s than the way there: the sender's hop may be off by as many",
		    abs(best), abs(best) > 1 ? "s" : "", best > 0 ? "longer" : "shorter");
}

/* Without the server's place: how far it can be at most, by its TTL. */
static int farthest(const struct locate_case *c)
{
	int i, hop, limit = 0;

	for (i = 0; c->pin >= 0 && i < HOPS_INITIALS; i++) {
		hop = hops_initials[i] - c->pin + 1;
		if (hop >= 1 && hop <= LENGTH_MAX)
			limit = hop;
	}
	return limit ? limit : LENGTH_MAX;
}

/* Tries the usual initial TTLs, @slack hops beyond both ends; how many fit. */
static int try_initials(struct finding *f, int slack)
{
	int i, hop, fit = 0;
	bool fits;

	json_array_clear(f->candidates);
	for (i = 0; i < HOPS_INITIALS; i++) {
		if (hops_initials[i] < f->c->ttl)
			continue;
		hop = hops_initials[i] - f->c->ttl + 1 - f->shift;
		fits = hop >= 1 - slack && hop <= f->limit + slack;
		if (fits && !fit++) {
			f->initial = hops_initials[i];
			f->hop = hop < 1 ? 1 : hop > f->limit ? f->limit : hop;
		}
		json_array_append_new(f->candidates,
				      json_pack("{s:i,s:i,s:b}", "initial", hops_initials[i],
						"hop", hop, "fits", fits));
	}
	return fit;
}

static void find_sender(struct finding *f)
{
	int fit = try_initials(f, 0);

	if (!fit && try_initials(f, 1)) {
		say(f, LOW, "by its TTL it would lie one hop outside the path: its way back is not the server's");
		return;
	}
	if (!fit)
		say(f, NONE, "none of the usual initial TTLs (32, 64, 128, 255) places the sender on this path: it chose its own, and cannot be placed");
	else if (fit == 1)
		say(f, HIGH, "of the usual initial TTLs (32, 64, 128, 255) only %d places the sender on this path",
		    f->initial);
	else
		say(f, LOW, "%d of the usual initial TTLs place the sender on this path; the nearest is shown",
		    fit);
}

/* What makes the TTL say little, wherever it points to. */
static void doubt(struct finding *f)
{
	const struct locate_case *c = f->c;

	if (c->ttl_high - c->ttl_low > 1)
		say(f, NONE, "its %d segments arrived with TTLs from %d to %d: it chooses them, so that they do not tell where it is",
		    c->segments, c->ttl_low, c->ttl_high);
	else if (c->ttl_high > c->ttl_low)
		say(f, MEDIUM, "its segments arrived with TTLs of %d and %d: some routers balance, and the hop may be off by one",
		    c->ttl_low, c->ttl_high);
	if (c->ttl == c->pin)
		say(f, NONE, "it arrived with the server's own TTL, so that it does not tell where it was sent");
	else if (f->server && f->hop == f->server)
		say(f, NONE, "by its TTL it is as far away as the server, so that it does not tell where it was sent");
	else if (f->server && f->server - f->hop == 1)
		say(f, MEDIUM, "it is one hop from the server, and paths that balance differ by as much");
	if (f->confidence == NONE)
		f->hop = 0;
}

static double round_trip(const struct path_hop *hop)
{
	double rtt = -1;
	int i;

	for (i = 0; i < hop->nr; i++)
		if (hop->routers[i].rtt >= 0 && (rtt < 0 || hop->routers[i].rtt < rtt))
			rtt = hop->routers[i].rtt;
	return rtt;
}

/* Nobody answers sooner than the round trip to where he is. */
static void check_time(struct finding *f)
{
	double allowed = f->c->answer_ms * 1.1 + 1, rtt;
	int hop, far = 0;

	if (!f->hop || f->c->answer_ms < 0)
		return;
	for (hop = 1; hop <= f->server; hop++) {
		rtt = round_trip(&f->path->hops[hop]);
		if (rtt >= 0 && rtt <= allowed)
			far = hop;
	}
	rtt = round_trip(&f->path->hops[f->hop]);
	if (rtt > allowed && far < f->hop)
		say(f, LOW, "it answered after %.1f ms, sooner than hop %d can (%.1f ms): it is nearer than its TTL says",
		    f->c->answer_ms, f->hop, rtt);
	else if (far && far < f->server)
		say(f, HIGH, "it answered after %.1f ms, which rules out whatever is beyond hop %d",
		    f->c->answer_ms, far);
}

static json_t *text_or_null(const char *text)
{
	return *text ? out_string(text) : json_null();
}

static json_t *router_tree(const struct path_router *router, const struct geoip *geoip)
{
	json_t *tree;

	tree = json_pack("{s:o,s:o,s:o,s:o,s:n,s:n}",
			 "addr", text_or_null(router->addr), "name", text_or_null(router->name),
			 "rtt", router->rtt < 0 ? json_null() : json_real(router->rtt),
			 "asn", router->asn ? json_integer(router->asn) : json_null(),
			 "network", "country");
	if (tree && *router->addr)
		geoip_tell(geoip, router->addr, tree);
	return tree;
}

static json_t *hop_tree(const struct finding *f, int nr, const struct geoip *geoip)
{
	const struct path_hop *hop = &f->path->hops[nr];
	json_t *routers = json_array();
	int i;

	for (i = 0; i < hop->nr; i++)
		json_array_append_new(routers, router_tree(&hop->routers[i], geoip));
	return json_pack("{s:i,s:o,s:o,s:o}", "hop", nr, "routers", routers,
			 "mark", text_or_null(hop->mark), "role",
			 f->hop && nr == f->hop ? json_string("sender") :
			 nr == f->server ? json_string("server") : json_null());
}

static json_t *path_tree(const struct finding *f, const struct geoip *geoip)
{
	json_t *hops = json_array();
	int hop, last = f->server ? f->server : f->path->last;

	for (hop = 1; hop <= last; hop++)
		json_array_append_new(hops, hop_tree(f, hop, geoip));
	return hops;
}

/* The first who answered at a hop of the path. */
static json_t *router_at(const json_t *path, int hop)
{
	const json_t *element;
	size_t i;

	json_array_foreach(path, i, element)
		if (json_integer_value(json_object_get(element, "hop")) == hop)
			return json_array_get(json_object_get(element, "routers"), 0);
	return NULL;
}

static json_t *neighbour(const json_t *path, int hop)
{
	json_t *router = router_at(path, hop), *copy = json_copy(router);

	json_object_set_new(copy, "hop", json_integer(hop));
	return copy;
}

/* Whether two routers' addresses begin alike: 16 bits, 32 with IPv6. */
static bool alike(const json_t *one, const json_t *other)
{
	const char *a = json_string_value(json_object_get(one, "addr"));
	const char *b = json_string_value(json_object_get(other, "addr"));
	char mark = a && strchr(a, ':') ? ':' : '.';
	int i, left = 2;

	for (i = 0; a && b && a[i] && a[i] == b[i]; i++)
		if (a[i] == mark && !--left)
			return true;
	return false;
}

/* Whose the two ends are: "two" networks or "one", and by what that is known. */
static void compare_networks(json_t *place, const json_t *one, const json_t *other)
{
	json_t *a = json_object_get(one, "asn"), *b = json_object_get(other, "asn");
	bool known = json_is_integer(a) && json_is_integer(b);
	bool same = known ? json_equal(a, b) : alike(one, other);

	if (!known && (!json_is_string(json_object_get(one, "addr")) ||
		       !json_is_string(json_object_get(other, "addr"))))
		return;
	json_object_set_new(place, "networks", json_string(same ? "one" : "two"));
	json_object_set_new(place, "networks_by", json_string(known ? "asn" : "address"));
}

/* Those who answered next to the link on which the sender is. */
static void name_neighbours(struct finding *f, json_t *place, const json_t *path)
{
	json_t *between = json_array(), *before, *after;
	int from = f->hop - 1, to = f->hop, last = json_array_size(path);

	while (from && !router_at(path, from))
		from--;
	while (to <= last && !router_at(path, to))
		to++;
	if (f->hop > last)
		say(f, LOW, "the traceroute ends at hop %d and names nobody there", last);
	else if (to != f->hop)
		say(f, MEDIUM, "hop %d did not answer the traceroute", f->hop);
	before = from ? neighbour(path, from) : json_null();
	after = to <= last ? neighbour(path, to) : json_null();
	json_array_append_new(between, before);
	json_array_append_new(between, after);
	json_object_set_new(place, "between", between);
	if (json_is_object(before) && json_is_object(after))
		compare_networks(place, before, after);
}

static json_t *end_tree(int hop, int initial)
{
	return json_pack("{s:o,s:o}", "hop", hop ? json_integer(hop) : json_null(),
			 "initial", initial ? json_integer(initial) : json_null());
}

/* What the gateway has forwarded has lost one more. */
static void allow_for_gateway(struct finding *f)
{
	if (f->c->seen == LOCATE_FORWARDED) {
		f->shift = 1;
		say(f, HIGH, "it was seen after the gateway had forwarded it, which has taken one from its TTL");
	} else if (f->c->seen == LOCATE_EITHER) {
		say(f, LOW, "if it was seen after the gateway had forwarded it, the sender is one hop nearer");
	}
}

static void work_out(struct finding *f)
{
	if (f->path)
		find_server(f);
	else
		f->server = f->c->server_hop;
	if (!f->path)
		say(f, MEDIUM, "without a traceroute at hand the hop has no name");
	if (f->server && f->c->pin >= 0) {
		calibrate(f);
	} else {
		if (f->server)
			say(f, LOW, "the server's TTL is not known: nothing calibrates the distance");
		allow_for_gateway(f);
	}
	f->limit = f->server ? f->server : farthest(f->c);
	find_sender(f);
	doubt(f);
	if (f->path)
		check_time(f);
}

/**
 * locate - work out where a segment was sent
 * @c: what is known of it
 * @path: a traceroute to the server, or NULL
 * @geoip: databases to ask whose the routers are, or NULL
 *
 * Return: a tree as the manual has it, to be given back.
 */
json_t *locate(const struct locate_case *c, const struct path *path,
	       const struct geoip *geoip)
{
	struct finding f = { .c = c, .path = path, .confidence = HIGH,
			     .reasons = json_array(), .candidates = json_array() };
	json_t *place, *hops;

	work_out(&f);
	hops = path ? path_tree(&f, geoip) : json_null();
	place = json_pack("{s:s?,s:i,s:o,s:i,s:o,s:o,s:O,s:n,s:n,s:n}",
			  "peer", c->peer ? c->peer : path && *path->target ? path->target : NULL,
			  "ttl", c->ttl, "pin", c->pin < 0 ? json_null() : json_integer(c->pin),
			  "segments", c->segments,
			  "server", end_tree(f.server, f.server_initial),
			  "sender", end_tree(f.hop, f.hop ? f.initial : 0),
			  "candidates", f.candidates, "between", "networks", "networks_by");
	if (path && f.hop)
		name_neighbours(&f, place, hops);
	json_object_set_new(place, "confidence", json_string(confidences[f.confidence]));
	json_object_set_new(place, "reasons", f.reasons);
	json_object_set_new(place, "path", hops);
	json_decref(f.candidates);
	return place;
}
