// SPDX-License-Identifier: GPL-2.0
/*
 * Control of the module as fast as it can be asked for, while segments are
 * judged:
 *
 *	storm lists SECONDS		loads two whitelists in turn
 *	storm settings SECONDS		changes settings to and fro
 *	storm tally SECONDS		resets the counters, sums what they were
 *	storm flush SECONDS		forgets all flows
 *	storm dumps SECONDS FIRST N	lists flows; N local ports from FIRST are
 *					those that do not change
 *
 * SIGTERM ends it sooner.
 */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "storm.h"

#define LISTED	400	/* prefixes of a list, more or less */

static atomic_int over;

static void end(int signal)
{
	over = signal;
}

bool storm_goes_on(struct storm *s)
{
	struct timespec t;

	if (over)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &t);
	if (!s->until)
		s->until = t.tv_sec + s->seconds;
	return t.tv_sec < s->until;
}

static void must(struct storm *s, struct nlmsghdr *nlh, const char *what)
{
	int ret = family_ask(&s->family, nlh, NULL, NULL);

	if (ret)
		errx(1, "%s: %s", what, strerror(-ret));
}

static void command(struct storm *s, uint8_t cmd, const char *what)
{
	must(s, family_begin(&s->family, cmd, NLM_F_ACK), what);
}

static void put_prefix(struct nlmsghdr *nlh, uint32_t addr, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);

	mnl_attr_put_u32(nlh, TTLPIN_A_PREFIX_V4, htonl(addr));
	mnl_attr_put_u8(nlh, TTLPIN_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

/*
 * Both lists hold the outside host, each by another prefix and in another place;
 * the rest differs in number and in what it covers. Who sees half of one and half
 * of the other does not find the host in it.
 */
static void load(struct storm *s, bool second)
{
	uint32_t nr = second ? LISTED : LISTED / 8, i;
	struct nlmsghdr *nlh;

	command(s, TTLPIN_CMD_WHITELIST_BEGIN, "begin");
	nlh = family_begin(&s->family, TTLPIN_CMD_WHITELIST_ADD, NLM_F_ACK);
	if (second)
		put_prefix(nlh, 0xcb007119, 32);
	else
		put_prefix(nlh, 0xcb007100, 24);
	for (i = 0; i < nr; i++)
		put_prefix(nlh, (second ? 0x0a000000 : 0xe0000000) + i * 512, 24);
	must(s, nlh, "add");
	command(s, TTLPIN_CMD_WHITELIST_COMMIT, "commit");
}

static void lists(struct storm *s)
{
	for (; storm_goes_on(s); s->done++)
		load(s, s->done & 1);
}

/* Port 25 is guarded by both, but stands in another place. */
static void settings(struct storm *s)
{
	static const char *const ports[] = { "25", "1-9,11,13,15,17,19,21,23,25" };
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int way;

	for (; storm_goes_on(s); s->done++) {
		way = s->done & 1;
		nlh = family_begin(&s->family, TTLPIN_CMD_CONFIG_SET, NLM_F_ACK);
		nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
		mnl_attr_put_strz(nlh, TTLPIN_A_CONFIG_PORTS, ports[way]);
		mnl_attr_put_u32(nlh, TTLPIN_A_CONFIG_TOLERANCE, 1 + way);
		mnl_attr_put_u32(nlh, TTLPIN_A_CONFIG_HEAL, way);
		mnl_attr_put_u32(nlh, TTLPIN_A_CONFIG_EVENT_RATE, 100 * way);
		mnl_attr_nest_end(nlh, nest);
		must(s, nlh, "config-set");
	}
}

static int add_counters(const struct nlmsghdr *nlh, void *data)
{
	struct storm *s = data;
	const struct nlattr *attr, *counter;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != TTLPIN_A_COUNTERS)
			continue;
		mnl_attr_for_each_nested(counter, attr)
			if (mnl_attr_get_type(counter) <= TTLPIN_A_COUNTER_MAX &&
			    mnl_attr_get_payload_len(counter) == 8)
				s->counters[mnl_attr_get_type(counter)] +=
					mnl_attr_get_u64(counter);
	}
	return MNL_CB_OK;
}

/* What a reset loses, or has twice, shows in the sum of all. */
static void tally(struct storm *s)
{
	bool last;

	do {
		/* The last one begins when all is over. */
		last = !storm_goes_on(s);
		if (family_ask(&s->family,
			       family_begin(&s->family, TTLPIN_CMD_STATS_RESET,
					    NLM_F_ACK), add_counters, s))
			errx(1, "stats-reset is refused");
		s->done++;
	} while (!last);
	printf("\"seen\":%" PRIu64 ",\"passed\":%" PRIu64 ",\"near\":%" PRIu64
	       ",\"dropped\":%" PRIu64 ",\"dropped_rst\":%" PRIu64
	       ",\"unpinned\":%" PRIu64 ",\"pinned\":%" PRIu64 ",",
	       s->counters[TTLPIN_A_COUNTER_SEEN],
	       s->counters[TTLPIN_A_COUNTER_PASSED],
	       s->counters[TTLPIN_A_COUNTER_NEAR],
	       s->counters[TTLPIN_A_COUNTER_DROPPED],
	       s->counters[TTLPIN_A_COUNTER_DROPPED_RST],
	       s->counters[TTLPIN_A_COUNTER_UNPINNED],
	       s->counters[TTLPIN_A_COUNTER_PINNED]);
}

static void flush(struct storm *s)
{
	for (; storm_goes_on(s); s->done++)
		command(s, TTLPIN_CMD_FLOW_FLUSH, "flow-flush");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		void (*run)(struct storm *s);
	} all[] = {
		{ "lists", 3, lists },	   { "settings", 3, settings },
		{ "tally", 3, tally },	   { "flush", 3, flush },
		{ "dumps", 5, storm_dumps },
	};
	static struct storm s;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (argc != all[i].args || strcmp(argv[1], all[i].name))
			continue;
		s.seconds = atoi(argv[2]);
		s.first = argc > 3 ? atoi(argv[3]) : 0;
		s.nr = argc > 4 ? atoi(argv[4]) : 0;
		signal(SIGTERM, end);
		family_open(&s.family);
		putchar('{');
		all[i].run(&s);
		printf("\"done\":%" PRIu64 ",\"a_second\":%" PRIu64 "}\n", s.done,
		       s.done / (s.seconds ? s.seconds : 1));
		return s.bad ? 1 : 0;
	}
	errx(2, "Usage: storm lists|settings|tally|flush SECONDS, storm dumps SECONDS FIRST N");
}
