// SPDX-License-Identifier: GPL-2.0
/*
 * What an attacker could do who knew the key of the fingerprints: flows that all
 * fall into the same few buckets. The key is guessed, as zero; each flow gets a
 * handshake. Prints how many there were, and for how many there would be room.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "segments.h"

/* The store of max_flows = 4096, as kmod/table.c lays it out. */
#define BUCKETS		((4096 + 4096 / 32) / SLOTS + 1)
#define SLOTS		4
#define AIMED		16	/* buckets that are aimed at */
#define WANTED		2000	/* flows for those */
#define TRIED_MAX	14000000

static uint64_t rotate(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static void mix(uint64_t v[4], int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

/* SipHash-2-4 of twelve octets under a key of zero. */
static uint64_t hash(uint64_t first, uint32_t rest)
{
	uint64_t v[4] = { 0x736f6d6570736575, 0x646f72616e646f6d,
			  0x6c7967656e657261, 0x7465646279746573 };
	const uint64_t words[] = { first, 12ull << 56 | rest };
	int i;

	for (i = 0; i < 2; i++) {
		v[3] ^= words[i];
		mix(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	mix(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* As ttlpin_flow_fingerprint() has it, with the ends that segments.c gives. */
static uint64_t fingerprint(uint32_t flow)
{
	uint32_t local = htonl(segments_local(flow)), remote = htonl(SEGMENTS_REMOTE);

	return hash((uint64_t)local << 32 | remote, 25u << 16 | segments_port(flow));
}

static uint32_t scale(uint32_t hash)
{
	return (uint64_t)hash * BUCKETS >> 32;
}

static int is_aimed(uint32_t flow)
{
	uint64_t fp = fingerprint(flow);

	return scale(fp) < AIMED && scale(fp >> 32) < AIMED;
}

int main(int argc, char **argv)
{
	uint32_t flow, found = 0;
	struct segments s;

	if (argc != 3)
		errx(2, "Usage: collide INSIDE OUTSIDE");
	segments_open(&s, argv[1], argv[2]);
	for (flow = 0; flow < TRIED_MAX && found < WANTED; flow++) {
		if (!is_aimed(flow))
			continue;
		segments_send(&s, SEGMENTS_SYN, flow);
		segments_send(&s, SEGMENTS_SYNACK, flow);
		if (++found % 64 == 0)
			usleep(1000);
	}
	printf("{\"found\":%u,\"places\":%u}\n", found, AIMED * SLOTS);
	return found < WANTED;
}
