// SPDX-License-Identifier: GPL-2.0
/*
 * What traceroute, mtr or tracert are said to have written, and a sender placed on
 * the path. The first octets are the TTL, the pin and which table is wanted.
 */
#include "fuzz.h"
#include "geoip.h"
#include "locate.h"

/* Databases are none of this. */
void geoip_tell(const struct geoip *geoip, const char *addr, json_t *into)
{
}

static void check_router(const struct path_router *router)
{
	char addr[INET6_ADDRSTRLEN];

	MUST(memchr(router->addr, 0, sizeof(router->addr)));
	MUST(memchr(router->name, 0, sizeof(router->name)));
	MUST(*router->addr || *router->name);
	MUST(!*router->addr ||
	     (path_address(router->addr, addr) && !strcmp(addr, router->addr)));
	MUST(router->rtt >= 0 || router->rtt == -1);
}

static void check_path(const struct path *path)
{
	int hop, i, last = 0;

	MUST(path->last >= 1 && path->last <= PATH_HOPS);
	MUST(memchr(path->target, 0, sizeof(path->target)));
	for (hop = 0; hop <= PATH_HOPS; hop++) {
		const struct path_hop *h = &path->hops[hop];

		MUST(h->nr >= 0 && h->nr <= PATH_ROUTERS);
		MUST(!h->nr || h->listed);
		MUST(memchr(h->mark, 0, sizeof(h->mark)));
		for (i = 0; i < h->nr; i++)
			check_router(&h->routers[i]);
		if (h->listed)
			last = hop;
	}
	MUST(last == path->last && !path->hops[0].listed);
}

static void check_place(const struct path *path, struct input *in)
{
	struct locate_case c = { .ttl = take(in, 1), .segments = 1, .answer_ms = -1 };
	int pin = take(in, 1), hop;
	json_t *place;

	c.pin = pin ? pin : -1;
	c.ttl_low = c.ttl;
	c.ttl_high = c.ttl;
	c.answer_ms = take_below(in, 200);
	place = locate(&c, path, NULL);
	MUST(place);
	hop = json_integer_value(json_object_get(json_object_get(place, "sender"), "hop"));
	MUST(hop >= 0 && hop <= PATH_HOPS);
	locate_print(place, false);
	json_decref(place);
}

/* What is printed is not looked at. */
static void __attribute__((constructor)) be_quiet(void)
{
	if (!freopen("/dev/null", "w", stdout))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char * const wanted[] = { NULL, "203.0.113.25", "2001:db8:2::25" };
	struct input in = { data, size };
	const char *address;
	char why[PATH_WHY] = "";
	struct path *path;
	char *text;

	if (size < 4)
		return 0;
	address = wanted[data[0] % 3];
	in.p++;
	in.left--;
	text = (char *)exact_copy(data + 4, size - 4);
	path = path_parse(text, size - 4, address, why);
	fuzz_calls++;
	free(text);
	MUST(memchr(why, 0, sizeof(why)) && !path == !!*why);
	if (path) {
		check_path(path);
		check_place(path, &in);
	}
	free(path);
	return 0;
}
