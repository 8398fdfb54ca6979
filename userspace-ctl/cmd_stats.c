// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl stats: the counters.
 */
#include <stdio.h>
#include <string.h>
#include "ctl.h"
#include "decode.h"
#include "nl.h"
#include "out.h"
#include "stats.h"

static json_t *netns_name(const struct ctl *ctl)
{
	return ctl->netns ? json_string(ctl->netns) : json_null();
}

static void on_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];
	json_t *stats = data;

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	json_object_set_new(stats, "mode", decode_mode(a[TTLPIN_A_MODE]));
	if (a[TTLPIN_A_COUNTERS])
		json_object_set_new(stats, "counters",
				    decode_counters(a[TTLPIN_A_COUNTERS]));
	if (a[TTLPIN_A_FLOWS])
		json_object_set_new(stats, "flows",
				    json_integer(decode_number(a[TTLPIN_A_FLOWS])));
	if (a[TTLPIN_A_MAX_FLOWS])
		json_object_set_new(stats, "max_flows",
				    json_integer(decode_number(a[TTLPIN_A_MAX_FLOWS])));
	if (a[TTLPIN_A_HALF_OPEN])
		json_object_set_new(stats, "half_open",
				    json_integer(decode_number(a[TTLPIN_A_HALF_OPEN])));
	json_object_set_new(stats, "last_drop", a[TTLPIN_A_LAST_DROP] ?
			    decode_event(a[TTLPIN_A_LAST_DROP]) : json_null());
}

/**
 * stats_get - ask the module for its counters and what goes with them
 * @ctl: how the tool was called
 * @stats: set with CTL_OK: netns, mode, counters, flows, max_flows, half_open,
 *	last_drop
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int stats_get(const struct ctl *ctl, json_t **stats)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl, ctl);
	if (ret)
		return ret;
	*stats = json_pack("{s:o}", "netns", netns_name(ctl));
	ret = nl_request(&nl, TTLPIN_CMD_STATS_GET, false, NULL, NULL, on_stats,
			 *stats);
	nl_close(&nl);
	if (ret)
		json_decref(*stats);
	return ret;
}

static int reset(const struct ctl *ctl)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl, ctl);
	if (ret)
		return ret;
	ret = nl_request(&nl, TTLPIN_CMD_STATS_RESET, false, NULL, NULL, NULL,
			 NULL);
	nl_close(&nl);
	return ret;
}

/* The text format of the Prometheus exposition, version 0.0.4. */
static void print_prometheus(const json_t *stats)
{
	const char *name;
	const json_t *value;

	json_object_foreach(json_object_get(stats, "counters"), name, value)
		printf("# TYPE ttlpin_%s_total counter\nttlpin_%s_total %" JSON_INTEGER_FORMAT "\n",
		       name, name, json_integer_value(value));
	printf("# TYPE ttlpin_flows gauge\nttlpin_flows %" JSON_INTEGER_FORMAT "\n",
	       json_integer_value(json_object_get(stats, "flows")));
	printf("# TYPE ttlpin_max_flows gauge\nttlpin_max_flows %" JSON_INTEGER_FORMAT "\n",
	       json_integer_value(json_object_get(stats, "max_flows")));
}

int cmd_stats(const struct ctl *ctl, int argc, char **argv)
{
	bool want_reset = false, prometheus = false;
	json_t *stats;
	int i, ret;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--reset"))
			want_reset = true;
		else if (!strcmp(argv[i], "--prometheus"))
			prometheus = true;
		else
			return out_usage("stats: unknown argument '%s'; known are --reset and --prometheus",
					 argv[i]);
	}
	if (prometheus && ctl->json)
		return out_usage("stats: --prometheus and --json exclude one another");
	/* What a reset takes away is shown, so that nothing is lost. */
	ret = stats_get(ctl, &stats);
	if (ret)
		return ret;
	if (want_reset)
		ret = reset(ctl);
	if (ret) {
		json_decref(stats);
		return ret;
	}
	json_object_del(stats, "last_drop");
	json_object_del(stats, "mode");
	if (ctl->json) {
		ret = out_json(stats);
	} else if (prometheus) {
		print_prometheus(stats);
		ret = out_end();
	} else {
		out_pairs(json_object_get(stats, "counters"));
		ret = out_end();
	}
	json_decref(stats);
	return ret;
}
