// SPDX-License-Identifier: GPL-2.0
/*
 * Senders of the forged segments of a capture: as analyze finds them.
 */
#include <string.h>
#include "capture.h"
#include "findings.h"
#include "locate_capture.h"
#include "out.h"
#include "policy.h"
#include "track.h"

/**
 * struct search - a capture that is searched
 * @track: its connections
 * @about: what is needed to tell of them
 * @capture: it, as far as it has been read
 * @take: who is told
 * @context: given to @take
 * @ret: enum ctl_exit of @take, the first that is not CTL_OK
 */
struct search {
	struct track *track;
	struct findings about;
	struct capture capture;
	locate_connection *take;
	void *context;
	int ret;
};

static void on_packet(void *context, const struct capture_packet *packet)
{
	struct search *s = context;

	/* Flows may end, and be told, before the file does. */
	s->about.hop = s->capture.hop;
	track_take(s->track, packet, 0);
}

static void on_end(void *context, const struct track_flow *f)
{
	struct search *s = context;
	json_t *flow;

	if (s->ret || !f->story.nr_drops)
		return;
	flow = findings_flow(&s->about, f);
	s->ret = s->take(s->context, flow);
	json_decref(flow);
}

static int search(struct search *s, const char *file)
{
	bool whole = capture_read(&s->capture, file, on_packet, s);

	s->about.hop = s->capture.hop;
	track_end(s->track);
	if (s->ret || whole)
		return s->ret;
	return out_fail("%s: %s", strcmp(file, "-") ? file : "standard input",
			s->capture.why);
}

/**
 * locate_capture - find the connections of a capture that have dropped segments
 * @file: its name, or - for standard input
 * @ports: the guarded ports, as in the setting, or NULL for the usual one
 * @take: called with each
 * @context: given to @take
 *
 * Return: enum ctl_exit, with a line on stderr if not CTL_OK.
 */
int locate_capture(const char *file, const char *ports, locate_connection *take,
		   void *context)
{
	struct search s = { .about = { .files = (char **)&file, .nr_files = 1 },
			    .take = take, .context = context };
	struct policy policy;
	int ret = CTL_OK;

	policy_init(&policy);
	if (ports)
		ret = policy_add_ports(&policy, ports);
	if (!ret) {
		s.track = track_new(&policy, on_end, &s);
		ret = s.track ? search(&s, file) : out_fail("out of memory");
	}
	if (s.track)
		track_free(s.track);
	policy_free(&policy);
	return ret;
}
