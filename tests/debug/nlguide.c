// SPDX-License-Identifier: GPL-2.0
/*
 * Which messages led to code that none had led to before, as the kernel's KCOV
 * tells: these are kept, to be sent again with changes. What is told is where this
 * process came by in code that was built with KCOV_INSTRUMENT=y, the module's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "ask.h"
#include "nlfuzz.h"

#define PLACES		65536	/* that one message comes by, at most */
#define STEPS		65536	/* from one place to the next, a power of two */
#define KEPT		4096

static unsigned long *trace;	/* their number, and the places */
static unsigned long places[STEPS], steps[STEPS];
static struct {
	uint16_t len;
	char octets[MESSAGE_MAX];
} kept[KEPT];
static unsigned int n_places, n_kept;
static unsigned int n_led;	/* of those, made of others */
static bool leads, is_again;

/**
 * guide_open - have KCOV tell what this process does from now on
 * @lead: keep messages that lead to something new
 */
void guide_open(bool lead)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, PLACES))
		ask_die("/sys/kernel/debug/kcov");
	trace = mmap(NULL, PLACES * sizeof(*trace), PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	if (trace == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		ask_die("kcov");
	leads = lead;
}

/* Whether @key was not in @set, where it is from now on; a full set has all. */
static bool is_new(unsigned long *set, unsigned long key)
{
	unsigned int at = (key * 0x9e3779b97f4a7c15ul) >> 48, tries;

	for (tries = 0; tries < 64; tries++, at++) {
		unsigned long *slot = &set[at & (STEPS - 1)];

		if (*slot == key)
			return false;
		if (*slot)
			continue;
		*slot = key;
		return true;
	}
	return false;
}

void guide_begin(void)
{
	if (trace)
		__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

/**
 * guide_end - look where a message has led, and keep it if that was new
 * @message: what was sent after guide_begin()
 * @len: its octets, at most MESSAGE_MAX
 */
void guide_end(const char *message, size_t len)
{
	unsigned long n, i, last = 0;
	bool new = false, again = is_again;

	is_again = false;
	if (!trace)
		return;
	n = __atomic_load_n(&trace[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < PLACES; i++) {
		n_places += is_new(places, trace[i]);
		new |= is_new(steps, last * 31 ^ trace[i]);
		last = trace[i];
	}
	if (!leads || !new || n_kept == KEPT || len > MESSAGE_MAX)
		return;
	n_led += again;
	kept[n_kept].len = len;
	memcpy(kept[n_kept++].octets, message, len);
}

/**
 * guide_again - one of the messages that were kept
 * @message: MESSAGE_MAX octets for it
 *
 * Return: its length, 0 if there is none.
 */
size_t guide_again(char *message)
{
	unsigned int i;

	if (!n_kept)
		return 0;
	/* The last ones lead to what was found last. */
	i = below(2) ? below(n_kept) : n_kept - 1 - below(n_kept < 16 ? n_kept : 16);
	memcpy(message, kept[i].octets, kept[i].len);
	is_again = true;
	return kept[i].len;
}

/* What came of it, for the shell to read. */
void guide_report(void)
{
	printf("places %u\nkept %u\nled %u\n", n_places, n_kept, n_led);
}
