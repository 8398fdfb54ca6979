// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl top: a table that follows what goes on, on ncurses; or lines of
 * JSON.
 */
#include <errno.h>
#include <linux/capability.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "arg.h"
#include "ctl.h"
#include "decode.h"
#include "drop.h"
#include "flows.h"
#include "nl.h"
#include "out.h"
#include "peers.h"
#include "priv.h"
#include "stats.h"

/* More flows than that are not asked for twice a second. */
#define FLOWS_SHOWN	2000

/**
 * struct reading - what was asked at one time
 * @stats: as stats_ask() gives it
 * @peers: as peers_get() gives it, or NULL where that needs more privilege
 * @flows: as flows_get() gives it, or NULL: needs more privilege, or too many
 * @at: when, ms
 */
struct reading {
	json_t *stats;
	json_t *peers;
	json_t *flows;
	uint64_t at;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static void forget(struct reading *r)
{
	json_decref(r->stats);
	json_decref(r->peers);
	json_decref(r->flows);
	*r = (struct reading){ 0 };
}

static int get_peers(struct nl *nl, json_t *peers)
{
	return peers_get(nl, peers);
}

static int get_flows(struct nl *nl, json_t *flows)
{
	static const struct flows_filter all = { .phase = -1 };

	return flows_get(nl, &all, flows);
}

/* A list, or none without the privilege for it: counters are for everybody. */
static int read_list(struct nl *nl, int (*get)(struct nl *nl, json_t *list),
		     json_t **list)
{
	int ret;

	*list = json_array();
	ret = get(nl, *list);
	if (!ret)
		return CTL_OK;
	json_decref(*list);
	*list = NULL;
	return nl->error == EPERM ? CTL_OK : ret;
}

static int read_all(struct nl *nl, const struct ctl *ctl, struct reading *r)
{
	int ret = stats_ask(nl, ctl, false, &r->stats);

	if (ret) {
		r->stats = NULL;
		return ret;
	}
	r->at = now_ms();
	nl->lenient = true;
	ret = read_list(nl, get_peers, &r->peers);
	if (!ret && !ctl->json &&
	    json_integer_value(json_object_get(r->stats, "flows")) <= FLOWS_SHOWN)
		ret = read_list(nl, get_flows, &r->flows);
	nl->lenient = false;
	return ret;
}

static double rate(const struct reading *now, const struct reading *before,
		   const char *name)
{
	uint64_t ms = before->stats ? now->at - before->at : 0;
	long long more;

	if (!ms)
		return 0;
	more = stats_counter(now->stats, name) - stats_counter(before->stats, name);
	/* A reset in between is no traffic. */
	return more > 0 ? more * 1000.0 / ms : 0;
}

static void show_row(int line, const struct reading *now,
		     const struct reading *before, const char *name,
		     const char *label)
{
	mvprintw(line, 0, "  %-14s %14lld %10.1f/s", label, stats_counter(now->stats, name),
		 rate(now, before, name));
}

/* Two columns where there is room for them, else one. */
static int show_counters(int line, const struct reading *now,
			 const struct reading *before)
{
	static const struct {
		const char *name;
		const char *label;
	} rows[] = {
		{ "seen", "seen" }, { "passed", "passed" },
		{ "healed", "  healed" }, { "unpinned", "unpinned" },
		{ "whitelisted", "whitelisted" }, { "dropped", "dropped" },
		{ "would_drop", "would drop" }, { "dropped_ttl", "  by TTL" },
		{ "dropped_timestamp", "  by timestamp" },
		{ "dropped_synack", "  by SYN-ACK" },
		{ "dropped_burst", "  by burst" },
		{ "confirmed", "  confirmed" },
	};
	size_t i;

	attron(A_BOLD);
	mvprintw(line++, 0, "  %-14s %14s %12s", "SEGMENTS", "TOTAL", "NOW");
	attroff(A_BOLD);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		show_row(line++, now, before, rows[i].name, rows[i].label);
	return line;
}

static void show_last(int line, const json_t *stats)
{
	const json_t *last = json_object_get(stats, "last_drop");
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!json_is_object(last)) {
		mvprintw(line, 0, "last drop: %s", stats_no_last(stats));
		return;
	}
	out = open_memstream(&text, &size);
	if (!out)
		return;
	drop_summary(out, last);
	fclose(out);
	mvaddnstr(line, 0, text, COLS);
	free(text);
}

