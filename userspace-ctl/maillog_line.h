/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line of a mail log: when, with whom, and what went wrong.
 */
#ifndef MAILLOG_LINE_H
#define MAILLOG_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define MAILLOG_TEXT	128
#define MAILLOG_ADDRS	4

/**
 * struct maillog_line - what a line tells
 * @time_ns: when it was written, since 1970
 * @addr: addresses in it, network order
 * @family: of each: 4 or 6
 * @nr_addrs: how many
 * @reset: the connection broke; else the peer refused with @text
 * @text: the peer's words from the code on, or those about the broken connection
 */
struct maillog_line {
	uint64_t time_ns;
	uint8_t addr[MAILLOG_ADDRS][16];
	uint8_t family[MAILLOG_ADDRS];
	int nr_addrs;
	bool reset;
	char text[MAILLOG_TEXT];
};

bool maillog_line_read(const char *text, struct maillog_line *line);

#endif /* MAILLOG_LINE_H */
