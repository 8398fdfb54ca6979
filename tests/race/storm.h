/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control of the module as fast as it can be asked for.
 */
#ifndef STORM_H
#define STORM_H

#include <stdbool.h>
#include <stdint.h>
#include "family.h"

/**
 * struct storm - what is done
 * @family: by this socket
 * @seconds: for so long
 * @until: when it ends, of CLOCK_MONOTONIC; 0 before it has begun
 * @first: first local port of the flows that do not change
 * @nr: how many those are
 * @done: how often it was done
 * @bad: how often it went wrong
 * @counters: tally: sums
 */
struct storm {
	struct family family;
	uint32_t seconds;
	int64_t until;
	uint32_t first;
	uint32_t nr;
	uint64_t done;
	uint64_t bad;
	uint64_t counters[TTLPIN_A_COUNTER_MAX + 1];
};

bool storm_goes_on(struct storm *s);
void storm_dumps(struct storm *s);

#endif /* STORM_H */