static void show_peers(int line, int column, int last, const json_t *peers)
{
	const json_t *peer;
	size_t i;

	attron(A_BOLD);
	mvprintw(line++, column, "%-22s %4s %7s", "PEERS REMEMBERED", "TTL", "AGE");
	attroff(A_BOLD);
	if (!peers) {
		mvprintw(line, column, "need CAP_NET_ADMIN");
		return;
	}
	json_array_foreach(peers, i, peer) {
		if (line > last)
			return;
		mvprintw(line++, column, "%-22.22s %4lld %6llds",
			 json_string_value(json_object_get(peer, "addr")),
			 json_integer_value(json_object_get(peer, "ttl")),
			 json_integer_value(json_object_get(peer, "age")));
	}
}

/* Those with a suspect first, then those that were busy last. */
static int by_interest(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	bool s = json_is_integer(json_object_get(x, "suspect_ttl"));
	bool t = json_is_integer(json_object_get(y, "suspect_ttl"));
	json_int_t i = json_integer_value(json_object_get(x, "idle"));
	json_int_t j = json_integer_value(json_object_get(y, "idle"));

	return s != t ? t - s : (i > j) - (i < j);
}

static void show_flow(int line, const json_t *flow)
{
	char *remote = out_address(json_object_get(flow, "remote"));
	char *local = out_address(json_object_get(flow, "local"));
	char *phase = out_text(json_object_get(flow, "phase"));
	char *ttls = out_text(json_object_get(flow, "pin"));
	char *suspect = out_text(json_object_get(flow, "suspect_ttl"));

	mvprintw(line, 0, "%-25.25s %-22.22s %-8.8s %-8.8s %4llds %s", remote,
		 local, phase, ttls,
		 (long long)json_integer_value(json_object_get(flow, "idle")),
		 suspect);
	free(remote);
	free(local);
	free(phase);
	free(ttls);
	free(suspect);
}

static void show_flows(int line, int last, const struct reading *r)
{
	size_t nr = json_array_size(r->flows), i;
	const json_t **flow;

	attron(A_BOLD);
	mvprintw(line++, 0, "%-25s %-22s %-8s %-8s %5s %s", "REMOTE", "LOCAL",
		 "PHASE", "TTL", "IDLE", "SUSPECT");
	attroff(A_BOLD);
	if (!r->flows) {
		mvprintw(line, 0, r->peers ?
				"too many to be shown here: see ttlpinctl flows" :
				"need CAP_NET_ADMIN");
		return;
	}
	flow = calloc(nr + 1, sizeof(*flow));
	for (i = 0; flow && i < nr; i++)
		flow[i] = json_array_get(r->flows, i);
	if (flow && nr)
		qsort(flow, nr, sizeof(*flow), by_interest);
	for (i = 0; flow && i < nr && line <= last; i++)
		show_flow(line++, flow[i]);
	free(flow);
}

static void show(const struct reading *now, const struct reading *before)
{
	const char *netns = json_string_value(json_object_get(now->stats, "netns"));
	char *mode = out_text(json_object_get(now->stats, "mode"));
	int line;

	erase();
	attron(A_REVERSE);
	mvprintw(0, 0, "%-*.*s", COLS, COLS, "");
	mvprintw(0, 0, "ttlpin %s%s  mode %s  flows %lld of %lld (%lld half open)",
		 netns ? "in " : "", netns ? netns : "", mode,
		 json_integer_value(json_object_get(now->stats, "flows")),
		 json_integer_value(json_object_get(now->stats, "max_flows")),
		 json_integer_value(json_object_get(now->stats, "half_open")));
	attroff(A_REVERSE);
	free(mode);
	line = show_counters(1, now, before);
	if (COLS >= 80)
		show_peers(1, 44, line - 1, now->peers);
	if (line + 2 < LINES - 2)
		show_flows(line + 1, LINES - 3, now);
	/* The last two lines are theirs, however low the screen is. */
	move(LINES - 2, 0);
	clrtobot();
	show_last(LINES - 2, now->stats);
	mvprintw(LINES - 1, 0, "q quits");
	refresh();
}

