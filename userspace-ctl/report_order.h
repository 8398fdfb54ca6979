/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was asked of an analysis beside its findings: a page, and places.
 */
#ifndef REPORT_ORDER_H
#define REPORT_ORDER_H

#include <jansson.h>
#include <stdbool.h>
#include "ctl.h"
#include "geoip.h"
#include "path.h"

struct report;

/**
 * struct report_order - what was asked
 * @html: file of the page, or NULL
 * @traceroute: file of a traceroute, or NULL
 * @geoip: databases, or NULL
 * @path: the traceroute, or NULL
 * @report: the page, or NULL
 */
struct report_order {
	const char *html;
	const char *traceroute;
	struct geoip *geoip;
	struct path *path;
	struct report *report;
};

int report_order_begin(struct report_order *order, const char *maillog, char **files,
		       int nr_files);
void report_order_file(struct report_order *order, const char *file);
void report_order_flow(struct report_order *order, json_t *flow);
void report_order_print(const struct ctl *ctl, const json_t *flow);
int report_order_end(struct report_order *order, const json_t *files);
void report_order_free(struct report_order *order);

#endif /* REPORT_ORDER_H */
