/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text log of snort: packets as lines of text and hexadecimal digits.
 */
#ifndef SNORT_H
#define SNORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "capture.h"

bool snort_is_text(const uint8_t *head, size_t len);
bool snort_read(struct capture *c, FILE *in, capture_take *take, void *context);

#endif /* SNORT_H */
