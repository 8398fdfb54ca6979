/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, per namespace and CPU.
 *
 * A segment's fate is one increment of one cell: what it was, or for a
 * condemned one its mode, reason and kind together. Every sum of the contract
 * is added up from cells when it is read, so it holds at any moment.
 */
#ifndef TTLPIN_STATS_H
#define TTLPIN_STATS_H

#include <linux/percpu.h>
#include <linux/seqlock.h>
#include "engine.h"
#include "event.h"
#include "net.h"

#define TTLPIN_REASONS	(TTLPIN_REASON_BURST + 1)
#define TTLPIN_KINDS	(TTLPIN_KIND_ACK + 1)

enum ttlpin_cell {
	TTLPIN_CELL_PASSED,
	TTLPIN_CELL_NEAR,
	TTLPIN_CELL_HEALED,
	TTLPIN_CELL_UNPINNED,
	TTLPIN_CELL_WHITELISTED,
	TTLPIN_CELL_PINNED,
	TTLPIN_CELL_LEARNED,
	TTLPIN_CELL_CONFIRMED,
	TTLPIN_CELL_LOOSE,
	TTLPIN_CELL_TABLE_FULL,
	TTLPIN_CELL_NO_MEMORY,
	TTLPIN_CELL_EVICTED,
	TTLPIN_CELL_MALFORMED,
	TTLPIN_CELL_EVENTS_SENT,
	TTLPIN_CELL_EVENTS_LOST,
	TTLPIN_CELL_WOULD_DROP,		/* mode monitor, REASONS times KINDS */
	TTLPIN_CELL_DROPPED = TTLPIN_CELL_WOULD_DROP +
			      TTLPIN_REASONS * TTLPIN_KINDS,
	TTLPIN_CELLS = TTLPIN_CELL_DROPPED + TTLPIN_REASONS * TTLPIN_KINDS,
};

/**
 * struct ttlpin_cpu - what one CPU writes
 * @cell: the counters; written by their CPU only
 * @last_seq: guards @last, written by its CPU with BHs and preemption off
 * @last: the newest condemned segment, time 0 if there was none
 */
struct ttlpin_cpu {
	u64 cell[TTLPIN_CELLS];
	seqcount_t last_seq;
	struct ttlpin_event last;
};

/*
 * this_cpu_inc() turns interrupts off where a CPU has no instruction for it. Softirqs
 * do not interrupt one another, so within one there is no need.
 */
static inline void ttlpin_stats_inc(const struct ttlpin_net *tn, u32 cell)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT) && in_softirq())
		__this_cpu_inc(tn->cpu->cell[cell]);
	else
		this_cpu_inc(tn->cpu->cell[cell]);
}

static inline void ttlpin_stats_add(const struct ttlpin_net *tn, u32 cell,
				    u32 n)
{
	this_cpu_add(tn->cpu->cell[cell], n);
}

int ttlpin_stats_init(struct ttlpin_net *tn);
void ttlpin_stats_exit(struct ttlpin_net *tn);
void ttlpin_stats_condemned(const struct ttlpin_net *tn,
			    const struct ttlpin_event *event);
void ttlpin_stats_read(struct ttlpin_net *tn, u64 *counters, u64 *taken);
void ttlpin_stats_give_back(struct ttlpin_net *tn, const u64 *taken);
bool ttlpin_stats_last(const struct ttlpin_net *tn, struct ttlpin_event *event);

#endif /* TTLPIN_STATS_H */
