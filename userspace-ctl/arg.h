/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments of commands.
 */
#ifndef ARG_H
#define ARG_H

#include <stdbool.h>
#include "prefix.h"

int arg_prefix(const char *text, struct ttlpin_prefix *prefix);
bool arg_number(const char *text, unsigned long *number);
bool arg_prefix_holds(const struct ttlpin_prefix *prefix, int family,
		      const void *addr);

/* Room for a prefix as text. */
#define ARG_PREFIX_TEXT	64
void arg_prefix_text(const struct ttlpin_prefix *prefix, char *text);

#endif /* ARG_H */
