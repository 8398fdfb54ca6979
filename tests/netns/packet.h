/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of a script's segments.
 */
#ifndef PACKET_H
#define PACKET_H

#include <netinet/in.h>
#include "script.h"

#define PACKET_MAX	(SCRIPT_PAYLOAD_MAX + 512)

/* The two ends of a packet, IPv4 or IPv6 by the script's family. */
struct packet_ends {
	int family;
	struct in6_addr source;	/* IPv4: the first four octets */
	struct in6_addr dest;
	uint16_t sport;
	uint16_t dport;
};

int packet_build(uint8_t *packet, const struct packet_ends *ends,
		 const struct script_step *step);
int packet_fragment(uint8_t *fragment, const uint8_t *packet, int head, int at,
		    int n, bool more);
uint16_t packet_checksum(uint32_t sum, const uint8_t *data, int len);

#endif /* PACKET_H */
