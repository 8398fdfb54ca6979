// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl locate: which hop sent it.
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "locate.h"
#include "locate_capture.h"
#include "locate_drops.h"
#include "nl.h"
#include "out.h"
#include "priv.h"
#include "stats.h"

/**
 * struct question - what was asked
 * @ctl: how the tool was called
 * @peer: the server's address, or ""
 * @ttl: given with --ttl, below 0 if not
 * @pin: given with --pin, below 0 if not
 * @capture: file to search, or NULL
 * @ports: guarded there, or NULL
 * @found: connections with forged segments there
 * @follow: --follow was given
 * @bounded: --count was given
 * @left: events that are still to be located, if @bounded
 * @traceroute: file to read, or NULL
 * @run: run the installed traceroute
 * @path: the traceroute, or NULL
 * @path_peer: the server to which it was run
 * @geoip: databases, or NULL
 * @ret: enum ctl_exit
 */
struct question {
	const struct ctl *ctl;
	char peer[INET6_ADDRSTRLEN];
	int ttl;
	int pin;
	const char *capture;
	const char *ports;
	unsigned long found;
	bool follow;
	bool bounded;
	unsigned long left;
	const char *traceroute;
	bool run;
	struct path *path;
	char path_peer[INET6_ADDRSTRLEN];
	struct geoip *geoip;
	int ret;
};

static int show(const struct question *q, const json_t *place)
{
	if (q->ctl->json)
		return out_json(place);
	locate_print(place, q->ctl->colour);
	return out_end();
}

static int answer(struct question *q, const struct locate_case *c)
{
	json_t *place = locate(c, q->path, q->geoip);
	int ret = show(q, place);

	json_decref(place);
	return ret;
}

/* The path to the peer, once for each peer in a row. */
static int trace(struct question *q, const char *peer, unsigned int port)
{
	if (!q->run || (q->path && !strcmp(q->path_peer, peer)))
		return CTL_OK;
	free(q->path);
	q->path = NULL;
	snprintf(q->path_peer, sizeof(q->path_peer), "%s", peer);
	return path_run(peer, port, &q->path);
}

static const char *remote_of(const json_t *event)
{
	const json_t *remote = json_object_get(event, "remote");
	const char *addr = json_string_value(json_object_get(remote, "addr"));

	return addr ? addr : "";
}

/* An event of the module, which sees segments as they arrive. */
static int locate_event(struct question *q, const json_t *event)
{
	const json_t *pin = json_array_get(json_object_get(event, "pin"), 0);
	struct locate_case c = {
		.peer = remote_of(event), .segments = 1, .answer_ms = -1, .seen = LOCATE_ARRIVING,
		.ttl = json_integer_value(json_object_get(event, "ttl")) & 255,
		.pin = json_is_integer(pin) ? json_integer_value(pin) : -1,
	};
	int ret;

	c.ttl_low = c.ttl;
	c.ttl_high = c.ttl;
	ret = trace(q, c.peer, json_integer_value(json_object_get(json_object_get(event, "remote"),
								  "port")));
	return ret ? ret : answer(q, &c);
}

/* A connection of a capture: who forged into it? */
static int locate_flow(void *context, const json_t *flow)
{
	const json_t *remote = json_object_get(flow, "remote"), *place;
	struct question *q = context;
	int ret = CTL_OK;
	json_t *places;
	size_t i;

	if (*q->peer && strcmp(q->peer, remote_of(flow)))
		return CTL_OK;
	ret = trace(q, remote_of(flow), json_integer_value(json_object_get(remote, "port")));
	if (ret)
		return ret;
	places = locate_drops(flow, q->path, q->geoip);
	json_array_foreach(places, i, place) {
		if (!q->ctl->json && q->found++)
			putchar('\n');
		ret = show(q, place);
		if (ret)
			break;
	}
	q->found += !!json_array_size(places);
	json_decref(places);
	return ret;
}

static int locate_in_capture(struct question *q)
{
	int ret;

	if (!q->path && !q->run && strcmp(q->capture, "-"))
		q->path = path_try(q->capture);
	ret = locate_capture(q->capture, q->ports, locate_flow, q);
	if (ret || q->found)
		return ret;
	return out_fail("%s: no forged segment%s%s", q->capture, *q->peer ? " in the name of " : "",
			q->peer);
}

static int locate_numbers(struct question *q)
{
	struct locate_case c = {
		.peer = *q->peer ? q->peer : NULL, .ttl = q->ttl, .ttl_low = q->ttl,
		.ttl_high = q->ttl, .segments = 1, .pin = q->pin, .answer_ms = -1,
	};
	int ret = CTL_OK;

	if (q->run && !*q->peer)
		return out_usage("locate: --run wants --peer ADDRESS with --ttl and --pin");
	if (q->run)
		ret = trace(q, q->peer, 25);
	return ret ? ret : answer(q, &c);
}

static int locate_last(struct question *q)
{
	json_t *stats;
	const json_t *drop;
	int ret = stats_get(q->ctl, false, &stats);

	if (ret)
		return ret;
	drop = json_object_get(stats, "last_drop");
	if (!json_is_object(drop))
		ret = out_fail("nothing to locate: %s; --follow waits for a drop",
			       stats_no_last(stats));
	else if (*q->peer && strcmp(q->peer, remote_of(drop)))
		ret = out_fail("the last drop was in the name of %s, not of %s; --follow waits for one",
			       remote_of(drop), q->peer);
	else
		ret = locate_event(q, drop);
	json_decref(stats);
	return ret;
}

