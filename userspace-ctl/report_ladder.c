// SPDX-License-Identifier: GPL-2.0
/*
 * The conversation as a ladder: our side on the left, the other on the right, and
 * between them, where its hop is, whoever forged.
 */
#include <stdlib.h>
#include <string.h>
#include "html.h"
#include "report_flow.h"

#define ROWS_MAX	40	/* of a connection, those of forgeries aside */
#define AT_BOTH_ENDS	6	/* segments that are always shown */
#define AROUND		3	/* segments shown before and after a forgery */

/* Where the forger's line is, in percent from our side to the other. */
static double forger_at(const struct report_flow *f)
{
	if (!f->sender_hop || f->sender_hop >= f->server_hop)
		return 50;
	return 100.0 * f->sender_hop / f->server_hop;
}

static void put_head(FILE *out, double x, const char *points)
{
	html(out, "<svg x=\"%.1f%%\" y=\"100%%\" overflow=\"visible\"><polygon points=\"%s\"/></svg>",
	     x, points);
}

/* The three lines of life, and the arrow at the row's foot. */
static void put_lane(FILE *out, const struct report_flow *f, const char *class,
		     double from, double to)
{
	double x = forger_at(f);

	html(out, "<svg class=\"lane %s\" aria-hidden=\"true\" focusable=\"false\"><line class=\"life\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"100%%\"/><line class=\"life\" x1=\"100%%\" x2=\"100%%\" y1=\"0\" y2=\"100%%\"/>",
	     class);
	if (json_array_size(f->drops))
		html(out, "<line class=\"life middle\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"0\" y2=\"100%%\"/>",
		     x, x);
	html(out, "<svg y=\"-10\" width=\"100%%\" height=\"100%%\" overflow=\"visible\"><line class=\"arrow\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"100%%\" y2=\"100%%\"/>",
	     from, to);
	put_head(out, to, to > from ? "0,0 -9,-5 -9,5" : "0,0 9,-5 9,5");
	html(out, "</svg></svg>");
}

static void put_when(FILE *out, const struct report_flow *f, const json_t *segment)
{
	int64_t us;

	if (!report_time(segment, &us)) {
		html(out, "<span class=\"when\"></span>");
		return;
	}
	html(out, "<time class=\"when\" datetime=\"%s\">", report_string(segment, "time"));
	if (us - f->start < 10000000)
		html(out, "%.1f&nbsp;ms</time>", (us - f->start) / 1000.0);
	else
		html(out, "%.2f&nbsp;s</time>", (us - f->start) / 1000000.0);
}

/**
 * struct kind - how a row of the ladder is shown
 * @class: its style
 * @who: who sent it, for who hears the page
 * @badge: what it is called, or NULL
 * @from: where its arrow begins, in percent
 * @to: where it ends
 */
struct kind {
	const char *class;
	const char *who;
	const char *badge;
	double from;
	double to;
};

static struct kind kind_of(const struct report_flow *f, const json_t *segment)
{
	if (report_is_forged(f, segment))
		return (struct kind){ "forged", "not from whom it says: ", "forged", forger_at(f), 0 };
	if (report_is_held(f, segment))
		return (struct kind){ "genuine", "from the other side: ", "held back at first", 100, 0 };
	if (report_is_in(segment))
		return (struct kind){ "genuine", "from the other side: ", NULL, 100, 0 };
	return (struct kind){ "ours", "from our side: ", NULL, 0, 100 };
}

static void put_row(FILE *out, const struct report_flow *f, const json_t *segment)
{
	struct kind kind = kind_of(f, segment);
	char *says = report_says(segment);

	html(out, "<li class=\"row %s\">", kind.class);
	put_when(out, f, segment);
	html(out, "<div class=\"said\">");
	put_lane(out, f, kind.class, kind.from, kind.to);
	html(out, "<span class=\"hidden\">%s</span>", kind.who);
	if (kind.badge)
		html(out, "<strong class=\"badge\">%s</strong> ", kind.badge);
	html(out, *report_string(segment, "payload") ? "<code>%s</code>" : "<span class=\"flags\">%s</span>",
	     says);
	html(out, "</div><span class=\"ttl\"><span class=\"hidden\">TTL </span>%lld</span></li>\n",
	     report_number(segment, "ttl"));
	free(says);
}

