// SPDX-License-Identifier: GPL-2.0
/*
 * Where a segment was sent, in words and as the table of a traceroute with the
 * sender marked in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "locate.h"
#include "out.h"

/* What others call themselves must not reach the terminal as it is. */
static void put_text(FILE *out, const char *before, const json_t *value)
{
	char *text;

	if (!json_is_string(value))
		return;
	text = out_escape(json_string_value(value), json_string_length(value));
	fprintf(out, "%s%s", before, text ? text : "");
	free(text);
}

static void put_owner(FILE *out, const json_t *router)
{
	const json_t *asn = json_object_get(router, "asn");

	if (json_is_integer(asn))
		fprintf(out, " AS%lld", (long long)json_integer_value(asn));
	put_text(out, " ", json_object_get(router, "network"));
	put_text(out, " ", json_object_get(router, "country"));
}

/**
 * locate_name - who answered at a hop, and whose it is
 * @router: one of a path, or of "between"; null for this host
 *
 * Return: text to be freed, fit for a terminal.
 */
char *locate_name(const json_t *router)
{
	char *text = NULL, *owner = NULL;
	bool addr = json_is_string(json_object_get(router, "addr"));
	bool name = json_is_string(json_object_get(router, "name"));
	size_t size;
	FILE *out;

	if (!json_is_object(router))
		return strdup("this host");
	out = open_memstream(&owner, &size);
	if (!out)
		return NULL;
	put_owner(out, router);
	fclose(out);
	out = open_memstream(&text, &size);
	if (!out) {
		free(owner);
		return NULL;
	}
	put_text(out, "", json_object_get(router, "addr"));
	put_text(out, addr ? " " : "", json_object_get(router, "name"));
	if (owner && *owner)
		fprintf(out, "%s(%s)", addr || name ? " " : "", owner + 1);
	fclose(out);
	free(owner);
	return text;
}

static long long number(const json_t *object, const char *end, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(object, end), key));
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void print_end(const json_t *place, int index)
{
	const json_t *between = json_object_get(place, "between");
	const json_t *router = json_array_get(between, index);
	char *name = locate_name(router);

	if (json_is_object(router))
		printf("hop %lld, %s", (long long)json_integer_value(json_object_get(router, "hop")),
		       name ? name : "");
	else
		fputs(index ? "what lies beyond" : "this host", stdout);
	free(name);
}

static void print_between(const json_t *place)
{
	const char *networks = text_of(place, "networks");

	if (!json_is_array(json_object_get(place, "between")))
		return;
	fputs("between    ", stdout);
	print_end(place, 0);
	fputs("\n       and ", stdout);
	print_end(place, 1);
	if (*networks)
		printf("\n           %s%s", strcmp(networks, "two") ? "one network" :
		       "two networks: it sits where one meets the other",
		       strcmp(text_of(place, "networks_by"), "asn") ?
		       ", as far as their addresses tell" : "");
	putchar('\n');
}

static void print_candidates(const json_t *place)
{
	const json_t *candidates = json_object_get(place, "candidates"), *candidate;
	size_t i;

	fputs("would be   ", stdout);
	json_array_foreach(candidates, i, candidate) {
		long long hop = json_integer_value(json_object_get(candidate, "hop"));

		printf("%shop %lld if sent with %lld%s", i ? "; " : "", hop,
		       (long long)json_integer_value(json_object_get(candidate, "initial")),
		       json_is_true(json_object_get(candidate, "fits")) ? "" : " (not on this path)");
	}
	putchar('\n');
}

static const char *verdict(const json_t *place)
{
	const char *confidence = text_of(place, "confidence");

	if (!strcmp(confidence, "high"))
		return "sent at";
	if (!strcmp(confidence, "medium"))
		return "probably sent at";
	return "perhaps sent at";
}

static void print_head(const json_t *place, bool colour)
{
	long long segments = json_integer_value(json_object_get(place, "segments"));
	long long hop = number(place, "sender", "hop"), server = number(place, "server", "hop");
	const json_t *pin = json_object_get(place, "pin");

	printf("%s%lld segment%s, TTL %lld", colour ? "\033[1m" : "", segments,
	       segments == 1 ? "" : "s", (long long)json_integer_value(json_object_get(place, "ttl")));
	if (json_is_integer(pin))
		printf(" where the server's is %lld", (long long)json_integer_value(pin));
	if (hop)
		printf(": %s hop %lld", verdict(place), hop);
	else
		fputs(": cannot be placed", stdout);
	if (server)
		printf("; the server is hop %lld", server);
	puts(colour ? "\033[0m" : "");
}

static const char *mark(const json_t *hop)
{
	const char *role = text_of(hop, "role");

	if (!strcmp(role, "sender"))
		return "<-- the sender, or a box between this hop and the one before";
	return strcmp(role, "server") ? "" : "<-- the server";
}

static void print_router(const json_t *hop, const json_t *router, int width, bool first)
{
	const json_t *rtt = json_object_get(router, "rtt");
	char *name = router ? locate_name(router) : strdup("*");
	char ms[24] = "";

	if (json_is_number(rtt))
		snprintf(ms, sizeof(ms), "%.1f ms", json_number_value(rtt));
	if (first)
		printf("%4lld  ", (long long)json_integer_value(json_object_get(hop, "hop")));
	else
		fputs("      ", stdout);
	if (*ms || *mark(hop))
		printf("%-*s  %8s", width, name ? name : "", ms);
	else
		fputs(name ? name : "", stdout);
	free(name);
	if (first) {
		put_text(stdout, "  ", json_object_get(hop, "mark"));
		printf("%s%s", *mark(hop) ? "  " : "", mark(hop));
	}
	putchar('\n');
}

static void print_hop(const json_t *hop, int width)
{
	const json_t *routers = json_object_get(hop, "routers"), *router;
	size_t i;

	if (!json_array_size(routers))
		print_router(hop, NULL, width, true);
	json_array_foreach(routers, i, router)
		print_router(hop, router, width, !i);
}

static void print_path(const json_t *path, bool colour)
{
	const json_t *hop, *router;
	size_t i, j;
	int width = 0;

	json_array_foreach(path, i, hop) {
		json_array_foreach(json_object_get(hop, "routers"), j, router) {
			char *name = locate_name(router);

			if (name && (int)strlen(name) > width)
				width = strlen(name);
			free(name);
		}
	}
	json_array_foreach(path, i, hop) {
		bool sender = !strcmp(text_of(hop, "role"), "sender");

		fputs(colour && sender ? "\033[31m" : "", stdout);
		print_hop(hop, width);
		fputs(colour && sender ? "\033[0m" : "", stdout);
	}
}

/**
 * locate_print - print where a segment was sent
 * @place: as locate() made it
 * @colour: the output is a terminal
 */
void locate_print(const json_t *place, bool colour)
{
	const json_t *reason;
	size_t i;

	print_head(place, colour);
	print_between(place);
	if (!json_is_integer(json_object_get(json_object_get(place, "sender"), "hop")))
		print_candidates(place);
	printf("how sure   %s\n", text_of(place, "confidence"));
	json_array_foreach(json_object_get(place, "reasons"), i, reason)
		printf("           - %s\n", json_string_value(reason));
	if (json_is_array(json_object_get(place, "path"))) {
		putchar('\n');
		print_path(json_object_get(place, "path"), colour);
	}
}
