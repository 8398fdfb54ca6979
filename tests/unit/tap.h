/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TAP for the unit tests.
 */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

static int tap_tests, tap_failures, tap_bad;

/* Within a test: what must hold. */
#define EXPECT(condition) do {						\
	if (!(condition)) {						\
		printf("# %s:%d: not so: %s\n", __FILE__, __LINE__,	\
		       #condition);					\
		tap_bad++;						\
	}								\
} while (0)

#define TEST(function) do {						\
	tap_bad = 0;							\
	function();							\
	tap_tests++;							\
	tap_failures += !!tap_bad;					\
	printf("%sok %d %s\n", tap_bad ? "not " : "", tap_tests,	\
	       #function);						\
} while (0)

static inline int tap_end(void)
{
	printf("1..%d\n", tap_tests);
	return !!tap_failures;
}

#endif /* TAP_H */
