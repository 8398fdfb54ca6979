/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is told about a segment that was condemned, healed or turned its flow
 * loose.
 */
#ifndef TTLPIN_EVENT_H
#define TTLPIN_EVENT_H

#include <linux/skbuff.h>
#include "engine.h"
#include "tuple.h"

struct ttlpin_net;

/**
 * struct ttlpin_event - what became of a segment
 * @time: CLOCK_REALTIME, ns
 * @tuple: its flow
 * @seq: sequence number
 * @ack: acknowledgment number
 * @tsval: timestamp option, if @has_ts
 * @tsecr: timestamp option, if @has_ts
 * @length: octets of payload
 * @payload: offset of the payload from the network header
 * @window: window field, unscaled
 * @ip_id: IPv4 identification
 * @df: IPv4 Don't Fragment
 * @has_ts: whether the timestamp option is there
 * @flags: TCP flags
 * @ttl: its TTL
 * @pin: the TTLs that its flow knows, the SYN-ACK's first
 * @nr_pin: how many those are
 * @distance: from @ttl to the nearest of them
 * @mode: enum ttlpin_mode that was in force
 * @cmd: TTLPIN_CMD_DROP_NTF, TTLPIN_CMD_HEAL_NTF or TTLPIN_CMD_LOOSE_NTF
 * @reason: enum ttlpin_reason of a condemned one
 * @kind: enum ttlpin_kind
 * @phase: enum ttlpin_phase of the flow
 */
struct ttlpin_event {
	u64 time;
	struct ttlpin_tuple tuple;
	u32 seq;
	u32 ack;
	u32 tsval;
	u32 tsecr;
	u32 length;
	u32 payload;
	u16 window;
	u16 ip_id;
	bool df;
	bool has_ts;
	u8 flags;
	u8 ttl;
	u8 pin[TTLPIN_TTLS_MAX];
	u8 nr_pin;
	u8 distance;
	u8 mode;
	u8 cmd;
	u8 reason;
	u8 kind;
	u8 phase;
};

void ttlpin_event_send(struct ttlpin_net *tn, const struct sk_buff *skb,
		       const struct ttlpin_event *event);
int ttlpin_event_fill(struct sk_buff *msg, const struct ttlpin_event *event,
		      const struct sk_buff *skb, u32 snaplen);

#endif /* TTLPIN_EVENT_H */
