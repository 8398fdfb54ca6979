/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where on a path a segment was sent, from the TTL with which it arrived.
 */
#ifndef LOCATE_H
#define LOCATE_H

#include <jansson.h>
#include <stdbool.h>
#include "geoip.h"
#include "path.h"

/* Where the TTLs were seen: at the gateway's door, or one hop on. */
enum locate_seen {
	LOCATE_EITHER,
	LOCATE_ARRIVING,
	LOCATE_FORWARDED,
};

/**
 * struct locate_case - what is known of one sender
 * @peer: the server in whose name it spoke, or NULL
 * @ttl: TTL with which its segments arrived, 0..255
 * @ttl_low: the lowest of them
 * @ttl_high: the highest
 * @segments: how many there were
 * @pin: TTL of the server, below 0 if not known
 * @answer_ms: the shortest time between a command and its answer to it, below 0
 *	if not known
 * @server_hop: the server's place in a traceroute that is not at hand, or 0
 * @seen: where the TTLs were seen
 */
struct locate_case {
	const char *peer;
	int ttl;
	int ttl_low;
	int ttl_high;
	int segments;
	int pin;
	double answer_ms;
	int server_hop;
	enum locate_seen seen;
};

json_t *locate(const struct locate_case *c, const struct path *path,
	       const struct geoip *geoip);
void locate_print(const json_t *place, bool colour);
char *locate_name(const json_t *hop);

#endif /* LOCATE_H */
