// SPDX-License-Identifier: GPL-2.0
/*
 * With libFuzzer: how many calls its inputs made, said at the end.
 */
#include "fuzz.h"

unsigned long fuzz_calls;

static void __attribute__((destructor)) tell(void)
{
	fprintf(stderr, "calls: %lu\n", fuzz_calls);
}
