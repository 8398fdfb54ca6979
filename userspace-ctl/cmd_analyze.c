// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl analyze: the module's verdict on captures.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "analyze.h"
#include "findings.h"
#include "out.h"
#include "report_order.h"

/* Flows without findings that are printed, unless all are asked for. */
#define CLEAN_SHOWN	100
/* Milliseconds between two lines of progress. */
#define PROGRESS_MS	250

/**
 * struct analysis - what analyze does
 * @ctl: how the tool was called
 * @policy: settings
 * @about: what is needed to tell of flows
 * @all: print every flow
 * @track: the flows
 * @capture: the file that is being read
 * @file: its number
 * @maillog: file name of a mail log, or NULL
 * @from_stdin: whitelists that were read from standard input
 * @order: a page and places, where they are asked for
 * @told: flows that were printed
 * @flows: flows that have ended
 * @clean: flows without findings
 * @progress: tell how far it is
 * @shown_ms: when that was told last
 */
struct analysis {
	const struct ctl *ctl;
	struct policy policy;
	struct findings about;
	bool all;
	struct track *track;
	struct capture capture;
	int file;
	const char *maillog;
	int from_stdin;
	struct report_order order;
	unsigned long long told;
	unsigned long long flows;
	unsigned long long clean;
	bool progress;
	unsigned long long shown_ms;
};

static void tell(struct analysis *a, const json_t *flow)
{
	if (a->ctl->json) {
		fputs(a->told ? ",\n" : "\n", stdout);
		json_dumpf(flow, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	} else {
		analyze_print_flow(a->ctl, flow);
		report_order_print(a->ctl, flow);
	}
	a->told++;
}

static void on_end(void *context, const struct track_flow *f)
{
	struct analysis *a = context;
	bool clean = !story_has_findings(&f->story), told;
	json_t *flow;
	u32 i;

	for (i = 0; a->about.log && i < f->story.nr_refusals; i++)
		maillog_genuine(a->about.log, &f->tuple, &f->story.refusal[i]);
	a->flows++;
	a->clean += clean;
	told = !clean || a->all || a->ctl->json || a->clean <= CLEAN_SHOWN;
	if (!told && !a->order.report)
		return;
	flow = findings_flow(&a->about, f);
	report_order_flow(&a->order, flow);
	if (told)
		tell(a, flow);
	json_decref(flow);
}

static void show_progress(struct analysis *a)
{
	const struct capture *c = &a->capture;
	struct timespec now;
	unsigned long long ms;
	char *name;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = now.tv_sec * 1000ull + now.tv_nsec / 1000000;
	if (ms - a->shown_ms < PROGRESS_MS)
		return;
	a->shown_ms = ms;
	name = out_clean(a->about.files[a->file]);
	fprintf(stderr, "\r%s: ", name ? name : "");
	free(name);
	if (c->percent <= 100)
		fprintf(stderr, "%u %%", c->percent);
	else
		fprintf(stderr, "%llu MB", (unsigned long long)c->taken >> 20);
	fprintf(stderr, ", %llu packets, %llu flows\033[K",
		(unsigned long long)c->packets, a->flows);
}

static void on_packet(void *context, const struct capture_packet *p)
{
	struct analysis *a = context;

	if (a->progress && p->number % 16384 == 0)
		show_progress(a);
	/* Flows may end, and be told, before the file does. */
	if (a->capture.hop.family)
		a->about.hop = a->capture.hop;
	track_take(a->track, p, a->file);
}

static int read_file(struct analysis *a, json_t *files)
{
	const char *name = a->about.files[a->file];
	bool ok = capture_read(&a->capture, name, on_packet, a);

	if (a->progress)
		fputs("\r\033[K", stderr);
	if (a->capture.hop.family) {
		a->about.hop = a->capture.hop;
		report_order_file(&a->order, name);
	}
	json_array_append_new(files, findings_file(name, &a->capture));
	if (ok)
		return CTL_OK;
	return out_fail("%s: %s", strcmp(name, "-") ? name : "standard input",
			a->capture.why);
}

static json_t *what_was_met(const struct analysis *a)
{
	const struct track_counts *counts = track_counts(a->track);
	const struct defrag_counts *fragments = track_fragments(a->track);

	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}",
			 "flows", (json_int_t)a->flows,
			 "cut", (json_int_t)counts->cut,
			 "copies", (json_int_t)counts->copies,
			 "fragments", (json_int_t)fragments->fragments,
			 "datagrams", (json_int_t)fragments->datagrams,
			 "fragments_lost", (json_int_t)fragments->lost);
}

static void print_member(const json_t *tree, const char *key)
{
	if (!json_object_get(tree, key))
		return;
	printf(",\n\"%s\":", key);
	json_dumpf(json_object_get(tree, key), stdout,
		   JSON_COMPACT | JSON_ENSURE_ASCII);
}

