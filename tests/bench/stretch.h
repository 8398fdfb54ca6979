/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a stretch of code takes, for a build of the module into which
 * tests/bench/module puts it: /sys/module/NAME/parameters/stretch tells the
 * longest one in nanoseconds, and then how many took less than 2, 4, 8, ... ns.
 */
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>

static unsigned long stretch[32];
module_param_array(stretch, ulong, NULL, 0444);

static u64 stretch_began;

static inline void stretch_begin(void)
{
	stretch_began = ktime_get_ns();
}

static inline void stretch_end(void)
{
	unsigned long ns = ktime_get_ns() - stretch_began;

	stretch[0] = max(stretch[0], ns);
	stretch[min(ilog2(ns | 1) + 1, 31)]++;
}
