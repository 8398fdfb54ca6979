// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl config: read and write settings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "settings.h"

#define VALUE_MAX 4096

static int explain_read(const char *name, int error)
{
	if (error == ENOENT)
		return out_fail("there is no " SETTINGS_DIR "/%s: the module nf_ttlpin is not loaded (modprobe nf_ttlpin) or has no such setting",
				name);
	return out_fail("cannot read the setting %s: %s", name, strerror(error));
}

static int explain_write(const struct setting *s, const char *value, int error)
{
	if (error == EINVAL || error == ERANGE)
		return out_fail("%s=%s: accepted is %s (%s)", s->name, value,
				s->accepted, strerror(error));
	if (error == EACCES || error == EPERM)
		return out_fail("%s: writing a setting needs root", s->name);
	if (error == EBUSY)
		return out_fail("%s=%s: more flows than that are live", s->name,
				value);
	if (error == ENOENT)
		return explain_read(s->name, error);
	return out_fail("%s=%s: %s", s->name, value, strerror(error));
}

static int add_setting(json_t *object, const char *name)
{
	char value[VALUE_MAX];
	int error = settings_read(name, value, sizeof(value));

	if (error)
		return explain_read(name, error);
	json_object_set_new(object, name, json_string(value));
	return CTL_OK;
}

static int show(const struct ctl *ctl, int nr, char **names)
{
	json_t *object = json_object(), *tree;
	int ret = CTL_OK, i;

	tree = json_pack("{s:s?,s:o}", "netns", ctl->netns, "settings", object);
	for (i = 0; !ret && i < nr; i++)
		ret = add_setting(object, names[i]);
	for (i = 0; !ret && !nr && settings[i].name; i++)
		ret = add_setting(object, settings[i].name);
	if (!ret && ctl->json) {
		ret = out_json(tree);
	} else if (!ret && nr == 1) {
		puts(json_string_value(json_object_get(object, names[0])));
		ret = out_end();
	} else if (!ret) {
		out_pairs(object);
		ret = out_end();
	}
	json_decref(tree);
	return ret;
}

/* Writes "NAME=VALUE" and keeps the old value for undo(). */
static int apply(char *assignment, char **old)
{
	char *value = strchr(assignment, '=') + 1;
	const struct setting *s;
	char before[VALUE_MAX];
	int error;

	value[-1] = 0;
	s = settings_find(assignment);
	error = settings_read(s->name, before, sizeof(before));
	if (!error)
		error = settings_write(s->name, value);
	if (!error)
		*old = strdup(before);
	return error ? explain_write(s, value, error) : CTL_OK;
}

/* All or nothing: what was written before the refusal is put back. */
static int set(int nr, char **assignments)
{
	char **old = calloc(nr, sizeof(*old));
	int ret = old ? CTL_OK : out_fail("out of memory"), i;

	for (i = 0; !ret && i < nr; i++)
		ret = apply(assignments[i], &old[i]);
	for (i--; ret && old && i >= 0; i--)
		if (old[i] && settings_write(assignments[i], old[i]))
			out_fail("%s could not be put back to %s",
				 assignments[i], old[i]);
	for (i = 0; old && i < nr; i++)
		free(old[i]);
	free(old);
	return ret;
}

/* A known name, and only reading or only writing. */
static int check(const char *arg, bool *write)
{
	size_t len = strcspn(arg, "=");
	const struct setting *s;
	char name[64];

	*write = arg[len];
	snprintf(name, sizeof(name), "%.*s", (int)len, arg);
	s = settings_find(name);
	if (!s)
		return out_usage("config: unknown setting '%s'; 'ttlpinctl config' lists them",
				 name);
	if (*write && s->read_only)
		return out_usage("config: %s is read-only", name);
	return CTL_OK;
}

int cmd_config(const struct ctl *ctl, int argc, char **argv)
{
	bool write = false, first = false;
	int i, ret;

	for (i = 1; i < argc; i++) {
		ret = check(argv[i], &write);
		if (ret)
			return ret;
		if (i == 1)
			first = write;
		else if (write != first)
			return out_usage("config: either NAME... or NAME=VALUE..., not both");
	}
	return write ? set(argc - 1, argv + 1) : show(ctl, argc - 1, argv + 1);
}
