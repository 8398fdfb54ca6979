/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Distance of a sender, worked out from the TTL that arrives.
 */
#ifndef HOPS_H
#define HOPS_H

#include <stdbool.h>

/**
 * struct hops - what a TTL says about a sender's distance
 * @hop: its place in a traceroute from here, 1 for the nearest router
 * @initial: the TTL that it is thought to have begun with
 * @unsure: another usual initial TTL fits a path of up to 32 hops too
 */
struct hops {
	int hop;
	int initial;
	bool unsure;
};

/* TTLs that systems begin with, in order. */
#define HOPS_INITIALS	4
extern const int hops_initials[HOPS_INITIALS];

struct hops hops_of_ttl(int ttl);

#endif /* HOPS_H */
