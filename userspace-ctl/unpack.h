/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decompression: gzip, zstd and xz, through their libraries.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct unpack_input - compressed octets
 * @next: the next of them
 * @left: how many there are
 * @end: none will follow
 */
struct unpack_input {
	const uint8_t *next;
	size_t left;
	bool end;
};

struct unpack;

struct unpack *unpack_new(const uint8_t *head, size_t len);
ssize_t unpack_some(struct unpack *u, struct unpack_input *in, void *to,
		    size_t size);
const char *unpack_failure(const struct unpack *u);
void unpack_free(struct unpack *u);

#endif /* UNPACK_H */
