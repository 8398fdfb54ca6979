// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl config: read and write settings.
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf.h"
#include "nl.h"
#include "out.h"
#include "settings.h"
#include "stats.h"

/* Assignments of the command line, each NAME=VALUE with a known name. */
struct assignments {
	char **text;
	int nr;
};

static const struct setting *setting_of(const char *assignment)
{
	return settings_find_part(assignment, strcspn(assignment, "="));
}

static const char *value_of(const char *assignment)
{
	return strchr(assignment, '=') + 1;
}

static int show(const struct ctl *ctl, int nr, char **names)
{
	json_t *stats, *all, *some = json_object(), *tree;
	int ret = stats_get(ctl, false, &stats), i;

	if (ret) {
		json_decref(some);
		return ret;
	}
	all = json_object_get(stats, "settings");
	json_object_set(all, "flows", json_object_get(stats, "flows"));
	for (i = 0; !ret && i < nr; i++) {
		json_t *value = json_object_get(all, names[i]);

		if (value)
			json_object_set(some, names[i], value);
		else
			ret = out_fail("the loaded module has no setting '%s'; load the one that came with this tool",
				       names[i]);
	}
	tree = json_pack("{s:O,s:O}", "netns", json_object_get(stats, "netns"),
			 "settings", nr ? some : all);
	if (!ret && ctl->json) {
		ret = out_json(tree);
	} else if (!ret && nr == 1) {
		char *text = out_text(json_object_get(some, names[0]));

		puts(text ? text : "");
		free(text);
		ret = out_end();
	} else if (!ret) {
		out_pairs(nr ? some : all);
		ret = out_end();
	}
	json_decref(tree);
	json_decref(some);
	json_decref(stats);
	return ret;
}

static void put_settings(struct nlmsghdr *nlh, const void *data)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
	const struct assignments *a = data;
	int i;

	for (i = 0; i < a->nr; i++)
		settings_put(nlh, setting_of(a->text[i]), value_of(a->text[i]));
	mnl_attr_nest_end(nlh, nest);
}

/* Which assignment the kernel pointed at. */
static void blame_setting(const void *data, uint32_t offset, char *text, int size)
{
	uint32_t end = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr) +
		       MNL_ATTR_HDRLEN;
	const struct assignments *a = data;
	int i;

	for (i = 0; i < a->nr; i++) {
		end += settings_size(setting_of(a->text[i]), value_of(a->text[i]));
		if (offset < end) {
			snprintf(text, size, "%s", a->text[i]);
			return;
		}
	}
}

/* Values of the right kind; the module looks at ranges. */
static int check_values(const struct assignments *a)
{
	char buffer[4096];
	int i;

	for (i = 0; i < a->nr; i++) {
		const struct setting *s = setting_of(a->text[i]);

		if (!settings_put(mnl_nlmsg_put_header(buffer), s,
				  value_of(a->text[i])))
			return out_fail("%s: accepted is %s", a->text[i],
					s->accepted);
	}
	return CTL_OK;
}

/* All or none, at once. */
static int set(const struct ctl *ctl, int nr, char **text)
{
	struct assignments a = { text, nr };
	struct nl nl;
	int ret;

	ret = check_values(&a);
	if (!ret)
		ret = nl_open(&nl);
	if (ret)
		return ret;
	nl.blame = blame_setting;
	ret = nl_request(&nl, TTLPIN_CMD_CONFIG_SET, put_settings, &a, NULL, NULL);
	nl_close(&nl);
	return !ret && ctl->json ? show(ctl, 0, NULL) : ret;
}

/* A known name, and only reading or only writing. */
static int check(const char *arg, bool *write)
{
	size_t len = strcspn(arg, "=");

	*write = arg[len];
	if (len == strlen("flows") && !strncmp(arg, "flows", len))
		return *write ? out_usage("config: flows is read-only") : CTL_OK;
	if (!settings_find_part(arg, len))
		return out_usage("config: unknown setting '%.*s'; 'ttlpinctl config' lists them",
				 (int)len, arg);
	return CTL_OK;
}

/* The kernel would take the last of two values for one setting. */
static int check_twice(int nr, char **text)
{
	int i, j;

	for (i = 1; i < nr; i++)
		for (j = 0; j < i; j++)
			if (setting_of(text[i]) == setting_of(text[j]))
				return out_usage("config: %s and %s: a setting has one value",
						 text[j], text[i]);
	return CTL_OK;
}

/* --check FILE, --load FILE */
static int file(const struct ctl *ctl, const char *path, bool load)
{
	struct conf conf;
	struct nl nl;
	int ret;

	ret = conf_read(&conf, path, !ctl->netns);
	if (!ret && load) {
		ret = nl_open(&nl);
		if (ret)
			return ret;
		ret = conf_write(&nl, &conf);
		nl_close(&nl);
	}
	if (ret)
		return ret;
	return load && ctl->json ? show(ctl, 0, NULL) :
				   out_done(ctl, "config check", NULL);
}

int cmd_config(const struct ctl *ctl, int argc, char **argv)
{
	bool write = false, first = false;
	int i, ret;

	if (argc == 3 && (!strcmp(argv[1], "--check") || !strcmp(argv[1], "--load")))
		return file(ctl, argv[2], !strcmp(argv[1], "--load"));
	if (argc > 1 && argv[1][0] == '-')
		return out_usage("config: '%s': accepted are NAME..., NAME=VALUE..., --check FILE and --load FILE",
				 argv[1]);

	for (i = 1; i < argc; i++) {
		ret = check(argv[i], &write);
		if (ret)
			return ret;
		if (i == 1)
			first = write;
		else if (write != first)
			return out_usage("config: either NAME... or NAME=VALUE..., not both");
	}
	if (!write)
		return show(ctl, argc - 1, argv + 1);
	ret = check_twice(argc - 1, argv + 1);
	return ret ? ret : set(ctl, argc - 1, argv + 1);
}
