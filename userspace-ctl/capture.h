/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of a capture, whatever its format: pcap through libpcap, pcapng, and the
 * text log of snort.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

/* Room for why a capture could not be read, or not to its end. */
#define CAPTURE_WHY	512

/**
 * struct capture_packet - an IP packet
 * @data: its octets from the IP header on
 * @avail: how many are at hand
 * @len: how many it had
 * @time_ns: when it was captured, since 1970
 * @number: its place in the file, from 1
 * @interface: by which it came, where the file tells; else 0
 * @link: its link layer's octets
 * @link_len: how many those are
 * @leaving: the machine that captured it sent it
 */
struct capture_packet {
	const uint8_t *data;
	uint32_t avail;
	uint32_t len;
	uint64_t time_ns;
	uint64_t number;
	uint32_t interface;
	const uint8_t *link;
	uint32_t link_len;
	bool leaving;
};

/**
 * struct capture_hop - the server's place in a traceroute that the file holds
 * @family: 4 or 6; 0 if there is none
 * @addr: the server's address, network order
 * @hop: its hop
 */
struct capture_hop {
	int family;
	uint8_t addr[16];
	int hop;
};

/**
 * struct capture - what a capture was, filled while it is read
 * @format: "pcap", "pcapng" or "snort"; NULL until that is known
 * @packets: how many it holds as far as it was read
 * @not_ip: how many of those are not IP
 * @first_ns: time of the first
 * @last_ns: time of the last
 * @year: that was assumed, since the file names none; 0 if it does
 * @hop: the server's place in a traceroute
 * @taken: octets of the file that have been read
 * @percent: how much of the file that is, above 100 where that is not known
 * @why: why it was not read to its end, or empty
 */
struct capture {
	const char *format;
	uint64_t packets;
	uint64_t not_ip;
	uint64_t first_ns;
	uint64_t last_ns;
	int year;
	struct capture_hop hop;
	uint64_t taken;
	unsigned int percent;
	char why[CAPTURE_WHY];
};

/* Told about each packet; its octets are there until it returns. */
typedef void capture_take(void *context, const struct capture_packet *packet);

bool capture_read(struct capture *c, const char *path, capture_take *take,
		  void *context);

#endif /* CAPTURE_H */
