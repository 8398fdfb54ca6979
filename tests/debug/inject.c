// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's fault injection, for this process and for calls from a module. A
 * module is what lies behind the end of the kernel: while another one is loaded,
 * it must not be called.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ask.h"
#include "faults.h"

/* More than a deed can take. */
#define TIMES	1000000

static int nth = -1;

static void put(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		ask_die(file);
	close(fd);
}

static void set(const char *which, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", which, name);
	put(path, value);
}

static void set_both(const char *name, const char *value)
{
	set("failslab", name, value);
	set("fail_page_alloc", name, value);
}

/* Behind the last function of the kernel itself. */
static void kernel_end(char *text, size_t size)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long at, last = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		if (!strchr(line, '[')) {
			at = strtoull(line, NULL, 16);
			last = at > last ? at : last;
		}
	if (f)
		fclose(f);
	if (!last)
		ask_die("/proc/kallsyms");
	snprintf(text, size, "0x%llx", last + 1);
}

/* Failures of this process within a module from now on. */
void inject_open(void)
{
	char end[32];

	kernel_end(end, sizeof(end));
	set_both("ignore-gfp-wait", "N");
	set("fail_page_alloc", "min-order", "0");
	set("fail_page_alloc", "ignore-gfp-highmem", "N");
	set_both("stacktrace-depth", "32");
	set_both("require-end", "0xffffffffffffffff");
	set_both("require-start", end);
	set_both("task-filter", "Y");
	set_both("verbose", "2");
	set_both("times", "-1");
	set_both("probability", "0");
	put("/proc/thread-self/make-it-fail", "1");
	nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth < 0)
		ask_die("fail-nth");
}

/* The allocation number @n from now on fails, once. */
void inject_nth(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth, text, len, 0) != len)
		ask_die("fail-nth");
}

/* All fail that come after so many octets; of whole pages, after as many KB. */
void inject_after(unsigned int octets)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", octets);
	set("failslab", "space", text);
	snprintf(text, sizeof(text), "%u", octets / 1024);
	set("fail_page_alloc", "space", text);
	set_both("probability", "100");
}

/* All fail that the call makes which returns to @address. */
void inject_call(unsigned long long address)
{
	char text[32];

	set_both("require-start", "0");
	snprintf(text, sizeof(text), "0x%llx", address + 1);
	set_both("require-end", text);
	snprintf(text, sizeof(text), "0x%llx", address);
	set_both("require-start", text);
	set_both("space", "0");
	snprintf(text, sizeof(text), "%d", TIMES);
	set_both("times", text);
	set_both("probability", "100");
}

static int times_left(const char *file)
{
	FILE *f = fopen(file, "r");
	int times;

	if (!f || fscanf(f, "%d", &times) != 1)
		ask_die(file);
	fclose(f);
	return times;
}

/* How many have failed since inject_call(). */
int inject_hits(void)
{
	return 2 * TIMES - times_left("/sys/kernel/debug/failslab/times") -
	       times_left("/sys/kernel/debug/fail_page_alloc/times");
}

/* Whether the failure that inject_nth() wanted has come to pass. */
bool inject_done(void)
{
	char text[16] = "";

	if (pread(nth, text, sizeof(text) - 1, 0) < 0)
		ask_die("fail-nth");
	return !atoi(text);
}

void inject_none(void)
{
	inject_nth(0);
	set_both("probability", "0");
}
