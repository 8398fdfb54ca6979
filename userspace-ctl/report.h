/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An analysis as one page for a browser.
 */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include "geoip.h"
#include "path.h"

struct report;

struct report *report_new(const char *file);
void report_free(struct report *report);
void report_add(struct report *report, const json_t *flow);
int report_end(struct report *report, const json_t *files, const struct path *path,
	       const struct geoip *geoip);

#endif /* REPORT_H */
