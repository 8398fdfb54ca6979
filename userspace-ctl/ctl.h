/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every command gets, and the commands.
 */
#ifndef CTL_H
#define CTL_H

#include <stdbool.h>

/* Exit status, as the manual has it. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,
	CTL_USAGE = 2,
};

/**
 * struct ctl - how the tool was called
 * @json: print JSON instead of text
 * @colour: the output is a terminal and NO_COLOR is not set
 * @netns: name given with -N, or NULL
 */
struct ctl {
	bool json;
	bool colour;
	const char *netns;
};

/* A command: @argv[0] is its name; returns enum ctl_exit. */
typedef int ctl_command(const struct ctl *ctl, int argc, char **argv);

ctl_command cmd_status;
ctl_command cmd_stats;
ctl_command cmd_whitelist;
ctl_command cmd_flows;
ctl_command cmd_peers;
ctl_command cmd_events;
ctl_command cmd_top;
ctl_command cmd_config;
ctl_command cmd_analyze;
ctl_command cmd_locate;
ctl_command cmd_apply;
ctl_command cmd_advise;

#endif /* CTL_H */
