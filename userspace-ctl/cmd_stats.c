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
#include "settings.h"
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
	if (a[TTLPIN_A_CONFIG])
		json_object_set_new(stats, "settings",
				    settings_decode(a[TTLPIN_A_CONFIG]));
	json_object_set_new(stats, "last_drop", a[TTLPIN_A_LAST_DROP] ?
			    decode_event(a[TTLPIN_A_LAST_DROP], TTLPIN_CMD_DROP_NTF) : json_null());
}

/**
 * stats_counter - a counter
 * @stats: what stats_ask() has set
 * @name: which
 */
long long stats_counter(const json_t *stats, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(stats,
						  "counters"), name));
}

/**
 * stats_no_last - why the answer has no last drop
 * @stats: what stats_ask() has set
 */
const char *stats_no_last(const json_t *stats)
{
	return stats_counter(stats, "dropped") || stats_counter(stats, "would_drop") ?
		       "not for everybody: needs root, or CAP_NET_ADMIN" :
		       "no drop yet";
}

/**
 * stats_ask - ask the module for its counters and what goes with them
 * @nl: a connection
 * @ctl: how the tool was called
 * @reset: let the counters start again from 0; the answer has what they were
 * @stats: set with CTL_OK: netns, mode, counters, flows, max_flows, half_open,
 *	last_drop, settings
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int stats_ask(struct nl *nl, const struct ctl *ctl, bool reset, json_t **stats)
{
	int ret;

	*stats = json_pack("{s:o}", "netns", netns_name(ctl));
	ret = nl_request(nl, reset ? TTLPIN_CMD_STATS_RESET : TTLPIN_CMD_STATS_GET,
			 NULL, NULL, on_stats, *stats);
	if (ret)
		json_decref(*stats);
	return ret;
}

/* The same with a connection of its own. */
int stats_get(const struct ctl *ctl, bool reset, json_t **stats)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = stats_ask(&nl, ctl, reset, stats);
	nl_close(&nl);
	return ret;
}

/* In the order in which they are shown, as the specification has them. */
static const struct {
	const char *name;
	const char *help;
} helps[] = {
	{ "seen", "Inbound TCP segments judged on a guarded port." },
	{ "passed", "Segments judged and let through." },
	{ "dropped", "Segments condemned and dropped." },
	{ "would_drop", "Segments condemned and let through, in mode monitor." },
	{ "whitelisted", "Segments let through for their whitelisted address." },
	{ "unpinned", "Segments let through for want of a pinned flow." },
	{ "near", "Segments passed with a TTL within the tolerance." },
	{ "healed", "Suspect segments that passed and taught their TTL." },
	{ "dropped_ttl", "Segments condemned for their TTL." },
	{ "dropped_timestamp", "Segments condemned for want of timestamps." },
	{ "dropped_synack", "SYN-ACKs condemned for another ISN." },
	{ "dropped_burst", "RSTs condemned as part of a volley." },
	{ "dropped_rst", "RSTs condemned." },
	{ "dropped_fin", "FINs condemned." },
	{ "dropped_data", "Data segments condemned." },
	{ "dropped_ack", "Pure ACKs condemned." },
	{ "dropped_handshake", "SYNs and SYN-ACKs condemned." },
	{ "pinned", "Flows that were pinned." },
	{ "learned", "Flows that began with a TTL from peer memory." },
	{ "confirmed", "Condemned segments proven forged by the genuine one." },
	{ "loose", "Flows that needed more TTLs than a flow can know." },
	{ "table_full", "Flows not guarded for want of room." },
	{ "no_memory", "Segments let through unjudged, and events and settings lost, for want of memory." },
	{ "evicted", "Flows removed early, to make room or by a smaller store." },
	{ "malformed", "Segments that TCP could not have sent." },
	{ "events_sent", "Events that a listener got." },
	{ "events_lost", "Events over the rate, or without room." },
};

static const char *help_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(helps) / sizeof(helps[0]); i++)
		if (!strcmp(helps[i].name, name))
			return helps[i].help;
	return "A counter that this tool does not know.";
}

