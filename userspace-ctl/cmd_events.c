// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl events: follow what is condemned.
 */
#include <stdio.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "drop.h"
#include "nl.h"
#include "out.h"

struct follow {
	const struct ctl *ctl;
	unsigned long left;
	bool bounded;
	int ret;
};

static void on_event(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];
	struct follow *f = data;
	json_t *event;

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (!a[TTLPIN_A_EVENT] || (f->bounded && !f->left))
		return;
	event = decode_event(a[TTLPIN_A_EVENT]);
	if (f->ctl->json) {
		f->ret = out_json(event);
	} else {
		drop_print(f->ctl, event);
		f->ret = out_end();
	}
	json_decref(event);
	if (f->bounded)
		f->left--;
}

int cmd_events(const struct ctl *ctl, int argc, char **argv)
{
	struct follow f = { .ctl = ctl };
	struct nl nl;
	int i, ret;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--count"))
			return out_usage("events: unknown argument '%s'; known is --count N",
					 argv[i]);
		if (++i == argc || !arg_number(argv[i], &f.left) || !f.left)
			return out_usage("events: --count wants a number from 1 on");
		f.bounded = true;
	}
	ret = nl_open(&nl, ctl);
	if (ret)
		return ret;
	ret = nl_subscribe(&nl);
	while (!ret && !f.ret && !(f.bounded && !f.left) && !ferror(stdout))
		ret = nl_next(&nl, on_event, &f);
	nl_close(&nl);
	return ret ? ret : f.ret;
}
