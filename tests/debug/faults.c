// SPDX-License-Identifier: GPL-2.0
/*
 * Has every allocation that the module makes fail, and looks what comes of it:
 * each deed is done again and again, the first allocation fails, the second, and
 * so on; then all from a certain one on; then all that one call asks for. Either
 * the deed fails and nothing has changed, or it is done as if nothing had been.
 *
 *	faults [CALLS]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ask.h"
#include "faults.h"

/* A deed that is not done after so many failures never will be. */
#define NEVER	20000

static int tests, failures;
static bool loaded;

/* What can be told of what is in force; 1 without the module. */
static uint64_t in_force(void)
{
	return loaded ? ask_in_force() : 1;
}

static void expect(bool good, const char *name, const char *what)
{
	tests++;
	failures += !good;
	printf("%sok %d %s: %s\n", good ? "" : "not ", tests, name, what);
}

static void must(int (*step)(void), const char *name)
{
	int ret = step ? step() : 0;

	/* Nothing to be undone is no mistake. */
	if (!ret || ret == -ENOENT)
		return;
	printf("# %s: %s\nBail out!\n", name, strerror(-ret));
	exit(1);
}

/**
 * struct course - how a deed went with failures
 * @tried: failures tried
 * @refused: how often it was refused
 * @bad: how often what was in force then was not what it should be
 */
struct course {
	unsigned int tried;
	unsigned int refused;
	unsigned int bad;
};

/* Does it once; @arm has been called. What is in force before is in @before. */
static int once(const struct deed *d, uint64_t before, uint64_t after,
		struct course *c)
{
	int ret = d->run();
	bool hit = inject_done();

	inject_none();
	c->tried += hit;
	c->refused += !!ret;
	/* In another namespace there is another state. */
	if (strcmp(d->name, "namespace"))
		c->bad += in_force() != (ret ? before : after);
	if (!ret)
		must(d->undo, d->name);
	else if (ret != -ENOMEM && ret != -ENOBUFS)
		printf("# %s: %s\n", d->name, strerror(-ret));
	return ret ? 1 : hit ? 1 : 0;
}

static void try_deed(const struct deed *d)
{
	struct course one = {}, all = {};
	uint64_t before, after;
	unsigned int n;
	char text[128];

	must(d->prepare, d->name);
	before = in_force();
	must(d->run, d->name);
	after = strcmp(d->name, "namespace") ? in_force() : before;
	must(d->undo, d->name);
	for (n = 1; n < NEVER; n++) {
		must(d->prepare, d->name);
		inject_nth(n);
		if (!once(d, before, after, &one))
			break;
	}
	snprintf(text, sizeof(text), "each of %u allocations fails, %u refusals",
		 one.tried, one.refused);
	expect(n < NEVER && !one.bad, d->name, text);
	for (n = 0; n < 1 << 20; n += 32 + n / 16) {
		must(d->prepare, d->name);
		inject_after(n);
		once(d, before, after, &all);
	}
	snprintf(text, sizeof(text), "all fail from some point on, %u refusals",
		 all.refused);
	expect(!all.bad, d->name, text);
}

static void try_all(const struct deed *d)
{
	for (; d->name; d++)
		try_deed(d);
}

/* Where a function of the module lies, or 0. */
static unsigned long long address_of(const char *function)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long at, found = 0;
	char line[512], name[256], module[256];

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s [%255[^]]", &at, name,
			   module) == 3 &&
		    !strcmp(module, "nf_ttlpin") && !strcmp(name, function))
			found = at;
	if (f)
		fclose(f);
	return found;
}

/* All that one call asks for fails, in each deed: whoever calls it refuses. */
static void try_call(const char *call, unsigned long long address)
{
	struct course c = {};
	int hits = 0, granted = 0;
	const struct deed *d;
	char text[128];

	for (d = inner_deeds; d->name; d++) {
		uint64_t before, after;
		unsigned int refused = c.refused;
		int hit;

		must(d->prepare, d->name);
		before = in_force();
		must(d->run, d->name);
		after = strcmp(d->name, "namespace") ? in_force() : before;
		must(d->undo, d->name);
		must(d->prepare, d->name);
		inject_call(address);
		once(d, before, after, &c);
		hit = inject_hits();
		hits += !!hit;
		granted += hit && c.refused == refused;
	}
	if (!hits)
		return;
	snprintf(text, sizeof(text), "fails in %d deeds, %d went on without",
		 hits, granted);
	expect(!c.bad, call, text);
	if (c.refused)
		printf("call %s\n", call);
}

/* The calls that tests/debug/sites lists: FUNCTION OFFSET CALLEE. */
static void try_calls(const char *file)
{
	char function[256], callee[256], call[512];
	FILE *f = fopen(file, "r");
	unsigned int offset;

	if (!f)
		ask_die(file);
	while (fscanf(f, "%255s %x %255s", function, &offset, callee) == 3) {
		unsigned long long at = address_of(function);

		snprintf(call, sizeof(call), "%s+0x%x", function, offset);
		if (at)
			try_call(call, at + offset);
	}
	fclose(f);
}

/* As inner_deeds wants it. */
static void furnish(void)
{
	const struct deed *d = inner_deeds;

	while (strcmp(d->name, "sysfs max_flows"))
		d++;
	must(d->undo, "max_flows");
	while (strcmp(d->name, "whitelist-add"))
		d++;
	must(d->run, "whitelist");
	while (strcmp(d->name, "config-set"))
		d--;
	must(d->undo, "settings");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	inject_open();
	try_all(outer_deeds);
	must(load, "load");
	loaded = true;
	ask_open();
	furnish();
	try_all(inner_deeds);
	if (argc > 1)
		try_calls(argv[1]);
	ask_close();
	must(unload, "unload");
	printf("1..%d\n", tests);
	return !!failures;
}
