// SPDX-License-Identifier: GPL-2.0
/*
 * The whitelist: files that hold one, a prefix a line, and requests that change
 * it.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "whitelist.h"

struct prefixes {
	const struct ttlpin_prefix *prefix;
	size_t nr;
};

static void put_prefixes(struct nlmsghdr *nlh, const void *data)
{
	const struct prefixes *p = data;
	size_t i;

	for (i = 0; i < p->nr; i++) {
		const struct ttlpin_prefix *prefix = &p->prefix[i];
		struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);

		if (prefix->family == 4)
			mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, 4, prefix->addr);
		else
			mnl_attr_put(nlh, TTLPIN_A_PREFIX_V6, 16, prefix->addr);
		mnl_attr_put_u8(nlh, TTLPIN_A_PREFIX_LEN, prefix->len);
		mnl_attr_nest_end(nlh, nest);
	}
}

/* Which prefix of a request the kernel pointed at. */
static void blame_prefix(const void *data, uint32_t offset, char *text, int size)
{
	const struct prefixes *p = data;
	uint32_t end = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	char name[ARG_PREFIX_TEXT];
	size_t i;

	for (i = 0; i < p->nr; i++) {
		end += p->prefix[i].family == 4 ? 20 : 32;
		if (offset < end) {
			arg_prefix_text(&p->prefix[i], name);
			snprintf(text, size, "%s", name);
			return;
		}
	}
}

static int add_line(struct whitelist *list, char *line, size_t number)
{
	char why[ARG_WHY], *word = line + strspn(line, " \t\r\n");
	struct whitelist_entry *e;

	word[strcspn(word, "#")] = 0;
	word[strcspn(word, "\r\n")] = 0;
	while (*word && strchr(" \t", word[strlen(word) - 1]))
		word[strlen(word) - 1] = 0;
	if (!*word)
		return CTL_OK;
	if (list->nr == TTLPIN_PREFIXES_MAX)
		return out_fail("%s:%zu: the whitelist holds %d prefixes; nothing was changed",
				list->name, number, TTLPIN_PREFIXES_MAX);
	if (!list->entry || list->nr == list->room) {
		list->room = list->room ? 2 * list->room : 1024;
		e = reallocarray(list->entry, list->room, sizeof(*e));
		if (!e)
			return out_fail("out of memory");
		list->entry = e;
	}
	e = &list->entry[list->nr];
	e->line = number;
	if (!arg_parse_prefix(word, &e->prefix, why))
		return out_fail("%s:%zu: %s; nothing was changed", list->name, number,
				why);
	list->nr++;
	return CTL_OK;
}

static int read_lines(struct whitelist *list, FILE *in)
{
	char line[ARG_LINE];
	size_t number = 0;
	int ret = CTL_OK, len;

	while (!ret && (len = arg_line(in, line, sizeof(line))) != -1) {
		number++;
		ret = len >= 0 ? add_line(list, line, number) :
				 out_fail("%s:%zu: a line has at most %d characters and no NUL; nothing was changed",
					  list->name, number, ARG_LINE - 1);
	}
	if (!ret && ferror(in))
		ret = out_fail("cannot read %s to its end; nothing was changed",
			       list->name);
	return ret;
}

static int read_file(struct whitelist *list, const char *path)
{
	bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : fopen(path, "re");
	int ret;

	list->name = standard ? "standard input" : path;
	if (!in)
		return out_fail("cannot read %s: %s", path, strerror(errno));
	ret = read_lines(list, in);
	if (!standard)
		fclose(in);
	return ret;
}

static int by_prefix(const void *a, const void *b)
{
	const struct whitelist_entry *x = a, *y = b;
	int order = ttlpin_prefix_compare(&x->prefix, &y->prefix);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* In order, and none twice. */
static int check_order(struct whitelist *list)
{
	char name[ARG_PREFIX_TEXT];
	size_t i;

	if (list->nr)
		qsort(list->entry, list->nr, sizeof(*list->entry), by_prefix);
	for (i = 1; i < list->nr; i++) {
		const struct whitelist_entry *e = &list->entry[i];

		if (ttlpin_prefix_compare(&e[-1].prefix, &e->prefix))
			continue;
		arg_prefix_text(&e->prefix, name);
		return out_fail("%s:%zu: %s is in line %zu already; nothing was changed",
				list->name, e->line, name, e[-1].line);
	}
	return CTL_OK;
}

/**
 * whitelist_read - read and check a file of prefixes
 * @list: zeroed; to be given to whitelist_free() in any case
 * @path: the file, or "-"
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr that says where and why.
 */
int whitelist_read(struct whitelist *list, const char *path)
{
	int ret = read_file(list, path);

	return ret ? ret : check_order(list);
}

void whitelist_free(struct whitelist *list)
{
	free(list->entry);
}

/**
 * whitelist_request - send a request that names prefixes
 * @nl: a connection
 * @cmd: TTLPIN_CMD_WHITELIST_*
 * @prefix: the prefixes
 * @nr: how many, WHITELIST_BATCH at most
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int whitelist_request(struct nl *nl, uint8_t cmd,
		      const struct ttlpin_prefix *prefix, size_t nr)
{
	struct prefixes p = { prefix, nr };

	nl->blame = blame_prefix;
	return nl_request(nl, cmd, put_prefixes, &p, NULL, NULL);
}

/**
 * whitelist_begin - load a list beside the one in force
 * @nl: a connection; what is not committed goes with it
 * @list: as whitelist_read() filled it
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int whitelist_begin(struct nl *nl, const struct whitelist *list)
{
	struct ttlpin_prefix *prefix = calloc(WHITELIST_BATCH, sizeof(*prefix));
	size_t at = 0, nr;
	int ret;

	if (!prefix)
		return out_fail("out of memory");
	ret = whitelist_request(nl, TTLPIN_CMD_WHITELIST_BEGIN, NULL, 0);
	while (!ret && at < list->nr) {
		for (nr = 0; nr < WHITELIST_BATCH && at < list->nr; nr++)
			prefix[nr] = list->entry[at++].prefix;
		ret = whitelist_request(nl, TTLPIN_CMD_WHITELIST_ADD, prefix, nr);
	}
	free(prefix);
	return ret;
}

/**
 * whitelist_commit - put the list that was loaded in the place of the old one
 * @nl: the connection that began it
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int whitelist_commit(struct nl *nl)
{
	return whitelist_request(nl, TTLPIN_CMD_WHITELIST_COMMIT, NULL, 0);
}
