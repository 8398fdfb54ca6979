/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of a namespace.
 */
#ifndef TTLPIN_CONFIG_H
#define TTLPIN_CONFIG_H

#include <linux/cache.h>
#include <linux/rcupdate.h>
#include <uapi/linux/ttlpin.h>
#include "engine.h"
#include "net.h"
#include "session.h"

#define TTLPIN_PORTS_MAX	16
#define TTLPIN_FLOWS_MIN	1024
#define TTLPIN_FLOWS_MAX	16777216

/* A range of ports as one comparison: port - first <= span. */
struct ttlpin_ports {
	u16 first;
	u16 span;
};

/**
 * struct ttlpin_config - the settings of a namespace
 * @mode: enum ttlpin_mode
 * @nr_ports: how many of @ports are in use, one at least
 * @protect: enum ttlpin_protect
 * @midstream: whether flows are learned in mid-stream
 * @policy: what the engine asks
 * @ct_mark_mask: bits of conntrack's marks that carry a pin, 0 for none
 * @ports: guarded port ranges, in the order given
 * @max_flows: room of the flow store
 * @timeouts: when flows are forgotten
 * @event_rate: events a second
 * @event_snaplen: payload octets in an event
 * @rcu: frees what has been replaced
 *
 * Never changed once published; a packet reads the first line only, unless it
 * is on a guarded port.
 */
struct ttlpin_config {
	u8 mode;
	u8 nr_ports;
	u8 protect;
	bool midstream;
	struct ttlpin_policy policy;
	u32 ct_mark_mask;
	struct ttlpin_ports ports[TTLPIN_PORTS_MAX];
	u32 max_flows;
	struct ttlpin_timeouts timeouts;
	u32 event_rate;
	u32 event_snaplen;
	struct rcu_head rcu;
} ____cacheline_aligned;

/* In the order of the attributes TTLPIN_A_CONFIG_*. */
enum ttlpin_setting_id {
	TTLPIN_SET_MODE,
	TTLPIN_SET_PORTS,
	TTLPIN_SET_TOLERANCE,
	TTLPIN_SET_TIMESTAMPS,
	TTLPIN_SET_HEAL,
	TTLPIN_SET_PROTECT,
	TTLPIN_SET_MIDSTREAM,
	TTLPIN_SET_MAX_FLOWS,
	TTLPIN_SET_HALF_OPEN_TIMEOUT,
	TTLPIN_SET_IDLE_TIMEOUT,
	TTLPIN_SET_CLOSE_TIMEOUT,
	TTLPIN_SET_EVENT_RATE,
	TTLPIN_SET_EVENT_SNAPLEN,
	TTLPIN_SET_CT_MARK_MASK,
	TTLPIN_SETTINGS,
};

const char *ttlpin_config_name(enum ttlpin_setting_id id);
ssize_t ttlpin_config_show(struct ttlpin_net *tn, enum ttlpin_setting_id id,
			   char *buf);
u32 ttlpin_config_number(const struct ttlpin_config *cfg,
			 enum ttlpin_setting_id id);
bool ttlpin_config_is_word(enum ttlpin_setting_id id);
struct ttlpin_config *ttlpin_config_begin(struct ttlpin_net *tn);
int ttlpin_config_set_number(struct ttlpin_config *cfg,
			     enum ttlpin_setting_id id, u32 value);
int ttlpin_config_set_text(struct ttlpin_config *cfg, enum ttlpin_setting_id id,
			   const char *text);
int ttlpin_config_end(struct ttlpin_net *tn, struct ttlpin_config *cfg, int ret);
int ttlpin_config_store(struct ttlpin_net *tn, enum ttlpin_setting_id id,
			const char *text);
int ttlpin_config_init(struct ttlpin_net *tn);
void ttlpin_config_exit(struct ttlpin_net *tn);

static inline bool ttlpin_config_guards(const struct ttlpin_config *cfg,
					u16 port)
{
	const struct ttlpin_ports *range = cfg->ports;
	const struct ttlpin_ports *end = range + cfg->nr_ports;

	do {
		if ((u16)(port - range->first) <= range->span)
			return true;
	} while (++range < end);
	return false;
}

#endif /* TTLPIN_CONFIG_H */
