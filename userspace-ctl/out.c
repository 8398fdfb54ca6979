// SPDX-License-Identifier: GPL-2.0
/*
 * Output: trees of values as JSON, pairs or tables; and the one line that a
 * failure gets.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "out.h"

/* Gives the terminal back before something is said, where that is needed. */
void (*out_restore)(void);

/* How many octets the character has that begins here; 0 if none does that is to be
 * shown. There is a NUL behind.
 */
static size_t character(const char *p)
{
	unsigned char first = p[0], second = first ? p[1] : 0;
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	json_t *valid;

	/* What moves the cursor: C0, DEL and, of two octets, C1. */
	if (first < 0x20 || first == 0x7f || (first == 0xc2 && second < 0xa0))
		return 0;
	if (strnlen(p, len) < len)
		return 0;
	valid = json_stringn(p, len);
	json_decref(valid);
	return valid ? len : 0;
}

/**
 * out_clean - somebody else's words for a terminal
 * @text: in any encoding
 *
 * Return: text to be freed; characters of UTF-8 are as they were, for any other octet
 * and for what a terminal must not be given stands \xNN.
 */
char *out_clean(const char *text)
{
	char *clean = malloc(4 * strlen(text) + 1), *at = clean;

	if (!clean)
		return NULL;
	while (*text) {
		size_t len = character(text);

		if (len) {
			memcpy(at, text, len);
			text += len;
			at += len;
		} else {
			at += sprintf(at, "\\x%02x", (unsigned char)*text++);
		}
	}
	*at = 0;
	return clean;
}

/* One line, whatever a file or an argument that it quotes has in it. */
static int complain(int status, const char *format, va_list args)
{
	char *text = NULL, *clean;

	if (out_restore)
		out_restore();
	fflush(stdout);
	clean = vasprintf(&text, format, args) < 0 ? NULL : out_clean(text);
	fprintf(stderr, "ttlpinctl: %s\n", clean ? clean : "out of memory");
	free(clean);
	free(text);
	return status;
}

/**
 * out_fail - say in one line why a command was refused or failed
 * @format: as for printf(), without a newline
 *
 * Return: CTL_FAILED.
 */
int out_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(CTL_FAILED, format, args);
	va_end(args);
	return CTL_FAILED;
}

/**
 * out_usage - say in one line what was wrong with the command line
 * @format: as for printf(), without a newline
 *
 * Return: CTL_USAGE.
 */
int out_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(CTL_USAGE, format, args);
	va_end(args);
	return CTL_USAGE;
}

/**
 * out_end - make sure that all output was written
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr. A reader that has closed
 * the pipe has had enough: that is no failure.
 */
int out_end(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return CTL_OK;
	if (errno == EPIPE)
		return CTL_OK;
	return out_fail("cannot write the output: %s", strerror(errno));
}

/**
 * out_done - tell that something was changed
 * @ctl: how the tool was called; people are told nothing, for that is success
 * @what: command and action
 * @more: an object with more members for JSON, taken over; or NULL
 *
 * Return: as out_end().
 */
int out_done(const struct ctl *ctl, const char *what, json_t *more)
{
	json_t *tree = json_pack("{s:s?,s:s}", "netns", ctl->netns, "done", what);
	int ret = CTL_OK;

	if (more)
		json_object_update(tree, more);
	if (ctl->json)
		ret = out_json(tree);
	json_decref(more);
	json_decref(tree);
	return ret;
}

/* Writes all of it and closes it; 0 or a negative errno. */
static int write_all(int fd, bool sync, out_writer *writer, const void *data)
{
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	int error = 0;

	if (!out)
		return -errno;
	errno = 0;
	writer(out, data);
	/* What was refused in between is not written again by the last flush. */
	if (ferror(out) || fflush(out) || (sync && fsync(fd)))
		error = errno ? -errno : -EIO;
	if (fclose(out) && !error)
		error = -errno;
	return error;
}

/* As the old file, or as the umask says. */
static void take_rights(int fd, const struct stat *old)
{
	mode_t mask = umask(0), mode = old ? old->st_mode & 0777 : 0666 & ~mask;

	umask(mask);
	/* The owner first, for that takes away set-user-ID bits. Others than root
	 * cannot give it away: then a group that is another may do what all may.
	 */
	if (old && fchown(fd, old->st_uid, old->st_gid) && fchown(fd, -1, old->st_gid))
		mode &= ~070 | (mode & 07) << 3;
	fchmod(fd, mode);
}

/* A device or a pipe; not what has been put in its place since it was looked at. */
static int open_special(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || S_ISREG(st.st_mode))) {
		close(fd);
		errno = EAGAIN;
		return -1;
	}
	return fd;
}

/* The name is on the disk, too. */
static void sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

/*
 * Written beside the old file, under a name that nobody has, and put in its place
 * whole. 0 or a negative errno.
 */
static int replace_file(const char *path, const struct stat *old, out_writer *writer,
			const void *data)
{
	char *beside;
	int fd, error;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		error = -errno;
		free(beside);
		return error;
	}
	take_rights(fd, old);
	error = write_all(fd, true, writer, data);
	if (!error && rename(beside, path))
		error = -errno;
	if (error)
		unlink(beside);
	else
		sync_folder(path);
	free(beside);
	return error;
}

