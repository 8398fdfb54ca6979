// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and TCP options in snort's log: as text, in the order in which they stood
 * in the packet.
 */
#include <stdlib.h>
#include <string.h>
#include "snort_options.h"

/**
 * snort_value - a number in a line
 * @line: the line
 * @name: what stands before it
 * @value: set with true; base 16 if it begins with 0x
 */
bool snort_value(const char *line, const char *name, uint32_t *value)
{
	const char *at = strstr(line, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	at += strspn(at, " ");
	*value = strtoul(at, &end, 0);
	return end != at;
}

static void add_option(struct snort_options *l, const uint8_t *option, uint32_t len)
{
	if (l->nr + len > SNORT_OPTIONS_MAX)
		return;
	memcpy(l->octet + l->nr, option, len);
	l->nr += len;
}

/* The number behind @name if @text begins with that. */
static bool starts(const char *text, const char *name, uint32_t *value)
{
	return !strncmp(text, name, strlen(name)) && snort_value(text, name, value);
}

/* TSval and TSecr behind "TS: ". */
static bool read_timestamp(const char *text, uint8_t *option)
{
	char *rest, *end;
	uint32_t a, b;

	if (strncmp(text, "TS: ", 4))
		return false;
	a = strtoul(text + 4, &rest, 10);
	b = strtoul(rest, &end, 10);
	if (end == rest)
		return false;
	option[0] = 8;
	option[1] = 10;
	snort_put32(option + 2, a);
	snort_put32(option + 6, b);
	return true;
}

static void read_option(struct snort_options *l, const char *text)
{
	uint8_t option[10] = { 0 };
	uint32_t value;

	if (!strncmp(text, "EOL", 3)) {
		add_option(l, option, 1);
	} else if (!strncmp(text, "NOP", 3)) {
		option[0] = 1;
		add_option(l, option, 1);
	} else if (starts(text, "MSS:", &value)) {
		option[0] = 2;
		option[1] = 4;
		snort_put16(option + 2, value);
		add_option(l, option, 4);
	} else if (starts(text, "WS:", &value)) {
		option[0] = option[1] = 3;
		option[2] = value;
		add_option(l, option, 3);
	} else if (!strncmp(text, "SackOK", 6)) {
		option[0] = 4;
		option[1] = 2;
		add_option(l, option, 2);
	} else if (read_timestamp(text, option)) {
		add_option(l, option, 10);
	}
}

/**
 * snort_options_read - read what a line says of TCP options
 * @l: the options so far, added to
 * @text: what stands behind "=>"
 */
void snort_options_read(const char *text, struct snort_options *l)
{
	while (*text) {
		text += strspn(text, " ");
		read_option(l, text);
		text += strcspn(text, " ");
	}
}
