// SPDX-License-Identifier: GPL-2.0
/*
 * Where the forger is: the path, with its hop marked.
 */
#include <string.h>
#include "html.h"
#include "report_flow.h"

static void put_router(FILE *out, const json_t *router)
{
	const json_t *asn = json_object_get(router, "asn"), *rtt = json_object_get(router, "rtt");
	const char *addr = report_string(router, "addr");

	html(out, "<span class=\"router\"><b>%s</b>", *addr ? addr : report_string(router, "name"));
	if (*addr && *report_string(router, "name"))
		html(out, " <span class=\"name\">%s</span>", report_string(router, "name"));
	if (json_is_integer(asn))
		html(out, " <span class=\"owner\">AS%lld</span>", (long long)json_integer_value(asn));
	if (*report_string(router, "network"))
		html(out, " <span class=\"owner\">%s</span>", report_string(router, "network"));
	if (*report_string(router, "country"))
		html(out, " <span class=\"owner\">%s</span>", report_string(router, "country"));
	if (json_is_number(rtt))
		html(out, " <span class=\"rtt\">%.1f&nbsp;ms</span>", json_number_value(rtt));
	html(out, "</span>\n");
}

static void put_hop(FILE *out, const json_t *place, const json_t *hop)
{
	const json_t *routers = json_object_get(hop, "routers"), *router;
	const char *role = report_string(hop, "role");
	bool sender = !strcmp(role, "sender");
	size_t i;

	if (sender && !strcmp(report_string(place, "networks"), "two"))
		html(out, "<li class=\"border\">Two networks meet here</li>\n");
	html(out, "<li class=\"hop %s\"><span class=\"number\"><span class=\"hidden\">hop </span>%lld</span><div>\n",
	     role, report_number(hop, "hop"));
	if (!json_array_size(routers))
		html(out, "<span class=\"router silent\">did not answer</span>\n");
	json_array_foreach(routers, i, router)
		put_router(out, router);
	if (sender)
		html(out, "<strong class=\"badge\">the forger: here, or between this hop and the one before</strong>\n");
	else if (!strcmp(role, "server"))
		html(out, "<strong class=\"badge calm\">the server</strong>\n");
	html(out, "</div></li>\n");
}

static void put_path(FILE *out, const json_t *place)
{
	const json_t *hop;
	size_t i;

	html(out, "<ol class=\"path\">\n<li class=\"hop us\"><span class=\"number\">0</span><div><span class=\"router\"><b>our gateway</b></span></div></li>\n");
	json_array_foreach(json_object_get(place, "path"), i, hop)
		put_hop(out, place, hop);
	html(out, "</ol>\n");
}

static void put_sentence(FILE *out, const json_t *place)
{
	long long hop = report_number(json_object_get(place, "sender"), "hop");
	long long server = report_number(json_object_get(place, "server"), "hop");

	html(out, "<p>%lld forged segment%s arrived with TTL %lld", report_number(place, "segments"),
	     report_number(place, "segments") == 1 ? "" : "s", report_number(place, "ttl"));
	if (json_is_integer(json_object_get(place, "pin")))
		html(out, "; what the server sends arrives with %lld", report_number(place, "pin"));
	if (hop && server)
		html(out, ". So the forger is <strong>hop %lld</strong> of the %lld to the server.</p>\n",
		     hop, server);
	else if (hop)
		html(out, ". So the forger is about <strong>%lld hops</strong> away.</p>\n", hop);
	else
		html(out, ". <strong>That does not tell where the forger is.</strong></p>\n");
}

static void put_place(FILE *out, const json_t *place)
{
	const json_t *reason;
	size_t i;

	put_sentence(out, place);
	html(out, "<p>Confidence: <strong>%s</strong></p>\n<ul>\n", report_string(place, "confidence"));
	json_array_foreach(json_object_get(place, "reasons"), i, reason)
		html(out, "<li>%s</li>\n", json_string_value(reason));
	html(out, "</ul>\n");
	if (json_is_array(json_object_get(place, "path")))
		put_path(out, place);
}

/**
 * report_places - write where the forgers are
 * @out: where to
 * @f: the connection
 */
void report_places(FILE *out, const struct report_flow *f)
{
	const json_t *place;
	size_t i;

	html(out, "<section><h3>Where it was sent</h3>\n");
	json_array_foreach(f->places, i, place)
		put_place(out, place);
	html(out, "</section>\n");
}
