// SPDX-License-Identifier: GPL-2.0
/*
 * A path: building it, and reading it from whatever wrote it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "ctl.h"
#include "out.h"
#include "path.h"

/* No traceroute waits so long, in ms. */
#define RTT_MAX		1e7
/* More than any traceroute writes. */
#define TEXT_MAX	(4 << 20)

/**
 * path_address - read an address and write it as everybody does
 * @text: it may have a zone behind a percent sign
 * @addr: room for INET6_ADDRSTRLEN, filled with true
 */
bool path_address(const char *text, char *addr)
{
	size_t len = strcspn(text, "%");
	unsigned char bytes[16];
	char plain[INET6_ADDRSTRLEN] = "";

	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	if (inet_pton(AF_INET, plain, bytes) == 1)
		return inet_ntop(AF_INET, bytes, addr, INET6_ADDRSTRLEN);
	if (inet_pton(AF_INET6, plain, bytes) == 1)
		return inet_ntop(AF_INET6, bytes, addr, INET6_ADDRSTRLEN);
	return false;
}

/**
 * path_list - tell that the table has a line for a hop
 * @path: the table
 * @hop: 1..PATH_HOPS
 */
void path_list(struct path *path, int hop)
{
	path->hops[hop].listed = true;
	if (hop > path->last)
		path->last = hop;
}

/**
 * path_hop_add - tell who answered at a hop
 * @hop: the hop
 * @addr: an address as path_address() writes it, or ""
 *
 * Return: the router, which may be there already, or NULL if it is one too many.
 */
struct path_router *path_hop_add(struct path_hop *hop, const char *addr)
{
	struct path_router *router;
	int i;

	for (i = 0; i < hop->nr; i++)
		if (*addr && !strcmp(hop->routers[i].addr, addr))
			return &hop->routers[i];
	if (hop->nr == PATH_ROUTERS)
		return NULL;
	router = &hop->routers[hop->nr++];
	snprintf(router->addr, sizeof(router->addr), "%s", addr);
	router->rtt = -1;
	return router;
}

/**
 * path_add - tell who answered at a hop, by its number
 * @path: the table
 * @hop: 1..PATH_HOPS
 * @addr: an address as path_address() writes it, or ""
 *
 * Return: as path_hop_add().
 */
struct path_router *path_add(struct path *path, int hop, const char *addr)
{
	path_list(path, hop);
	return path_hop_add(&path->hops[hop], addr);
}

/**
 * path_rtt - tell a round trip; the least counts
 * @router: whose
 * @ms: how long
 */
void path_rtt(struct path_router *router, double ms)
{
	if (ms >= 0 && ms < RTT_MAX && (router->rtt < 0 || ms < router->rtt))
		router->rtt = ms;
}

/**
 * path_find - where an address stands
 * @path: the table
 * @addr: as path_address() writes it
 *
 * Return: its first hop, or 0.
 */
int path_find(const struct path *path, const char *addr)
{
	int hop, i;

	for (hop = 1; *addr && hop <= path->last; hop++)
		for (i = 0; i < path->hops[hop].nr; i++)
			if (!strcmp(path->hops[hop].routers[i].addr, addr))
				return hop;
	return 0;
}

/**
 * path_for - a path, if it leads to a peer as far as it tells
 * @path: a path, or NULL
 * @peer: its address
 *
 * Return: NULL for a path to somebody else, which says nothing of this peer.
 */
const struct path *path_for(const struct path *path, const char *peer)
{
	if (!path || !*path->target || !strcmp(path->target, peer) || path_find(path, peer))
		return path;
	return NULL;
}

