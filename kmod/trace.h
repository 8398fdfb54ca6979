/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracepoint ttlpin:verdict, hit once for each segment that is judged; those
 * of whitelisted addresses are not.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ttlpin

#if !defined(TTLPIN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TTLPIN_TRACE_H

#include <linux/tracepoint.h>
#include "engine.h"
#include "packet.h"

TRACE_DEFINE_ENUM(TTLPIN_PASS);
TRACE_DEFINE_ENUM(TTLPIN_NEAR);
TRACE_DEFINE_ENUM(TTLPIN_HEALED);
TRACE_DEFINE_ENUM(TTLPIN_UNPINNED);
TRACE_DEFINE_ENUM(TTLPIN_CONDEMN);
TRACE_DEFINE_ENUM(TTLPIN_REASON_TTL);
TRACE_DEFINE_ENUM(TTLPIN_REASON_TIMESTAMP);
TRACE_DEFINE_ENUM(TTLPIN_REASON_SYNACK);
TRACE_DEFINE_ENUM(TTLPIN_REASON_BURST);

/*
 * The addresses are in network order, IPv4 as ::ffff:a.b.c.d; pin is 0 where the
 * flow is not pinned, reason means nothing unless the action is condemn.
 */
TRACE_EVENT(verdict,
	    TP_PROTO(const struct ttlpin_packet *p, u64 state,
		     const struct ttlpin_verdict *v),
	    TP_ARGS(p, state, v),
	    TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(u32, netns)
		__array(u8, remote, 16)
		__array(u8, local, 16)
		__field(u16, remote_port)
		__field(u16, local_port)
		__field(u32, seq)
		__field(u8, flags)
		__field(u8, ttl)
		__field(u8, pin)
		__field(u8, distance)
		__field(u8, action)
		__field(u8, reason)
	    ),
	    TP_fast_assign(
		__entry->skbaddr = p->skb;
		__entry->netns = p->tn->net->ns.inum;
		ttlpin_packet_addr6(__entry->remote, p->tuple.remote,
				    p->tuple.family);
		ttlpin_packet_addr6(__entry->local, p->tuple.local,
				    p->tuple.family);
		__entry->remote_port = p->tuple.remote_port;
		__entry->local_port = p->tuple.local_port;
		__entry->seq = p->seg.seq;
		__entry->flags = p->seg.flags;
		__entry->ttl = p->seg.ttl;
		__entry->pin = ttlpin_state_pin(state);
		__entry->distance = v->distance;
		__entry->action = v->action;
		__entry->reason = v->reason;
	    ),
	    TP_printk("netns=%u remote=[%pI6c]:%u local=[%pI6c]:%u seq=%u flags=%#x ttl=%u pin=%u distance=%u action=%s reason=%s",
		      __entry->netns, __entry->remote, __entry->remote_port,
		      __entry->local, __entry->local_port, __entry->seq,
		      __entry->flags, __entry->ttl, __entry->pin,
		      __entry->distance,
		      __print_symbolic(__entry->action,
				       { TTLPIN_PASS, "pass" },
				       { TTLPIN_NEAR, "near" },
				       { TTLPIN_HEALED, "healed" },
				       { TTLPIN_UNPINNED, "unpinned" },
				       { TTLPIN_CONDEMN, "condemn" }),
		      __entry->action != TTLPIN_CONDEMN ? "-" :
		      __print_symbolic(__entry->reason,
				       { TTLPIN_REASON_TTL, "ttl" },
				       { TTLPIN_REASON_TIMESTAMP, "timestamp" },
				       { TTLPIN_REASON_SYNACK, "synack" },
				       { TTLPIN_REASON_BURST, "burst" }))
);

#endif /* TTLPIN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
