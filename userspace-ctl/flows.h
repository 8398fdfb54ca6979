/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows, which several commands show.
 */
#ifndef FLOWS_H
#define FLOWS_H

#include <jansson.h>
#include "arg.h"
#include "nl.h"

/**
 * struct flows_filter - what is listed
 * @peer: only flows with a peer in it; NULL for all
 * @phase: only flows in it, enum ttlpin_phase; -1 for all
 */
struct flows_filter {
	const struct ttlpin_prefix *peer;
	int phase;
};

int flows_get(struct nl *nl, const struct flows_filter *filter, json_t *flows);

#endif /* FLOWS_H */
