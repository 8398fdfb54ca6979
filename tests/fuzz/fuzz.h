/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share: numbers drawn from the input, claims that must hold,
 * and a count of what was called.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Calls of what is under test: one input may make several. */
extern unsigned long fuzz_calls;

/* What must hold whatever the input is. */
#define MUST(condition) do {						\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
			__LINE__, #condition);				\
		abort();						\
	}								\
} while (0)

/**
 * struct input - what is left of a fuzzer's input
 * @p: the next octet
 * @left: how many there are
 */
struct input {
	const uint8_t *p;
	size_t left;
};

/* The next @size octets as a number, first octet lowest; 0 where none is left. */
static inline uint64_t take(struct input *in, size_t size)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < size && in->left; i++, in->p++, in->left--)
		value |= (uint64_t)*in->p << 8 * i;
	return value;
}

/* A number below @n, which is 1 to 256. */
static inline unsigned int take_below(struct input *in, unsigned int n)
{
	return take(in, 1) % n;
}

/* A copy of its own, so that the sanitizer sees the first octet beyond. */
static inline uint8_t *exact_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	return copy;
}

#endif /* FUZZ_H */
