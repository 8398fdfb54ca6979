// SPDX-License-Identifier: GPL-2.0
/*
 * Counters, per namespace and CPU.
 */
#include <linux/slab.h>
#include "stats.h"

/* Cells that are a counter by themselves, beside the sums. */
static const u8 counter_of_cell[TTLPIN_CELL_WOULD_DROP] = {
	[TTLPIN_CELL_PASSED] = TTLPIN_A_COUNTER_PASSED,
	[TTLPIN_CELL_NEAR] = TTLPIN_A_COUNTER_NEAR,
	[TTLPIN_CELL_HEALED] = TTLPIN_A_COUNTER_HEALED,
	[TTLPIN_CELL_UNPINNED] = TTLPIN_A_COUNTER_UNPINNED,
	[TTLPIN_CELL_WHITELISTED] = TTLPIN_A_COUNTER_WHITELISTED,
	[TTLPIN_CELL_PINNED] = TTLPIN_A_COUNTER_PINNED,
	[TTLPIN_CELL_LEARNED] = TTLPIN_A_COUNTER_LEARNED,
	[TTLPIN_CELL_CONFIRMED] = TTLPIN_A_COUNTER_CONFIRMED,
	[TTLPIN_CELL_LOOSE] = TTLPIN_A_COUNTER_LOOSE,
	[TTLPIN_CELL_TABLE_FULL] = TTLPIN_A_COUNTER_TABLE_FULL,
	[TTLPIN_CELL_NO_MEMORY] = TTLPIN_A_COUNTER_NO_MEMORY,
	[TTLPIN_CELL_EVICTED] = TTLPIN_A_COUNTER_EVICTED,
	[TTLPIN_CELL_MALFORMED] = TTLPIN_A_COUNTER_MALFORMED,
	[TTLPIN_CELL_EVENTS_SENT] = TTLPIN_A_COUNTER_EVENTS_SENT,
	[TTLPIN_CELL_EVENTS_LOST] = TTLPIN_A_COUNTER_EVENTS_LOST,
};

static const u8 counter_of_reason[TTLPIN_REASONS] = {
	[TTLPIN_REASON_TTL] = TTLPIN_A_COUNTER_DROPPED_TTL,
	[TTLPIN_REASON_TIMESTAMP] = TTLPIN_A_COUNTER_DROPPED_TIMESTAMP,
	[TTLPIN_REASON_SYNACK] = TTLPIN_A_COUNTER_DROPPED_SYNACK,
	[TTLPIN_REASON_BURST] = TTLPIN_A_COUNTER_DROPPED_BURST,
};

static const u8 counter_of_kind[TTLPIN_KINDS] = {
	[TTLPIN_KIND_RST] = TTLPIN_A_COUNTER_DROPPED_RST,
	[TTLPIN_KIND_HANDSHAKE] = TTLPIN_A_COUNTER_DROPPED_HANDSHAKE,
	[TTLPIN_KIND_FIN] = TTLPIN_A_COUNTER_DROPPED_FIN,
	[TTLPIN_KIND_DATA] = TTLPIN_A_COUNTER_DROPPED_DATA,
	[TTLPIN_KIND_ACK] = TTLPIN_A_COUNTER_DROPPED_ACK,
};

/**
 * ttlpin_stats_init - counters of a new namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ttlpin_stats_init(struct ttlpin_net *tn)
{
	int cpu;

	tn->baseline = kcalloc(TTLPIN_CELLS, sizeof(u64), GFP_KERNEL_ACCOUNT);
	if (!tn->baseline)
		return -ENOMEM;
	tn->cpu = alloc_percpu_gfp(struct ttlpin_cpu, GFP_KERNEL_ACCOUNT);
	if (!tn->cpu) {
		kfree(tn->baseline);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		seqcount_init(&per_cpu_ptr(tn->cpu, cpu)->last_seq);
	return 0;
}

void ttlpin_stats_exit(struct ttlpin_net *tn)
{
	free_percpu(tn->cpu);
	kfree(tn->baseline);
}

/**
 * ttlpin_stats_condemned - count and keep a condemned segment
 * @tn: the namespace
 * @event: the segment
 *
 * Context: softirq or process: what came back from an NFQUEUE is judged in the
 * context of its reader.
 */
void ttlpin_stats_condemned(const struct ttlpin_net *tn,
			    const struct ttlpin_event *event)
{
	u32 first = event->mode == TTLPIN_MODE_ENFORCE ? TTLPIN_CELL_DROPPED :
							 TTLPIN_CELL_WOULD_DROP;
	struct ttlpin_cpu *cpu;

	ttlpin_stats_inc(tn, first + event->reason * TTLPIN_KINDS + event->kind);
	local_bh_disable();
	/* With PREEMPT_RT that alone lets a reader come in between, and spin. */
	preempt_disable_nested();
	cpu = this_cpu_ptr(tn->cpu);
	write_seqcount_begin(&cpu->last_seq);
	cpu->last = *event;
	write_seqcount_end(&cpu->last_seq);
	preempt_enable_nested();
	local_bh_enable();
}

