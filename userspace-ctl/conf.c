// SPDX-License-Identifier: GPL-2.0
/*
 * A file of settings: NAME=VALUE lines, with comments after a '#'. It says what
 * all settings are to be: one that it does not name gets its initial value, so
 * that what runs after a reload is what would run after a reboot.
 *
 * Values are checked here as the module checks them, so that a file can be refused
 * by line, and where the module is not loaded; tests/netns/apply.sh holds the two
 * together.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include "arg.h"
#include "conf.h"
#include "mark.h"
#include "out.h"
#include "settings.h"

/* As the module has it. */
#define PORTS_MAX	16
#define PORTS_TEXT	255

/* Numbers from @min to @max, or, with neither, words, ports or a mask; by attribute. */
static const struct {
	const char *initial;
	unsigned long min;
	unsigned long max;
} values[TTLPIN_A_CONFIG_MAX + 1] = {
	[TTLPIN_A_CONFIG_MODE] = { "enforce", 0, 0 },
	[TTLPIN_A_CONFIG_PORTS] = { "25", 0, 0 },
	[TTLPIN_A_CONFIG_TOLERANCE] = { "1", 0, 32 },
	[TTLPIN_A_CONFIG_TIMESTAMPS] = { "1", 0, 1 },
	[TTLPIN_A_CONFIG_HEAL] = { "1", 0, 1 },
	[TTLPIN_A_CONFIG_PROTECT] = { "client", 0, 0 },
	[TTLPIN_A_CONFIG_MIDSTREAM] = { "pass", 0, 0 },
	[TTLPIN_A_CONFIG_MAX_FLOWS] = { "65536", 1024, 16777216 },
	[TTLPIN_A_CONFIG_HALF_OPEN_TIMEOUT] = { "30", 1, 86400 },
	[TTLPIN_A_CONFIG_IDLE_TIMEOUT] = { "900", 1, 86400 },
	[TTLPIN_A_CONFIG_CLOSE_TIMEOUT] = { "60", 1, 86400 },
	[TTLPIN_A_CONFIG_EVENT_RATE] = { "100", 0, 100000 },
	[TTLPIN_A_CONFIG_EVENT_SNAPLEN] = { "128", 0, 1500 },
	[TTLPIN_A_CONFIG_CT_MARK_MASK] = { "0", 0, 0 },
};

/* A port at *@text, which is moved past it. */
static bool take_port(const char **text, unsigned long *port)
{
	char digits[8] = "";
	size_t len = strspn(*text, "0123456789");

	/* Leading zeros are as good as none, to the module too. */
	while (len > 1 && **text == '0') {
		(*text)++;
		len--;
	}
	if (!len || len >= sizeof(digits))
		return false;
	memcpy(digits, *text, len);
	*text += len;
	return arg_number(digits, port) && *port >= 1 && *port <= 65535;
}

static bool accepts_ports(const char *text)
{
	unsigned long first, last;
	int nr = 0;

	if (strlen(text) > PORTS_TEXT)
		return false;
	for (;; text++) {
		if (!take_port(&text, &first))
			return false;
		last = first;
		if (*text == '-' && (text++, !take_port(&text, &last)))
			return false;
		if (last < first || ++nr > PORTS_MAX)
			return false;
		if (*text != ',')
			return !*text;
	}
}

static bool accepts(const struct setting *s, const char *value)
{
	unsigned long number;
	uint32_t mask;
	int i;

	if (s->attr == TTLPIN_A_CONFIG_PORTS)
		return accepts_ports(value);
	if (s->attr == TTLPIN_A_CONFIG_CT_MARK_MASK)
		return settings_mask(value, &mask) && ttlpin_mark_is_mask(mask);
	for (i = 0; s->words && s->words[i]; i++)
		if (!strcmp(s->words[i], value))
			return true;
	return !s->words && arg_number(value, &number) &&
	       number >= values[s->attr].min && number <= values[s->attr].max;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	for (len = strlen(text); len && strchr(" \t\r\n", text[len - 1]); len--)
		text[len - 1] = 0;
	return text;
}

static int take_value(struct conf *conf, const struct setting *s,
		      const char *value, size_t number)
{
	size_t size = strlen(value) + 1;
	int i = s - settings;

	if (conf->line[i])
		return out_fail("%s:%zu: %s is in line %zu already; nothing was changed",
				conf->path, number, s->name, conf->line[i]);
	if (size > sizeof(conf->text[i]) || !accepts(s, value))
		return out_fail("%s:%zu: %s=%s: accepted is %s; nothing was changed",
				conf->path, number, s->name, value, s->accepted);
	memcpy(conf->text[i], value, size);
	conf->line[i] = number;
	return CTL_OK;
}

