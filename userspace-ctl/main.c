// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl: shows what the module nf_ttlpin does, and tells it what to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl.h"
#include "out.h"
#include "settings.h"

#define VERSION "0.1.0"

/**
 * struct command - a command, as --help shows it
 * @name: of the command
 * @run: does it
 * @arguments: what may follow the name
 * @help: in a line
 * @details: what --help for this command alone adds, or NULL: a line for each
 *	word that may follow the command, behind two blanks, which completion reads
 */
static const struct command {
	const char *name;
	ctl_command *run;
	const char *arguments;
	const char *help;
	const char *details;
} commands[] = {
	{ "status", cmd_status, "", "what is guarded, flows, drops; the default",
	  NULL },
	{ "stats", cmd_stats, "[--reset] [--prometheus [--output FILE]]", "the counters",
	  "  --reset           show them and let them start again from 0\n"
	  "  --prometheus      the text format that Prometheus scrapes\n"
	  "  --output FILE     write it there, whole or not at all\n" },
	{ "whitelist", cmd_whitelist,
	  "[list | add PREFIX... | del PREFIX... | flush | load FILE|- | check FILE|- | save [FILE]]",
	  "addresses whose segments are not judged",
	  "  list              print them, IPv4 first; the default\n"
	  "  add, del          all of the PREFIXes or none; an address is a PREFIX\n"
	  "  flush             remove them all\n"
	  "  load FILE|-       a whole list in place of the old one, at once; a prefix\n"
	  "                    a line, # begins a comment; if refused the old one stands\n"
	  "  check FILE|-      only tell whether load would take it\n"
	  "  save [FILE]       write what load reads\n" },
	{ "flows", cmd_flows,
	  "[[list] [--peer PREFIX] [--phase PHASE] | del LOCAL REMOTE | flush]",
	  "the flows and the TTLs that they know",
	  "  list              print them; the default\n"
	  "  --peer PREFIX     only those with a peer in it\n"
	  "  --phase PHASE     only those; syn-sent, opening, talking or closing\n"
	  "  del LOCAL REMOTE  forget one, as in: del 192.0.2.10:40000 [2001:db8::1]:25\n"
	  "  flush             forget all; what is under way passes unpinned then\n" },
	{ "peers", cmd_peers, "[list | flush]",
	  "addresses whose SYN-ACK is the odd one out",
	  "  list              with the TTL that flows to them begin with; the default\n"
	  "  flush             forget them all\n" },
	{ "events", cmd_events, "[--count N] [--pcap FILE|- | --journal]",
	  "follow drops as they happen",
	  "  --count N         end after N events\n"
	  "  --pcap FILE|-     as pcapng for Wireshark, the reason in the packet comment\n"
	  "  --journal         entries of the systemd journal, with fields\n" },
	{ "config", cmd_config, "[NAME... | NAME=VALUE... | --check FILE | --load FILE]",
	  "read or write settings; several are written all or none",
	  "  --check FILE      only tell whether a file of settings is right\n"
	  "  --load FILE       put it in force; what it does not name gets its default\n" },
	{ "apply", cmd_apply, "[--check] [FOLDER]",
	  "put ttlpin.conf and whitelist of a folder in force, both or neither",
	  "  --check           only tell whether both are right\n"
	  "The folder is " TTLPIN_CONFDIR " if not given.\n" },
	{ "advise", cmd_advise, "",
	  "what enforcing costs or would have cost, and what belongs in the whitelist",
	  NULL },
	{ "top", cmd_top, "[--delay SECONDS] [--count N]",
	  "a table that follows what goes on",
	  "  --delay SECONDS   time between two readings, 1..3600; 1 if not given\n"
	  "  --count N         end after N readings\n"
	  "The key q ends it. With --json, a line a reading instead of a table.\n" },
	{ "analyze", cmd_analyze, "[OPTION]... FILE...",
	  "the module's verdict on captures: who forged what, and where from",
	  "  --port PORTS      guard these, such as 25,587; 25 if not given\n"
	  "  --set NAME=VALUE  judge with another setting than the default\n"
	  "  --whitelist FILE  addresses that are not judged, as whitelist save writes\n"
	  "  --maillog FILE    find the bounces that forged segments caused\n"
	  "  --traceroute FILE|-  say which hop sent them\n"
	  "  --geoip FILE      name networks from a MaxMind database; repeatable\n"
	  "  --html FILE       a page that explains it, beside the text\n"
	  "  --behind          taken behind the gateway: hops count one less\n"
	  "  --all             print every flow, not only the first 100 without findings\n"
	  "  --timeline        in JSON, tell the segments of every flow\n" },
	{ "locate", cmd_locate,
	  "[--peer ADDRESS] [--ttl N [--pin N] | --capture FILE|- [--port PORTS] | --follow [--count N]] [--traceroute FILE|- | --run] [--geoip FILE]...",
	  "which hop of the path sent the forged segments",
	  "  --peer ADDRESS    the server\n"
	  "  --ttl N           TTL with which a forged segment arrived\n"
	  "  --pin N           TTL of the server's segments\n"
	  "  --capture FILE|-  take the forged segments from a capture\n"
	  "  --port PORTS      guarded in the capture; 25 if not given\n"
	  "  --follow          wait for drops\n"
	  "  --count N         end after N of them\n"
	  "  --traceroute FILE|-  a path as traceroute, tcptraceroute, mtr or tracert print it\n"
	  "  --run             run traceroute to the server; needs root\n"
	  "  --geoip FILE      name networks from a MaxMind database; repeatable\n"
	  "If neither a TTL, a capture nor --follow is given: the last drop.\n" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_all_help(void)
{
	size_t i;

	puts("Usage: ttlpinctl [-j|--json] [-N|--netns NAME] [COMMAND]\n"
	     "       ttlpinctl -V|--version | [COMMAND] -h|--help\n");
	for (i = 0; i < COMMANDS; i++)
		printf("  %s%s%s\n      %s\n", commands[i].name,
		       *commands[i].arguments ? " " : "", commands[i].arguments,
		       commands[i].help);
	puts("\n  -j, --json        print JSON\n"
	     "  -N, --netns NAME  act on that network namespace of ip-netns(8)\n"
	     "The manual is ttlpinctl(8).");
}

static void print_help(const struct command *c)
{
	const struct setting *s;

	printf("Usage: ttlpinctl [-j] [-N NAME] %s%s%s\n%s\n\n%s", c->name,
	       *c->arguments ? " " : "", c->arguments, c->help,
	       c->details ? c->details : "");
	for (s = settings; c->run == cmd_config && s->name; s++)
		printf("  %-18s%s\n", s->name, s->accepted);
	if (c->run == cmd_config)
		puts("  flows             read-only: flows in the store");
	puts("The manual is ttlpinctl(8).");
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Says which commands there are. */
static int unknown_command(const char *name)
{
	char known[512] = "";
	size_t i, n = 0;

	for (i = 0; i < COMMANDS && n < sizeof(known); i++)
		n += snprintf(known + n, sizeof(known) - n, "%s%s",
			      i ? ", " : "", commands[i].name);
	return out_usage("unknown command '%s'; known are %s", name, known);
}

/* Enters a named network namespace. */
static int enter_netns(const char *name)
{
	char path[300];
	int fd, error = 0;

	if (!*name || strchr(name, '/') || strlen(name) > 255)
		return out_usage("'%s' is not the name of a network namespace", name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return out_fail("there is no network namespace '%s' (%s: %s)",
				name, path, strerror(errno));
	if (setns(fd, CLONE_NEWNET))
		error = errno;
	close(fd);
	if (error == EPERM)
		return out_fail("entering the network namespace '%s' needs root", name);
	return error ? out_fail("cannot enter the network namespace '%s': %s",
				name, strerror(error)) : CTL_OK;
}

/* Options of all commands, wherever they stand; how many arguments are left. */
static int take_options(struct ctl *ctl, int argc, char **argv, bool *help)
{
	int i, n = 1;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			*help = true;
		else if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-j"))
			ctl->json = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

/* As no-color.org has it: set and not empty. */
static bool no_colour(void)
{
	const char *value = getenv("NO_COLOR"), *term = getenv("TERM");

	return (value && *value) || (term && !strcmp(term, "dumb"));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "netns", required_argument, NULL, 'N' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const struct command *command = &commands[0];
	struct ctl ctl = { .colour = isatty(STDOUT_FILENO) && !no_colour() };
	bool help = false;
	int opt, ret;

	/* A reader that closes the pipe is told by write(), not by a signal. */
	signal(SIGPIPE, SIG_IGN);
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:jN:Vh", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			ctl.json = true;
			break;
		case 'N':
			ctl.netns = optarg;
			break;
		case 'V':
			puts("ttlpinctl " VERSION);
			return out_end();
		case 'h':
			help = true;
			break;
		case ':':
			return out_usage("option %s wants a value; try --help",
					 argv[optind - 1]);
		default:
			/* A known one is a long one with a value that it does not take. */
			if (optopt && !strchr("jNVh", optopt))
				return out_usage("unknown option -%c; try --help", optopt);
			return out_usage("unknown option %s; try --help",
					 argv[optind - 1]);
		}
	}
	if (optind < argc) {
		command = find_command(argv[optind]);
		if (!command)
			return unknown_command(argv[optind]);
		argc = optind + take_options(&ctl, argc - optind, argv + optind,
					     &help);
	}
	if (help) {
		if (optind < argc)
			print_help(command);
		else
			print_all_help();
		return out_end();
	}
	if (ctl.netns) {
		ret = enter_netns(ctl.netns);
		if (ret)
			return ret;
	}
	return command->run(&ctl, argc - optind, argv + optind);
}
