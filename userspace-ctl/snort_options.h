/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and TCP options in snort's log.
 */
#ifndef SNORT_OPTIONS_H
#define SNORT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define SNORT_OPTIONS_MAX	40

/**
 * struct snort_options - TCP options as they stood in the packet
 * @octet: they
 * @nr: how many octets
 */
struct snort_options {
	uint8_t octet[SNORT_OPTIONS_MAX];
	uint32_t nr;
};

/* Numbers as they stand in a packet. */
static inline void snort_put16(uint8_t *p, uint32_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static inline void snort_put32(uint8_t *p, uint32_t value)
{
	snort_put16(p, value >> 16);
	snort_put16(p + 2, value);
}

bool snort_value(const char *line, const char *name, uint32_t *value);
void snort_options_read(const char *text, struct snort_options *l);

#endif /* SNORT_OPTIONS_H */
