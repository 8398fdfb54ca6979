/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments: the module judges datagrams after they were reassembled, so a
 * reader of captures does the same.
 */
#ifndef DEFRAG_H
#define DEFRAG_H

#include <stdbool.h>
#include <stdint.h>

/* Datagrams under way at a time, octets of one, and how long one may take. */
#define DEFRAG_MAX	64
#define DEFRAG_OCTETS	65535
#define DEFRAG_SECONDS	30

struct defrag;

/**
 * struct defrag_counts - what became of fragments
 * @fragments: how many came
 * @datagrams: how many datagrams they made
 * @lost: how many datagrams were given up: incomplete, overlapping, too many, or
 *	cut by the capture's snapshot length
 */
struct defrag_counts {
	uint64_t fragments;
	uint64_t datagrams;
	uint64_t lost;
};

/**
 * struct defrag_packet - an IP packet, a fragment or whole
 * @data: its octets
 * @avail: how many are at hand
 * @len: how many it had
 */
struct defrag_packet {
	const uint8_t *data;
	uint32_t avail;
	uint32_t len;
};

struct defrag *defrag_new(void);
bool defrag_is_fragment(const uint8_t *data, uint32_t avail);
bool defrag_add(struct defrag *d, struct defrag_packet *packet, uint64_t time_ns);
void defrag_end(struct defrag *d);
const struct defrag_counts *defrag_counts(const struct defrag *d);
void defrag_free(struct defrag *d);

#endif /* DEFRAG_H */
