// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what listeners of the multicast group are told about a segment that
 * was condemned, healed or turned its flow loose. Nothing is built where nobody
 * listens.
 */
#include <linux/ktime.h>
#include <net/genetlink.h>
#include "config.h"
#include "event.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "stats.h"

/* Room for everything but payload and packet. */
#define EVENT_ROOM	512
/* Octets of a packet that an event shows at most. Extension headers may take
 * more than an attribute can hold, and are nothing to wake a listener for.
 */
#define PACKET_MAX	4096

static int put_tuple(struct sk_buff *msg, const struct ttlpin_event *ev)
{
	const struct ttlpin_tuple *t = &ev->tuple;

	return ttlpin_nl_put_addr(msg, t->family, t->remote,
				  TTLPIN_A_EVENT_REMOTE_V4,
				  TTLPIN_A_EVENT_REMOTE_V6) ||
	       nla_put_u16(msg, TTLPIN_A_EVENT_REMOTE_PORT, t->remote_port) ||
	       ttlpin_nl_put_addr(msg, t->family, t->local,
				  TTLPIN_A_EVENT_LOCAL_V4,
				  TTLPIN_A_EVENT_LOCAL_V6) ||
	       nla_put_u16(msg, TTLPIN_A_EVENT_LOCAL_PORT, t->local_port);
}

