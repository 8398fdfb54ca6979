// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of an analysis.
 */
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "mark.h"
#include "out.h"
#include "policy.h"
#include "settings.h"
#include "whitelist.h"
#include "words.h"

static const char *const protects[] = { "client", "server", "both", NULL };
static const char *const midstreams[] = { "pass", "learn", NULL };
static const char *const modes[] = { "off", "monitor", "enforce", NULL };

/**
 * policy_init - the module's defaults
 * @p: filled
 */
void policy_init(struct policy *p)
{
	*p = (struct policy){
		.mode = TTLPIN_MODE_ENFORCE,
		.verdict = { .tolerance = 1, .timestamps = true, .heal = true },
		.ports = { { 25, 25 } },
		.nr_ports = 1,
		.max_flows = 65536,
		.timeouts = { .half_open = 30, .idle = 900, .close = 60 },
		.snaplen = 128,
	};
}

static bool read_port(char *text, uint16_t *port)
{
	unsigned long value;

	if (!arg_number(text, &value) || !value || value > 65535)
		return false;
	*port = value;
	return true;
}

/* "25", "25,587" or "2500-2599", behind those that are there already. */
static bool read_ports(struct policy *p, const char *text)
{
	char copy[512], *rest = copy, *part;

	if (strlen(text) >= sizeof(copy))
		return false;
	memcpy(copy, text, strlen(text) + 1);
	while ((part = strsep(&rest, ","))) {
		char *dash = strchr(part, '-');
		uint16_t first, last;

		if (dash)
			*dash++ = 0;
		if (!read_port(part, &first) || !read_port(dash ?: part, &last) ||
		    last < first || p->nr_ports == POLICY_PORTS_MAX)
			return false;
		p->ports[p->nr_ports].first = first;
		p->ports[p->nr_ports++].last = last;
	}
	return true;
}

static int refuse(const char *name, const char *value)
{
	const struct setting *s = settings_find(name);

	return out_usage("%s=%s: accepted is %s", name, value, s ? s->accepted : "?");
}

/**
 * policy_add_ports - guard more ports; the first that are given replace port 25
 * @p: the settings
 * @text: as the setting ports has them
 *
 * Return: CTL_OK, or CTL_USAGE with a line on stderr.
 */
int policy_add_ports(struct policy *p, const char *text)
{
	if (!p->ports_given)
		p->nr_ports = 0;
	p->ports_given = true;
	return read_ports(p, text) ? CTL_OK : refuse("ports", text);
}

static bool read_word(const char *const *words, const char *value, uint32_t *to)
{
	for (*to = 0; words[*to]; (*to)++)
		if (!strcmp(words[*to], value))
			return true;
	return false;
}

static bool read_number(const char *value, uint32_t min, uint32_t max,
			uint32_t *to)
{
	unsigned long number;

	if (!arg_number(value, &number) || number < min || number > max)
		return false;
	*to = number;
	return true;
}

static bool set(struct policy *p, const char *name, const char *value)
{
	uint32_t n = 0;
	bool ok;

	if (!strcmp(name, "mode"))
		return read_word(modes, value, &p->mode);
	if (!strcmp(name, "protect"))
		return read_word(protects, value, &p->protect);
	if (!strcmp(name, "midstream"))
		return read_word(midstreams, value, &p->midstream);
	if (!strcmp(name, "max_flows"))
		return read_number(value, 1024, 16777216, &p->max_flows);
	if (!strcmp(name, "half_open_timeout"))
		return read_number(value, 1, 86400, &p->timeouts.half_open);
	if (!strcmp(name, "idle_timeout"))
		return read_number(value, 1, 86400, &p->timeouts.idle);
	if (!strcmp(name, "close_timeout"))
		return read_number(value, 1, 86400, &p->timeouts.close);
	if (!strcmp(name, "event_rate"))
		return read_number(value, 0, 100000, &n);
	if (!strcmp(name, "event_snaplen"))
		return read_number(value, 0, 1500, &p->snaplen);
	/* A capture holds no marks. */
	if (!strcmp(name, "ct_mark_mask"))
		return settings_mask(value, &n) && ttlpin_mark_is_mask(n);
	if (!strcmp(name, "tolerance")) {
		ok = read_number(value, 0, 32, &n);
		p->verdict.tolerance = n;
		return ok;
	}
	ok = read_number(value, 0, 1, &n);
	if (!strcmp(name, "timestamps"))
		p->verdict.timestamps = n;
	else
		p->verdict.heal = n;
	return ok;
}

/**
 * policy_set - change a setting
 * @p: the settings
 * @assignment: NAME=VALUE
 *
 * Return: CTL_OK, or CTL_USAGE with a line on stderr.
 */
int policy_set(struct policy *p, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	const struct setting *s;
	char name[32];

	if (!equals || equals - assignment >= (int)sizeof(name))
		return out_usage("'%s' is not NAME=VALUE, as in tolerance=2", assignment);
	memcpy(name, assignment, equals - assignment);
	name[equals - assignment] = 0;
	s = settings_find(name);
	if (!s)
		return out_usage("there is no setting '%s' to set; those of ttlpinctl config can be set",
				 name);
	if (!strcmp(name, "ports")) {
		p->ports_given = false;
		return policy_add_ports(p, equals + 1);
	}
	return set(p, name, equals + 1) ? CTL_OK : refuse(name, equals + 1);
}

/**
 * policy_add_whitelist - read addresses that are not judged
 * @p: the settings
 * @path: a file as ttlpinctl whitelist save writes it
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int policy_add_whitelist(struct policy *p, const char *path)
{
	struct whitelist list = { 0 };
	struct ttlpin_prefix *more;
	int ret = whitelist_read(&list, path);
	size_t i;

	if (!ret && list.nr) {
		more = reallocarray(p->whitelist, p->nr_whitelist + list.nr, sizeof(*more));
		if (more)
			p->whitelist = more;
		else
			ret = out_fail("out of memory");
	}
	for (i = 0; !ret && i < list.nr; i++)
		p->whitelist[p->nr_whitelist++] = list.entry[i].prefix;
	whitelist_free(&list);
	return ret;
}

void policy_free(struct policy *p)
{
	free(p->whitelist);
}
