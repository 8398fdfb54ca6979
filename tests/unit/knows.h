/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a flow knows under its settings, for the properties that hold of every verdict.
 */
#ifndef KNOWS_H
#define KNOWS_H

#include "engine.h"

static inline bool is_literal(const struct ttlpin_policy *p)
{
	return !p->tolerance && !p->timestamps && !p->heal;
}

/* By the literal rule the pin alone. */
static inline bool knows(u64 state, const struct ttlpin_memory *mem,
			 const struct ttlpin_policy *p, u8 ttl)
{
	int i;

	for (i = 0; i < mem->nr_learned && !is_literal(p); i++)
		if (mem->learned[i] == ttl)
			return true;
	return ttlpin_state_pin(state) == ttl;
}

#endif /* KNOWS_H */
