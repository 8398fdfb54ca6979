// SPDX-License-Identifier: GPL-2.0
/*
 * An analysis as one page for a browser, for who has to explain a lost mail. The
 * page needs nothing but itself: no network, no script to be read. Whatever the
 * captures say is text in it; and were it not, the page's own policy would keep a
 * script that is not the page's from running.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "analyze.h"
#include "ctl.h"
#include "html.h"
#include "locate_drops.h"
#include "out.h"
#include "report.h"
#include "report_data.h"
#include "report_flow.h"

/* Connections with forged segments that get a section; the rest is counted. */
#define SECTIONS_MAX	100
/* Other connections that get a line. */
#define LINES_MAX	200

/**
 * struct report - a page on its way
 * @name: of its file
 * @hit: connections with forged segments, SECTIONS_MAX at most
 * @others: connections without, LINES_MAX at most
 * @flows: connections
 * @nr_hit: those with forged segments
 * @forged: forged segments
 * @proven: those that a genuine segment has confirmed
 */
struct report {
	const char *name;
	json_t *hit;
	json_t *others;
	long long flows, nr_hit, forged, proven;
};

static void put_start(FILE *out, const struct report *t)
{
	html(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	html(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">\n",
	     report_css_hash, report_js_hash);
	html(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
	html(out, "<title>%lld forged segment%s in %lld connection%s</title>\n<style>",
	     t->forged, t->forged == 1 ? "" : "s", t->flows, t->flows == 1 ? "" : "s");
	fputs(report_css, out);
	html(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n");
}

static void put_tile(FILE *out, const char *class, long long number, const char *what)
{
	html(out, "<div class=\"tile %s\"><dd>%lld</dd><dt>%s</dt></div>\n", class, number, what);
}

static void put_head(FILE *out, const struct report *t)
{
	html(out, "<header>\n<p class=\"brand\">ttlpin report</p>\n<h1>%s</h1>\n", t->forged ?
	     "Somebody on the way answered in the server’s name" :
	     "No forged segment was found");
	html(out, "<p class=\"lead\">%s</p>\n", t->forged ?
	     "The connections below had two speakers on the other side: the server, and somebody on the way who pretended to be the server. What a box on the way sends arrives from another distance, and that is how it is told apart." :
	     "Every segment arrived from the distance from which its server accepted the connection, or had a reason not to.");
	html(out, "<dl class=\"tiles\">\n");
	put_tile(out, t->forged ? "bad" : "", t->forged, t->forged == 1 ? "forged segment" : "forged segments");
	put_tile(out, "", t->proven, "proven by the genuine segment that came too");
	put_tile(out, "", t->nr_hit, t->nr_hit == 1 ? "connection hit" : "connections hit");
	put_tile(out, "", t->flows, t->flows == 1 ? "connection seen" : "connections seen");
	html(out, "</dl>\n</header>\n<main id=\"findings\">\n");
}

/* The dropped segments whose sender has healed, or those that are forged. */
static json_t *pick(const json_t *flow, bool healed)
{
	json_t *list = json_array();
	json_t *drop;
	size_t i;

	json_array_foreach(json_object_get(flow, "drops"), i, drop)
		if (json_is_integer(json_object_get(drop, "healed_by")) == healed)
			json_array_append(list, drop);
	return list;
}

static struct report_flow make_flow(const json_t *flow, int number, const struct path *path,
				    const struct geoip *geoip)
{
	const json_t *remote = json_object_get(flow, "remote");
	const json_t *pin = json_array_get(json_object_get(flow, "pin"), 0), *place;
	struct report_flow f = {
		.number = number, .timeline = json_object_get(flow, "timeline"),
		.drops = pick(flow, false), .held = pick(flow, true),
		.peer = json_is_true(json_object_get(flow, "server")) ? "client" : "server",
		.remote = out_address(remote), .local = out_address(json_object_get(flow, "local")),
		.pin = json_is_integer(pin) ? json_integer_value(pin) : -1,
		.places = locate_drops(flow, path_for(path, report_string(remote, "addr")), geoip),
	};

	report_time(json_array_get(f.timeline, 0), &f.start);
	place = json_array_get(f.places, 0);
	f.server_hop = report_number(json_object_get(place, "server"), "hop");
	f.sender_hop = report_number(json_object_get(place, "sender"), "hop");
	return f;
}

static void drop_flow(struct report_flow *f)
{
	json_decref((json_t *)f->drops);
	json_decref((json_t *)f->held);
	json_decref((json_t *)f->places);
	free(f->remote);
	free(f->local);
}

static void put_date(FILE *out, const json_t *segment)
{
	time_t seconds;
	char text[64];
	struct tm tm;
	int64_t us;

	if (!report_time(segment, &us))
		return;
	seconds = us / 1000000;
	strftime(text, sizeof(text), "%-d %B %Y at %H:%M:%S UTC", gmtime_r(&seconds, &tm));
	html(out, "<time datetime=\"%s\">%s</time>", report_string(segment, "time"), text);
}

/* One sentence, for who reads no further. */
static void put_story(FILE *out, const struct report_flow *f)
{
	const json_t *drop = json_array_get(f->drops, 0);
	struct report_race race = report_race(drop);
	char *command = race.command ? report_says(race.command) : NULL;
	char *forged = report_says(race.forged), *genuine = race.genuine ? report_says(race.genuine) : NULL;
	size_t nr = json_array_size(f->drops);

	html(out, "<p class=\"story\">On ");
	put_date(out, drop);
	if (command)
		html(out, ", after our side had said <q>%s</q>", command);
	html(out, ", the answer <q class=\"forged\">%s</q> arrived, which the %s never sent.", forged, f->peer);
	if (race.genuine)
		html(out, " The %s’s own words were <q class=\"genuine\">%s</q>.", f->peer, genuine);
	if (nr > 1)
		html(out, " %lld more forged segment%s followed.", (long long)nr - 1,
		     nr == 2 ? "" : "s");
	html(out, "</p>\n");
	free(command);
	free(forged);
	free(genuine);
}

static void put_section(FILE *out, const struct report_flow *f)
{
	html(out, "<article aria-labelledby=\"c%d\">\n<h2 id=\"c%d\">Connection %d <span>%s to %s</span></h2>\n",
	     f->number, f->number, f->number, f->local, f->remote);
	put_story(out, f);
	report_races(out, f);
	report_ladder(out, f);
	report_places(out, f);
	report_ttls(out, f);
	report_differences(out, f);
	html(out, "</article>\n");
}

static void put_sections(FILE *out, const struct report *t, const struct path *path,
			 const struct geoip *geoip)
{
	const json_t *flow;
	size_t i;

	json_array_foreach(t->hit, i, flow) {
		struct report_flow f = make_flow(flow, i + 1, path, geoip);

		put_section(out, &f);
		drop_flow(&f);
	}
	if (t->nr_hit > SECTIONS_MAX)
		html(out, "<p>The first %d of %lld connections; ttlpinctl -j analyze tells of all.</p>\n",
		     SECTIONS_MAX, t->nr_hit);
}

/* What is worth a look, though nothing was forged for sure. */
static void put_remarks(FILE *out, const json_t *flow)
{
	const json_t *evidence = json_object_get(flow, "evidence"), *one;
	size_t i, healed = json_array_size(json_object_get(flow, "drops"));

	if (healed)
		html(out, "Its TTL changed; %lld segment%s came late for that. ", (long long)healed,
		     healed == 1 ? "" : "s");
	json_array_foreach(evidence, i, one)
		html(out, "Packet %lld: %s. ", report_number(one, "packet"),
		     analyze_sign_text(report_string(one, "evidence")));
	if (!healed && !json_array_size(evidence))
		html(out, "none");
}

static void put_line(FILE *out, const json_t *flow)
{
	char *local = out_address(json_object_get(flow, "local"));
	char *remote = out_address(json_object_get(flow, "remote"));
	char *pin = out_text(json_object_get(flow, "pin"));

	html(out, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%lld</td><td>", local, remote, pin,
	     report_number(flow, "segments"));
	put_remarks(out, flow);
	html(out, "</td></tr>\n");
	free(local);
	free(remote);
	free(pin);
}

static void put_others(FILE *out, const struct report *t)
{
	long long others = t->flows - t->nr_hit;
	const json_t *flow;
	size_t i;

	if (!others)
		return;
	html(out, "<section class=\"others\"><h2>Connections without a forged segment</h2>\n<details><summary>%lld of them</summary>\n",
	     others);
	html(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Connections without a forged segment\"><table><caption>What was seen besides</caption><thead><tr><th scope=\"col\">Our side</th><th scope=\"col\">Other side</th><th scope=\"col\">Its TTL</th><th scope=\"col\">Segments</th><th scope=\"col\">Remarks</th></tr></thead>\n<tbody>\n");
	json_array_foreach(t->others, i, flow)
		put_line(out, flow);
	html(out, "</tbody></table></div>\n");
	if (others > LINES_MAX)
		html(out, "<p>The first %d of them.</p>\n", LINES_MAX);
	html(out, "</details></section>\n");
}

static void put_words(FILE *out)
{
	html(out, "<section class=\"words\"><h2>What the words mean</h2>\n<dl>\n");
	html(out, "<dt>TTL, hop</dt><dd>Every packet starts with a number, the TTL, usually 64, 128 or 255, and every router on its way (a hop) takes one from it. What arrives tells how many routers a packet has passed.</dd>\n");
	html(out, "<dt>Segment</dt><dd>The piece of a connection that one packet carries.</dd>\n");
	html(out, "<dt>Forged</dt><dd>Sent in the server’s name by somebody else: from another distance, and not sent again when it is ignored, as a genuine segment would be.</dd>\n");
	html(out, "<dt>Proven</dt><dd>The genuine segment for the same place in the conversation arrived as well, with the server’s TTL.</dd>\n");
	html(out, "</dl></section>\n");
}

static void put_end(FILE *out, const json_t *files)
{
	const json_t *file;
	size_t i;

	html(out, "</main>\n<footer>\n<p>Read:");
	json_array_foreach(files, i, file) {
		html(out, " <code>%s</code> (%lld packets", report_string(file, "name"),
		     report_number(file, "packets"));
		if (json_is_string(json_object_get(file, "error")))
			html(out, "; <strong>not to its end: %s</strong>", report_string(file, "error"));
		if (json_is_integer(json_object_get(file, "assumed_year")))
			html(out, "; it does not tell the year, %lld is assumed",
			     report_number(file, "assumed_year"));
		html(out, ")");
	}
	html(out, "</p>\n<p>Written by <code>ttlpinctl analyze --html</code>. The verdicts are those of the kernel module’s own code.</p>\n</footer>\n<script>");
	fputs(report_js, out);
	html(out, "</script>\n</body>\n</html>\n");
}

/**
 * report_new - begin a page
 * @file: its name, which must stay; it is written at the end
 *
 * Return: a report that report_end() takes, or NULL with a line on stderr.
 */
struct report *report_new(const char *file)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report) {
		out_fail("out of memory");
		return NULL;
	}
	report->name = file;
	report->hit = json_array();
	report->others = json_array();
	return report;
}

static void keep(json_t *list, const json_t *flow, size_t most)
{
	if (json_array_size(list) < most)
		json_array_append(list, (json_t *)flow);
}

/**
 * report_add - add a connection; what is kept of many is bounded
 * @report: the report
 * @flow: one of the "flows" of an analysis, with its timeline if it has findings
 */
void report_add(struct report *report, const json_t *flow)
{
	const json_t *drop;
	long long forged = 0;
	size_t i;

	json_array_foreach(json_object_get(flow, "drops"), i, drop) {
		forged += !json_is_integer(json_object_get(drop, "healed_by"));
		report->proven += json_is_integer(json_object_get(drop, "confirmed_by"));
	}
	report->flows++;
	report->nr_hit += !!forged;
	report->forged += forged + report_number(flow, "drops_omitted");
	if (forged)
		keep(report->hit, flow, SECTIONS_MAX);
	else
		keep(report->others, flow, LINES_MAX);
}

/**
 * report_free - give a page up that was begun
 * @report: is freed
 */
void report_free(struct report *report)
{
	json_decref(report->hit);
	json_decref(report->others);
	free(report);
}

/**
 * struct page - all that a page is made of
 */
struct page {
	const struct report *report;
	const json_t *files;
	const struct path *path;
	const struct geoip *geoip;
};

static void write_page(FILE *out, const void *data)
{
	const struct page *page = data;

	put_start(out, page->report);
	put_head(out, page->report);
	put_sections(out, page->report, page->path, page->geoip);
	put_others(out, page->report);
	put_words(out);
	put_end(out, page->files);
}

/**
 * report_end - write the page, whole or not at all
 * @report: is freed
 * @files: the "files" of the analysis
 * @path: a traceroute, or NULL
 * @geoip: databases, or NULL
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int report_end(struct report *report, const json_t *files, const struct path *path,
	       const struct geoip *geoip)
{
	struct page page = { report, files, path, geoip };
	int ret = out_file(report->name, write_page, &page);

	report_free(report);
	return ret;
}