static int add_line(struct conf *conf, char *line, size_t number)
{
	const struct setting *s;
	char *name, *value;

	line[strcspn(line, "#")] = 0;
	name = trim(line);
	if (!*name)
		return CTL_OK;
	value = strchr(name, '=');
	if (!value)
		return out_fail("%s:%zu: '%s' is not NAME=VALUE; nothing was changed",
				conf->path, number, name);
	*value = 0;
	name = trim(name);
	if (!strcmp(name, "flows"))
		return out_fail("%s:%zu: flows is read-only; nothing was changed",
				conf->path, number);
	s = settings_find(name);
	if (!s)
		return out_fail("%s:%zu: unknown setting '%s'; 'ttlpinctl config' lists them; nothing was changed",
				conf->path, number, name);
	return take_value(conf, s, trim(value + 1), number);
}

static int read_lines(struct conf *conf, FILE *in)
{
	char line[ARG_LINE];
	size_t number = 0;
	int ret = CTL_OK, len;

	while (!ret && (len = arg_line(in, line, sizeof(line))) != -1) {
		number++;
		ret = len >= 0 ? add_line(conf, line, number) :
				 out_fail("%s:%zu: a line has at most %d characters and no NUL; nothing was changed",
					  conf->path, number, ARG_LINE - 1);
	}
	if (!ret && ferror(in))
		ret = out_fail("cannot read %s to its end; nothing was changed",
			       conf->path);
	return ret;
}

/* The kernel gives namespaces other than the first a smaller store. */
static const char *initial_value(const struct setting *s, bool initial_netns)
{
	return s->attr == TTLPIN_A_CONFIG_MAX_FLOWS && !initial_netns ? "4096" :
		       values[s->attr].initial;
}

/**
 * conf_read - read and check a file of settings
 * @conf: filled with CTL_OK
 * @path: the file
 * @initial_netns: it is for the first network namespace
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr that says where and why.
 */
int conf_read(struct conf *conf, const char *path, bool initial_netns)
{
	FILE *in = fopen(path, "re");
	int ret, i;

	if (!in)
		return out_fail("cannot read %s: %s", path, strerror(errno));
	memset(conf, 0, sizeof(*conf));
	conf->path = path;
	ret = read_lines(conf, in);
	fclose(in);
	for (i = 0; settings[i].name; i++)
		conf->value[i] = conf->line[i] ? conf->text[i] :
				 initial_value(&settings[i], initial_netns);
	return ret;
}

/**
 * struct request - what the module is asked to put in force
 * @conf: the file
 * @known: settings that the module has, by attribute
 */
struct request {
	const struct conf *conf;
	bool known[TTLPIN_A_CONFIG_MAX + 1];
};

static void note_known(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[TTLPIN_A_MAX + 1], *attr;
	struct request *r = data;

	nl_parse_message(table, TTLPIN_A_MAX, nlh);
	if (!table[TTLPIN_A_CONFIG])
		return;
	mnl_attr_for_each_nested(attr, table[TTLPIN_A_CONFIG])
		if (mnl_attr_get_type(attr) <= TTLPIN_A_CONFIG_MAX)
			r->known[mnl_attr_get_type(attr)] = true;
}

/* An older module lacks a setting: that is a mistake only of a file that names it. */
static bool is_sent(const struct request *r, int i)
{
	return r->conf->line[i] || r->known[settings[i].attr];
}

static void put_all(struct nlmsghdr *nlh, const void *data)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
	const struct request *r = data;
	int i;

	for (i = 0; settings[i].name; i++)
		if (is_sent(r, i))
			settings_put(nlh, &settings[i], r->conf->value[i]);
	mnl_attr_nest_end(nlh, nest);
}

/* Which setting the kernel pointed at. */
static void blame(const void *data, uint32_t offset, char *text, int size)
{
	uint32_t end = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr) +
		       MNL_ATTR_HDRLEN;
	const struct request *r = data;
	int i;

	for (i = 0; settings[i].name; i++) {
		if (!is_sent(r, i))
			continue;
		end += settings_size(&settings[i], r->conf->value[i]);
		if (offset < end) {
			snprintf(text, size, "%s=%s", settings[i].name,
				 r->conf->value[i]);
			return;
		}
	}
}

/**
 * conf_write - put a file of settings in force, all or none
 * @nl: a connection
 * @conf: as conf_read() filled it
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int conf_write(struct nl *nl, const struct conf *conf)
{
	struct request r = { .conf = conf };
	int ret;

	ret = nl_request(nl, TTLPIN_CMD_CONFIG_GET, NULL, NULL, note_known, &r);
	if (ret)
		return ret;
	nl->blame = blame;
	return nl_request(nl, TTLPIN_CMD_CONFIG_SET, put_all, &r, NULL, NULL);
}
