/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets as pcapng, with a comment each: what libpcap does not write.
 */
#ifndef PCAPNG_H
#define PCAPNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void pcapng_begin(FILE *out, const char *writer);
void pcapng_packet(FILE *out, uint64_t time_ns, const void *packet, size_t len,
		   size_t wire_len, const char *comment);

#endif /* PCAPNG_H */
