// SPDX-License-Identifier: GPL-2.0
/*
 * What a forged segment looks like beside a genuine one.
 */
#include <stdlib.h>
#include <string.h>
#include "analyze.h"
#include "hops.h"
#include "html.h"
#include "report_flow.h"

#define TABLES_MAX	5

/* A segment that is compared with: the one that came too late, or an earlier one. */
static const json_t *model_of(const struct report_flow *f, const struct report_race *race)
{
	const json_t *segment, *model = NULL;
	size_t i;

	if (race->genuine)
		return race->genuine;
	json_array_foreach(f->timeline, i, segment)
		if (report_is_in(segment) && !report_is_forged(f, segment) &&
		    (!model || !*report_string(model, "payload")))
			model = segment;
	return model;
}

static void put_value(FILE *out, const json_t *value)
{
	if (json_is_integer(value))
		html(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		html(out, "%s", json_string_value(value));
	else if (json_is_boolean(value))
		html(out, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_object(value))
		html(out, "%lld, %lld", report_number(value, "tsval"), report_number(value, "tsecr"));
	else
		html(out, "none");
}

/* Timestamps always differ; whether there are any is what counts. */
static bool differ(const json_t *a, const json_t *b)
{
	if (json_is_object(a) && json_is_object(b))
		return false;
	return !json_equal(a ? a : json_null(), b ? b : json_null());
}

static void put_row(FILE *out, const char *name, const char *class, const json_t *model,
		    const json_t *seen, bool differs)
{
	html(out, differs ? "<tr>" : "<tr class=\"same\">");
	html(out, "<th scope=\"row\">%s</th><td class=\"%s\">", name, class);
	put_value(out, model);
	html(out, "</td><td class=\"%s\">", class);
	if (differs)
		html(out, "<span class=\"unequal\" aria-hidden=\"true\">≠ </span><span class=\"hidden\">differs: </span>");
	put_value(out, seen);
	html(out, "</td></tr>\n");
}

static void put_member(FILE *out, const char *name, const char *key, const json_t *model,
		       const json_t *seen)
{
	const json_t *a = json_object_get(model, key), *b = json_object_get(seen, key);

	put_row(out, name, strcmp(key, "payload") ? "" : "text", a, b, differ(a, b));
}

static json_t *hop_value(int hop, int ttl)
{
	return json_integer(hop ? hop : hops_of_ttl(ttl & 255).hop);
}

static void put_hops(FILE *out, const struct report_flow *f, const json_t *model,
		     const json_t *seen, const json_t *place)
{
	int sender = report_number(json_object_get(place, "sender"), "hop");
	json_t *a = hop_value(f->server_hop, report_number(model, "ttl"));
	json_t *b = hop_value(sender, report_number(seen, "ttl"));

	put_row(out, "Distance in hops", "", a, b, !json_equal(a, b));
	json_decref(a);
	json_decref(b);
}

static const json_t *place_of(const struct report_flow *f, long long ttl)
{
	const json_t *place;
	size_t i;

	json_array_foreach(f->places, i, place)
		if (report_number(place, "ttl") == ttl)
			return place;
	return NULL;
}

static void put_evidence(FILE *out, const json_t *drop)
{
	const json_t *list = json_object_get(drop, "evidence"), *one;
	size_t i;

	if (!json_array_size(list))
		return;
	html(out, "<p>Further evidence, on which the verdict does not rest:</p>\n<ul>\n");
	json_array_foreach(list, i, one)
		html(out, "<li>%s</li>\n", analyze_sign_text(json_string_value(one)));
	html(out, "</ul>\n");
}

static void put_table(FILE *out, const struct report_flow *f, const json_t *drop)
{
	struct report_race race = report_race(drop);
	const json_t *model = model_of(f, &race), *seen = race.forged;

	html(out, "<div class=\"scroll\"><table class=\"differences\"><caption>Packet %lld is forged; compared with it, packet %lld of the %s</caption>\n",
	     report_number(drop, "packet"), report_number(model, "packet"), f->peer);
	html(out, "<thead><tr><th scope=\"col\">What</th><th scope=\"col\">Genuine</th><th scope=\"col\">Forged</th></tr></thead>\n<tbody>\n");
	put_member(out, "TTL on arrival", "ttl", model, seen);
	put_hops(out, f, model, seen, place_of(f, report_number(drop, "ttl")));
	put_member(out, "TCP timestamps", "timestamp", model, seen);
	put_member(out, "Don’t fragment (DF)", "df", model, seen);
	put_member(out, "IP ID", "ip_id", model, seen);
	put_member(out, "TCP window", "window", model, seen);
	put_member(out, "TCP flags", "flags", model, seen);
	put_member(out, "SEQ number", "seq", model, seen);
	put_member(out, "ACK number", "ack", model, seen);
	put_member(out, "Text", "payload", model, seen);
	html(out, "</tbody></table></div>\n");
	put_evidence(out, drop);
}

/**
 * report_differences - write a table for each forged segment
 * @out: where to
 * @f: the connection
 */
void report_differences(FILE *out, const struct report_flow *f)
{
	size_t i, nr = json_array_size(f->drops);
	const json_t *drop;

	html(out, "<section><h3>What gives the forgery away</h3>\n");
	json_array_foreach(f->drops, i, drop)
		if (i < TABLES_MAX)
			put_table(out, f, drop);
	if (nr > TABLES_MAX)
		html(out, "<p>%lld more forged segments are left out here.</p>\n",
		     (long long)(nr - TABLES_MAX));
	html(out, "</section>\n");
}
