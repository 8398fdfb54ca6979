// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for the fuzzers without coverage and without sanitizers, for numbers:
 * inputs drawn at random or from a corpus, and mutated. The same count and seed
 * give the same inputs.
 *
 *   fast_NAME COUNT SEED [CORPUS-FILE...]
 */
#include <errno.h>
#include "fuzz.h"

#define INPUT_MAX	2048
#define SEEDS_MAX	4096

unsigned long fuzz_calls;

static struct {
	uint8_t *data;
	size_t size;
} seeds[SEEDS_MAX];
static int nr_seeds;

static uint64_t state;

/* SplitMix64. */
static uint64_t draw(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static void load(const char *path)
{
	uint8_t data[INPUT_MAX];
	FILE *in = fopen(path, "rb");

	if (!in) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	seeds[nr_seeds].size = fread(data, 1, sizeof(data), in);
	seeds[nr_seeds].data = exact_copy(data, seeds[nr_seeds].size);
	nr_seeds++;
	fclose(in);
}

static size_t fresh(uint8_t *data)
{
	size_t size = draw() % 256, i;

	for (i = 0; i < size; i += 8) {
		uint64_t word = draw();

		memcpy(data + i, &word, 8);
	}
	return size;
}

/* A bit, an octet, a small step, a copied stretch, or a cut. */
static size_t mutate(uint8_t *data, size_t size)
{
	uint64_t r = draw();
	size_t at = (r >> 8) % size, from = (r >> 24) % size;
	size_t most = size - (at > from ? at : from), len = (r >> 40) % 16;

	switch (r % 8) {
	case 0:
	case 1:
		data[at] ^= 1 << (r >> 40) % 8;
		return size;
	case 2:
	case 3:
		data[at] = r >> 40;
		return size;
	case 4:
	case 5:
		data[at] += (int)((r >> 40) % 9) - 4;
		return size;
	case 6:
		memmove(data + at, data + from, len < most ? len : most);
		return size;
	default:
		return at + 1;
	}
}

static size_t next(uint8_t *data)
{
	size_t size, changes;
	int which;

	if (!nr_seeds || draw() % 8 == 0)
		return fresh(data);
	which = draw() % nr_seeds;
	size = seeds[which].size;
	memcpy(data, seeds[which].data, size);
	for (changes = draw() % 8; changes && size; changes--)
		size = mutate(data, size);
	return size;
}

int main(int argc, char **argv)
{
	uint8_t data[INPUT_MAX + 8];
	unsigned long count, i;
	int arg;

	if (argc < 3 || argc - 3 > SEEDS_MAX) {
		fprintf(stderr, "usage: %s COUNT SEED [CORPUS-FILE...]\n", argv[0]);
		return 2;
	}
	count = strtoul(argv[1], NULL, 10);
	state = strtoul(argv[2], NULL, 10);
	for (arg = 3; arg < argc; arg++)
		load(argv[arg]);
	for (i = 0; i < count; i++) {
		size_t size = next(data);

		LLVMFuzzerTestOneInput(data, size);
	}
	/* What is fuzzed may have sent stdout elsewhere. */
	fprintf(stderr, "%lu inputs, %lu calls\n", count, fuzz_calls);
	return 0;
}
