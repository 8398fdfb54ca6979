/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of ttlpinctl analyze share.
 */
#ifndef ANALYZE_H
#define ANALYZE_H

#include <jansson.h>
#include <stdbool.h>
#include "ctl.h"

const char *analyze_sign_text(const char *sign);
void analyze_print_flow(const struct ctl *ctl, const json_t *flow);
void analyze_print_summary(const json_t *tree, unsigned long long untold);

#endif /* ANALYZE_H */
