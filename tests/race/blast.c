// SPDX-License-Identifier: GPL-2.0
/*
 * A load on the gateway from two CPUs at once, at a rate, for some seconds; then
 * tells as JSON how many segments of each kind were sent. Fails if one of them
 * was lost before the gateway could have seen it.
 *
 * What is sent from a CPU is received on that CPU, in order.
 */
#define _GNU_SOURCE
#include <err.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "segments.h"

/**
 * struct load - what is sent
 * @inside: name of the inside host's namespace
 * @outside: of the outside host's
 * @flows: how many flows are opened first
 * @first: number of the first
 * @rate: segments a second, on all CPUs together; 0 for as many as there can be
 * @seconds: for so long
 * @kinds: what each CPU sends, in turn
 * @nr_kinds: how many of those
 */
struct load {
	const char *inside;
	const char *outside;
	uint32_t flows;
	uint32_t first;
	uint32_t rate;
	uint32_t seconds;
	enum segments_kind kinds[16];
	int nr_kinds;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(2, "cannot stay on CPU %d", cpu);
}

/* Segments that the CPUs' queues had no room for, since the start. */
static uint64_t lost(void)
{
	FILE *f = fopen("/proc/net/softnet_stat", "r");
	uint64_t sum = 0;
	unsigned int dropped;

	while (f && fscanf(f, "%*x %x%*[^\n]", &dropped) == 1)
		sum += dropped;
	if (f)
		fclose(f);
	return sum;
}

/* Sleeps until as many segments are due as have been sent. */
static void keep_pace(double started, uint64_t sent, double rate)
{
	double ahead = started + sent / rate - now();
	struct timespec t = { .tv_nsec = ahead * 1e9 };

	if (ahead > 0.002 && ahead < 1)
		nanosleep(&t, NULL);
}

/* Flows that a CPU begins anew have numbers apart from all others. */
#define LANE		4000000
#define LANE_FLOWS	3000000

/*
 * Each CPU goes through all flows from a place of its own, so that both judge
 * segments of the same flow now and then, and one place further each time, so that
 * each flow meets each kind: one that never sees a good segment would expire. What
 * begins, is pinned and closes is a flow of the CPU's own, another one with each SYN.
 */
static void work(struct load *l, struct segments *s, int cpu, int cpus)
{
	uint32_t from = l->flows / cpus * cpu, fresh = 0;
	double started = now(), until = started + l->seconds;
	uint64_t sent = 0;

	while (sent % 16 || now() < until) {
		enum segments_kind kind = l->kinds[sent % l->nr_kinds];

		if (kind == SEGMENTS_SYN)
			fresh = (fresh + 1) % LANE_FLOWS;
		if (kind <= SEGMENTS_QUIT)
			segments_send(s, kind, LANE * (cpu + 1) + fresh);
		else
			segments_send(s, kind, l->first + (from + sent + sent / l->flows) % l->flows);
		if (++sent % 16 == 0 && l->rate)
			keep_pace(started, sent, (double)l->rate / cpus);
	}
}

static void open_flows(struct load *l, struct segments *s)
{
	uint32_t i;

	for (i = 0; i < l->flows; i++) {
		segments_send(s, SEGMENTS_SYN, l->first + i);
		segments_send(s, SEGMENTS_SYNACK, l->first + i);
		if (i % 64 == 63)
			usleep(1000);
	}
}

static void take_kinds(struct load *l, int argc, char **argv)
{
	int i;

	for (; optind < argc && l->nr_kinds < 16; optind++) {
		for (i = 0; i < SEGMENTS_KINDS; i++)
			if (!strcmp(argv[optind], segments_names[i]))
				break;
		if (i == SEGMENTS_KINDS)
			errx(2, "'%s' is no kind of segment", argv[optind]);
		l->kinds[l->nr_kinds++] = i;
	}
}

static void take_options(struct load *l, int argc, char **argv)
{
	int opt, i;

	while ((opt = getopt(argc, argv, "i:o:n:f:r:t:")) != -1) {
		switch (opt) {
		case 'i':
			l->inside = optarg;
			break;
		case 'o':
			l->outside = optarg;
			break;
		case 'n':
			l->flows = atoi(optarg);
			break;
		case 'f':
			l->first = atoi(optarg);
			break;
		case 'r':
			l->rate = atoi(optarg);
			break;
		case 't':
			l->seconds = atoi(optarg);
			break;
		default:
			errx(2, "Usage: blast -i NETNS -o NETNS [-n FLOWS] [-f FIRST] [-r RATE] [-t SECONDS] KIND...");
		}
	}
	take_kinds(l, argc, argv);
	for (i = 0; i < l->nr_kinds; i++)
		if (!l->flows && l->kinds[i] > SEGMENTS_QUIT)
			errx(2, "'%s' needs flows that are open, -n",
			     segments_names[l->kinds[i]]);
}

static void tell(const struct segments *shared, int lanes, double took)
{
	uint64_t sum, all = 0;
	int kind, lane;

	putchar('{');
	for (kind = 0; kind < SEGMENTS_KINDS; kind++) {
		for (sum = 0, lane = 0; lane < lanes; lane++)
			sum += shared[lane].sent[kind];
		all += sum;
		printf("\"%s\":%llu,", segments_names[kind],
		       (unsigned long long)sum);
	}
	printf("\"all\":%llu,\"rate\":%.0f}\n", (unsigned long long)all,
	       all / took);
}

int main(int argc, char **argv)
{
	struct load l = { .inside = "inside", .outside = "outside",
			  .flows = 64, .seconds = 1 };
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu, status, bad = 0;
	struct segments *shared;
	uint64_t before = lost();
	double started;

	take_options(&l, argc, argv);
	cpus = cpus > 2 ? 2 : cpus;
	shared = mmap(NULL, 3 * sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(2, "mmap");
	stay_on(0);
	segments_open(&shared[2], l.inside, l.outside);
	open_flows(&l, &shared[2]);
	started = now();
	for (cpu = 0; l.nr_kinds && cpu < cpus; cpu++) {
		if (fork())
			continue;
		stay_on(cpu);
		segments_open(&shared[cpu], l.inside, l.outside);
		work(&l, &shared[cpu], cpu, cpus);
		_exit(0);
	}
	while (wait(&status) > 0)
		bad |= status;
	tell(shared, 3, now() - started);
	if (lost() != before)
		errx(3, "%llu segments were lost before the gateway",
		     (unsigned long long)(lost() - before));
	return bad ? 2 : 0;
}
