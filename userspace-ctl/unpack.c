// SPDX-License-Identifier: GPL-2.0
/*
 * Decompression. What was compressed in several pieces, one after the other, is
 * read as one, as the libraries' own tools do.
 */
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include "unpack.h"

/* xz refuses what would need more. */
#define XZ_MEMORY	(256ull << 20)

enum method { GZIP, ZSTD, XZ };

/**
 * struct unpack - a decompressor
 * @method: which one
 * @between: the last piece has ended, and no other has begun
 * @failure: what was wrong, or NULL
 * @gzip: of GZIP
 * @zstd: of ZSTD
 * @xz: of XZ
 */
struct unpack {
	enum method method;
	bool between;
	const char *failure;
	z_stream gzip;
	ZSTD_DStream *zstd;
	lzma_stream xz;
};

static bool begins(const uint8_t *head, size_t len, const char *magic, size_t n)
{
	return len >= n && !memcmp(head, magic, n);
}

static bool start(struct unpack *u)
{
	switch (u->method) {
	case GZIP:
		return inflateInit2(&u->gzip, 15 + 16) == Z_OK;
	case ZSTD:
		u->zstd = ZSTD_createDStream();
		return u->zstd;
	default:
		return lzma_stream_decoder(&u->xz, XZ_MEMORY,
					   LZMA_CONCATENATED) == LZMA_OK;
	}
}

/**
 * unpack_new - the decompressor for a file
 * @head: its first octets
 * @len: how many those are
 *
 * Return: the decompressor; NULL if the file is not compressed (or there is no
 * memory).
 */
struct unpack *unpack_new(const uint8_t *head, size_t len)
{
	struct unpack *u;
	enum method method;

	if (begins(head, len, "\x1f\x8b", 2))
		method = GZIP;
	else if (begins(head, len, "\x28\xb5\x2f\xfd", 4))
		method = ZSTD;
	else if (begins(head, len, "\3757zXZ\0", 6))
		method = XZ;
	else
		return NULL;
	u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->method = method;
	if (!start(u)) {
		free(u);
		return NULL;
	}
	return u;
}

static ssize_t fail(struct unpack *u, const char *why)
{
	u->failure = why;
	return -1;
}

static ssize_t some_gzip(struct unpack *u, struct unpack_input *in, void *to,
			 size_t size)
{
	int ret;

	if (u->between && in->left) {
		inflateReset(&u->gzip);
		u->between = false;
	}
	if (!in->left)
		return in->end && !u->between ?
			       fail(u, "ends in the middle of its gzip data") : 0;
	u->gzip.next_in = (Bytef *)in->next;
	u->gzip.avail_in = in->left;
	u->gzip.next_out = to;
	u->gzip.avail_out = size;
	ret = inflate(&u->gzip, Z_NO_FLUSH);
	in->next = u->gzip.next_in;
	in->left = u->gzip.avail_in;
	if (ret == Z_STREAM_END)
		u->between = true;
	else if (ret != Z_OK && ret != Z_BUF_ERROR && u->gzip.avail_out == size)
		return fail(u, "its gzip data is damaged");
	return size - u->gzip.avail_out;
}

static ssize_t some_zstd(struct unpack *u, struct unpack_input *in, void *to,
			 size_t size)
{
	ZSTD_inBuffer from = { in->next, in->left, 0 };
	ZSTD_outBuffer out = { to, size, 0 };
	size_t ret = ZSTD_decompressStream(u->zstd, &out, &from);

	if (ZSTD_isError(ret) && !out.pos)
		return fail(u, "its zstd data is damaged");
	in->next += from.pos;
	in->left -= from.pos;
	if (from.pos || out.pos)
		u->between = !ret;
	if (in->end && !in->left && !out.pos && !u->between)
		return fail(u, "ends in the middle of its zstd data");
	return out.pos;
}

static ssize_t some_xz(struct unpack *u, struct unpack_input *in, void *to,
		       size_t size)
{
	lzma_ret ret;

	u->xz.next_in = in->next;
	u->xz.avail_in = in->left;
	u->xz.next_out = to;
	u->xz.avail_out = size;
	ret = lzma_code(&u->xz, in->end ? LZMA_FINISH : LZMA_RUN);
	in->next = u->xz.next_in;
	in->left = u->xz.avail_in;
	if (u->xz.avail_out < size || ret == LZMA_STREAM_END)
		return size - u->xz.avail_out;
	if (ret == LZMA_OK && !in->end)
		return 0;
	if (ret == LZMA_MEMLIMIT_ERROR)
		return fail(u, "its xz data needs more than 256 MB to unpack");
	return fail(u, in->end && (ret == LZMA_OK || ret == LZMA_BUF_ERROR) ?
			       "ends in the middle of its xz data" :
			       "its xz data is damaged");
}

/**
 * unpack_some - decompress
 * @u: the decompressor
 * @in: compressed octets; what was used is taken away
 * @to: where the others go
 * @size: room there
 *
 * Return: how many octets came out; 0 if more input is needed, or at the end; -1
 * if unpack_failure() has something to say.
 */
ssize_t unpack_some(struct unpack *u, struct unpack_input *in, void *to,
		    size_t size)
{
	if (u->failure)
		return -1;
	switch (u->method) {
	case GZIP:
		return some_gzip(u, in, to, size);
	case ZSTD:
		return some_zstd(u, in, to, size);
	default:
		return some_xz(u, in, to, size);
	}
}

const char *unpack_failure(const struct unpack *u)
{
	return u->failure;
}

void unpack_free(struct unpack *u)
{
	if (u->method == GZIP)
		inflateEnd(&u->gzip);
	else if (u->method == ZSTD)
		ZSTD_freeDStream(u->zstd);
	else
		lzma_end(&u->xz);
	free(u);
}
