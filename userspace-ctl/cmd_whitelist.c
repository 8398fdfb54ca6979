// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl whitelist: addresses whose segments are not judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "nl.h"
#include "out.h"
#include "whitelist.h"

static void on_prefix(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (a[TTLPIN_A_PREFIX])
		json_array_append_new(data, decode_prefix(a[TTLPIN_A_PREFIX]));
}

static int get(json_t *array, bool whole)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = whole ? nl_list_whole(&nl, TTLPIN_CMD_WHITELIST_GET, on_prefix, array) :
		      nl_list(&nl, TTLPIN_CMD_WHITELIST_GET, NULL, NULL, on_prefix, array);
	nl_close(&nl);
	return ret;
}

static void print_lines(FILE *out, const json_t *array)
{
	const json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
		fprintf(out, "%s\n", json_string_value(value));
}

static int list(const struct ctl *ctl)
{
	json_t *array = json_array(), *tree;
	int ret = get(array, false);

	tree = json_pack("{s:s?,s:o}", "netns", ctl->netns, "whitelist", array);
	if (!ret && ctl->json) {
		ret = out_json(tree);
	} else if (!ret) {
		print_lines(stdout, array);
		ret = out_end();
	}
	json_decref(tree);
	return ret;
}

static void write_lines(FILE *out, const void *array)
{
	print_lines(out, array);
}

static int done(const struct ctl *ctl, const char *what, size_t nr)
{
	return out_done(ctl, what, json_pack("{s:I}", "prefixes", (json_int_t)nr));
}

static int save(const struct ctl *ctl, const char *path)
{
	json_t *array = json_array();
	int ret = get(array, true);

	if (!ret && path && strcmp(path, "-")) {
		ret = out_file(path, write_lines, array);
		if (!ret)
			ret = done(ctl, "whitelist save", json_array_size(array));
	} else if (!ret && ctl->json) {
		ret = out_usage("whitelist: save writes a list that load reads; 'list --json' gives it as JSON");
	} else if (!ret) {
		print_lines(stdout, array);
		ret = out_end();
	}
	json_decref(array);
	return ret;
}

static int change(const struct ctl *ctl, const char *what, uint8_t cmd,
		  const struct ttlpin_prefix *prefix, size_t nr)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = whitelist_request(&nl, cmd, prefix, nr);
	nl_close(&nl);
	if (ret)
		return ret;
	return nr ? done(ctl, what, nr) : out_done(ctl, what, NULL);
}

static int change_arguments(const struct ctl *ctl, const char *what,
			    uint8_t cmd, size_t nr, char **text)
{
	struct ttlpin_prefix *prefix;
	int ret = CTL_OK;
	size_t i;

	if (nr > WHITELIST_BATCH)
		return out_usage("whitelist: at most %d prefixes at a time; load takes more",
				 WHITELIST_BATCH);
	prefix = calloc(nr, sizeof(*prefix));
	if (!prefix)
		return out_fail("out of memory");
	for (i = 0; !ret && i < nr; i++)
		ret = arg_prefix(text[i], &prefix[i]);
	if (!ret)
		ret = change(ctl, what, cmd, prefix, nr);
	free(prefix);
	return ret;
}

static int load(const struct ctl *ctl, const char *path)
{
	struct whitelist list = { 0 };
	struct nl nl;
	int ret;

	ret = whitelist_read(&list, path);
	if (!ret)
		ret = nl_open(&nl);
	if (!ret) {
		ret = whitelist_begin(&nl, &list);
		if (!ret)
			ret = whitelist_commit(&nl);
		nl_close(&nl);
	}
	if (!ret)
		ret = done(ctl, "whitelist load", list.nr);
	whitelist_free(&list);
	return ret;
}

static int check(const struct ctl *ctl, const char *path)
{
	struct whitelist list = { 0 };
	int ret = whitelist_read(&list, path);

	if (!ret)
		ret = done(ctl, "whitelist check", list.nr);
	whitelist_free(&list);
	return ret;
}

int cmd_whitelist(const struct ctl *ctl, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "list";
	int nr = argc > 2 ? argc - 2 : 0;

	if (!strcmp(what, "list") && !nr)
		return list(ctl);
	if (!strcmp(what, "add") && nr)
		return change_arguments(ctl, "whitelist add",
					TTLPIN_CMD_WHITELIST_ADD, nr, argv + 2);
	if (!strcmp(what, "del") && nr)
		return change_arguments(ctl, "whitelist del",
					TTLPIN_CMD_WHITELIST_DEL, nr, argv + 2);
	if (!strcmp(what, "flush") && !nr)
		return change(ctl, "whitelist flush",
			      TTLPIN_CMD_WHITELIST_FLUSH, NULL, 0);
	if (!strcmp(what, "load") && nr == 1)
		return load(ctl, argv[2]);
	if (!strcmp(what, "check") && nr == 1)
		return check(ctl, argv[2]);
	if (!strcmp(what, "save") && nr <= 1)
		return save(ctl, nr ? argv[2] : NULL);
	return out_usage("whitelist: accepted are list, add PREFIX..., del PREFIX..., flush, load FILE|-, check FILE|- and save [FILE]");
}
