/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An event in words.
 */
#ifndef DROP_H
#define DROP_H

#include <jansson.h>
#include <stdio.h>
#include "ctl.h"

void drop_print(const struct ctl *ctl, const json_t *event);
void drop_summary(FILE *out, const json_t *event);
const char *drop_reason_text(const char *reason);
const char *drop_kind_text(const char *kind);
void drop_print_hops(FILE *out, const json_t *hops);

#endif /* DROP_H */