static void on_event(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a[TTLPIN_A_MAX + 1];
	struct question *q = data;
	json_t *event;

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (!a[TTLPIN_A_EVENT] || genl->cmd != TTLPIN_CMD_DROP_NTF || q->ret ||
	    (q->bounded && !q->left))
		return;
	event = decode_event(a[TTLPIN_A_EVENT], genl->cmd);
	if (!*q->peer || !strcmp(q->peer, remote_of(event))) {
		q->ret = locate_event(q, event);
		q->left--;
		if (!q->ctl->json && !(q->bounded && !q->left))
			putchar('\n');
	}
	json_decref(event);
}

static int locate_following(struct question *q)
{
	struct nl nl;
	int ret = nl_open(&nl);

	if (ret)
		return ret;
	ret = nl_subscribe(&nl);
	/* As in events; but who is to run traceroute as root stays root. */
	if (!ret && !q->run)
		ret = priv_keep(0);
	while (!ret && !q->ret && !(q->bounded && !q->left) && !ferror(stdout))
		ret = nl_next(&nl, on_event, q);
	nl_close(&nl);
	return ret ? ret : q->ret;
}

static int read_ttl(const char *option, const char *text, int *ttl)
{
	unsigned long n;

	if (!text || !arg_number(text, &n) || n > 255)
		return out_usage("locate: %s wants a TTL, 0..255", option);
	*ttl = n;
	return CTL_OK;
}

static int read_count(struct question *q, const char *text)
{
	if (!text || !arg_number(text, &q->left) || !q->left)
		return out_usage("locate: --count wants a number from 1 on");
	q->bounded = true;
	return CTL_OK;
}

/* An option and its value; *@i is moved to the last word that was used. */
static int read_option(struct question *q, char **argv, int *i)
{
	const char *option = argv[*i], *value;

	if (!strcmp(option, "--follow")) {
		q->follow = true;
		return CTL_OK;
	}
	if (!strcmp(option, "--run")) {
		q->run = true;
		return CTL_OK;
	}
	value = argv[*i + 1];
	*i += !!value;
	if (!strcmp(option, "--ttl"))
		return read_ttl(option, value, &q->ttl);
	if (!strcmp(option, "--pin"))
		return read_ttl(option, value, &q->pin);
	if (!strcmp(option, "--capture")) {
		q->capture = value;
		return value ? CTL_OK : out_usage("locate: --capture wants a file, or - for standard input");
	}
	if (!strcmp(option, "--port")) {
		q->ports = value;
		return value ? CTL_OK : out_usage("locate: --port wants ports and ranges, as in 25,587");
	}
	if (!strcmp(option, "--count"))
		return read_count(q, value);
	if (!strcmp(option, "--peer"))
		return value && path_address(value, q->peer) ? CTL_OK :
			out_usage("locate: --peer wants an IPv4 or IPv6 address");
	if (!strcmp(option, "--traceroute")) {
		q->traceroute = value;
		return value ? CTL_OK : out_usage("locate: --traceroute wants a file, or - for standard input");
	}
	if (!strcmp(option, "--geoip"))
		return value ? geoip_open(&q->geoip, value) :
			       out_usage("locate: --geoip wants a file");
	return out_usage("locate: unknown argument '%s'; known are --peer, --ttl, --pin, --capture, --port, --follow, --count, --traceroute, --run and --geoip",
			 option);
}

static int check_options(const struct question *q)
{
	int sources = q->follow + !!q->capture;

	sources += q->ttl >= 0;
	if (q->run && q->traceroute)
		return out_usage("locate: --run and --traceroute exclude one another");
	if (q->ttl < 0 && q->pin >= 0)
		return out_usage("locate: --pin wants --ttl, the TTL of the segment");
	if (sources > 1)
		return out_usage("locate: --ttl, --capture and --follow exclude one another");
	if (q->ports && !q->capture)
		return out_usage("locate: --port wants --capture");
	if (q->capture && q->traceroute && !strcmp(q->capture, "-") && !strcmp(q->traceroute, "-"))
		return out_usage("locate: standard input cannot be both the capture and the traceroute");
	if (q->bounded && !q->follow)
		return out_usage("locate: --count wants --follow");
	return CTL_OK;
}

static int ask(struct question *q)
{
	int ret = check_options(q);

	if (!ret && q->traceroute)
		ret = path_load(q->traceroute, *q->peer ? q->peer : NULL, &q->path);
	if (ret)
		return ret;
	if (q->ttl >= 0)
		return locate_numbers(q);
	if (q->capture)
		return locate_in_capture(q);
	return q->follow ? locate_following(q) : locate_last(q);
}

int cmd_locate(const struct ctl *ctl, int argc, char **argv)
{
	struct question q = { .ctl = ctl, .ttl = -1, .pin = -1 };
	int i, ret = CTL_OK;

	for (i = 1; i < argc && !ret; i++)
		ret = read_option(&q, argv, &i);
	if (!ret)
		ret = ask(&q);
	free(q.path);
	geoip_close(q.geoip);
	return ret;
}
