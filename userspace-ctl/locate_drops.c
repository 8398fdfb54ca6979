// SPDX-License-Identifier: GPL-2.0
/*
 * Senders of the forged segments of a connection: a place for each TTL, or one for
 * all where they are so many that the sender must choose them.
 */
#include <string.h>
#include "locate.h"
#include "locate_drops.h"

/* More TTLs of one connection are no two senders, but one that plays. */
#define SENDERS_MAX	2

/**
 * struct tally - forged segments by the TTL with which they arrived
 * @segments: how many
 * @answer_ms: shortest time since our command before them, below 0 if not known
 */
struct tally {
	int segments;
	double answer_ms;
};

/* The time that the forgery took to answer our last command. */
static double answered_after(const json_t *drop)
{
	const json_t *ms = json_object_get(json_object_get(drop, "trigger"), "before_ms");

	return json_is_number(ms) && json_number_value(ms) >= 0 ? json_number_value(ms) : -1;
}

static void count(const json_t *flow, struct tally *tally)
{
	const json_t *drop;
	double ms;
	size_t i;

	json_array_foreach(json_object_get(flow, "drops"), i, drop) {
		struct tally *t = &tally[json_integer_value(json_object_get(drop, "ttl")) & 255];

		/* What healed was the server's own. */
		if (json_is_integer(json_object_get(drop, "healed_by")))
			continue;
		ms = answered_after(drop);
		if (!t->segments++ || (ms >= 0 && (t->answer_ms < 0 || ms < t->answer_ms)))
			t->answer_ms = ms;
	}
}

static int summarize(const struct tally *tally, struct locate_case *all)
{
	int ttl, senders = 0, most = 0;

	for (ttl = 0; ttl < 256; ttl++) {
		if (!tally[ttl].segments)
			continue;
		if (!senders++)
			all->ttl_low = ttl;
		all->ttl_high = ttl;
		all->segments += tally[ttl].segments;
		if (tally[ttl].segments > most) {
			most = tally[ttl].segments;
			all->ttl = ttl;
		}
	}
	return senders;
}

/* What the analysis knows of where the capture was taken, and of the server. */
static void learn(struct locate_case *c, const json_t *flow)
{
	const json_t *drop = json_array_get(json_object_get(flow, "drops"), 0);
	const json_t *hops = json_object_get(drop, "hops");
	const char *by = json_string_value(json_object_get(hops, "calibrated"));

	if (by && !strcmp(by, "traceroute"))
		c->server_hop = json_integer_value(json_object_get(hops, "remote"));
	else if (by)
		c->seen = LOCATE_FORWARDED;
}

/**
 * locate_drops - where the forged segments of a connection were sent
 * @flow: one of the "flows" of an analysis
 * @path: a traceroute, or NULL
 * @geoip: databases, or NULL
 *
 * Return: an array of what locate() gives, to be given back.
 */
json_t *locate_drops(const json_t *flow, const struct path *path, const struct geoip *geoip)
{
	struct tally tally[256] = { 0 };
	const json_t *pin = json_array_get(json_object_get(flow, "pin"), 0);
	struct locate_case c = {
		.peer = json_string_value(json_object_get(json_object_get(flow, "remote"), "addr")),
		.pin = json_is_integer(pin) ? json_integer_value(pin) & 255 : -1,
		.answer_ms = -1,
	};
	json_t *places = json_array();
	int ttl, senders;

	learn(&c, flow);
	count(flow, tally);
	senders = summarize(tally, &c);
	if (senders > SENDERS_MAX)
		json_array_append_new(places, locate(&c, path, geoip));
	for (ttl = 0; senders <= SENDERS_MAX && ttl < 256; ttl++) {
		if (!tally[ttl].segments)
			continue;
		c.ttl = ttl;
		c.ttl_low = ttl;
		c.ttl_high = ttl;
		c.segments = tally[ttl].segments;
		c.answer_ms = tally[ttl].answer_ms;
		json_array_append_new(places, locate(&c, path, geoip));
	}
	return places;
}
