/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a report tells of a flow: its segments as far as they are kept, what was
 * dropped and what proves that right, and signs of forgery that the verdict does
 * not go by. Bounded: a flow takes some kilobytes at most.
 */
#ifndef STORY_H
#define STORY_H

#include "engine.h"

/* Segments kept of a flow: the first and the last of them; once one was
 * dropped, more.
 */
#define STORY_FIRST	16
#define STORY_LAST	32
#define STORY_SEGMENTS	512
/* Dropped segments told one by one, and signs. */
#define STORY_DROPS	64
#define STORY_SIGNS	8
#define STORY_REFUSALS	128
#define STORY_TTLS	8
/* Payload octets kept of a segment, and of a dropped one. */
#define STORY_SNIPPET	48
#define STORY_PAYLOAD	1500

enum story_fate {
	STORY_PASSED,
	STORY_NEAR,
	STORY_HEALED,
	STORY_UNPINNED,
	STORY_WHITELISTED,
	STORY_DROPPED,
	STORY_WOULD_DROP,
	STORY_FATES,
	STORY_SENT = STORY_FATES,
};

enum story_sign {
	STORY_MIRRORED_IP_ID,
	STORY_MIRRORED_TSVAL,
	STORY_TIMESTAMPS_MISSING,
	STORY_ACK_LAGS,
	STORY_OVERLAP,
	STORY_SIGN_KINDS,
};

#define STORY_IP_ID	0x01	/* IPv4: @ip_id and STORY_DF mean something */
#define STORY_DF	0x02
#define STORY_TS	0x04
#define STORY_OUT	0x08	/* sent by the guarded side */
#define STORY_LEAVING	0x10	/* captured when the gateway sent it on */

/**
 * struct story_segment - a segment as it is kept
 * @time_ns: when it was captured
 * @number: its packet's place in its file, from 1
 * @file: number of the file, from 0
 * @bits: STORY_IP_ID...
 * @seq: and the others as in struct ttlpin_segment
 * @fate: enum story_fate
 * @snippet_len: payload octets kept
 * @snippet: they
 */
struct story_segment {
	u64 time_ns;
	u32 number;
	u16 file;
	u8 bits;
	u8 fate;
	u32 seq;
	u32 ack;
	u32 tsval;
	u32 tsecr;
	u32 length;
	u16 window;
	u16 ip_id;
	u8 ttl;
	u8 flags;
	u8 snippet_len;
	u8 snippet[STORY_SNIPPET];
};

/**
 * struct story_drop - a dropped segment
 * @segment: the segment
 * @trigger: the last payload of ours before it; number 0 if there was none
 * @model: the last segment from a known TTL before it, to compare with; the same
 * @genuine: the segment that proves it forged, or that healed its TTL; the same
 * @healed: it is the second: so this one was genuine
 * @signs: bits of enum story_sign
 * @overlaps: number of the other segment, with the sign STORY_OVERLAP
 * @reason: enum ttlpin_reason
 * @kind: enum ttlpin_kind
 * @distance: from the nearest known TTL
 * @phase: enum ttlpin_phase
 * @nr_pin: TTLs that were known
 * @pin: they
 * @payload: what it carried; allocated
 * @payload_len: octets of it
 */
struct story_drop {
	struct story_segment segment;
	struct story_segment trigger;
	struct story_segment model;
	struct story_segment genuine;
	bool healed;
	u8 signs;
	u32 overlaps;
	u8 reason;
	u8 kind;
	u8 distance;
	u8 phase;
	u8 nr_pin;
	u8 pin[TTLPIN_TTLS_MAX];
	u8 *payload;
	u32 payload_len;
};

/* A sign on a segment that passed; @other is the packet that it refers to. */
struct story_note {
	struct story_segment segment;
	u8 sign;
	u32 other;
};

/**
 * struct story - what a report tells of a flow
 * @segment: those kept; the places from STORY_FIRST on are a ring until something
 *	was dropped
 * @nr: how many
 * @room: places allocated
 * @oldest: place in the ring, from 0, of the oldest
 * @left_out: segments that are not kept
 * @drop: what was dropped
 * @nr_drops: how many of those are kept
 * @more_drops: how many are not
 * @note: signs on segments that passed; allocated with the first
 * @nr_notes: how many
 * @mirrored: segments with the sign STORY_MIRRORED_IP_ID
 * @ttl: TTLs of the peer's segments
 * @nr_ttls: how many different ones are kept
 * @other_ttls: segments with a TTL that is not kept
 * @fates: segments by fate
 * @pinned_by: the segment that pinned the flow; number 0 if none did
 * @refusal: 4xx and 5xx replies that passed; allocated
 * @nr_refusals: how many of those are kept
 * @later_ours: the last segment of ours with payload that is not kept; number 0 if all
 *	are
 * @later_good: the last one from a known TTL, the same way
 * @ours: our last segment
 * @ours_data: our last one with payload
 * @end: sequence number that follows the peer's newest octet
 * @has_end: @end means something
 */
struct story {
	struct story_segment *segment;
	u32 nr;
	u32 room;
	u32 oldest;
	u64 left_out;
	struct story_drop *drop;
	u32 nr_drops;
	u64 more_drops;
	struct story_note *note;
	u32 nr_notes;
	u32 mirrored;
	struct {
		u8 ttl;
		u64 count;
	} ttl[STORY_TTLS];
	u32 nr_ttls;
	u64 other_ttls;
	u64 fates[STORY_FATES + 1];
	struct story_segment pinned_by;
	struct story_segment *refusal;
	u32 nr_refusals;
	struct story_segment later_ours;
	struct story_segment later_good;
	struct {
		u32 number;
		u32 seq;
		u32 end;
		u32 tsval;
		u32 tsecr;
		u16 ip_id;
		u16 window;
		bool has_ts;
	} ours, ours_data;
	u32 end;
	bool has_end;
};

/**
 * struct story_captured - a segment and what the capture says of it
 * @seg: the segment
 * @time_ns: when
 * @number: of its packet
 * @file: number of the file
 * @bits: STORY_IP_ID...
 * @ip_id: IPv4 identification
 * @mail: the flow's port speaks SMTP
 */
struct story_captured {
	const struct ttlpin_segment *seg;
	u64 time_ns;
	u32 number;
	u16 file;
	u8 bits;
	u16 ip_id;
	bool mail;
};

void story_sent(struct story *s, const struct story_captured *c);
void story_judged(struct story *s, const struct story_captured *c,
		  enum story_fate fate, const struct ttlpin_verdict *v, u64 state,
		  const struct ttlpin_memory *mem, u32 snaplen);
const struct story_segment *story_at(const struct story *s, u32 i);
bool story_tells(const struct story *s, const struct story_note *note);
bool story_has_findings(const struct story *s);
void story_free(struct story *s);

#endif /* STORY_H */
