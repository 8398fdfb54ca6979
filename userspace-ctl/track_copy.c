// SPDX-License-Identifier: GPL-2.0
/*
 * Copies: packets that were captured twice, on two links.
 */
#include "track_packet.h"

static u32 fold(u64 value)
{
	value *= 0x9e3779b97f4a7c15ull;
	return value >> 32;
}

/**
 * track_copy_link - which link a packet was captured on
 * @c: the packet
 *
 * Return: a number that differs with the link; 0 where nothing tells.
 */
u32 track_copy_link(const struct capture_packet *c)
{
	u64 h = (u64)c->interface << 32 | c->link_len;
	u32 i;

	if (!h)
		return 0;
	for (i = 0; i + 8 <= c->link_len; i += 8) {
		u64 part;

		memcpy(&part, c->link + i, 8);
		h = (h ^ part) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	for (; i < c->link_len; i++)
		h = (h ^ c->link[i]) * 0x100000001b3ull;
	return fold(h) | 1;
}

/* What two captures of one packet have in common; never 0. */
static u32 print_of(const struct track_packet *p)
{
	const struct ttlpin_segment *seg = &p->seg;
	u64 a = (u64)seg->seq << 32 | seg->ack;
	u64 b = (u64)seg->tsval << 32 | (u32)p->captured.ip_id << 16 | seg->window;
	u64 c = (u64)seg->payload_len << 32 | seg->tsecr;
	u32 print = fold(fold(fold(a) ^ b) ^ c ^ (u64)seg->flags << 56);

	if (seg->payload_avail >= 8) {
		memcpy(&a, seg->payload, 8);
		print = fold(a ^ print);
	}
	return print | 1;
}

/**
 * track_copy_is - whether a packet was captured before, on another link
 * @p: the packet
 * @f: its flow, which remembers it
 *
 * A gateway shows a packet when it arrives and, its TTL less by one, when it
 * leaves; a bridge and its port show it alike. What a sender sends again comes by
 * the same link, or later.
 */
bool track_copy_is(struct track_packet *p, struct track_flow *f)
{
	u32 print, i, now = p->t->now_ms;

	if (!p->link)
		return false;
	print = print_of(p);
	for (i = 0; i < TRACK_COPIES; i++) {
		const struct track_copy *c = &f->copies[i];

		if (c->print == print && c->link != p->link &&
		    now - c->when < TRACK_COPY_MS &&
		    (c->ttl == p->seg.ttl || c->ttl == p->seg.ttl + 1)) {
			p->t->counts.copies++;
			return true;
		}
	}
	f->copies[f->copy_at] = (struct track_copy){ print, p->link, now,
						     p->seg.ttl };
	f->copy_at = (f->copy_at + 1) % TRACK_COPIES;
	return false;
}
