// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl events: follow what is condemned, heals or turns loose.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "drop.h"
#include "journal.h"
#include "nl.h"
#include "out.h"
#include "pcapng.h"
#include "priv.h"

/**
 * struct follow - how events are followed
 * @ctl: how the tool was called
 * @left: events to be shown, if @bounded
 * @bounded: --count was given
 * @pcap: where packets go, or NULL
 * @journal: the journal's socket, or -1
 * @ret: enum ctl_exit
 */
struct follow {
	const struct ctl *ctl;
	unsigned long left;
	bool bounded;
	FILE *pcap;
	int journal;
	int ret;
};

/* The packet's own idea of its length. */
static size_t wire_length(const unsigned char *packet, size_t len)
{
	if (len >= 20 && packet[0] >> 4 == 4)
		return packet[2] << 8 | packet[3];
	if (len >= 40 && packet[0] >> 4 == 6)
		return 40 + (packet[4] << 8 | packet[5]);
	return len;
}

/* A reader that has had enough is no failure; follow() ends by ferror(). */
static int flush(FILE *pcap)
{
	if (!fflush(pcap) || errno == EPIPE)
		return CTL_OK;
	return out_fail("cannot write the capture: %s", strerror(errno));
}

/* All that arrived is in the file, should it be looked at meanwhile. */
static int write_packet(FILE *pcap, const struct nlattr *nest, const json_t *event)
{
	const struct nlattr *a[TTLPIN_A_EVENT_MAX + 1];
	char *comment = NULL;
	size_t size;
	FILE *text;

	nl_parse(a, TTLPIN_A_EVENT_MAX, nest);
	if (!a[TTLPIN_A_EVENT_PACKET])
		return out_fail("the loaded module sends no packets; load the one that came with this tool");
	text = open_memstream(&comment, &size);
	if (!text)
		return out_fail("out of memory");
	drop_summary(text, event);
	fclose(text);
	pcapng_packet(pcap, decode_number(a[TTLPIN_A_EVENT_TIME]),
		      mnl_attr_get_payload(a[TTLPIN_A_EVENT_PACKET]),
		      mnl_attr_get_payload_len(a[TTLPIN_A_EVENT_PACKET]),
		      wire_length(mnl_attr_get_payload(a[TTLPIN_A_EVENT_PACKET]),
				  mnl_attr_get_payload_len(a[TTLPIN_A_EVENT_PACKET])),
		      comment);
	free(comment);
	return flush(pcap);
}

static void on_event(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a[TTLPIN_A_MAX + 1];
	struct follow *f = data;
	json_t *event;

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (!a[TTLPIN_A_EVENT] || (f->bounded && !f->left))
		return;
	event = decode_event(a[TTLPIN_A_EVENT], genl->cmd);
	if (f->pcap) {
		f->ret = write_packet(f->pcap, a[TTLPIN_A_EVENT], event);
	} else if (f->journal >= 0) {
		f->ret = journal_send(f->journal, event, f->ctl->netns);
	} else if (f->ctl->json) {
		f->ret = out_json(event);
	} else {
		drop_print(f->ctl, event);
		f->ret = out_end();
	}
	json_decref(event);
	if (f->bounded)
		f->left--;
}

static int begin_file(struct follow *f, const char *path)
{
	f->pcap = strcmp(path, "-") ? fopen(path, "w") : stdout;
	if (!f->pcap)
		return out_fail("cannot write %s: %s", path, strerror(errno));
	pcapng_begin(f->pcap, "ttlpinctl");
	return flush(f->pcap);
}

/* Prints what comes, or writes it to the capture @path. */
static int follow(struct follow *f, const char *path)
{
	struct nl nl;
	FILE *out;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = nl_subscribe(&nl);
	/* Emptied only where something will come. */
	if (!ret && path)
		ret = begin_file(f, path);
	/* Strangers' octets are read from here on, and nothing is asked for. */
	if (!ret)
		ret = priv_keep(0);
	out = f->pcap ? f->pcap : stdout;
	while (!ret && !f->ret && !(f->bounded && !f->left) && !ferror(out))
		ret = nl_next(&nl, on_event, f);
	nl_close(&nl);
	return ret ? ret : f->ret;
}

static int follow_to(struct follow *f, const char *path)
{
	int ret;

	if (f->ctl->json)
		return out_usage("events: --pcap and --json exclude one another");
	ret = follow(f, path);
	if (f->pcap && f->pcap != stdout && fclose(f->pcap) && !ret)
		ret = out_fail("cannot write %s: %s", path, strerror(errno));
	return ret;
}

int cmd_events(const struct ctl *ctl, int argc, char **argv)
{
	struct follow f = { .ctl = ctl, .journal = -1 };
	const char *pcap = NULL;
	bool journal = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--count")) {
			if (++i == argc || !arg_number(argv[i], &f.left) || !f.left)
				return out_usage("events: --count wants a number from 1 on");
			f.bounded = true;
		} else if (!strcmp(argv[i], "--pcap")) {
			if (++i == argc)
				return out_usage("events: --pcap wants a file, or - for standard output");
			pcap = argv[i];
		} else if (!strcmp(argv[i], "--journal")) {
			journal = true;
		} else {
			return out_usage("events: unknown argument '%s'; known are --count N, --pcap FILE|- and --journal",
					 argv[i]);
		}
	}
	if (journal && pcap)
		return out_usage("events: --pcap and --journal exclude one another");
	if (journal && journal_open(&f.journal))
		return CTL_FAILED;
	return pcap ? follow_to(&f, pcap) : follow(&f, NULL);
}
