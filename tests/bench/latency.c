// SPDX-License-Identifier: GPL-2.0
/*
 * How long a task that must run at once has to wait: the longest stretch in which
 * the kernel cannot be interrupted, whoever is at work meanwhile.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "bench.h"

#define WAKES_MAX	100000
#define SLEEP_US	100

struct watch {
	u32 ms;
	u32 nr;
	u32 *late;	/* ns */
	struct completion done;
};

static int watch(void *data)
{
	struct watch *w = data;
	u64 end = ktime_get_ns() + (u64)w->ms * NSEC_PER_MSEC;

	sched_set_fifo(current);
	while (w->nr < WAKES_MAX) {
		u64 asleep = ktime_get_ns(), awake;

		if (asleep >= end)
			break;
		usleep_range(SLEEP_US, SLEEP_US + 1);
		awake = ktime_get_ns();
		w->late[w->nr++] = awake - asleep - SLEEP_US * NSEC_PER_USEC;
	}
	complete(&w->done);
	return 0;
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/**
 * bench_latency - watch how late a real-time task wakes
 * @run: .packets says for how many milliseconds; .best, .mean and .accepted are
 *	filled with the median, the 99th percentile and the longest, ns
 *
 * Return: 0 or a negative error.
 */
int bench_latency(struct bench_run *run)
{
	struct watch w = { .ms = run->packets };
	struct task_struct *task;

	w.late = kvmalloc_array(WAKES_MAX, sizeof(*w.late), GFP_KERNEL);
	if (!w.late)
		return -ENOMEM;
	init_completion(&w.done);
	task = kthread_run(watch, &w, "ttlpin_latency");
	if (IS_ERR(task)) {
		kvfree(w.late);
		return PTR_ERR(task);
	}
	wait_for_completion(&w.done);
	if (w.nr) {
		sort(w.late, w.nr, sizeof(*w.late), compare, NULL);
		run->best = w.late[w.nr / 2];
		run->mean = w.late[w.nr - 1 - w.nr / 100];
		run->accepted = w.late[w.nr - 1];
	}
	kvfree(w.late);
	return w.nr ? 0 : -EINVAL;
}
