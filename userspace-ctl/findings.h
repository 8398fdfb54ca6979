/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an analysis found, as trees of values; JSON, text and the report are made
 * from these.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <jansson.h>
#include "capture.h"
#include "maillog.h"
#include "track.h"

/**
 * struct findings - what is needed to tell of flows
 * @files: names of the captures
 * @nr_files: how many
 * @hop: the server's place in a traceroute, where a capture holds one
 * @behind: the captures show packets that the gateway has sent on: their TTL is
 *	less by one than where it arrives
 * @log: a mail log, or NULL
 * @timeline: tell the segments of every flow, not only of those with findings
 */
struct findings {
	char **files;
	int nr_files;
	struct capture_hop hop;
	bool behind;
	struct maillog *log;
	bool timeline;
};

json_t *findings_flow(const struct findings *about, const struct track_flow *f);
json_t *findings_counters(const u64 *counters);
json_t *findings_file(const char *name, const struct capture *c);

#endif /* FINDINGS_H */
