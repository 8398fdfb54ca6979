/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Octets of a file or of standard input, decompressed where they are gzip, zstd
 * or xz.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Room for why something failed. */
#define STREAM_WHY	256

struct stream;

struct stream *stream_open(const char *path, char *why);
size_t stream_peek(struct stream *s, const uint8_t **head);
FILE *stream_file(struct stream *s);
bool stream_line(FILE *in, char *line, int room);
const char *stream_failure(const struct stream *s);
unsigned int stream_percent(const struct stream *s);
uint64_t stream_taken(const struct stream *s);
int64_t stream_modified(const struct stream *s);
void stream_close(struct stream *s);

#endif /* STREAM_H */
