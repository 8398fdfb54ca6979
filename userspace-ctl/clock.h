/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times in logs, many of which name no year and all of which are this machine's
 * local time unless they say otherwise.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

void clock_assume(int64_t newest);
bool clock_read_snort(const char *text, int *year, uint64_t *ns);
bool clock_read_log(const char *text, uint64_t *ns);

#endif /* CLOCK_H */
