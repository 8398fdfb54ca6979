// SPDX-License-Identifier: GPL-2.0
/*
 * What an analysis found, in the words of who looks for an injector.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyze.h"
#include "drop.h"
#include "out.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "?";
}

static long long number_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static double ms_of(const json_t *o, const char *key)
{
	return json_real_value(json_object_get(o, key));
}

/* Which packet; with its file where there are several. */
static void print_packet(const json_t *o)
{
	printf("packet %lld", number_of(o, "packet"));
	if (json_object_get(o, "file"))
		printf(" of %s", text_of(o, "file"));
}

static void print_ttls(const json_t *flow)
{
	const json_t *ttl;
	size_t i;

	json_array_foreach(json_object_get(flow, "ttls"), i, ttl)
		printf("%s%lld (%lld)", i ? ", " : "; TTLs seen: ",
		       number_of(ttl, "ttl"), number_of(ttl, "segments"));
}

static void print_head(const json_t *flow)
{
	char *local = out_address(json_object_get(flow, "local"));
	char *remote = out_address(json_object_get(flow, "remote"));
	char *pin = out_text(json_object_get(flow, "pin"));
	bool server = json_is_true(json_object_get(flow, "server"));

	printf("%s %s %s", server ? remote : local, "to",
	       server ? local : remote);
	if (json_array_size(json_object_get(flow, "pin"))) {
		printf(": pinned to TTL %s", pin);
		if (json_is_integer(json_object_get(flow, "pinned_by")))
			printf(" by packet %lld", number_of(flow, "pinned_by"));
	} else {
		fputs(": not pinned", stdout);
	}
	print_ttls(flow);
	if (json_is_string(json_object_get(flow, "phase")))
		printf("; %s", text_of(flow, "phase"));
	if (json_is_true(json_object_get(flow, "loose")))
		fputs(", loose", stdout);
	putchar('\n');
	free(local);
	free(remote);
	free(pin);
}

static void print_trigger(const json_t *drop)
{
	const json_t *trigger = json_object_get(drop, "trigger");

	if (!json_is_object(trigger))
		return;
	printf("      %.1f ms after our \"%s\" (", ms_of(trigger, "before_ms"),
	       text_of(trigger, "payload"));
	print_packet(trigger);
	puts(")");
}

static const char *verb_of(const json_t *differs, const char *what)
{
	bool dropped = json_is_true(json_object_get(differs, "dropped"));

	if (!strcmp(what, "timestamps"))
		return dropped ? "has timestamps, the peer's segments have none" :
				 "lacks the timestamps that the peer's segments have";
	return dropped ? "Don't Fragment is set, the peer does not set it" :
			 "Don't Fragment is not set, the peer sets it";
}

/* The TTL, the payload and what follows from it are told elsewhere. */
static void print_differences(const json_t *drop)
{
	const json_t *d;
	size_t i;

	json_array_foreach(json_object_get(drop, "differences"), i, d) {
		const char *what = text_of(d, "what");

		if (!strcmp(what, "timestamps") || !strcmp(what, "df"))
			printf("      %s\n", verb_of(d, what));
		else if (!strcmp(what, "ip_id"))
			printf("      IP ID %lld, the peer's %lld\n",
			       number_of(d, "dropped"), number_of(d, "genuine"));
		else if (!strcmp(what, "window"))
			printf("      window %lld, the peer's %lld\n",
			       number_of(d, "dropped"), number_of(d, "genuine"));
	}
}

/**
 * analyze_sign_text - a sign of forgery in words
 * @sign: one of "evidence"
 */
const char *analyze_sign_text(const char *sign)
{
	if (!strcmp(sign, "mirrored_ip_id"))
		return "it copies the IP ID of our segment before it";
	if (!strcmp(sign, "mirrored_tsval"))
		return "it echoes our own TSval as its own";
	if (!strcmp(sign, "timestamps_missing"))
		return "it lacks the timestamps that SYN and SYN-ACK agreed on";
	if (!strcmp(sign, "ack_lags"))
		return "it does not acknowledge what we had sent before it";
	if (!strcmp(sign, "overlap"))
		return "it puts other bytes where another segment of the peer has put some";
	return sign;
}

