// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the report of an analysis that is kept as JSON.
 *
 *   page ANALYSIS.json PAGE.html [TRACEROUTE [DATABASE...]]
 */
#include <stdio.h>
#include "report.h"

int main(int argc, char **argv)
{
	struct geoip *geoip = NULL;
	struct path *path = NULL;
	json_error_t error;
	struct report *report;
	json_t *analysis, *flow;
	size_t n;
	int i;

	if (argc < 3) {
		fputs("page: ANALYSIS.json PAGE.html [TRACEROUTE [DATABASE...]]\n", stderr);
		return 2;
	}
	analysis = json_load_file(argv[1], 0, &error);
	if (!analysis) {
		fprintf(stderr, "page: %s: %s, line %d\n", argv[1], error.text, error.line);
		return 1;
	}
	if (argc > 3 && path_load(argv[3], NULL, &path))
		return 1;
	for (i = 4; i < argc; i++)
		if (geoip_open(&geoip, argv[i]))
			return 1;
	report = report_new(argv[2]);
	if (!report) {
		json_decref(analysis);
		return 1;
	}
	json_array_foreach(json_object_get(analysis, "flows"), n, flow)
		report_add(report, flow);
	i = report_end(report, json_object_get(analysis, "files"), path, geoip);
	geoip_close(geoip);
	json_decref(analysis);
	free(path);
	return i;
}
