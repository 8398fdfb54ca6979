// SPDX-License-Identifier: GPL-2.0
/*
 * Where senders are placed, and how sure that is. The path has 15 hops, the
 * server at the last; hop h answers from 198.51.100.h.
 */
#include <stdlib.h>
#include <string.h>
#include "locate.h"
#include "tap.h"

#define SERVER_HOP	15

static const char server[] = "203.0.113.25";

static struct path *make_path(void)
{
	struct path *path = calloc(1, sizeof(*path));
	char addr[INET6_ADDRSTRLEN];
	int hop;

	strcpy(path->target, server);
	for (hop = 1; hop < SERVER_HOP; hop++) {
		snprintf(addr, sizeof(addr), "%s.100.%d", hop < 7 ? "192.0" : "198.51", hop);
		path_rtt(path_add(path, hop, addr), hop < 9 ? 50 : 100);
	}
	path_rtt(path_add(path, SERVER_HOP, server), 100);
	return path;
}

static struct locate_case make_case(int ttl, int pin)
{
	return (struct locate_case){
		.peer = server, .ttl = ttl, .ttl_low = ttl, .ttl_high = ttl,
		.segments = 1, .pin = pin, .answer_ms = -1,
	};
}

static int hop_of(const json_t *place)
{
	return json_integer_value(json_object_get(json_object_get(place, "sender"), "hop"));
}

static bool is(const json_t *place, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(place, key));

	return text && !strcmp(text, value);
}

static bool because(const json_t *place, const char *words)
{
	const json_t *reason;
	size_t i;

	json_array_foreach(json_object_get(place, "reasons"), i, reason)
		if (strstr(json_string_value(reason), words))
			return true;
	return false;
}

/* Each hop before the server's, each usual pair of initial TTLs, seen as it
 * arrives and behind the gateway: nothing but the right hop is found.
 */
static void every_hop_and_initial(void)
{
	static const int initials[] = { 64, 128, 255 };
	struct path *path = make_path();
	int hop, s, p, after;

	for (hop = 1; hop < SERVER_HOP; hop++) {
		for (s = 0; s < 3 * 3 * 2; s++) {
			int initial = initials[s % 3];

			p = initials[s / 3 % 3];
			after = s / 9;
			struct locate_case c = make_case(initial - hop + 1 - after,
							 p - SERVER_HOP + 1 - after);
			json_t *place = locate(&c, path, NULL);

			EXPECT(hop_of(place) == hop);
			EXPECT(is(place, "confidence", hop == 14 ? "medium" : "high"));
			json_decref(place);
		}
	}
	free(path);
}

static void like_the_incident(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(57, 49);
	json_t *place, *between;

	c.answer_ms = 54;
	place = locate(&c, path, NULL);
	between = json_object_get(place, "between");
	EXPECT(hop_of(place) == 7 && is(place, "confidence", "high"));
	EXPECT(is(json_array_get(between, 0), "addr", "192.0.100.6"));
	EXPECT(is(json_array_get(between, 1), "addr", "198.51.100.7"));
	EXPECT(is(place, "networks", "two") && is(place, "networks_by", "address"));
	EXPECT(because(place, "after 54.0 ms, which rules out whatever is beyond hop 8"));
	json_decref(place);
	free(path);
}

static void as_far_as_the_server(void)
{
	struct path *path = make_path();
	struct locate_case same = make_case(50, 50), other = make_case(114, 50);
	json_t *place = locate(&same, path, NULL);

	EXPECT(is(place, "confidence", "none") && because(place, "own TTL"));
	json_decref(place);
	place = locate(&other, path, NULL);
	EXPECT(is(place, "confidence", "none") && because(place, "as far away as the server"));
	json_decref(place);
	free(path);
}

static void chosen_ttl(void)
{
	struct path *path = make_path();
	struct locate_case odd = make_case(90, 50), volley = make_case(60, 50);
	json_t *place = locate(&odd, path, NULL);

	EXPECT(!hop_of(place) && is(place, "confidence", "none") && because(place, "chose its own"));
	EXPECT(json_is_null(json_object_get(place, "between")));
	json_decref(place);
	volley.ttl_high = 63;
	volley.segments = 3;
	place = locate(&volley, path, NULL);
	EXPECT(!hop_of(place) && is(place, "confidence", "none") && because(place, "from 60 to 63"));
	json_decref(place);
	volley.ttl_high = 61;
	place = locate(&volley, path, NULL);
	EXPECT(hop_of(place) == 5 && is(place, "confidence", "medium"));
	json_decref(place);
	free(path);
}

static void silent_hop(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(58, 50);
	json_t *place, *between;

	path->hops[6].nr = 0;
	path->hops[7].nr = 0;
	place = locate(&c, path, NULL);
	between = json_object_get(place, "between");
	EXPECT(hop_of(place) == 7 && is(place, "confidence", "medium"));
	EXPECT(json_integer_value(json_object_get(json_array_get(between, 0), "hop")) == 5);
	EXPECT(json_integer_value(json_object_get(json_array_get(between, 1), "hop")) == 8);
	json_decref(place);
	free(path);
}