static void print_signs(const json_t *drop)
{
	const json_t *sign;
	size_t i;

	/* Missing timestamps stand among the differences. */
	json_array_foreach(json_object_get(drop, "evidence"), i, sign)
		if (strcmp(json_string_value(sign), "timestamps_missing"))
			printf("      also: %s\n", analyze_sign_text(json_string_value(sign)));
}

static void print_proof(const json_t *drop)
{
	const json_t *genuine = json_object_get(drop, "genuine");
	bool healed = json_is_integer(json_object_get(drop, "healed_by"));

	if (!json_is_object(genuine)) {
		puts("      no segment in the capture confirms it");
		return;
	}
	fputs(healed ? "      NOT FORGED: " : "      confirmed by ", stdout);
	print_packet(genuine);
	printf(", %.1f ms later, TTL %lld", ms_of(genuine, "after_ms"),
	       number_of(genuine, "ttl"));
	if (*text_of(genuine, "payload"))
		printf(": \"%s\"", text_of(genuine, "payload"));
	puts(healed ? ", is the same again: the peer's TTL has changed" : "");
}

/* A missing timestamp option is looked at before the TTL. */
static const char *second_reason(const json_t *drop)
{
	return !strcmp(text_of(drop, "reason"), "timestamp") &&
	       number_of(drop, "distance") ? ", and its TTL differs" : "";
}

static void print_bounce(const json_t *drop)
{
	const json_t *bounce = json_object_get(drop, "bounce");

	if (json_is_object(bounce))
		printf("      mail log, line %lld, %s: \"%s\"\n",
		       number_of(bounce, "line"), text_of(bounce, "time"),
		       text_of(bounce, "text"));
}

static void print_drop(const struct ctl *ctl, const json_t *drop)
{
	const json_t *ts = json_object_get(drop, "timestamp");
	bool forged = !json_is_integer(json_object_get(drop, "healed_by"));
	char *pin = out_text(json_object_get(drop, "pin"));

	fputs("  ", stdout);
	print_packet(drop);
	printf(", %s: %s%s %s%s, %s%s\n", text_of(drop, "time"),
	       ctl->colour ? forged ? "\033[31m" : "\033[33m" : "",
	       forged ? "forged" : "suspect",
	       drop_kind_text(text_of(drop, "kind")), ctl->colour ? "\033[0m" : "",
	       drop_reason_text(text_of(drop, "reason")), second_reason(drop));
	printf("      TTL %lld, expected %s (distance %lld)", number_of(drop, "ttl"),
	       pin, number_of(drop, "distance"));
	drop_print_hops(stdout, json_object_get(drop, "hops"));
	putchar('\n');
	if (*text_of(drop, "payload"))
		printf("      \"%s\"\n", text_of(drop, "payload"));
	printf("      flags %s, seq %lld, ack %lld, window %lld, %lld bytes",
	       text_of(drop, "flags"), number_of(drop, "seq"),
	       number_of(drop, "ack"), number_of(drop, "window"),
	       number_of(drop, "length"));
	if (json_is_integer(json_object_get(drop, "ip_id")))
		printf(", IP ID %lld%s", number_of(drop, "ip_id"),
		       json_is_true(json_object_get(drop, "df")) ? ", DF" : ", no DF");
	puts(json_is_object(ts) ? "" : ", no timestamps");
	print_trigger(drop);
	print_differences(drop);
	print_signs(drop);
	print_proof(drop);
	print_bounce(drop);
	free(pin);
}

