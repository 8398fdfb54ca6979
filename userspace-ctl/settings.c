// SPDX-License-Identifier: GPL-2.0
/*
 * The settings of a namespace, to and from netlink. Not by the files in sysfs:
 * those are of the namespace for which sysfs was mounted, which is another one
 * where a program has entered a namespace without mounting it anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/ttlpin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "settings.h"

static const char *const modes[] = { "off", "monitor", "enforce", NULL };
static const char *const protects[] = { "client", "server", "both", NULL };
static const char *const midstreams[] = { "pass", "learn", NULL };

const struct setting settings[] = {
	{ "mode", TTLPIN_A_CONFIG_MODE, modes, "off, monitor or enforce" },
	{ "ports", TTLPIN_A_CONFIG_PORTS, NULL,
	  "up to 16 ports 1..65535 and ranges, as in 25,587,2500-2599" },
	{ "tolerance", TTLPIN_A_CONFIG_TOLERANCE, NULL, "0..32" },
	{ "timestamps", TTLPIN_A_CONFIG_TIMESTAMPS, NULL, "0 or 1" },
	{ "heal", TTLPIN_A_CONFIG_HEAL, NULL, "0 or 1" },
	{ "protect", TTLPIN_A_CONFIG_PROTECT, protects, "client, server or both" },
	{ "midstream", TTLPIN_A_CONFIG_MIDSTREAM, midstreams, "pass or learn" },
	{ "max_flows", TTLPIN_A_CONFIG_MAX_FLOWS, NULL, "1024..16777216" },
	{ "half_open_timeout", TTLPIN_A_CONFIG_HALF_OPEN_TIMEOUT, NULL,
	  "1..86400 seconds" },
	{ "idle_timeout", TTLPIN_A_CONFIG_IDLE_TIMEOUT, NULL,
	  "1..86400 seconds" },
	{ "close_timeout", TTLPIN_A_CONFIG_CLOSE_TIMEOUT, NULL,
	  "1..86400 seconds" },
	{ "event_rate", TTLPIN_A_CONFIG_EVENT_RATE, NULL,
	  "0..100000 events a second" },
	{ "event_snaplen", TTLPIN_A_CONFIG_EVENT_SNAPLEN, NULL, "0..1500 bytes" },
	{ "ct_mark_mask", TTLPIN_A_CONFIG_CT_MARK_MASK, NULL,
	  "0, or 8 bits or more in a row, as in 0xff0000" },
	{ NULL, 0, NULL, NULL },
};

/**
 * settings_find_part - the setting of that name
 * @text: begins with the name
 * @len: how many characters of it are the name
 */
const struct setting *settings_find_part(const char *text, size_t len)
{
	const struct setting *s;

	for (s = settings; s->name; s++)
		if (strlen(s->name) == len && !memcmp(s->name, text, len))
			return s;
	return NULL;
}

/**
 * settings_find - the setting of that name
 * @name: the name
 */
const struct setting *settings_find(const char *name)
{
	return settings_find_part(name, strlen(name));
}

static const struct setting *find_attr(int attr)
{
	const struct setting *s;

	for (s = settings; s->name && s->attr != attr; s++)
		;
	return s->name ? s : NULL;
}

static json_t *value_of(const struct setting *s, const struct nlattr *attr)
{
	uint64_t number = decode_number(attr), i;

	if (s && s->attr == TTLPIN_A_CONFIG_PORTS)
		return json_stringn(mnl_attr_get_payload(attr),
				    strnlen(mnl_attr_get_payload(attr),
					    mnl_attr_get_payload_len(attr)));
	for (i = 0; s && s->words && s->words[i]; i++)
		if (i == number)
			return json_string(s->words[i]);
	if (s && s->attr == TTLPIN_A_CONFIG_CT_MARK_MASK)
		return json_sprintf("%#" PRIx32, (uint32_t)number);
	return json_integer(number);
}

/**
 * settings_decode - settings by name
 * @nest: TTLPIN_A_CONFIG
 *
 * One that this tool has no name for is called setting_N.
 */
json_t *settings_decode(const struct nlattr *nest)
{
	json_t *object = json_object();
	const struct nlattr *attr;
	char name[32];

	mnl_attr_for_each_nested(attr, nest) {
		const struct setting *s = find_attr(mnl_attr_get_type(attr));

		snprintf(name, sizeof(name), "setting_%u",
			 mnl_attr_get_type(attr));
		json_object_set_new(object, s ? s->name : name,
				    value_of(s, attr));
	}
	return object;
}

/**
 * settings_mask - read a mask as the module does
 * @text: decimal digits, or hexadecimal ones behind 0x
 * @mask: set with true
 *
 * Return: false if it is no number of 32 bits; what it says is not looked at.
 */
bool settings_mask(const char *text, uint32_t *mask)
{
	unsigned long number;

	if (strncmp(text, "0x", 2)) {
		if (!arg_number(text, &number))
			return false;
	} else {
		text += 2;
		if (!*text || text[strspn(text, "0123456789abcdefABCDEF")])
			return false;
		errno = 0;
		number = strtoul(text, NULL, 16);
		if (errno)
			return false;
	}
	*mask = number;
	return number <= UINT32_MAX;
}

/**
 * settings_put - append a setting to a request
 * @nlh: the request, within the nest that holds settings
 * @s: the setting
 * @value: as text
 *
 * Return: false if it is not of the setting's kind; nothing is appended then.
 */
bool settings_put(struct nlmsghdr *nlh, const struct setting *s,
		  const char *value)
{
	unsigned long number;
	uint32_t mask;
	int i;

	if (s->attr == TTLPIN_A_CONFIG_PORTS) {
		if (strlen(value) > 255)
			return false;
		mnl_attr_put_strz(nlh, s->attr, value);
		return true;
	}
	for (i = 0; s->words && s->words[i]; i++) {
		if (!strcmp(s->words[i], value)) {
			mnl_attr_put_u8(nlh, s->attr, i);
			return true;
		}
	}
	if (s->attr == TTLPIN_A_CONFIG_CT_MARK_MASK) {
		if (!settings_mask(value, &mask))
			return false;
		mnl_attr_put_u32(nlh, s->attr, mask);
		return true;
	}
	if (s->words || !arg_number(value, &number) || number > UINT_MAX)
		return false;
	mnl_attr_put_u32(nlh, s->attr, number);
	return true;
}

/**
 * settings_size - octets that settings_put() appends
 * @s: the setting
 * @value: as given to it
 */
int settings_size(const struct setting *s, const char *value)
{
	if (s->attr == TTLPIN_A_CONFIG_PORTS)
		return MNL_ATTR_HDRLEN + MNL_ALIGN(strlen(value) + 1);
	return MNL_ATTR_HDRLEN + MNL_ALIGN(sizeof(uint32_t));
}
