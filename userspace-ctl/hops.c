// SPDX-License-Identifier: GPL-2.0
/*
 * Distance of a sender. A segment that starts with TTL s from a place h hops
 * away arrives with s - h + 1, since the nearest router's own packets arrive
 * undiminished.
 */
#include "hops.h"

/* Longer paths are not seen in the Internet. */
#define PATH_MAX_HOPS	32

const int hops_initials[HOPS_INITIALS] = { 32, 64, 128, 255 };

/**
 * hops_of_ttl - distance of the sender of a segment
 * @ttl: the TTL with which it arrived, 0..255
 */
struct hops hops_of_ttl(int ttl)
{
	struct hops h = { 0 };
	int i = 0;

	while (hops_initials[i] < ttl)
		i++;
	h.initial = hops_initials[i];
	h.hop = h.initial - ttl + 1;
	h.unsure = i < HOPS_INITIALS - 1 && hops_initials[i + 1] - ttl + 1 <= PATH_MAX_HOPS;
	return h;
}
