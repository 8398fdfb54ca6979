/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output. A command builds one tree of values; text and JSON are both made from
 * that tree, so they cannot differ.
 */
#ifndef OUT_H
#define OUT_H

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include "ctl.h"

/* One column of a table: the member that it shows, and its heading. */
struct out_column {
	const char *key;
	const char *heading;
};

extern void (*out_restore)(void);

/* Writes what a file is to hold. */
typedef void out_writer(FILE *out, const void *data);
int out_file(const char *path, out_writer *writer, const void *data);
int out_json(const json_t *tree);
void out_pairs(const json_t *object);
void out_table(const json_t *array, const struct out_column *columns);
char *out_text(const json_t *value);
char *out_address(const json_t *end);
int out_end(void);
int out_done(const struct ctl *ctl, const char *what, json_t *more);
int out_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int out_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *out_clean(const char *text);
json_t *out_string(const char *text);
char *out_escape(const void *bytes, size_t len);

#endif /* OUT_H */
