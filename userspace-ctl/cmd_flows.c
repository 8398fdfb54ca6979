// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl flows: list the flows, and forget them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "flows.h"
#include "nl.h"
#include "out.h"

static void put_filter(struct nlmsghdr *nlh, const void *data)
{
	const struct flows_filter *f = data;
	struct nlattr *nest;

	if (f->phase >= 0)
		mnl_attr_put_u8(nlh, TTLPIN_A_PHASE, f->phase);
	if (!f->peer)
		return;
	nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);
	if (f->peer->family == 4)
		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, 4, f->peer->addr);
	else
		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V6, 16, f->peer->addr);
	mnl_attr_put_u8(nlh, TTLPIN_A_PREFIX_LEN, f->peer->len);
	mnl_attr_nest_end(nlh, nest);
}

static void on_flow(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (a[TTLPIN_A_FLOW])
		json_array_append_new(data, decode_flow(a[TTLPIN_A_FLOW]));
}

/**
 * flows_get - ask the module for its flows
 * @nl: a connection
 * @filter: which ones
 * @flows: an empty array, filled
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int flows_get(struct nl *nl, const struct flows_filter *filter, json_t *flows)
{
	return nl_list(nl, TTLPIN_CMD_FLOW_GET, put_filter, filter, on_flow, flows);
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
			char *text = out_address(json_object_get(flow, ends[e]));

			json_object_set_new(flow, ends[e],
					    json_string(text ? text : "?"));
			free(text);
		}
	}
	out_table(flows, columns);
}

static int list(const struct ctl *ctl, const struct flows_filter *filter)
{
	json_t *flows;
	struct nl nl;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	flows = json_array();
	ret = flows_get(&nl, filter, flows);
	nl_close(&nl);
	if (!ret && ctl->json) {
		ret = out_json(flows);
	} else if (!ret) {
		print_table(flows);
		ret = out_end();
	}
	json_decref(flows);
	return ret;
}

static int list_arguments(const struct ctl *ctl, int argc, char **argv)
{
	struct flows_filter filter = { .phase = -1 };
	struct ttlpin_prefix peer;
	int i, ret;

	for (i = 0; i < argc; i++) {
		bool has_value = i + 1 < argc;

		if (!strcmp(argv[i], "--peer") && has_value) {
			ret = arg_prefix(argv[++i], &peer);
			if (ret)
				return ret;
			filter.peer = &peer;
		} else if (!strcmp(argv[i], "--phase") && has_value &&
			   decode_phase_number(argv[i + 1]) >= 0) {
			filter.phase = decode_phase_number(argv[++i]);
		} else {
			return out_usage("flows: '%s': accepted are [list] [--peer PREFIX] [--phase syn-sent|opening|talking|closing], del LOCAL REMOTE and flush",
					 argv[i]);
		}
	}
	return list(ctl, &filter);
}

static void put_flow(struct nlmsghdr *nlh, const void *data)
{
	const struct arg_end *ends = data;
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_FLOW);
	bool v4 = ends[0].family == 4;
	int size = v4 ? 4 : 16;

	mnl_attr_put(nlh, v4 ? TTLPIN_A_FLOW_LOCAL_V4 : TTLPIN_A_FLOW_LOCAL_V6,
		     size, ends[0].addr);
	mnl_attr_put_u16(nlh, TTLPIN_A_FLOW_LOCAL_PORT, ends[0].port);
	mnl_attr_put(nlh, v4 ? TTLPIN_A_FLOW_REMOTE_V4 : TTLPIN_A_FLOW_REMOTE_V6,
		     size, ends[1].addr);
	mnl_attr_put_u16(nlh, TTLPIN_A_FLOW_REMOTE_PORT, ends[1].port);
	mnl_attr_nest_end(nlh, nest);
}

static int change(const struct ctl *ctl, const char *what, uint8_t cmd,
		  nl_fill *fill, const struct arg_end *ends)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = nl_request(&nl, cmd, fill, ends, NULL, NULL);
	nl_close(&nl);
	return ret ? ret : out_done(ctl, what, NULL);
}

static int del(const struct ctl *ctl, const char *local,
	       const char *remote)
{
	struct arg_end ends[2];
	int ret = arg_end(local, &ends[0]);

	if (!ret)
		ret = arg_end(remote, &ends[1]);
	if (!ret && ends[0].family != ends[1].family)
		ret = out_usage("flows: %s and %s are of two address families",
				local, remote);
	return ret ? ret : change(ctl, "flows del", TTLPIN_CMD_FLOW_DEL,
				  put_flow, ends);
}

int cmd_flows(const struct ctl *ctl, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "list";

	if (!strcmp(what, "flush") && argc == 2)
		return change(ctl, "flows flush", TTLPIN_CMD_FLOW_FLUSH, NULL,
			      NULL);
	if (!strcmp(what, "del") && argc == 4)
		return del(ctl, argv[2], argv[3]);
	if (!strcmp(what, "del"))
		return out_usage("flows: del wants LOCAL and REMOTE, as in 'flows' itself");
	if (!strcmp(what, "list"))
		return list_arguments(ctl, argc > 2 ? argc - 2 : 0, argv + 2);
	return list_arguments(ctl, argc - 1, argv + 1);
}
