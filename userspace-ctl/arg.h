/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments of commands.
 */
#ifndef ARG_H
#define ARG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "prefix.h"

/* Room for why something was refused. */
#define ARG_WHY		256

bool arg_parse_prefix(const char *text, struct ttlpin_prefix *prefix, char *why);
int arg_prefix(const char *text, struct ttlpin_prefix *prefix);
bool arg_number(const char *text, unsigned long *number);

/* Room for a prefix as text. */
#define ARG_PREFIX_TEXT	64
void arg_prefix_text(const struct ttlpin_prefix *prefix, char *text);

/**
 * struct arg_end - an end of a flow
 * @family: 4 or 6
 * @addr: network order
 * @port: host order
 */
struct arg_end {
	int family;
	unsigned char addr[16];
	uint16_t port;
};

int arg_end(const char *text, struct arg_end *end);

/* Room for a line of a file: a value, and what is said of it. */
#define ARG_LINE	4096
int arg_line(FILE *in, char *line, int room);

#endif /* ARG_H */
