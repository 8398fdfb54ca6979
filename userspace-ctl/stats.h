/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The answer to stats-get, which several commands show.
 */
#ifndef STATS_H
#define STATS_H

#include <jansson.h>
#include "ctl.h"
#include "nl.h"

int stats_ask(struct nl *nl, const struct ctl *ctl, bool reset, json_t **stats);
long long stats_counter(const json_t *stats, const char *name);
const char *stats_no_last(const json_t *stats);
int stats_get(const struct ctl *ctl, bool reset, json_t **stats);

#endif /* STATS_H */