/* PowerShell writes UTF-16 with a mark: what is not ASCII becomes a '?'. */
static size_t narrow(char *text, size_t len)
{
	size_t i, n = 0;

	if (len < 2 || memcmp(text, "\xff\xfe", 2))
		return len;
	for (i = 2; i + 1 < len; i += 2)
		text[n++] = text[i + 1] || text[i] & 0x80 ? '?' : text[i];
	return n;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* What a NUL hides would be read by nobody: it becomes a blank. */
static char *copy(const char *text, size_t *len)
{
	char *own = malloc(*len + 1);
	size_t i;

	if (!own)
		return NULL;
	memcpy(own, text, *len);
	*len = narrow(own, *len);
	for (i = 0; i < *len; i++)
		if (!own[i])
			own[i] = ' ';
	own[*len] = 0;
	return own;
}

/**
 * path_parse - read what traceroute, tcptraceroute, tracepath, mtr or tracert wrote
 * @text: what they wrote, other lines among it or not
 * @len: how long
 * @wanted: if the text holds several tables, the first that has this address;
 *	the last of all if it is NULL or in none
 * @why: PATH_WHY characters, says what is wrong if NULL is returned
 *
 * Return: a path to be freed, or NULL.
 */
struct path *path_parse(const char *text, size_t len, const char *wanted,
			char *why)
{
	struct path *path = calloc(1, sizeof(*path));
	char *own = copy(text, &len);
	const char *start = own ? own + strspn(own, " \t\r\n\xef\xbb\xbf") : NULL;

	if (!path || !own)
		snprintf(why, PATH_WHY, "out of memory");
	else if (*start == '{')
		path_read_json(path, start, len - (start - own));
	else if (begins(start, "Mtr_Version,") || begins(start, "MTR."))
		path_read_csv(path, own);
	else if (begins(start, "x 0 ") || begins(start, "h 0 "))
		path_read_raw(path, own);
	else
		path_read_table(path, own, wanted);
	free(own);
	if (path && path->last)
		return path;
	if (path && own)
		snprintf(why, PATH_WHY,
			 "no hop found; accepted is what traceroute, tcptraceroute, tracepath, mtr (report, raw, CSV, JSON) or tracert writes");
	free(path);
	return NULL;
}

static char *slurp(FILE *in, size_t *len)
{
	char *text = malloc(TEXT_MAX + 1);

	*len = text ? fread(text, 1, TEXT_MAX + 1, in) : 0;
	return text;
}

/**
 * path_load - read a path from a file
 * @file: its name, or - for standard input
 * @wanted: as for path_parse()
 * @path: set with CTL_OK
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int path_load(const char *file, const char *wanted, struct path **path)
{
	bool named = strcmp(file, "-");
	FILE *in = named ? fopen(file, "r") : stdin;
	char why[PATH_WHY], *text;
	size_t len;
	int ret = CTL_OK;

	*path = NULL;
	if (!in)
		return out_fail("cannot read the traceroute %s: %s", file, strerror(errno));
	text = slurp(in, &len);
	if (!text)
		ret = out_fail("out of memory");
	else if (ferror(in))
		ret = out_fail("cannot read the traceroute %s: %s", file, strerror(errno));
	else if (len > TEXT_MAX)
		ret = out_fail("%s is no traceroute: it is larger than 4 MB", file);
	else
		*path = path_parse(text, len, wanted, why);
	if (!ret && !*path)
		ret = out_fail("%s: %s", file, why);
	free(text);
	if (named)
		fclose(in);
	return ret;
}

/**
 * path_try - read a path from a file that may hold one
 * @file: its name; what can be read only once is left to others
 *
 * Return: a path to be freed, or NULL, without a word.
 */
struct path *path_try(const char *file)
{
	struct path *path = NULL;
	char why[PATH_WHY], *text;
	struct stat st;
	size_t len;
	FILE *in;

	if (stat(file, &st) || !S_ISREG(st.st_mode))
		return NULL;
	in = fopen(file, "r");
	if (!in)
		return NULL;
	text = slurp(in, &len);
	/* What has a NUL early on is a capture. */
	if (text && !memchr(text, 0, len < 1024 ? len : 1024))
		path = path_parse(text, len < TEXT_MAX ? len : TEXT_MAX, NULL, why);
	free(text);
	fclose(in);
	return path;
}