static int put_verdict(struct sk_buff *msg, const struct ttlpin_event *ev)
{
	u8 i;

	if (nla_put_u64_64bit(msg, TTLPIN_A_EVENT_TIME, ev->time,
			      TTLPIN_A_EVENT_PAD) ||
	    nla_put_u8(msg, TTLPIN_A_EVENT_MODE, ev->mode) ||
	    nla_put_u8(msg, TTLPIN_A_EVENT_KIND, ev->kind) ||
	    nla_put_u8(msg, TTLPIN_A_EVENT_PHASE, ev->phase) ||
	    nla_put_u8(msg, TTLPIN_A_EVENT_TTL, ev->ttl) ||
	    nla_put_u8(msg, TTLPIN_A_EVENT_DISTANCE, ev->distance))
		return -EMSGSIZE;
	if (ev->cmd == TTLPIN_CMD_DROP_NTF &&
	    nla_put_u8(msg, TTLPIN_A_EVENT_REASON, ev->reason))
		return -EMSGSIZE;
	for (i = 0; i < ev->nr_pin; i++)
		if (nla_put_u8(msg, TTLPIN_A_EVENT_PIN, ev->pin[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_segment(struct sk_buff *msg, const struct ttlpin_event *ev)
{
	if (nla_put_u32(msg, TTLPIN_A_EVENT_SEQ, ev->seq) ||
	    nla_put_u32(msg, TTLPIN_A_EVENT_ACK, ev->ack) ||
	    nla_put_u8(msg, TTLPIN_A_EVENT_FLAGS, ev->flags) ||
	    nla_put_u16(msg, TTLPIN_A_EVENT_WINDOW, ev->window) ||
	    nla_put_u32(msg, TTLPIN_A_EVENT_LENGTH, ev->length))
		return -EMSGSIZE;
	if (ev->tuple.family == 4 &&
	    (nla_put_u16(msg, TTLPIN_A_EVENT_IP_ID, ev->ip_id) ||
	     (ev->df && nla_put_flag(msg, TTLPIN_A_EVENT_DF))))
		return -EMSGSIZE;
	if (ev->has_ts && (nla_put_u32(msg, TTLPIN_A_EVENT_TSVAL, ev->tsval) ||
			   nla_put_u32(msg, TTLPIN_A_EVENT_TSECR, ev->tsecr)))
		return -EMSGSIZE;
	return 0;
}

/* How much of the packet is shown, with @len octets of payload. */
static u32 packet_len(const struct ttlpin_event *event, u32 len)
{
	return min_t(u32, event->payload + len, PACKET_MAX);
}

static int put_bytes(struct sk_buff *msg, int type, const struct sk_buff *skb,
		     u32 from, u32 len)
{
	struct nlattr *attr = nla_reserve(msg, type, len);

	if (!attr)
		return -EMSGSIZE;
	return skb_copy_bits(skb, skb_network_offset(skb) + from,
			     nla_data(attr), len);
}

/**
 * ttlpin_event_fill - write an event's attributes
 * @msg: the message, within the nest that is to hold them
 * @event: the event
 * @skb: the packet, or NULL to leave its octets out
 * @snaplen: payload octets at most
 *
 * Return: 0 or -EMSGSIZE.
 */
int ttlpin_event_fill(struct sk_buff *msg, const struct ttlpin_event *event,
		      const struct sk_buff *skb, u32 snaplen)
{
	u32 len = min(event->length, snaplen);

	if (put_verdict(msg, event) || put_tuple(msg, event) ||
	    put_segment(msg, event))
		return -EMSGSIZE;
	if (!skb)
		return 0;
	if (put_bytes(msg, TTLPIN_A_EVENT_PAYLOAD, skb, event->payload, len) ||
	    put_bytes(msg, TTLPIN_A_EVENT_PACKET, skb, 0,
		      packet_len(event, len)))
		return -EMSGSIZE;
	return 0;
}

static bool within_rate(struct ttlpin_net *tn, u32 rate)
{
	u32 now;
	bool ok;

	spin_lock_bh(&tn->event_lock);
	/* Not before: who waits for the lock must not set the second back. */
	now = ktime_get_seconds();
	if (tn->event_second != now) {
		tn->event_second = now;
		tn->event_sent = 0;
	}
	/* Another rate applies at once, not in the next second. */
	ok = tn->event_sent < rate;
	if (ok)
		tn->event_sent++;
	spin_unlock_bh(&tn->event_lock);
	return ok;
}

static struct sk_buff *build(const struct ttlpin_event *event,
			     const struct sk_buff *skb, u32 snaplen)
{
	u32 len = min(event->length, snaplen);
	struct sk_buff *msg = genlmsg_new(EVENT_ROOM + len +
					  packet_len(event, len), GFP_ATOMIC);
	struct nlattr *nest;
	void *head;

	if (!msg)
		return NULL;
	head = genlmsg_put(msg, 0, 0, &ttlpin_nl_family, 0, event->cmd);
	nest = head ? nla_nest_start(msg, TTLPIN_A_EVENT) : NULL;
	if (!nest || ttlpin_event_fill(msg, event, skb, snaplen)) {
		nlmsg_free(msg);
		return NULL;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, head);
	return msg;
}

/**
 * ttlpin_event_send - tell listeners about a segment
 * @tn: the namespace
 * @skb: the packet
 * @event: what is to be told
 *
 * Context: softirq or process, under rcu_read_lock().
 */
void ttlpin_event_send(struct ttlpin_net *tn, const struct sk_buff *skb,
		       const struct ttlpin_event *event)
{
	const struct ttlpin_config *cfg = rcu_dereference(tn->config);
	struct sk_buff *msg;
	int ret;

	if (!ttlpin_netlink_has_listeners(tn->net))
		return;
	if (!within_rate(tn, cfg->event_rate)) {
		ttlpin_stats_inc(tn, TTLPIN_CELL_EVENTS_LOST);
		return;
	}
	msg = build(event, skb, cfg->event_snaplen);
	if (!msg) {
		ttlpin_stats_inc(tn, TTLPIN_CELL_NO_MEMORY);
		ttlpin_stats_inc(tn, TTLPIN_CELL_EVENTS_LOST);
		return;
	}
	ret = genlmsg_multicast_netns(&ttlpin_nl_family, tn->net, msg, 0,
				      TTLPIN_NLGRP_EVENTS, GFP_ATOMIC);
	ttlpin_stats_inc(tn, ret ? TTLPIN_CELL_EVENTS_LOST :
				   TTLPIN_CELL_EVENTS_SENT);
}
