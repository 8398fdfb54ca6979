/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path as traceroute tells it: hops, and who answered at each.
 */
#ifndef PATH_H
#define PATH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_HOPS	255	/* what a TTL can count */
#define PATH_ROUTERS	8	/* a hop; those beyond are left out */
#define PATH_NAME	128
#define PATH_MARK	16
#define PATH_WHY	256	/* room for why a text is no path */

/**
 * struct path_router - who answered at a hop
 * @addr: its address, or "" if only a name is known
 * @name: its name, or ""
 * @asn: number of its autonomous system, 0 if not told
 * @rtt: least round trip in ms, below 0 if not told
 */
struct path_router {
	char addr[INET6_ADDRSTRLEN];
	char name[PATH_NAME];
	uint32_t asn;
	double rtt;
};

/**
 * struct path_hop - a line of the table
 * @listed: the table has it, even if nobody answered
 * @nr: how many answered
 * @routers: who
 * @mark: what was said beside, such as !H, or ""
 */
struct path_hop {
	bool listed;
	int nr;
	struct path_router routers[PATH_ROUTERS];
	char mark[PATH_MARK];
};

/**
 * struct path - a whole table
 * @target: address that its heading names, or ""
 * @last: its highest hop
 * @hops: by number, from 1
 */
struct path {
	char target[INET6_ADDRSTRLEN];
	int last;
	struct path_hop hops[PATH_HOPS + 1];
};

struct path *path_parse(const char *text, size_t len, const char *wanted,
			char *why);
int path_load(const char *file, const char *wanted, struct path **path);
struct path *path_try(const char *file);
int path_run(const char *peer, unsigned int port, struct path **path);

bool path_address(const char *text, char *addr);
struct path_router *path_hop_add(struct path_hop *hop, const char *addr);
struct path_router *path_add(struct path *path, int hop, const char *addr);
void path_list(struct path *path, int hop);
void path_rtt(struct path_router *router, double ms);
const struct path *path_for(const struct path *path, const char *peer);
int path_find(const struct path *path, const char *addr);

/* The formats; what holds no hop leaves the path without one. */
void path_read_table(struct path *path, char *text, const char *wanted);
void path_read_json(struct path *path, const char *text, size_t len);
void path_read_raw(struct path *path, char *text);
void path_read_csv(struct path *path, char *text);

#endif /* PATH_H */