/**
 * out_file - write a file whole or not at all
 * @path: the file; one that is behind a link stays there, and a device or a pipe
 *	is written to
 * @writer: writes what it is to hold
 * @data: for @writer
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int out_file(const char *path, out_writer *writer, const void *data)
{
	char *real = NULL;
	struct stat st;
	int error;

	/* /dev/stdout leads to a pipe, which has no path of its own. */
	if (stat(path, &st)) {
		error = replace_file(path, NULL, writer, data);
	} else if (!S_ISREG(st.st_mode)) {
		error = write_all(open_special(path), false, writer, data);
	} else {
		real = realpath(path, NULL);
		error = replace_file(real ? real : path, &st, writer, data);
	}
	free(real);
	return error ? out_fail("cannot write %s: %s; it is as it was", path,
				strerror(-error)) : CTL_OK;
}

/**
 * out_json - print a tree as one line of JSON
 * @tree: the tree
 *
 * Return: as out_end().
 */
int out_json(const json_t *tree)
{
	if (json_dumpf(tree, stdout, JSON_COMPACT | JSON_ENSURE_ASCII))
		return errno == EPIPE ? CTL_OK :
					out_fail("cannot write the output");
	putchar('\n');
	return out_end();
}

/**
 * out_text - a value as text
 * @value: the value; NULL for one that is absent
 *
 * Return: text to be freed; "-" for null and what is absent, an array's
 * elements with commas.
 */
char *out_text(const json_t *value)
{
	char *text = NULL;
	const json_t *element;
	size_t i;

	if (json_is_string(value))
		return strdup(json_string_value(value));
	if (json_is_integer(value)) {
		if (asprintf(&text, "%" JSON_INTEGER_FORMAT,
			     json_integer_value(value)) < 0)
			return NULL;
		return text;
	}
	if (json_is_boolean(value))
		return strdup(json_is_true(value) ? "yes" : "no");
	if (!json_is_array(value) || !json_array_size(value))
		return strdup("-");
	json_array_foreach(value, i, element) {
		char *part = out_text(element), *more = NULL;

		if (asprintf(&more, "%s%s%s", text ? text : "", text ? "," : "",
			     part ? part : "") < 0)
			more = NULL;
		free(part);
		free(text);
		text = more;
	}
	return text;
}

/**
 * out_address - an end of a flow as ADDR:PORT
 * @end: an object with addr and port
 *
 * Return: text to be freed; an IPv6 address stands in brackets.
 */
char *out_address(const json_t *end)
{
	const char *addr = json_string_value(json_object_get(end, "addr"));
	bool v6 = addr && strchr(addr, ':');
	char *text;

	if (asprintf(&text, "%s%s%s:%" JSON_INTEGER_FORMAT, v6 ? "[" : "",
		     addr ? addr : "?", v6 ? "]" : "",
		     json_integer_value(json_object_get(end, "port"))) < 0)
		return NULL;
	return text;
}

/**
 * out_pairs - print an object as lines of name and value
 * @object: the object
 */
void out_pairs(const json_t *object)
{
	const char *key;
	const json_t *value;
	int width = 0;

	json_object_foreach((json_t *)object, key, value)
		if ((int)strlen(key) > width)
			width = strlen(key);
	json_object_foreach((json_t *)object, key, value) {
		char *text = out_text(value);

		printf("%-*s  %s\n", width, key, text ? text : "");
		free(text);
	}
}

static void print_cell(const char *text, int width, bool last)
{
	printf("%-*s%s", last ? 0 : width, text, last ? "\n" : "  ");
}

/**
 * out_table - print an array of objects as a table
 * @array: the array
 * @columns: what to show, ended by a NULL key
 */
void out_table(const json_t *array, const struct out_column *columns)
{
	const json_t *row;
	int width[16] = { 0 };
	size_t i;
	int c;

	for (c = 0; columns[c].key; c++)
		width[c] = strlen(columns[c].heading);
	json_array_foreach(array, i, row) {
		for (c = 0; columns[c].key; c++) {
			char *text = out_text(json_object_get(row,
							      columns[c].key));

			if (text && (int)strlen(text) > width[c])
				width[c] = strlen(text);
			free(text);
		}
	}
	for (c = 0; columns[c].key; c++)
		print_cell(columns[c].heading, width[c], !columns[c + 1].key);
	json_array_foreach(array, i, row) {
		for (c = 0; columns[c].key; c++) {
			char *text = out_text(json_object_get(row,
							      columns[c].key));

			print_cell(text ? text : "", width[c],
				   !columns[c + 1].key);
			free(text);
		}
	}
}

/**
 * out_string - somebody else's words as a string of JSON
 * @text: in any encoding
 *
 * Return: a string, as out_clean() gives it.
 */
json_t *out_string(const char *text)
{
	char *clean = out_clean(text);
	json_t *string = clean ? json_string(clean) : NULL;

	free(clean);
	return string;
}

/**
 * out_escape - bytes from the network as printable ASCII
 * @bytes: the bytes
 * @len: how many
 *
 * Return: text to be freed, with \r, \n, \t, \\ and \xNN for what a terminal
 * must not be given.
 */
char *out_escape(const void *bytes, size_t len)
{
	static const char specials[] = "\r\n\t\\", letters[] = "rnt\\";
	const unsigned char *p = bytes;
	char *text = malloc(4 * len + 1);
	char *at = text;

	if (!text)
		return NULL;
	for (; len; len--, p++) {
		const char *letter = strchr(specials, *p);

		if (*p && letter)
			at += sprintf(at, "\\%c", letters[letter - specials]);
		else if (*p < 0x20 || *p > 0x7e)
			at += sprintf(at, "\\x%02x", *p);
		else
			*at++ = *p;
	}
	*at = 0;
	return text;
}
