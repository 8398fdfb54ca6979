// SPDX-License-Identifier: GPL-2.0
/*
 * An event in words, from the tree that JSON shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "drop.h"
#include "out.h"

static const char *text_of(const json_t *event, const char *key)
{
	const json_t *value = json_object_get(event, key);

	return json_is_string(value) ? json_string_value(value) : "?";
}

static long long number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

/* A reason in words. */
const char *drop_reason_text(const char *reason)
{
	if (!strcmp(reason, "ttl"))
		return "its TTL diverges";
	if (!strcmp(reason, "timestamp"))
		return "it lacks the timestamps that this connection uses";
	if (!strcmp(reason, "synack"))
		return "a second SYN-ACK with another sequence number";
	if (!strcmp(reason, "burst"))
		return "it belongs to a volley of resets";
	return reason;
}

/* A kind in words. */
const char *drop_kind_text(const char *kind)
{
	if (!strcmp(kind, "rst"))
		return "reset";
	if (!strcmp(kind, "fin"))
		return "end of connection (FIN)";
	if (!strcmp(kind, "data"))
		return "data";
	if (!strcmp(kind, "ack"))
		return "acknowledgment";
	if (!strcmp(kind, "handshake"))
		return "handshake";
	return kind;
}

/**
 * drop_print_hops - how far server and sender are, as part of a line
 * @out: where to
 * @hops: as an event has it
 */
void drop_print_hops(FILE *out, const json_t *hops)
{
	bool remote = json_is_integer(json_object_get(hops, "remote"));
	const char *about = json_is_true(json_object_get(hops, "unsure")) ?
				    "about " : "";

	if (remote)
		fprintf(out, "; the server is %shop %lld, the sender", about,
			number_of(hops, "remote"));
	else
		fputs("; the sender", out);
	if (json_is_integer(json_object_get(hops, "sender")))
		fprintf(out, "%s %shop %lld", remote ? "" : " is", about,
			number_of(hops, "sender"));
	else
		fputs(" cannot be placed", out);
}

static void print_header(const json_t *event)
{
	const json_t *ts = json_object_get(event, "timestamp");

	printf("    flags %s, seq %lld, ack %lld, window %lld, %lld bytes",
	       text_of(event, "flags"), number_of(event, "seq"),
	       number_of(event, "ack"), number_of(event, "window"),
	       number_of(event, "length"));
	if (json_is_integer(json_object_get(event, "ip_id")))
		printf(", IP ID %lld%s", number_of(event, "ip_id"),
		       json_is_true(json_object_get(event, "df")) ? ", DF" :
								   ", no DF");
	if (json_is_object(ts))
		printf(", timestamps %lld %lld", number_of(ts, "tsval"),
		       number_of(ts, "tsecr"));
	else
		fputs(", no timestamps", stdout);
	putchar('\n');
}

static bool is_drop(const json_t *event)
{
	return !strcmp(text_of(event, "event"), "drop");
}

static const char *verb(const json_t *event)
{
	if (!strcmp(text_of(event, "event"), "heal"))
		return "healed";
	if (!strcmp(text_of(event, "event"), "loose"))
		return "let loose by";
	return strcmp(text_of(event, "mode"), "monitor") ? "dropped" :
							   "would drop";
}

static const char *why(const json_t *event)
{
	if (!strcmp(text_of(event, "event"), "heal"))
		return "it was sent again from there, so its TTL is known from now on";
	if (!strcmp(text_of(event, "event"), "loose"))
		return "the connection knows four TTLs already and passes everything from now on";
	return drop_reason_text(text_of(event, "reason"));
}

/**
 * drop_print - print an event in a few lines
 * @ctl: how the tool was called
 * @event: as decode_event() made it
 */
void drop_print(const struct ctl *ctl, const json_t *event)
{
	char *remote = out_address(json_object_get(event, "remote"));
	char *local = out_address(json_object_get(event, "local"));
	char *pin = out_text(json_object_get(event, "pin"));
	const char *colour = is_drop(event) ? "\033[31m" : "\033[33m";

	printf("%s  %s%s %s%s from %s to %s: %s\n", text_of(event, "time"),
	       ctl->colour ? colour : "", verb(event),
	       drop_kind_text(text_of(event, "kind")), ctl->colour ? "\033[0m" : "",
	       remote, local, why(event));
	printf("    TTL %lld, %s %s", number_of(event, "ttl"),
	       is_drop(event) ? "expected" : "known are", pin);
	if (is_drop(event))
		printf(" (distance %lld)", number_of(event, "distance"));
	drop_print_hops(stdout, json_object_get(event, "hops"));
	putchar('\n');
	print_header(event);
	if (*text_of(event, "payload"))
		printf("    \"%s\"\n", text_of(event, "payload"));
	free(remote);
	free(local);
	free(pin);
}

/**
 * drop_summary - what became of a segment and why, in part of a line
 * @out: where to
 * @event: as decode_event() made it
 */
void drop_summary(FILE *out, const json_t *event)
{
	char *remote = out_address(json_object_get(event, "remote"));
	char *pin = out_text(json_object_get(event, "pin"));

	fprintf(out, "%s %s from %s, TTL %lld instead of %s, %s", verb(event),
		drop_kind_text(text_of(event, "kind")), remote,
		number_of(event, "ttl"), pin, why(event));
	drop_print_hops(out, json_object_get(event, "hops"));
	free(remote);
	free(pin);
}
