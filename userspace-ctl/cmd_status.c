// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl status: what is guarded and what has happened, on one screen.
 */
#include <stdio.h>
#include "drop.h"
#include "out.h"
#include "settings.h"
#include "stats.h"

static long long counter(const json_t *stats, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(stats,
						  "counters"), name));
}

static void add_setting(json_t *stats, const char *name)
{
	char value[512];

	json_object_set_new(stats, name,
			    settings_read(name, value, sizeof(value)) ?
				    json_null() : json_string(value));
}

static const char *text_of(const json_t *stats, const char *name)
{
	const char *text = json_string_value(json_object_get(stats, name));

	return text ? text : "?";
}

static void print(const json_t *stats)
{
	const json_t *last = json_object_get(stats, "last_drop");

	printf("mode     %s, ports %s, tolerance %s, protect %s\n",
	       text_of(stats, "mode"), text_of(stats, "ports"),
	       text_of(stats, "tolerance"), text_of(stats, "protect"));
	printf("flows    %lld of %lld, %lld half open\n",
	       (long long)json_integer_value(json_object_get(stats, "flows")),
	       (long long)json_integer_value(json_object_get(stats, "max_flows")),
	       (long long)json_integer_value(json_object_get(stats, "half_open")));
	printf("seen     %lld: passed %lld, unpinned %lld, whitelisted %lld\n",
	       counter(stats, "seen"), counter(stats, "passed"),
	       counter(stats, "unpinned"), counter(stats, "whitelisted"));
	printf("forged   dropped %lld, would drop %lld; proven right by the genuine segment %lld\n",
	       counter(stats, "dropped"), counter(stats, "would_drop"),
	       counter(stats, "confirmed"));
	if (counter(stats, "table_full"))
		printf("warning  %lld flows are not guarded for want of room: raise max_flows\n",
		       counter(stats, "table_full"));
	fputs("last     ", stdout);
	if (json_is_object(last))
		drop_print_line(last);
	else
		puts("no drop yet");
}

int cmd_status(const struct ctl *ctl, int argc, char **argv)
{
	json_t *stats;
	int ret;

	if (argc > 1)
		return out_usage("status: takes no argument, not '%s'", argv[1]);
	ret = stats_get(ctl, &stats);
	if (ret)
		return ret;
	add_setting(stats, "ports");
	add_setting(stats, "tolerance");
	add_setting(stats, "protect");
	if (ctl->json) {
		ret = out_json(stats);
	} else {
		print(stats);
		ret = out_end();
	}
	json_decref(stats);
	return ret;
}
