// SPDX-License-Identifier: GPL-2.0
/*
 * The race of each forged segment with the genuine one.
 */
#include <stdlib.h>
#include <string.h>
#include "html.h"
#include "report_flow.h"

/* Of a volley, more races of the same kind say nothing more. */
#define RACES_MAX	5

static double ms_between(const json_t *from, const json_t *to)
{
	int64_t a, b;

	if (!from || !to || !report_time(from, &a) || !report_time(to, &b))
		return -1;
	return (b - a) / 1000.0;
}

static void put_bar(FILE *out, const char *class, const char *label, const json_t *segment,
		    double ms, double longest)
{
	char *says = report_says(segment);
	double width = longest > 0 ? 100 * ms / longest : 100;

	html(out, "<div class=\"runner %s\"><dt>%s <q>%s</q></dt>\n", class, label, says);
	html(out, "<dd><svg aria-hidden=\"true\" focusable=\"false\"><rect class=\"track\" width=\"100%%\" height=\"10\" rx=\"5\"/><rect class=\"run\" width=\"%.2f%%\" height=\"10\" rx=\"5\"/></svg>\n",
	     width < 2 ? 2 : width);
	html(out, "<span class=\"ms\">%.1f&nbsp;ms</span></dd></div>\n", ms);
	free(says);
}

/* What came of it, if a mail log was read. */
static void put_bounce(FILE *out, const json_t *bounce)
{
	if (json_is_object(bounce))
		html(out, "<p>In the mail log, line %lld: <q>%s</q></p>\n",
		     report_number(bounce, "line"), report_string(bounce, "text"));
}

static void put_race(FILE *out, const struct report_race *race)
{
	const json_t *start = race->command ? race->command : race->forged;
	double forged = ms_between(start, race->forged), genuine = ms_between(start, race->genuine);
	char *says = race->command ? report_says(race->command) : NULL;

	html(out, "<div class=\"race\">\n<p class=\"start\">%s <q>%s</q></p>\n<dl>\n",
	     says ? "Our side said" : "The forged segment:", says ? says : report_string(race->forged, "payload"));
	if (forged >= 0)
		put_bar(out, "forged", "Forged answer", race->forged, forged,
			genuine > forged ? genuine : forged);
	if (genuine >= 0)
		put_bar(out, "genuine", "Genuine answer", race->genuine, genuine,
			genuine > forged ? genuine : forged);
	html(out, "</dl>\n");
	if (genuine > forged)
		html(out, "<p>The forgery arrived <strong>%.1f&nbsp;ms before</strong> the genuine answer. Whoever believes what comes first believes the forgery.</p>\n",
		     genuine - forged);
	else if (genuine >= 0)
		html(out, "<p>The genuine answer arrived <strong>%.1f&nbsp;ms earlier</strong>: this forgery came too late.</p>\n",
		     forged - genuine);
	else
		html(out, "<p>No genuine segment took its place while the capture lasted.</p>\n");
	put_bounce(out, json_object_get(race->forged, "bounce"));
	html(out, "</div>\n");
	free(says);
}

/**
 * report_races - write the races of a connection
 * @out: where to
 * @f: the connection
 */
void report_races(FILE *out, const struct report_flow *f)
{
	const json_t *drop;
	size_t i, nr = json_array_size(f->drops);

	html(out, "<section><h3>The race</h3>\n");
	json_array_foreach(f->drops, i, drop) {
		struct report_race race = report_race(drop);

		if (i == RACES_MAX)
			break;
		put_race(out, &race);
	}
	if (nr > RACES_MAX)
		html(out, "<p>%lld more forged segments are in the conversation below.</p>\n",
		     (long long)(nr - RACES_MAX));
	html(out, "</section>\n");
}
