/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow store.
 */
#ifndef TTLPIN_FLOW_H
#define TTLPIN_FLOW_H

#include <linux/in6.h>
#include "config.h"
#include "engine.h"
#include "net.h"
#include "tuple.h"

/**
 * struct ttlpin_cold - what a flow needs beside its slot
 * @tuple: both ends
 * @mem: what the engine remembers
 */
struct ttlpin_cold {
	struct ttlpin_tuple tuple;
	struct ttlpin_memory mem;
};

/**
 * struct ttlpin_ref - a flow that was found
 * @table: the table that holds it, once it was found
 * @slot: its slot there
 * @first: where it was looked for: the flow's first bucket of the current table
 * @second: and its second
 * @fp: its fingerprint
 * @state: its state word when it was found
 * @now_s: the second in which it was looked for
 * @cold: its cold part; only while locked
 * @is_new: made by ttlpin_flow_insert(); @state and @cold->mem are undefined
 *
 * Valid within the RCU read section that found it.
 */
struct ttlpin_ref {
	struct ttlpin_table *table;
	u32 slot;
	u32 first;
	u32 second;
	u64 fp;
	u64 state;
	u32 now_s;
	struct ttlpin_cold *cold;
	bool is_new;
};

/**
 * struct ttlpin_flow_counts - how full the store is
 * @flows: flows in it, half open ones included
 * @half_open: flows in phase syn-sent
 */
struct ttlpin_flow_counts {
	u32 flows;
	u32 half_open;
};

/* A flow as it stood when it was listed. */
struct ttlpin_flow_copy {
	struct ttlpin_cold cold;
	u64 state;
};

/* Flows that ttlpin_flow_list() gives at most at a time. */
#define TTLPIN_BUCKET_SLOTS	4

bool ttlpin_flow_find(const struct ttlpin_net *tn,
		      const struct ttlpin_config *cfg, u64 fp,
		      struct ttlpin_ref *ref);
void ttlpin_flow_refresh(const struct ttlpin_ref *ref, u64 next);
bool ttlpin_flow_lock(const struct ttlpin_net *tn,
		      const struct ttlpin_config *cfg, u64 fp,
		      struct ttlpin_ref *ref);
bool ttlpin_flow_lock_found(const struct ttlpin_net *tn,
			    const struct ttlpin_config *cfg,
			    struct ttlpin_ref *ref);
bool ttlpin_flow_insert(struct ttlpin_net *tn, const struct ttlpin_config *cfg,
			u64 fp, const struct ttlpin_tuple *tuple,
			struct ttlpin_ref *ref);
void ttlpin_flow_unlock(const struct ttlpin_ref *ref, u64 next);
void ttlpin_flow_counts(const struct ttlpin_net *tn,
			struct ttlpin_flow_counts *counts);
u32 ttlpin_flow_generation(const struct ttlpin_net *tn);
int ttlpin_flow_list(const struct ttlpin_net *tn,
		     const struct ttlpin_config *cfg, u32 bucket,
		     struct ttlpin_flow_copy *copy);
int ttlpin_flow_del(struct ttlpin_net *tn, const struct ttlpin_tuple *tuple);
void ttlpin_flow_flush(struct ttlpin_net *tn);
int ttlpin_flow_init(struct ttlpin_net *tn, u32 max_flows);
void ttlpin_flow_exit(struct ttlpin_net *tn);

/*
 * Keyed fingerprints, never 0: with 64 bits of SipHash, who does not know the key can
 * neither aim at a bucket nor make a flow pass for another. Addresses in network order.
 * Of how many octets it is taken tells the families apart, and flows to our servers from
 * those of our clients.
 */
static inline u64 ttlpin_flow_hash4(const struct ttlpin_net *tn, u32 remote,
				    u32 local, u16 remote_port, u16 local_port,
				    bool server)
{
	u32 ports = (u32)remote_port << 16 | local_port;
	u64 fp;

	if (unlikely(server))
		fp = siphash_4u32(remote, local, ports, 0, &tn->key);
	else
		fp = siphash_3u32(remote, local, ports, &tn->key);
	return fp ? fp : 1;
}

static inline u64 ttlpin_flow_hash6(const struct ttlpin_net *tn,
				    const struct in6_addr *remote,
				    const struct in6_addr *local,
				    u16 remote_port, u16 local_port, bool server)
{
	/* Words as they are read: what was written in parts is slow to read at once. */
	struct {
		struct in6_addr remote;
		struct in6_addr local;
		__le64 ports;
	} key __aligned(SIPHASH_ALIGNMENT) = {
		*remote,
		*local,
		cpu_to_le64((u32)remote_port << 16 | local_port),
	};
	size_t len = server ? sizeof(key) : sizeof(key) - sizeof(u32);
	u64 fp = siphash(&key, len, &tn->key);

	return fp ? fp : 1;
}

/**
 * ttlpin_flow_fingerprint - keyed fingerprint of a flow
 * @tn: the namespace
 * @tuple: the flow
 *
 * Return: never 0.
 */
static inline u64 ttlpin_flow_fingerprint(const struct ttlpin_net *tn,
					  const struct ttlpin_tuple *tuple)
{
	if (tuple->family == 4)
		return ttlpin_flow_hash4(tn, tuple->remote[0], tuple->local[0],
					 tuple->remote_port, tuple->local_port,
					 tuple->server);
	return ttlpin_flow_hash6(tn, (const struct in6_addr *)tuple->remote,
				 (const struct in6_addr *)tuple->local,
				 tuple->remote_port, tuple->local_port,
				 tuple->server);
}

#endif /* TTLPIN_FLOW_H */