/* The same as a line of JSON; what "now" is on the screen is in rates. */
static int print_json(const struct reading *now, const struct reading *before)
{
	json_t *tree = json_copy(now->stats), *rates = json_object();
	const json_t *value;
	const char *name;
	int ret;

	json_object_foreach(json_object_get(now->stats, "counters"), name, value)
		json_object_set_new(rates, name, json_real(rate(now, before, name)));
	json_object_set_new(tree, "rates", rates);
	json_object_set(tree, "peers", now->peers ? now->peers : json_null());
	json_object_del(tree, "settings");
	ret = out_json(tree);
	json_decref(tree);
	return ret;
}

/* Shows a reading for @delay_ms; whether that was enough. */
static bool show_until(const struct reading *now, const struct reading *before,
		       int delay_ms)
{
	uint64_t end = now->at + delay_ms, at;
	int key;

	show(now, before);
	while ((at = now_ms()) < end) {
		timeout(end - at);
		key = getch();
		/* Another size is another picture; the numbers can wait. */
		if (key == KEY_RESIZE)
			show(now, before);
		else if (key == 'q' || key == 'Q')
			return true;
	}
	return false;
}

static bool print_until(int delay_ms)
{
	usleep(1000u * delay_ms);
	return feof(stdout) || ferror(stdout);
}

static int follow(const struct ctl *ctl, struct nl *nl, int delay_ms,
		  unsigned long left)
{
	struct reading now = { 0 }, before = { 0 };
	bool end = false, bounded = left;
	int ret = CTL_OK;

	while (!ret && !end) {
		ret = read_all(nl, ctl, &now);
		end = bounded && !--left;
		if (!ret && ctl->json)
			ret = print_json(&now, &before);
		if (!ret && ctl->json && !end)
			end = print_until(delay_ms);
		else if (!ret && !ctl->json)
			end |= show_until(&now, &before, delay_ms);
		forget(&before);
		before = now;
		now = (struct reading){ 0 };
	}
	forget(&before);
	return ret;
}

static void restore(void)
{
	if (!isendwin())
		endwin();
}

static int on_screen(const struct ctl *ctl, struct nl *nl, int delay_ms,
		     unsigned long left)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);
	int ret;

	if (!screen)
		return out_fail("top: the terminal '%s' is not known",
				getenv("TERM") ? getenv("TERM") : "");
	out_restore = restore;
	noecho();
	cbreak();
	curs_set(0);
	keypad(stdscr, TRUE);
	ret = follow(ctl, nl, delay_ms, left);
	restore();
	out_restore = NULL;
	delscreen(screen);
	return ret;
}

int cmd_top(const struct ctl *ctl, int argc, char **argv)
{
	unsigned long delay = 1, left = 0;
	struct nl nl;
	int i, ret;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--delay")) {
			if (++i == argc || !arg_number(argv[i], &delay) ||
			    !delay || delay > 3600)
				return out_usage("top: --delay wants 1..3600 seconds");
		} else if (!strcmp(argv[i], "--count")) {
			if (++i == argc || !arg_number(argv[i], &left) || !left)
				return out_usage("top: --count wants a number from 1 on");
		} else {
			return out_usage("top: unknown argument '%s'; known are --delay SECONDS and --count N",
					 argv[i]);
		}
	}
	if (!ctl->json && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		return out_usage("top: wants a terminal; --json gives the same numbers without");
	ret = nl_open(&nl);
	if (ret)
		return ret;
	/* Lists are asked for again and again, and need it each time. */
	ret = priv_keep(1ull << CAP_NET_ADMIN);
	if (!ret && ctl->json)
		ret = follow(ctl, &nl, delay * 1000, left);
	else if (!ret)
		ret = on_screen(ctl, &nl, delay * 1000, left);
	nl_close(&nl);
	return ret;
}
