/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of a pcapng file. libpcap refuses one whose interfaces differ in link
 * layer or snapshot length, and does not tell by which one a packet came.
 */
#ifndef PCAPNG_READ_H
#define PCAPNG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Room for why a file was not read to its end. */
#define PCAPNG_WHY	128
/* Interfaces of a section, and octets of a block, at most. */
#define PCAPNG_INTERFACES	4096
#define PCAPNG_BLOCK		(16u << 20)

/**
 * struct pcapng_packet_read - a packet
 * @data: its octets from the link layer on
 * @avail: how many are at hand
 * @len: how many it had
 * @time_ns: when it was captured, since 1970; 0 where the file does not tell
 * @interface: by which it came
 * @dlt: that one's link layer, as pcap_datalink() gives it
 */
struct pcapng_packet_read {
	const uint8_t *data;
	uint32_t avail;
	uint32_t len;
	uint64_t time_ns;
	uint32_t interface;
	int dlt;
};

typedef void pcapng_take(void *context, const struct pcapng_packet_read *packet);

bool pcapng_read(FILE *in, pcapng_take *take, void *context, char *why);

#endif /* PCAPNG_READ_H */