/* Labels of a metric: the namespace, if it has a name, and one more or NULL. */
static void print_labels(FILE *out, const char *netns, const char *more)
{
	if (!netns && !more)
		return;
	fputc('{', out);
	if (netns) {
		fputs("netns=\"", out);
		for (; *netns; netns++) {
			if (strchr("\\\"", *netns))
				fputc('\\', out);
			fputc(*netns == '\n' ? ' ' : *netns, out);
		}
		fputs(more ? "\"," : "\"", out);
	}
	fprintf(out, "%s}", more ? more : "");
}

static void print_metric(FILE *out, const json_t *stats, const char *name,
			 const char *suffix, const char *type, const char *help,
			 const json_t *value)
{
	fprintf(out, "# HELP ttlpin_%s%s %s\n# TYPE ttlpin_%s%s %s\nttlpin_%s%s",
		name, suffix, help, name, suffix, type, name, suffix);
	print_labels(out, json_string_value(json_object_get(stats, "netns")), NULL);
	fprintf(out, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
}

/* A series a mode, of which one is 1. */
static void print_mode(FILE *out, const json_t *stats)
{
	static const char *const modes[] = { "off", "monitor", "enforce" };
	const char *mode = json_string_value(json_object_get(stats, "mode"));
	char label[32];
	size_t i;

	fputs("# HELP ttlpin_mode 1 for the mode that is in force.\n# TYPE ttlpin_mode gauge\n",
	      out);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(label, sizeof(label), "mode=\"%s\"", modes[i]);
		fputs("ttlpin_mode", out);
		print_labels(out, json_string_value(json_object_get(stats, "netns")),
			     label);
		fprintf(out, " %d\n", mode && !strcmp(mode, modes[i]));
	}
}

/* The text format of the Prometheus exposition, version 0.0.4. */
static void print_prometheus(FILE *out, const void *data)
{
	const json_t *stats = data;
	const json_t *value;
	const char *name;

	json_object_foreach(json_object_get(stats, "counters"), name, value)
		print_metric(out, stats, name, "_total", "counter", help_of(name),
			     value);
	print_metric(out, stats, "flows", "", "gauge", "Flows in the store.",
		     json_object_get(stats, "flows"));
	print_metric(out, stats, "max_flows", "", "gauge",
		     "Flows that the store has room for.",
		     json_object_get(stats, "max_flows"));
	print_metric(out, stats, "half_open_flows", "", "gauge",
		     "Flows without a SYN-ACK.", json_object_get(stats, "half_open"));
	print_mode(out, stats);
}

static int show(const struct ctl *ctl, json_t *stats, bool prometheus,
		const char *path)
{
	if (path && strcmp(path, "-"))
		return out_file(path, print_prometheus, stats);
	if (prometheus) {
		print_prometheus(stdout, stats);
		return out_end();
	}
	json_object_del(stats, "last_drop");
	json_object_del(stats, "mode");
	json_object_del(stats, "settings");
	if (ctl->json)
		return out_json(stats);
	out_pairs(json_object_get(stats, "counters"));
	return out_end();
}

int cmd_stats(const struct ctl *ctl, int argc, char **argv)
{
	bool want_reset = false, prometheus = false;
	const char *path = NULL;
	json_t *stats;
	int i, ret;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--reset"))
			want_reset = true;
		else if (!strcmp(argv[i], "--prometheus"))
			prometheus = true;
		else if (!strcmp(argv[i], "--output") && i + 1 < argc)
			path = argv[++i];
		else
			return out_usage("stats: unknown argument '%s'; known are --reset, --prometheus and --output FILE",
					 argv[i]);
	}
	if (prometheus && ctl->json)
		return out_usage("stats: --prometheus and --json exclude one another");
	if (path && !prometheus)
		return out_usage("stats: --output goes with --prometheus");
	/* What a reset takes away is shown, so that nothing is lost. */
	ret = stats_get(ctl, want_reset, &stats);
	if (ret)
		return ret;
	ret = show(ctl, stats, prometheus, path);
	json_decref(stats);
	return ret;
}
