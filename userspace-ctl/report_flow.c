// SPDX-License-Identifier: GPL-2.0
/*
 * What the parts of a connection's section share: reading the analysis.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "report_flow.h"

/* Of a segment's text, as much as is read at a glance; it is ASCII. */
#define SAYS_MAX	100

/**
 * report_time - when a segment was seen
 * @segment: with its time as RFC 3339 in UTC
 * @us: set with true: microseconds since 1970
 */
bool report_time(const json_t *segment, int64_t *us)
{
	const char *text = report_string(segment, "time"), *rest;
	struct tm tm = { 0 };
	int digits, scale = 100000;

	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest)
		return false;
	*us = (int64_t)timegm(&tm) * 1000000;
	for (digits = 1; *rest == '.' && scale; digits++, scale /= 10) {
		if (rest[digits] < '0' || rest[digits] > '9')
			break;
		*us += (int64_t)(rest[digits] - '0') * scale;
	}
	return true;
}

/**
 * report_number - a member that is a number
 * @object: of which
 * @key: its name
 *
 * Return: 0 if it is none.
 */
long long report_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/**
 * report_string - a member that is text
 * @object: of which
 * @key: its name
 *
 * Return: "" if it is none.
 */
const char *report_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/**
 * report_is_in - whether a segment comes in the other side's name
 * @segment: of a timeline
 */
bool report_is_in(const json_t *segment)
{
	return !strcmp(report_string(segment, "direction"), "in");
}

static bool holds(const json_t *list, const json_t *segment)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (report_number(one, "packet") == report_number(segment, "packet") &&
		    !strcmp(report_string(one, "time"), report_string(segment, "time")))
			return true;
	return false;
}

/**
 * report_is_forged - whether a segment is forged
 * @f: the connection
 * @segment: of its timeline
 */
bool report_is_forged(const struct report_flow *f, const json_t *segment)
{
	return holds(f->drops, segment);
}

/**
 * report_is_held - whether a segment was dropped, but its sender is genuine
 * @f: the connection
 * @segment: of its timeline
 */
bool report_is_held(const struct report_flow *f, const json_t *segment)
{
	return holds(f->held, segment);
}

static const json_t *object_or_null(const json_t *value)
{
	return json_is_object(value) ? value : NULL;
}

/**
 * report_race - which command a forgery answers, and what came besides
 * @drop: the forgery
 */
struct report_race report_race(const json_t *drop)
{
	return (struct report_race){
		.command = object_or_null(json_object_get(drop, "trigger")),
		.forged = drop,
		.genuine = object_or_null(json_object_get(drop, "genuine")),
	};
}

static const char *flags_say(const char *flags)
{
	if (strchr(flags, 'R'))
		return "reset: the connection is cut (RST)";
	if (strchr(flags, 'S'))
		return strchr(flags, 'A') ? "connection accepted (SYN-ACK)" :
					    "connection asked for (SYN)";
	return strchr(flags, 'F') ? "connection closed (FIN)" : "acknowledgment";
}

/**
 * report_says - what a segment says, for people
 * @segment: of a timeline
 *
 * Return: text to be freed: the beginning of its first line, or what its flags mean.
 */
char *report_says(const json_t *segment)
{
	const char *payload = report_string(segment, "payload");
	const char *end = strstr(payload, "\\r");
	size_t len = strlen(payload);
	char *says;

	if (!*payload)
		return strdup(flags_say(report_string(segment, "flags")));
	if (!end)
		end = strstr(payload, "\\n");
	if (end && end > payload)
		len = end - payload;
	if (asprintf(&says, "%.*s%s", (int)(len < SAYS_MAX ? len : SAYS_MAX), payload,
		     len > SAYS_MAX ? "…" : "") < 0)
		return NULL;
	return says;
}
