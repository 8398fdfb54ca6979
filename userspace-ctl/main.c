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
#include <sys/mount.h>
#include <unistd.h>
#include "ctl.h"
#include "out.h"

#define VERSION "0.1.0"

static const struct command {
	const char *name;
	ctl_command *run;
	const char *arguments;
	const char *help;
} commands[] = {
	{ "status", cmd_status, "", "what is guarded, flows, drops; the default" },
	{ "stats", cmd_stats, "[--reset] [--prometheus]",
	  "the counters; --reset shows them and starts again from 0" },
	{ "whitelist", cmd_whitelist, "[list | add PREFIX... | del PREFIX... | flush]",
	  "addresses whose segments are not judged" },
	{ "flows", cmd_flows, "[list] [--peer PREFIX] [--phase PHASE]",
	  "the flows and the TTLs that they know" },
	{ "events", cmd_events, "[--count N]",
	  "follow drops as they happen" },
	{ "config", cmd_config, "[NAME... | NAME=VALUE...]",
	  "read or write settings; several are written all or none" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(const struct command *only)
{
	size_t i;

	if (!only)
		puts("Usage: ttlpinctl [-j|--json] [-N|--netns NAME] [-V] [-h] [COMMAND]");
	for (i = 0; i < COMMANDS; i++)
		if (!only || only == &commands[i])
			printf("%s%s%s%s\n    %s\n",
			       only ? "Usage: ttlpinctl " : "  ",
			       commands[i].name, *commands[i].arguments ? " " : "",
			       commands[i].arguments, commands[i].help);
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

/* Enters a named network namespace, with the sysfs that belongs to it. */
static int enter_netns(const char *name)
{
	char path[300];
	int fd;

	if (strchr(name, '/') || strlen(name) > 255)
		return out_usage("'%s' is not the name of a network namespace", name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return out_fail("there is no network namespace '%s' (%s: %s)",
				name, path, strerror(errno));
	if (setns(fd, CLONE_NEWNET)) {
		close(fd);
		return out_fail("cannot enter the network namespace '%s': %s",
				name, strerror(errno));
	}
	close(fd);
	if (unshare(CLONE_NEWNS) ||
	    mount("", "/", "none", MS_SLAVE | MS_REC, NULL) ||
	    mount(name, "/sys", "sysfs", 0, NULL))
		return out_fail("cannot mount the sysfs of network namespace '%s': %s",
				name, strerror(errno));
	return CTL_OK;
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
	struct ctl ctl = { .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") };
	bool help = false;
	int opt, i, ret;

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
			return out_usage("unknown option %s; try --help",
					 argv[optind - 1]);
		}
	}
	if (optind < argc) {
		command = find_command(argv[optind]);
		if (!command)
			return out_usage("unknown command '%s'; known are status, stats, whitelist, flows, events, config",
					 argv[optind]);
	}
	for (i = optind + 1; i < argc; i++)
		help |= !strcmp(argv[i], "--help");
	if (help) {
		print_help(optind < argc ? command : NULL);
		return out_end();
	}
	if (ctl.netns) {
		ret = enter_netns(ctl.netns);
		if (ret)
			return ret;
	}
	return command->run(&ctl, argc - optind, argv + optind);
}
