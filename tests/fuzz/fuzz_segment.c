// SPDX-License-Identifier: GPL-2.0
/*
 * The segment parser on any octets: nothing is read beyond what is at hand (the
 * sanitizer sees it), asking ends, and a packet that comes piece by piece gives
 * what the whole packet gives.
 *
 * Input: 1 octet, how many octets more than asked for each piece brings; packet.
 */
#include "fuzz.h"
#include "segment.h"

struct result {
	enum ttlpin_parse located, parsed;
	struct ttlpin_place place;
	struct ttlpin_segment seg;
};

static enum ttlpin_parse parse(struct ttlpin_bytes *b, struct result *r)
{
	fuzz_calls++;
	r->located = ttlpin_segment_locate(b, &r->place);
	if (r->located)
		return r->located;
	r->parsed = ttlpin_segment_parse(b, &r->place, &r->seg);
	return r->parsed;
}

/* As the hook does: what is asked for is fetched, and it begins again. */
static enum ttlpin_parse piecemeal(const uint8_t *data, size_t size, size_t more,
				   struct result *r)
{
	struct ttlpin_bytes b = { .len = size };
	enum ttlpin_parse ret;
	uint8_t *copy;

	for (;;) {
		copy = exact_copy(data, b.avail);
		b.data = copy;
		ret = parse(&b, r);
		/* Where the payload begins is compared, not where it is kept. */
		if (!ret)
			r->seg.payload = data + (r->seg.payload - copy);
		free(copy);
		if (ret != TTLPIN_PARSE_SHORT)
			return ret;
		MUST(b.need > b.avail && b.need <= b.len);
		b.avail = b.need + more < size ? b.need + more : size;
	}
}

static void same(const struct result *a, const struct result *b)
{
	MUST(a->place.family == b->place.family && a->place.ttl == b->place.ttl);
	MUST(a->place.sport == b->place.sport && a->place.dport == b->place.dport);
	MUST(a->place.tcp == b->place.tcp && a->place.end == b->place.end);
	MUST(a->seg.payload == b->seg.payload);
	MUST(a->seg.payload_len == b->seg.payload_len);
	MUST(a->seg.payload_avail >= b->seg.payload_avail);
	MUST(a->seg.seq == b->seg.seq && a->seg.ack == b->seg.ack);
	MUST(a->seg.has_ts == b->seg.has_ts && a->seg.tsval == b->seg.tsval);
	MUST(a->seg.tsecr == b->seg.tsecr && a->seg.window == b->seg.window);
	MUST(a->seg.ttl == b->seg.ttl && a->seg.flags == b->seg.flags);
}

/* What holds for any segment that was found. */
static void sound(const struct ttlpin_bytes *b, const struct result *r)
{
	const struct ttlpin_segment *seg = &r->seg;

	MUST(r->place.end <= b->len && r->place.tcp + 20 <= r->place.end);
	MUST(seg->payload >= b->data + r->place.tcp + 20);
	MUST(seg->payload + seg->payload_len == b->data + r->place.end);
	MUST(seg->payload_avail == seg->payload_len);
	MUST(ttlpin_segment_kind(seg) <= TTLPIN_KIND_ACK);
	MUST(ttlpin_place_daddr(b, &r->place) + (r->place.family == 4 ? 4 : 16) <=
	     b->data + r->place.tcp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, pieces;
	struct ttlpin_bytes b;
	size_t more;
	uint8_t *copy;

	if (!size)
		return 0;
	more = data[0] & 63;
	data++;
	size--;
	copy = exact_copy(data, size);
	b = (struct ttlpin_bytes){ copy, size, size, 0 };
	MUST(parse(&b, &whole) != TTLPIN_PARSE_SHORT);
	MUST(piecemeal(copy, size, more, &pieces) ==
	     (whole.located ? whole.located : whole.parsed));
	if (!whole.located && !whole.parsed) {
		sound(&b, &whole);
		same(&whole, &pieces);
	}
	free(copy);
	return 0;
}
