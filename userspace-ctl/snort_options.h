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

bool snort_value(const char *line, const char *name, uint32_t *value);
void snort_options_read(const char *text, struct snort_options *l);

#endif /* SNORT_OPTIONS_H */
