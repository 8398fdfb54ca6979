// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl status: what is guarded and what has happened, on one screen.
 */
#include <stdio.h>
#include <stdlib.h>
#include "drop.h"
#include "out.h"
#include "stats.h"

static void print_setting(const json_t *stats, const char *before,
			  const char *name)
{
	char *text = out_text(json_object_get(json_object_get(stats, "settings"),
					      name));

	printf("%s%s", before, text ? text : "?");
	free(text);
}

static void print(const json_t *stats)
{
	const json_t *last = json_object_get(stats, "last_drop");

	print_setting(stats, "mode     ", "mode");
	print_setting(stats, ", ports ", "ports");
	print_setting(stats, ", tolerance ", "tolerance");
	print_setting(stats, ", protect ", "protect");
	putchar('\n');
	printf("flows    %lld of %lld, %lld half open\n",
	       (long long)json_integer_value(json_object_get(stats, "flows")),
	       (long long)json_integer_value(json_object_get(stats, "max_flows")),
	       (long long)json_integer_value(json_object_get(stats, "half_open")));
	printf("seen     %lld: passed %lld, unpinned %lld, whitelisted %lld\n",
	       stats_counter(stats, "seen"), stats_counter(stats, "passed"),
	       stats_counter(stats, "unpinned"), stats_counter(stats, "whitelisted"));
	printf("forged   dropped %lld, would drop %lld; proven right by the genuine segment %lld\n",
	       stats_counter(stats, "dropped"), stats_counter(stats, "would_drop"),
	       stats_counter(stats, "confirmed"));
	if (stats_counter(stats, "table_full"))
		printf("warning  %lld flows are not guarded for want of room: raise max_flows\n",
		       stats_counter(stats, "table_full"));
	fputs("last     ", stdout);
	if (json_is_object(last)) {
		printf("%s, ", json_string_value(json_object_get(last, "time")));
		drop_summary(stdout, last);
		putchar('\n');
	} else {
		puts(stats_no_last(stats));
	}
}

int cmd_status(const struct ctl *ctl, int argc, char **argv)
{
	json_t *stats;
	int ret;

	if (argc > 1)
		return out_usage("status: takes no argument, not '%s'", argv[1]);
	ret = stats_get(ctl, false, &stats);
	if (ret)
		return ret;
	if (ctl->json) {
		ret = out_json(stats);
	} else {
		print(stats);
		ret = out_end();
	}
	json_decref(stats);
	return ret;
}
