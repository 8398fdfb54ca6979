/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments for a load on the gateway, by kind and by flow.
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the server's segments carry when they reach the gateway. */
#define SEGMENTS_TTL	50
/* The outside host, 203.0.113.25. */
#define SEGMENTS_REMOTE	0xcb007119

/**
 * enum segments_kind - what is sent
 * @SEGMENTS_SYN: from inside: a flow begins
 * @SEGMENTS_SYNACK: it is pinned
 * @SEGMENTS_QUIT: from inside: it closes
 * @SEGMENTS_GOOD: the server says something
 * @SEGMENTS_NEAR: the same one hop off
 * @SEGMENTS_FORGED: a refusal from elsewhere, which never heals
 * @SEGMENTS_RESET: an RST from elsewhere
 * @SEGMENTS_UNKNOWN: of a flow that nobody has begun
 */
enum segments_kind {
	SEGMENTS_SYN,
	SEGMENTS_SYNACK,
	SEGMENTS_QUIT,
	SEGMENTS_GOOD,
	SEGMENTS_NEAR,
	SEGMENTS_FORGED,
	SEGMENTS_RESET,
	SEGMENTS_UNKNOWN,
	SEGMENTS_KINDS,
};

extern const char *const segments_names[SEGMENTS_KINDS];

/**
 * struct segments - the gateway, seen from both of its sides
 * @inside: packet socket on the inside host's interface
 * @outside: packet socket on the outside host's
 * @to_inside: the gateway, as the inside host sees it
 * @to_outside: as the outside host does
 * @sent: how many of each kind
 */
struct segments {
	int inside;
	int outside;
	struct sockaddr_ll to_inside;
	struct sockaddr_ll to_outside;
	uint64_t sent[SEGMENTS_KINDS];
};

uint32_t segments_local(uint32_t flow);
uint16_t segments_port(uint32_t flow);
void segments_open(struct segments *s, const char *inside, const char *outside);
void segments_send(struct segments *s, enum segments_kind kind, uint32_t flow);

#endif /* SEGMENTS_H */