static void read_cells(const struct ttlpin_net *tn, u64 *cells)
{
	int cpu, i;

	memset(cells, 0, TTLPIN_CELLS * sizeof(*cells));
	for_each_possible_cpu(cpu) {
		const u64 *cell = per_cpu_ptr(tn->cpu, cpu)->cell;

		for (i = 0; i < TTLPIN_CELLS; i++)
			cells[i] += READ_ONCE(cell[i]);
	}
}

static void add_condemned(const u64 *cell, u64 *total, u64 *counters)
{
	int reason, kind;

	for (reason = 0; reason < TTLPIN_REASONS; reason++) {
		for (kind = 0; kind < TTLPIN_KINDS; kind++, cell++) {
			*total += *cell;
			counters[counter_of_reason[reason]] += *cell;
			counters[counter_of_kind[kind]] += *cell;
		}
	}
}

/* Counters by attribute, from cells. */
static void add_up(const u64 *cells, u64 *counters)
{
	int i;

	memset(counters, 0, (TTLPIN_A_COUNTER_MAX + 1) * sizeof(*counters));
	for (i = 0; i < TTLPIN_CELL_WOULD_DROP; i++)
		counters[counter_of_cell[i]] = cells[i];
	add_condemned(cells + TTLPIN_CELL_WOULD_DROP,
		      &counters[TTLPIN_A_COUNTER_WOULD_DROP], counters);
	add_condemned(cells + TTLPIN_CELL_DROPPED,
		      &counters[TTLPIN_A_COUNTER_DROPPED], counters);
	counters[TTLPIN_A_COUNTER_PASSED] += cells[TTLPIN_CELL_NEAR] +
					     cells[TTLPIN_CELL_HEALED];
	counters[TTLPIN_A_COUNTER_SEEN] =
		counters[TTLPIN_A_COUNTER_PASSED] +
		counters[TTLPIN_A_COUNTER_DROPPED] +
		counters[TTLPIN_A_COUNTER_WOULD_DROP] +
		counters[TTLPIN_A_COUNTER_WHITELISTED] +
		counters[TTLPIN_A_COUNTER_UNPINNED];
}

/**
 * ttlpin_stats_read - the counters since the start or the last reset
 * @tn: the namespace
 * @counters: TTLPIN_A_COUNTER_MAX + 1 values, filled; index is the attribute
 * @taken: NULL, or TTLPIN_CELLS values, filled: let the counters start again from
 *	0; what is counted meanwhile on another CPU is in these values or in the next
 *
 * Context: process, takes @tn->mutex.
 */
void ttlpin_stats_read(struct ttlpin_net *tn, u64 *counters, u64 *taken)
{
	u64 cells[TTLPIN_CELLS];
	int i;

	mutex_lock(&tn->mutex);
	read_cells(tn, cells);
	for (i = 0; i < TTLPIN_CELLS; i++) {
		cells[i] -= tn->baseline[i];
		if (taken) {
			taken[i] = cells[i];
			tn->baseline[i] += taken[i];
		}
	}
	mutex_unlock(&tn->mutex);
	add_up(cells, counters);
}

/**
 * ttlpin_stats_give_back - nobody was told what was taken
 * @tn: the namespace
 * @taken: what ttlpin_stats_read() filled
 *
 * Context: process, takes @tn->mutex.
 */
void ttlpin_stats_give_back(struct ttlpin_net *tn, const u64 *taken)
{
	int i;

	mutex_lock(&tn->mutex);
	for (i = 0; i < TTLPIN_CELLS; i++)
		tn->baseline[i] -= taken[i];
	mutex_unlock(&tn->mutex);
}

/**
 * ttlpin_stats_last - the newest condemned segment
 * @tn: the namespace
 * @event: filled if there was one
 *
 * Return: whether there was one.
 */
bool ttlpin_stats_last(const struct ttlpin_net *tn, struct ttlpin_event *event)
{
	int cpu;

	event->time = 0;
	for_each_possible_cpu(cpu) {
		const struct ttlpin_cpu *c = per_cpu_ptr(tn->cpu, cpu);
		struct ttlpin_event last;
		unsigned int seq;

		do {
			seq = read_seqcount_begin(&c->last_seq);
			last = c->last;
		} while (read_seqcount_retry(&c->last_seq, seq));
		if (last.time > event->time)
			*event = last;
	}
	return event->time;
}