static bool near_drop(const struct report_flow *f, size_t i, const bool *dropped, size_t nr)
{
	size_t at = i < AROUND ? 0 : i - AROUND;

	for (; at <= i + AROUND && at < nr; at++)
		if (dropped[at])
			return true;
	return false;
}

/* The segments without which the story cannot be told. */
static bool *choose(const struct report_flow *f, size_t nr)
{
	bool *shown = calloc(nr + 1, 1), *dropped = calloc(nr + 1, 1);
	size_t i, rows = 0;

	for (i = 0; shown && dropped && i < nr; i++)
		dropped[i] = report_is_forged(f, json_array_get(f->timeline, i)) ||
			     report_is_held(f, json_array_get(f->timeline, i));
	for (i = 0; shown && dropped && i < nr; i++) {
		const json_t *segment = json_array_get(f->timeline, i);
		bool speaks = report_number(segment, "length") ||
			      strpbrk(report_string(segment, "flags"), "SFR");

		shown[i] = dropped[i] || near_drop(f, i, dropped, nr) ||
			   i < AT_BOTH_ENDS || i + AT_BOTH_ENDS >= nr ||
			   (speaks && rows < ROWS_MAX);
		rows += shown[i];
	}
	free(dropped);
	return shown;
}

static void put_gap(FILE *out, size_t skipped)
{
	if (skipped)
		html(out, "<li class=\"gap\">%lld segment%s without a finding</li>\n",
		     (long long)skipped, skipped == 1 ? "" : "s");
}

/* An end may be broken before its port, where there is little room. */
static void put_end(FILE *out, const char *class, const char *role, const char *end)
{
	const char *port = end ? strrchr(end, ':') : NULL;

	if (!port)
		return;
	html(out, "<span class=\"%s\">%s<br><b>", class, role);
	html_bytes(out, end, port - end);
	html(out, "<wbr>%s</b></span>", port);
}

/* Above its line, but not beyond the edges. */
static void put_forger(FILE *out, const struct report_flow *f)
{
	double x = forger_at(f);

	html(out, "<svg class=\"who\" aria-hidden=\"true\" focusable=\"false\" height=\"20\"><text x=\"%.1f%%\" y=\"14\" text-anchor=\"%s\">",
	     x, x < 20 ? "start" : x > 80 ? "end" : "middle");
	if (f->sender_hop)
		html(out, "forger, hop %d</text></svg>\n", f->sender_hop);
	else
		html(out, "forger, somewhere</text></svg>\n");
}

static void put_ends(FILE *out, const struct report_flow *f)
{
	html(out, "<p class=\"ends\" aria-hidden=\"true\">");
	put_end(out, "us", "our side", f->local);
	put_end(out, "server", f->peer, f->remote);
	html(out, "<span class=\"column\">TTL</span></p>\n");
	put_forger(out, f);
}

/**
 * report_ladder - write the conversation
 * @out: where to
 * @f: the connection
 */
void report_ladder(FILE *out, const struct report_flow *f)
{
	size_t i, skipped = 0, nr = json_array_size(f->timeline);
	bool *shown = choose(f, nr);

	html(out, "<section><h3>The conversation</h3>\n<p>Each arrow is a segment; time runs down, from the first of them. Forged ones are broken lines, and begin where the forger is.</p>\n");
	put_ends(out, f);
	html(out, "<ol class=\"ladder\">\n");
	for (i = 0; shown && i < nr; i++) {
		if (!shown[i]) {
			skipped++;
			continue;
		}
		put_gap(out, skipped);
		skipped = 0;
		put_row(out, f, json_array_get(f->timeline, i));
	}
	put_gap(out, skipped);
	html(out, "</ol></section>\n");
	free(shown);
}
