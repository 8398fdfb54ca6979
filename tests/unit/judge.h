/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments for the unit tests, and the verdict on them.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <string.h>
#include "engine.h"
#include "session.h"
#include "tap.h"

static const struct ttlpin_policy policy = { 1, true, true };

static struct ttlpin_segment segment(u8 flags, u32 seq, u32 ack, u8 ttl)
{
	return (struct ttlpin_segment){ .flags = flags, .seq = seq, .ack = ack,
					.ttl = ttl, .payload = (const u8 *)"" };
}

static struct ttlpin_segment with(struct ttlpin_segment seg, const char *text)
{
	seg.payload = (const u8 *)text;
	seg.payload_len = seg.payload_avail = strlen(text);
	return seg;
}

static enum ttlpin_action judge(u64 *state, struct ttlpin_memory *mem,
				struct ttlpin_segment seg, u64 now)
{
	struct ttlpin_verdict v;

	ttlpin_engine_judge(state, mem, &seg, &policy, now, &v);
	return v.action;
}

#endif /* JUDGE_H */
