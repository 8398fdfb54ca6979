// SPDX-License-Identifier: GPL-2.0
/*
 * A condemned segment in words, from the tree that JSON shows.
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

/* An end of the flow as ADDR:PORT, to be freed. */
static char *end_text(const json_t *end)
{
	const char *addr = text_of(end, "addr");
	bool v6 = strchr(addr, ':');
	char *text;

	if (asprintf(&text, "%s%s%s:%lld", v6 ? "[" : "", addr, v6 ? "]" : "",
		     number_of(end, "port")) < 0)
		return NULL;
	return text;
}

static const char *reason_text(const char *reason)
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

static const char *kind_text(const char *kind)
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

static void print_hops(const json_t *hops)
{
	const json_t *remote = json_object_get(hops, "remote");
	const char *about = json_is_true(json_object_get(hops, "unsure")) ?
				    "about " : "";

	if (json_is_integer(remote))
		printf("; the server is %shop %lld, the sender %shop %lld", about,
		       (long long)json_integer_value(remote), about,
		       number_of(hops, "sender"));
	else
		printf("; the sender is %shop %lld", about,
		       number_of(hops, "sender"));
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

static const char *verb(const json_t *event)
{
	return strcmp(text_of(event, "mode"), "monitor") ? "dropped" :
							   "would drop";
}

/**
 * drop_print - print a condemned segment in a few lines
 * @ctl: how the tool was called
 * @event: as decode_event() made it
 */
void drop_print(const struct ctl *ctl, const json_t *event)
{
	char *remote = end_text(json_object_get(event, "remote"));
	char *local = end_text(json_object_get(event, "local"));
	char *pin = out_text(json_object_get(event, "pin"));

	printf("%s  %s%s %s%s from %s to %s: %s\n", text_of(event, "time"),
	       ctl->colour ? "\033[31m" : "", verb(event),
	       kind_text(text_of(event, "kind")), ctl->colour ? "\033[0m" : "",
	       remote, local, reason_text(text_of(event, "reason")));
	printf("    TTL %lld, expected %s (distance %lld)",
	       number_of(event, "ttl"), pin, number_of(event, "distance"));
	print_hops(json_object_get(event, "hops"));
	putchar('\n');
	print_header(event);
	if (*text_of(event, "payload"))
		printf("    \"%s\"\n", text_of(event, "payload"));
	free(remote);
	free(local);
	free(pin);
}

/**
 * drop_print_line - the same in one line
 * @event: as decode_event() made it
 */
void drop_print_line(const json_t *event)
{
	char *remote = end_text(json_object_get(event, "remote"));
	char *pin = out_text(json_object_get(event, "pin"));

	printf("%s, %s %s from %s, TTL %lld instead of %s, %s",
	       text_of(event, "time"), verb(event),
	       kind_text(text_of(event, "kind")), remote,
	       number_of(event, "ttl"), pin,
	       reason_text(text_of(event, "reason")));
	print_hops(json_object_get(event, "hops"));
	putchar('\n');
	free(remote);
	free(pin);
}
