// SPDX-License-Identifier: GPL-2.0
/*
 * What mtr writes for programs: --json, --raw and --csv.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "path.h"

/* A router by address or name, or nobody: mtr writes "???". */
static struct path_router *add_host(struct path *path, long hop, const char *host)
{
	char addr[INET6_ADDRSTRLEN];
	struct path_router *router;

	if (hop < 1 || hop > PATH_HOPS || !host)
		return NULL;
	path_list(path, hop);
	if (!*host || *host == '?')
		return NULL;
	if (path_address(host, addr))
		return path_add(path, hop, addr);
	router = path_add(path, hop, "");
	if (router)
		snprintf(router->name, sizeof(router->name), "%s", host);
	return router;
}

/* A number, or one below 0 if it is none. */
static double read_number(const char *text)
{
	char *end;
	double number = strtod(text, &end);

	return end == text ? -1 : number;
}

/* Older versions write numbers as strings. */
static double number_of(const json_t *value)
{
	return json_is_string(value) ? read_number(json_string_value(value)) :
				       json_number_value(value);
}

static uint32_t asn_of(const char *text)
{
	return text && !strncmp(text, "AS", 2) ? strtoul(text + 2, NULL, 10) : 0;
}

/* "host" may be "name (address)", as with -b. */
static struct path_router *add_named(struct path *path, long hop, const char *host)
{
	const char *open = host ? strstr(host, " (") : NULL;
	struct path_router *router;
	char addr[INET6_ADDRSTRLEN];

	if (!open || strlen(open) < 4 || strlen(open) - 3 >= sizeof(addr))
		return add_host(path, hop, host);
	snprintf(addr, strlen(open) - 2, "%s", open + 2);
	router = add_host(path, hop, addr);
	if (router && !*router->name)
		snprintf(router->name, sizeof(router->name), "%.*s",
			 (int)(open - host), host);
	return router;
}

/**
 * path_read_json - read what mtr --json writes
 * @path: filled
 * @text: the text
 * @len: how long
 */
void path_read_json(struct path *path, const char *text, size_t len)
{
	json_t *root = json_loadb(text, len, JSON_DISABLE_EOF_CHECK, NULL);
	const json_t *report = json_object_get(root, "report"), *hub;
	const char *dst = json_string_value(json_object_get(json_object_get(report, "mtr"), "dst"));
	size_t i;

	if (dst)
		path_address(dst, path->target);
	json_array_foreach(json_object_get(report, "hubs"), i, hub) {
		double hop = number_of(json_object_get(hub, "count"));
		struct path_router *router;

		if (!(hop >= 1 && hop <= PATH_HOPS))
			continue;
		router = add_named(path, hop, json_string_value(json_object_get(hub, "host")));
		if (!router)
			continue;
		path_rtt(router, number_of(json_object_get(hub, "Best")));
		router->asn = asn_of(json_string_value(json_object_get(hub, "ASN")));
	}
	json_decref(root);
}

/**
 * path_read_raw - read what mtr --raw writes
 * @path: filled
 * @text: is cut into pieces: "h HOP ADDRESS", "d HOP NAME", "p HOP MICROSECONDS
 *	SEQUENCE", hops from 0, in any order
 */
void path_read_raw(struct path *path, char *text)
{
	struct path_router *router = NULL;
	char addr[INET6_ADDRSTRLEN], *line, *value;
	long hop;

	while ((line = strsep(&text, "\r\n"))) {
		if (strlen(line) < 5 || line[1] != ' ')
			continue;
		hop = strtol(line + 2, &value, 10);
		if (*value != ' ' || hop < 0 || hop >= PATH_HOPS)
			continue;
		value++;
		value[strcspn(value, " ")] = 0;
		hop++;
		if (*line == 'h')
			add_host(path, hop, value);
		/* Names and round trips belong to the hop's last address. */
		if (!path->hops[hop].nr)
			continue;
		router = &path->hops[hop].routers[path->hops[hop].nr - 1];
		if (*line == 'p')
			path_rtt(router, read_number(value) / 1000);
		else if (*line == 'd' && *value && !path_address(value, addr))
			snprintf(router->name, sizeof(router->name), "%s", value);
	}
}

/**
 * path_read_csv - read what mtr --csv writes
 * @path: filled
 * @text: is cut into pieces: VERSION,TIME,STATUS,TARGET,HOP,HOST[,ASN],...
 */
void path_read_csv(struct path *path, char *text)
{
	struct path_router *router;
	char *line, *field[16];
	int n, best = -1, i;

	while ((line = strsep(&text, "\r\n"))) {
		for (n = 0; n < 16 && (field[n] = strsep(&line, ",")); n++)
			;
		if (n < 7)
			continue;
		if (!strcmp(field[0], "Mtr_Version")) {
			for (i = 6; i < n; i++)
				best = strcmp(field[i], "Best") ? best : i;
			continue;
		}
		path_address(field[3], path->target);
		router = add_named(path, strtol(field[4], NULL, 10), field[5]);
		if (router && best > 0 && best < n)
			path_rtt(router, read_number(field[best]));
		if (router && asn_of(field[6]))
			router->asn = asn_of(field[6]);
	}
}
