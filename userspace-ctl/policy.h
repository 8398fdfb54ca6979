/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of an analysis: those of the module, by the same names.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include "engine.h"
#include "prefix.h"
#include "session.h"

#define POLICY_PORTS_MAX	16

/**
 * struct policy - settings of an analysis
 * @mode: enum ttlpin_mode
 * @protect: enum ttlpin_protect
 * @midstream: flows are learned in mid-stream
 * @verdict: what the engine asks
 * @ports: guarded ranges
 * @nr_ports: how many
 * @ports_given: they were given; else it is port 25
 * @max_flows: flows followed at a time
 * @timeouts: when flows are forgotten
 * @snaplen: payload octets that are shown
 * @whitelist: addresses that are not judged
 * @nr_whitelist: how many
 */
struct policy {
	uint32_t mode;
	uint32_t protect;
	uint32_t midstream;
	struct ttlpin_policy verdict;
	struct {
		uint16_t first;
		uint16_t last;
	} ports[POLICY_PORTS_MAX];
	uint32_t nr_ports;
	bool ports_given;
	uint32_t max_flows;
	struct ttlpin_timeouts timeouts;
	uint32_t snaplen;
	struct ttlpin_prefix *whitelist;
	uint32_t nr_whitelist;
};

void policy_init(struct policy *p);
int policy_set(struct policy *p, const char *assignment);
int policy_add_ports(struct policy *p, const char *text);
int policy_add_whitelist(struct policy *p, const char *path);
void policy_free(struct policy *p);

static inline bool policy_guards(const struct policy *p, uint16_t port)
{
	uint32_t i;

	for (i = 0; i < p->nr_ports; i++)
		if (port >= p->ports[i].first && port <= p->ports[i].last)
			return true;
	return false;
}

static inline bool policy_guards_client(const struct policy *p,
					uint16_t remote_port)
{
	return p->protect != TTLPIN_PROTECT_SERVER &&
	       policy_guards(p, remote_port);
}

static inline bool policy_guards_server(const struct policy *p,
					uint16_t local_port)
{
	return p->protect != TTLPIN_PROTECT_CLIENT && policy_guards(p, local_port);
}

#endif /* POLICY_H */
