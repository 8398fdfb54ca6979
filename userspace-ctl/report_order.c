// SPDX-License-Identifier: GPL-2.0
/*
 * What was asked of an analysis beside its findings: a page, and places.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "locate.h"
#include "locate_drops.h"
#include "out.h"
#include "report.h"
#include "report_order.h"

static bool is_same(const struct stat *page, const char *file)
{
	struct stat st;

	return file && !stat(file, &st) && st.st_dev == page->st_dev &&
	       st.st_ino == page->st_ino;
}

/* It is told before a long analysis, not after it. */
static int check_page(const struct report_order *order, const char *maillog, char **files,
		      int nr_files)
{
	const char *page = order->html;
	char *copy = strdup(page);
	struct stat st;
	bool there = !stat(page, &st), taken = false;
	int i, ret = CTL_OK;

	if (!copy)
		return out_fail("out of memory");
	if (access(there ? page : dirname(copy), W_OK))
		ret = out_fail("cannot write the report %s: %s", page, strerror(errno));
	free(copy);
	if (there && S_ISREG(st.st_mode)) {
		taken = is_same(&st, maillog) || is_same(&st, order->traceroute);
		for (i = 0; !taken && i < nr_files; i++)
			taken = is_same(&st, files[i]);
	}
	if (!ret && taken)
		ret = out_usage("analyze: --html %s would replace a file that is to be read; give the page a name of its own",
				page);
	return ret;
}

/**
 * report_order_begin - read and open what is needed, before the captures are read
 * @order: what was asked
 * @maillog: the mail log, or NULL
 * @files: the captures
 * @nr_files: how many
 *
 * Return: enum ctl_exit, with a line on stderr if not CTL_OK.
 */
int report_order_begin(struct report_order *order, const char *maillog, char **files,
		       int nr_files)
{
	int ret = CTL_OK;

	if (order->geoip && !order->traceroute && !order->html)
		return out_usage("analyze: --geoip wants --traceroute or --html");
	if (order->html && !strcmp(order->html, "-"))
		return out_usage("analyze: --html wants a file; standard output has the findings");
	if (order->traceroute)
		ret = path_load(order->traceroute, NULL, &order->path);
	if (!ret && order->html)
		ret = check_page(order, maillog, files, nr_files);
	if (ret || !order->html)
		return ret;
	order->report = report_new(order->html);
	return order->report ? CTL_OK : CTL_FAILED;
}

/**
 * report_order_file - a text that was analyzed holds a traceroute: take it, unless
 *	another was given
 * @order: what was asked
 * @file: its name
 */
void report_order_file(struct report_order *order, const char *file)
{
	if (!order->path)
		order->path = path_try(file);
}

/**
 * report_order_flow - a connection was analyzed
 * @order: what was asked
 * @flow: it; given its "places" if a traceroute was
 */
void report_order_flow(struct report_order *order, json_t *flow)
{
	const json_t *remote = json_object_get(flow, "remote");
	const char *peer = json_string_value(json_object_get(remote, "addr"));

	if (order->traceroute && peer && json_array_size(json_object_get(flow, "drops")))
		json_object_set_new(flow, "places",
				    locate_drops(flow, path_for(order->path, peer), order->geoip));
	if (order->report)
		report_add(order->report, flow);
}

/**
 * report_order_print - print the places of a connection's forged segments
 * @ctl: how the tool was called
 * @flow: as report_order_flow() left it
 */
void report_order_print(const struct ctl *ctl, const json_t *flow)
{
	const json_t *place;
	size_t i;

	json_array_foreach(json_object_get(flow, "places"), i, place) {
		putchar('\n');
		locate_print(place, ctl->colour);
		putchar('\n');
	}
}

/**
 * report_order_end - write what was asked
 * @order: what was asked
 * @files: the "files" of the analysis
 *
 * Return: enum ctl_exit, with a line on stderr if not CTL_OK.
 */
int report_order_end(struct report_order *order, const json_t *files)
{
	struct report *report = order->report;

	order->report = NULL;
	return report ? report_end(report, files, order->path, order->geoip) : CTL_OK;
}

/**
 * report_order_free - give back what an order took
 * @order: what was asked
 */
void report_order_free(struct report_order *order)
{
	if (order->report)
		report_free(order->report);
	geoip_close(order->geoip);
	free(order->path);
}