static void way_back_differs(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(56, 48), far = make_case(56, 40);
	json_t *place = locate(&c, path, NULL);

	EXPECT(hop_of(place) == 7 && is(place, "confidence", "medium"));
	EXPECT(because(place, "2 hops longer"));
	json_decref(place);
	place = locate(&far, path, NULL);
	EXPECT(is(place, "confidence", "low") && because(place, "does not fit hop 15"));
	json_decref(place);
	free(path);
}

static void sooner_than_it_can(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(55, 50);
	json_t *place;

	c.answer_ms = 54;
	place = locate(&c, path, NULL);
	EXPECT(hop_of(place) == 10 && is(place, "confidence", "low"));
	EXPECT(because(place, "sooner than hop 10 can"));
	json_decref(place);
	free(path);
}

static void one_hop_outside(void)
{
	struct path *path = make_path();
	struct locate_case near = make_case(64, 49), beyond = make_case(49, 50);
	json_t *place = locate(&near, path, NULL);

	EXPECT(hop_of(place) == 1 && is(place, "confidence", "low"));
	json_decref(place);
	place = locate(&beyond, path, NULL);
	EXPECT(is(place, "confidence", "none") && because(place, "as far away as the server"));
	json_decref(place);
	free(path);
}

static void server_not_listed(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(58, 50), late = make_case(53, 50);
	json_t *place;
	int hop;

	for (hop = 11; hop <= SERVER_HOP; hop++)
		path->hops[hop].nr = 0;
	place = locate(&c, path, NULL);
	EXPECT(hop_of(place) == 7 && is(place, "confidence", "low"));
	EXPECT(because(place, "not in the traceroute"));
	EXPECT(json_is_null(json_object_get(json_object_get(place, "server"), "hop")));
	json_decref(place);
	place = locate(&late, path, NULL);
	EXPECT(hop_of(place) == 12);
	EXPECT(json_is_null(json_array_get(json_object_get(place, "between"), 1)));
	json_decref(place);
	path->target[0] = 0;
	c.peer = NULL;
	place = locate(&c, path, NULL);
	EXPECT(because(place, "its last answer, hop 10"));
	json_decref(place);
	free(path);
}

static void without_traceroute(void)
{
	struct locate_case c = make_case(58, 50), wide = make_case(30, 20), blind = make_case(58, -1);
	json_t *place;

	c.seen = LOCATE_ARRIVING;
	place = locate(&c, NULL, NULL);
	EXPECT(hop_of(place) == 7 && is(place, "confidence", "medium"));
	EXPECT(json_is_null(json_object_get(place, "path")));
	json_decref(place);
	/* 32 and 64 both fit where the server may be far away itself. */
	wide.pin = 33;
	place = locate(&wide, NULL, NULL);
	EXPECT(is(place, "confidence", "low"));
	json_decref(place);
	place = locate(&blind, NULL, NULL);
	EXPECT(hop_of(place) == 7 && json_is_null(json_object_get(place, "pin")));
	json_decref(place);
}

static void hop_one(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(64, 50);
	json_t *place = locate(&c, path, NULL), *between = json_object_get(place, "between");

	EXPECT(hop_of(place) == 1 && json_is_null(json_array_get(between, 0)));
	EXPECT(json_is_null(json_object_get(place, "networks")));
	json_decref(place);
	free(path);
}

static void systems(void)
{
	struct path *path = make_path();
	struct locate_case c = make_case(58, 50);
	json_t *place;

	path->hops[6].routers[0].asn = 64496;
	path->hops[7].routers[0].asn = 64496;
	place = locate(&c, path, NULL);
	EXPECT(is(place, "networks", "one") && is(place, "networks_by", "asn"));
	json_decref(place);
	path->hops[7].routers[0].asn = 64497;
	place = locate(&c, path, NULL);
	EXPECT(is(place, "networks", "two") && is(place, "networks_by", "asn"));
	json_decref(place);
	free(path);
}

/* Every TTL and pin, with and without a path: nothing but values in range. */
static void everything_else(void)
{
	struct path *path = make_path();
	int ttl, pin;

	for (ttl = 0; ttl < 256; ttl++) {
		for (pin = -1; pin < 256; pin += 3) {
			struct locate_case c = make_case(ttl, pin);
			json_t *place = locate(&c, ttl & 1 ? path : NULL, NULL);
			int hop = hop_of(place);

			EXPECT(hop >= 0 && hop <= (ttl & 1 ? SERVER_HOP : 32));
			EXPECT(hop || is(place, "confidence", "none"));
			json_decref(place);
		}
	}
	free(path);
}

int main(void)
{
	TEST(every_hop_and_initial);
	TEST(like_the_incident);
	TEST(as_far_as_the_server);
	TEST(chosen_ttl);
	TEST(silent_hop);
	TEST(way_back_differs);
	TEST(sooner_than_it_can);
	TEST(one_hop_outside);
	TEST(server_not_listed);
	TEST(without_traceroute);
	TEST(hop_one);
	TEST(systems);
	TEST(everything_else);
	return tap_end();
}
