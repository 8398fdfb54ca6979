// SPDX-License-Identifier: GPL-2.0
/*
 * Octets of a file or of standard input, decompressed where they are gzip, zstd
 * or xz. What is compressed is told by its first octets, not by its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stream.h"
#include "unpack.h"

/* Fuzzers, which read many small files, make it smaller. */
#ifndef BUFFER
#define BUFFER		262144
#endif
#define HEAD		4096

/**
 * struct stream - what is being read
 * @fd: where it comes from
 * @size: of the file, 0 where that is not known
 * @modified: when the file was written last, seconds since 1970; 0 where that is
 *	not known
 * @taken: octets read from @fd
 * @file: what others read, made by stream_file()
 * @in: octets from @fd that nobody has had yet
 * @unpack: decompressor, or NULL
 * @head: the first octets, for who asks what this is
 * @head_at: how many of @head have been given away
 * @head_nr: how many @head holds
 * @why: what failed, or empty
 */
struct stream {
	int fd;
	uint64_t size;
	int64_t modified;
	uint64_t taken;
	FILE *file;
	struct unpack_input in;
	struct unpack *unpack;
	uint8_t head[HEAD];
	size_t head_at;
	size_t head_nr;
	char why[STREAM_WHY];
	uint8_t buffer[BUFFER];
};

/* The next octets of the file; @in->end at its end. */
static int refill(struct stream *s)
{
	ssize_t len;

	do {
		len = read(s->fd, s->buffer, sizeof(s->buffer));
	} while (len < 0 && errno == EINTR);
	if (len < 0) {
		snprintf(s->why, sizeof(s->why), "cannot be read: %s",
			 strerror(errno));
		return -1;
	}
	s->taken += len;
	s->in.next = s->buffer;
	s->in.left = len;
	s->in.end = !len;
	return 0;
}

static ssize_t read_plain(struct stream *s, void *to, size_t size)
{
	size_t n;

	if (!s->in.left && !s->in.end && refill(s))
		return -1;
	n = s->in.left < size ? s->in.left : size;
	memcpy(to, s->in.next, n);
	s->in.next += n;
	s->in.left -= n;
	return n;
}

static ssize_t read_packed(struct stream *s, void *to, size_t size)
{
	for (;;) {
		ssize_t len;

		if (!s->in.left && !s->in.end && refill(s))
			return -1;
		len = unpack_some(s->unpack, &s->in, to, size);
		if (len < 0)
			snprintf(s->why, sizeof(s->why), "%s",
				 unpack_failure(s->unpack));
		if (len || (s->in.end && !s->in.left))
			return len;
	}
}

static ssize_t take(struct stream *s, void *to, size_t size)
{
	if (*s->why)
		return -1;
	return s->unpack ? read_packed(s, to, size) : read_plain(s, to, size);
}

static ssize_t cookie_read(void *cookie, char *to, size_t size)
{
	struct stream *s = cookie;
	size_t left = s->head_nr - s->head_at;
	ssize_t len;

	if (left) {
		if (size > left)
			size = left;
		memcpy(to, s->head + s->head_at, size);
		s->head_at += size;
		return size;
	}
	len = take(s, to, size);
	if (len < 0)
		errno = EIO;
	return len;
}

static int open_path(const char *path, struct stream *s, char *why)
{
	struct stat st;

	if (!strcmp(path, "-"))
		s->fd = dup(STDIN_FILENO);
	else
		s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0 || fstat(s->fd, &st)) {
		snprintf(why, STREAM_WHY, "cannot be opened: %s", strerror(errno));
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		snprintf(why, STREAM_WHY, "is a directory; a capture file is wanted");
		return -1;
	}
	if (S_ISREG(st.st_mode)) {
		s->size = st.st_size;
		s->modified = st.st_mtime;
	}
	return 0;
}

/**
 * stream_open - begin to read a file
 * @path: the file, or "-" for standard input
 * @why: filled with what was wrong, STREAM_WHY octets
 *
 * Return: the stream, or NULL.
 */
struct stream *stream_open(const char *path, char *why)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s) {
		snprintf(why, STREAM_WHY, "out of memory");
		return NULL;
	}
	if (open_path(path, s, why) || refill(s)) {
		if (*s->why)
			snprintf(why, STREAM_WHY, "%s", s->why);
		stream_close(s);
		return NULL;
	}
	s->unpack = unpack_new(s->in.next, s->in.left);
	return s;
}

/**
 * stream_peek - look at the first octets and leave them there
 * @s: a stream of which nothing was read yet
 * @head: set to the octets
 *
 * Return: how many there are, 4096 at most; fewer where a pipe has not brought
 * more yet, but never 0 if there are any.
 */
size_t stream_peek(struct stream *s, const uint8_t **head)
{
	while (s->head_nr < 8) {
		ssize_t len = take(s, s->head + s->head_nr, HEAD - s->head_nr);

		if (len <= 0)
			break;
		s->head_nr += len;
	}
	*head = s->head;
	return s->head_nr;
}

/**
 * stream_file - the stream as a FILE
 * @s: the stream
 *
 * Return: the FILE, which fclose() closes without closing @s; NULL without
 * memory.
 */
FILE *stream_file(struct stream *s)
{
	cookie_io_functions_t io = { .read = cookie_read };

	s->file = fopencookie(s, "r", io);
	if (s->file)
		setvbuf(s->file, NULL, _IOFBF, BUFFER);
	return s->file;
}

/**
 * stream_line - read a line
 * @in: as stream_file() gave it
 * @line: filled, with its end
 * @room: of it; what is longer is left out
 *
 * Return: false at the end.
 */
bool stream_line(FILE *in, char *line, int room)
{
	int c;

	/* Written only where the line fills it; there may be a NUL in the line. */
	line[room - 2] = 0;
	if (!fgets(line, room, in))
		return false;
	if (line[room - 2] && line[room - 2] != '\n')
		do
			c = getc(in);
		while (c != EOF && c != '\n');
	return true;
}

/**
 * stream_failure - why the stream ended before its end
 * @s: the stream
 *
 * Return: text, or NULL if nothing failed.
 */
const char *stream_failure(const struct stream *s)
{
	return *s->why ? s->why : NULL;
}

/**
 * stream_percent - how much of the file has been read
 * @s: the stream
 *
 * Return: 0 to 100; above 100 where that is not known.
 */
unsigned int stream_percent(const struct stream *s)
{
	return s->size ? s->taken * 100 / s->size : 101;
}

/* Octets of the file that have been read. */
uint64_t stream_taken(const struct stream *s)
{
	return s->taken;
}

/* When the file was written last, or 0; as in struct stream. */
int64_t stream_modified(const struct stream *s)
{
	return s->modified;
}

void stream_close(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->unpack)
		unpack_free(s->unpack);
	free(s);
}
