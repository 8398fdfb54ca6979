// SPDX-License-Identifier: GPL-2.0
/*
 * The TTLs of what came in the server's name, over time.
 */
#include <stdlib.h>
#include "html.h"
#include "report_flow.h"

#define HEIGHT		190	/* of the plot, in pixels */
#define TOP		28
#define POINTS_MAX	800	/* genuine ones; beyond, only every so many-th */
#define LEAST_SPAN	10	/* TTLs, so that a step of one is not a cliff */
#define LABEL_GAP	26	/* pixels between two labels */

/**
 * struct axes - what the plot spans
 * @low: lowest TTL
 * @high: highest
 * @first: time of the first segment, in us since 1970
 * @last: of the last
 * @genuine: how many genuine segments
 */
struct axes {
	int low, high;
	int64_t first, last;
	size_t genuine;
};

static double y_of(const struct axes *a, int ttl)
{
	return TOP + (double)(a->high - ttl) / (a->high - a->low) * (HEIGHT - TOP - 12);
}

/* In percent, with room for the marks at both ends. */
static double x_of(const struct axes *a, int64_t us)
{
	return a->last > a->first ? 2 + 96.0 * (us - a->first) / (a->last - a->first) : 50;
}

static struct axes span(const struct report_flow *f)
{
	struct axes a = { .low = 256, .high = -1 };
	const json_t *segment;
	int64_t us;
	size_t i;

	json_array_foreach(f->timeline, i, segment) {
		int ttl = report_number(segment, "ttl");

		if (!report_is_in(segment) || !report_time(segment, &us))
			continue;
		a.low = ttl < a.low ? ttl : a.low;
		a.high = ttl > a.high ? ttl : a.high;
		a.first = a.genuine || a.last ? a.first : us;
		a.last = us;
		a.genuine += !report_is_forged(f, segment);
	}
	while (a.high - a.low < LEAST_SPAN) {
		a.high++;
		a.low--;
	}
	return a;
}

static void put_level(FILE *out, const struct axes *a, int ttl, const char *class,
		      const char *label)
{
	double y = y_of(a, ttl);

	html(out, "<line class=\"level %s\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", class, y, y);
	html(out, "<text class=\"%s\" x=\"0\" y=\"%.1f\">TTL %d: %s</text>\n", class, y - 10, ttl, label);
}

/* The server's level, and one for each TTL of the forgeries that has room. */
static void put_levels(FILE *out, const struct report_flow *f, const struct axes *a)
{
	double taken[16];
	const json_t *drop;
	size_t i, j, nr = 0;

	if (f->pin >= a->low && f->pin <= a->high) {
		put_level(out, a, f->pin, "genuine", f->peer);
		taken[nr++] = y_of(a, f->pin);
	}
	json_array_foreach(f->drops, i, drop) {
		int ttl = report_number(drop, "ttl");
		double y = y_of(a, ttl);

		for (j = 0; j < nr && (taken[j] - y >= LABEL_GAP || y - taken[j] >= LABEL_GAP); j++)
			;
		if (j < nr || nr == 16)
			continue;
		put_level(out, a, ttl, "forged", "forged");
		taken[nr++] = y;
	}
}

static void put_points(FILE *out, const struct report_flow *f, const struct axes *a)
{
	size_t step = a->genuine / POINTS_MAX + 1, n = 0, i;
	const json_t *segment;
	int64_t us;

	json_array_foreach(f->timeline, i, segment) {
		double x, y;

		if (!report_is_in(segment) || !report_time(segment, &us))
			continue;
		x = x_of(a, us);
		y = y_of(a, report_number(segment, "ttl"));
		if (report_is_forged(f, segment))
			html(out, "<svg x=\"%.2f%%\" y=\"%.1f\" overflow=\"visible\"><path class=\"forged\" d=\"M0-7 7 0 0 7-7 0z\"/></svg>\n",
			     x, y);
		else if (!(n++ % step))
			html(out, "<circle class=\"genuine\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"4\"/>\n", x, y);
	}
}

/**
 * report_ttls - write the plot of a connection's TTLs
 * @out: where to
 * @f: the connection
 */
void report_ttls(FILE *out, const struct report_flow *f)
{
	struct axes a = span(f);

	if (!a.last)
		return;
	html(out, "<section><h3>TTL over time</h3>\n<figure>\n");
	html(out, "<svg class=\"plot\" role=\"img\" aria-label=\"TTLs over time: %lld genuine segments arrive with %d, %lld forged ones do not\" height=\"%d\">\n",
	     (long long)a.genuine, f->pin, (long long)json_array_size(f->drops), HEIGHT);
	put_levels(out, f, &a);
	put_points(out, f, &a);
	html(out, "</svg>\n<figcaption><span class=\"key genuine\">genuine</span> <span class=\"key forged\">forged</span> over %.2f seconds. Every router on the way takes one from a segment's TTL, so segments from one place arrive with one TTL.</figcaption>\n</figure></section>\n",
	     (a.last - a.first) / 1e6);
}
