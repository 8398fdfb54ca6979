// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl flows: list the flows.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "nl.h"
#include "out.h"

/* What is listed; without a prefix or phase, everything. */
struct filter {
	json_t *flows;
	const struct ttlpin_prefix *peer;
	const char *phase;
};

static bool is_wanted(const struct filter *f, const json_t *flow)
{
	const json_t *remote = json_object_get(flow, "remote");
	const char *text = json_string_value(json_object_get(remote, "addr"));
	const char *phase = json_string_value(json_object_get(flow, "phase"));
	unsigned char addr[16];

	if (f->phase && (!phase || strcmp(phase, f->phase)))
		return false;
	if (!f->peer)
		return true;
	if (!text)
		return false;
	if (inet_pton(AF_INET, text, addr) == 1)
		return arg_prefix_holds(f->peer, 4, addr);
	return inet_pton(AF_INET6, text, addr) == 1 &&
	       arg_prefix_holds(f->peer, 6, addr);
}

static void on_flow(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];
	struct filter *f = data;
	json_t *flow;

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (!a[TTLPIN_A_FLOW])
		return;
	flow = decode_flow(a[TTLPIN_A_FLOW]);
	if (is_wanted(f, flow))
		json_array_append(f->flows, flow);
	json_decref(flow);
}

/* For people both ends are text; the tree is changed after JSON had its turn. */
static void print_table(json_t *flows)
{
	static const struct out_column columns[] = {
		{ "remote", "REMOTE" }, { "local", "LOCAL" },
		{ "phase", "PHASE" },	{ "pin", "TTL" },
		{ "idle", "IDLE" },	{ "timestamps", "TIMESTAMPS" },
		{ "loose", "LOOSE" },	{ "suspect_ttl", "SUSPECT" },
		{ NULL, NULL },
	};
	static const char *const ends[] = { "remote", "local" };
	json_t *flow;
	size_t i, e;

	json_array_foreach(flows, i, flow) {
		for (e = 0; e < 2; e++) {
			json_t *end = json_object_get(flow, ends[e]);
			const char *addr = json_string_value(json_object_get(end, "addr"));
			bool v6 = addr && strchr(addr, ':');

			json_object_set_new(flow, ends[e],
				json_sprintf("%s%s%s:%lld", v6 ? "[" : "",
					     addr ? addr : "?", v6 ? "]" : "",
					     (long long)json_integer_value(
						json_object_get(end, "port"))));
		}
	}
	out_table(flows, columns);
}

static bool is_phase(const char *text)
{
	return !strcmp(text, "syn-sent") || !strcmp(text, "opening") ||
	       !strcmp(text, "talking") || !strcmp(text, "closing");
}

int cmd_flows(const struct ctl *ctl, int argc, char **argv)
{
	struct filter f = { 0 };
	struct ttlpin_prefix peer;
	struct nl nl;
	int i = 1, ret;

	if (i < argc && !strcmp(argv[i], "list"))
		i++;
	for (; i < argc; i++) {
		bool has_value = i + 1 < argc;

		if (!strcmp(argv[i], "--peer") && has_value) {
			ret = arg_prefix(argv[++i], &peer);
			if (ret)
				return ret;
			f.peer = &peer;
		} else if (!strcmp(argv[i], "--phase") && has_value &&
			   is_phase(argv[i + 1])) {
			f.phase = argv[++i];
		} else {
			return out_usage("flows: '%s': accepted are list, --peer PREFIX and --phase syn-sent, opening, talking or closing",
					 argv[i]);
		}
	}
	ret = nl_open(&nl, ctl);
	if (ret)
		return ret;
	f.flows = json_array();
	ret = nl_request(&nl, TTLPIN_CMD_FLOW_GET, true, NULL, NULL, on_flow, &f);
	nl_close(&nl);
	if (!ret && ctl->json) {
		ret = out_json(f.flows);
	} else if (!ret) {
		print_table(f.flows);
		ret = out_end();
	}
	json_decref(f.flows);
	return ret;
}