/* Flows are printed as they end, so that memory does not grow with the file. */
static int run(struct analysis *a)
{
	json_t *files = json_array(), *tree = json_object();
	int ret = CTL_OK;

	if (a->ctl->json)
		fputs("{\"flows\":[", stdout);
	for (a->file = 0; a->file < a->about.nr_files; a->file++)
		if (read_file(a, files))
			ret = CTL_FAILED;
	track_end(a->track);
	json_object_set_new(tree, "files", files);
	json_object_set_new(tree, "counters",
			    findings_counters(track_counters(a->track)));
	json_object_set_new(tree, "met", what_was_met(a));
	if (a->about.log)
		json_object_set_new(tree, "maillog", maillog_tree(a->about.log));
	if (a->ctl->json) {
		fputs("]", stdout);
		print_member(tree, "files");
		print_member(tree, "counters");
		print_member(tree, "met");
		print_member(tree, "maillog");
		puts("}");
	} else {
		analyze_print_summary(tree, a->flows - a->told);
	}
	if (report_order_end(&a->order, files))
		ret = CTL_FAILED;
	json_decref(tree);
	return out_end() ?: ret;
}

enum { PORT = 256, SET, WHITELIST, MAILLOG, BEHIND, ALL, TIMELINE, HTML, TRACEROUTE, GEOIP };

static int take_name(const char **name, const char *option)
{
	if (*name)
		return out_usage("analyze: %s can be given once", option);
	*name = optarg;
	return CTL_OK;
}

static bool is_stdin(const char *name)
{
	return name && !strcmp(name, "-");
}

static int add_whitelist(struct analysis *a, const char *name)
{
	a->from_stdin += is_stdin(name);
	return policy_add_whitelist(&a->policy, name);
}

static int check_files(const struct analysis *a)
{
	int from_stdin = a->from_stdin + is_stdin(a->maillog) +
			 is_stdin(a->order.traceroute), i;

	if (a->about.nr_files < 1)
		return out_usage("a capture is wanted, as in ttlpinctl analyze mail.pcap; - is standard input");
	if (a->about.nr_files > UINT16_MAX)
		return out_usage("%d captures are too many; at most 65535 can be read",
				 a->about.nr_files);
	for (i = 0; i < a->about.nr_files; i++)
		from_stdin += is_stdin(a->about.files[i]);
	if (from_stdin > 1)
		return out_usage("analyze: standard input can be read once; give all others but one by name");
	return CTL_OK;
}

static int read_options(struct analysis *a, int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, PORT },
		{ "set", required_argument, NULL, SET },
		{ "whitelist", required_argument, NULL, WHITELIST },
		{ "maillog", required_argument, NULL, MAILLOG },
		{ "behind", no_argument, NULL, BEHIND },
		{ "all", no_argument, NULL, ALL },
		{ "timeline", no_argument, NULL, TIMELINE },
		{ "html", required_argument, NULL, HTML },
		{ "traceroute", required_argument, NULL, TRACEROUTE },
		{ "geoip", required_argument, NULL, GEOIP },
		{ NULL, 0, NULL, 0 },
	};
	int opt, ret = CTL_OK;

	optind = 0;
	opterr = 0;
	while (!ret && (opt = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (opt == PORT)
			ret = policy_add_ports(&a->policy, optarg);
		else if (opt == SET)
			ret = policy_set(&a->policy, optarg);
		else if (opt == WHITELIST)
			ret = add_whitelist(a, optarg);
		else if (opt == MAILLOG)
			ret = take_name(&a->maillog, "--maillog");
		else if (opt == BEHIND)
			a->about.behind = true;
		else if (opt == ALL)
			a->all = true;
		else if (opt == TIMELINE)
			a->about.timeline = true;
		else if (opt == HTML)
			ret = take_name(&a->order.html, "--html");
		else if (opt == TRACEROUTE)
			ret = take_name(&a->order.traceroute, "--traceroute");
		else if (opt == GEOIP)
			ret = geoip_open(&a->order.geoip, optarg);
		else if (opt == ':')
			ret = out_usage("option %s wants a value; try --help",
					argv[optind - 1]);
		else
			ret = optopt && optopt < PORT ?
				      out_usage("unknown option -%c; try --help", optopt) :
				      out_usage("unknown option %s; try --help",
						 argv[optind - 1]);
	}
	return ret;
}

static int read_maillog(struct analysis *a)
{
	char why[MAILLOG_WHY];

	a->about.log = maillog_read(a->maillog, why);
	return a->about.log ? CTL_OK : out_fail("%s: %s", a->maillog, why);
}

int cmd_analyze(const struct ctl *ctl, int argc, char **argv)
{
	struct analysis a = { .ctl = ctl };
	int ret;

	policy_init(&a.policy);
	ret = read_options(&a, argc, argv);
	a.about.files = argv + optind;
	a.about.nr_files = argc - optind;
	if (!ret)
		ret = check_files(&a);
	if (!ret && a.maillog)
		ret = read_maillog(&a);
	if (!ret)
		ret = report_order_begin(&a.order, a.maillog, a.about.files,
					 a.about.nr_files);
	a.progress = isatty(STDERR_FILENO);
	if (!ret) {
		a.track = track_new(&a.policy, on_end, &a);
		ret = a.track ? run(&a) : out_fail("out of memory");
	}
	if (a.track)
		track_free(a.track);
	if (a.about.log)
		maillog_free(a.about.log);
	report_order_free(&a.order);
	policy_free(&a.policy);
	return ret;
}