/* Signs on segments that passed: the verdict does not go by them. */
static void print_evidence(const json_t *flow)
{
	const json_t *e;
	size_t i;

	json_array_foreach(json_object_get(flow, "evidence"), i, e) {
		fputs("  ", stdout);
		print_packet(e);
		printf(", %s, TTL %lld, %s; not judged: %s", text_of(e, "time"),
		       number_of(e, "ttl"), text_of(e, "verdict"),
		       analyze_sign_text(text_of(e, "evidence")));
		if (json_is_integer(json_object_get(e, "other")))
			printf(" (packet %lld)", number_of(e, "other"));
		putchar('\n');
	}
}

/**
 * analyze_print_flow - print a flow
 * @ctl: how the tool was called
 * @flow: as findings_flow() made it
 */
void analyze_print_flow(const struct ctl *ctl, const json_t *flow)
{
	const json_t *drop;
	size_t i;

	print_head(flow);
	json_array_foreach(json_object_get(flow, "drops"), i, drop)
		print_drop(ctl, drop);
	if (number_of(flow, "drops_omitted"))
		printf("  and %lld more\n", number_of(flow, "drops_omitted"));
	print_evidence(flow);
}

static const char *plural(long long n)
{
	return n == 1 ? "" : "s";
}

static void print_file(const json_t *file)
{
	long long packets = number_of(file, "packets");

	printf("%s: %lld packet%s", text_of(file, "name"), packets, plural(packets));
	if (packets)
		printf(", %s to %s", text_of(file, "first"), text_of(file, "last"));
	if (json_object_get(file, "assumed_year"))
		printf(" (the year is assumed)");
	putchar('\n');
}

/* Bounces that no forged segment explains; the others stand with theirs. */
static void print_maillog(const json_t *log)
{
	const json_t *b;
	size_t i;

	if (!log)
		return;
	printf("%s: %lld line%s; bounces: %lld by forged segments, %lld by genuine refusals, %lld not explained by the captures\n",
	       text_of(log, "name"), number_of(log, "lines"),
	       plural(number_of(log, "lines")),
	       number_of(log, "forged"), number_of(log, "genuine"),
	       number_of(log, "unexplained"));
	json_array_foreach(json_object_get(log, "bounces"), i, b)
		if (json_is_null(json_object_get(b, "found")))
			printf("  line %lld, %s, %s: \"%s\"\n", number_of(b, "line"),
			       text_of(b, "time"), text_of(b, "addr"),
			       text_of(b, "text"));
}

/**
 * analyze_print_summary - print what stands at the end
 * @tree: files, counters and met, as JSON has them
 * @untold: flows without findings that were not printed
 */
void analyze_print_summary(const json_t *tree, unsigned long long untold)
{
	const json_t *counters = json_object_get(tree, "counters");
	const json_t *met = json_object_get(tree, "met"), *file;
	long long flows = number_of(met, "flows"), seen = number_of(counters, "seen");
	long long condemned = number_of(counters, "dropped") +
			      number_of(counters, "would_drop");
	size_t i;

	if (untold)
		printf("and %llu flow%s without findings (--all lists them)\n", untold,
		       plural(untold));
	json_array_foreach(json_object_get(tree, "files"), i, file)
		print_file(file);
	printf("%lld flow%s, %lld pinned; %lld segment%s judged, %lld passed, %lld unpinned, %lld dropped (%lld confirmed), %lld healed\n",
	       flows, plural(flows), number_of(counters, "pinned"),
	       seen, plural(seen), number_of(counters, "passed"),
	       number_of(counters, "unpinned"), condemned,
	       number_of(counters, "confirmed"), number_of(counters, "healed"));
	if (number_of(met, "cut"))
		printf("not judged, for the capture holds too little of them: %lld (a larger snapshot length helps)\n",
		       number_of(met, "cut"));
	if (number_of(met, "fragments_lost"))
		printf("not judged, for fragments of theirs are missing: %lld\n",
		       number_of(met, "fragments_lost"));
	if (number_of(met, "copies"))
		printf("captured on another link before and judged once: %lld\n",
		       number_of(met, "copies"));
	if (number_of(counters, "malformed"))
		printf("malformed: %lld\n", number_of(counters, "malformed"));
	print_maillog(json_object_get(tree, "maillog"));
}
