// SPDX-License-Identifier: GPL-2.0
/*
 * Lists flows over and over: each list has every flow that does not change
 * exactly once, or is marked as interrupted.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "storm.h"

/* The inside host's first address, whose flows those are. */
#define LOCAL	0xc000020a

/**
 * struct list - one list
 * @storm: what is known
 * @times: how often each flow that does not change came
 */
struct list {
	const struct storm *storm;
	uint8_t *times;
};

static int take_flow(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *end;
	struct list *list = data;
	uint32_t local = 0;
	uint16_t port = 0;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != TTLPIN_A_FLOW)
			continue;
		mnl_attr_for_each_nested(end, attr) {
			if (mnl_attr_get_type(end) == TTLPIN_A_FLOW_LOCAL_V4)
				local = ntohl(mnl_attr_get_u32(end));
			else if (mnl_attr_get_type(end) == TTLPIN_A_FLOW_LOCAL_PORT)
				port = mnl_attr_get_u16(end);
		}
	}
	if (local == LOCAL && port >= list->storm->first &&
	    port - list->storm->first < list->storm->nr)
		list->times[port - list->storm->first]++;
	return MNL_CB_OK;
}

/* How many flows a list misses or has twice. */
static uint32_t count_wrong(const struct list *list)
{
	uint32_t i, wrong = 0;

	for (i = 0; i < list->storm->nr; i++)
		if (list->times[i] != 1)
			wrong++;
	return wrong;
}

void storm_dumps(struct storm *s)
{
	struct list list = { .storm = s, .times = calloc(s->nr, 1) };
	uint64_t interrupted = 0;

	if (!list.times)
		err(2, "no memory");
	for (; !s->done || storm_goes_on(s); s->done++) {
		uint32_t wrong;
		int ret;

		memset(list.times, 0, s->nr);
		ret = family_ask(&s->family,
				 family_begin(&s->family, TTLPIN_CMD_FLOW_GET,
					      NLM_F_DUMP), take_flow, &list);
		if (ret == -EINTR) {
			/* libmnl gives up at the mark: what follows is left. */
			interrupted++;
			family_close(&s->family);
			family_open(&s->family);
			continue;
		}
		if (ret)
			errx(1, "flow-get: %s", strerror(-ret));
		wrong = count_wrong(&list);
		if (wrong && !s->bad++)
			fprintf(stderr, "a list that was not interrupted is wrong about %u flows\n",
				wrong);
	}
	free(list.times);
	printf("\"interrupted\":%" PRIu64 ",\"wrong\":%" PRIu64 ",", interrupted,
	       s->bad);
}
