// SPDX-License-Identifier: GPL-2.0
/*
 * What the module tells, as trees of values. Attributes are measured before
 * they are read: the module may be newer than this tool, or another program may
 * have taken its name.
 */
#include <arpa/inet.h>
#include <linux/ttlpin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "decode.h"
#include "hops.h"
#include "nl.h"
#include "out.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const modes[] = { "off", "monitor", "enforce" };
static const char *const phases[] = { "syn-sent", "opening", "talking",
				      "closing" };
static const char *const reasons[] = { "ttl", "timestamp", "synack", "burst" };
static const char *const kinds[] = { "rst", "handshake", "fin", "data", "ack" };

static const char *const counters[] = {
	[TTLPIN_A_COUNTER_SEEN] = "seen",
	[TTLPIN_A_COUNTER_PASSED] = "passed",
	[TTLPIN_A_COUNTER_DROPPED] = "dropped",
	[TTLPIN_A_COUNTER_WOULD_DROP] = "would_drop",
	[TTLPIN_A_COUNTER_WHITELISTED] = "whitelisted",
	[TTLPIN_A_COUNTER_UNPINNED] = "unpinned",
	[TTLPIN_A_COUNTER_NEAR] = "near",
	[TTLPIN_A_COUNTER_HEALED] = "healed",
	[TTLPIN_A_COUNTER_DROPPED_TTL] = "dropped_ttl",
	[TTLPIN_A_COUNTER_DROPPED_TIMESTAMP] = "dropped_timestamp",
	[TTLPIN_A_COUNTER_DROPPED_SYNACK] = "dropped_synack",
	[TTLPIN_A_COUNTER_DROPPED_BURST] = "dropped_burst",
	[TTLPIN_A_COUNTER_DROPPED_RST] = "dropped_rst",
	[TTLPIN_A_COUNTER_DROPPED_FIN] = "dropped_fin",
	[TTLPIN_A_COUNTER_DROPPED_DATA] = "dropped_data",
	[TTLPIN_A_COUNTER_DROPPED_ACK] = "dropped_ack",
	[TTLPIN_A_COUNTER_DROPPED_HANDSHAKE] = "dropped_handshake",
	[TTLPIN_A_COUNTER_PINNED] = "pinned",
	[TTLPIN_A_COUNTER_LEARNED] = "learned",
	[TTLPIN_A_COUNTER_CONFIRMED] = "confirmed",
	[TTLPIN_A_COUNTER_LOOSE] = "loose",
	[TTLPIN_A_COUNTER_TABLE_FULL] = "table_full",
	[TTLPIN_A_COUNTER_NO_MEMORY] = "no_memory",
	[TTLPIN_A_COUNTER_EVICTED] = "evicted",
	[TTLPIN_A_COUNTER_MALFORMED] = "malformed",
	[TTLPIN_A_COUNTER_EVENTS_SENT] = "events_sent",
	[TTLPIN_A_COUNTER_EVENTS_LOST] = "events_lost",
};

/**
 * decode_number - an unsigned integer of whatever width
 * @attr: the attribute, or NULL
 *
 * Return: 0 for what is absent or has no integer's size.
 */
uint64_t decode_number(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
		return value;
	default:
		return 0;
	}
}

/* The name of an enumeration's value; a number where this tool has none. */
static json_t *word(const struct nlattr *attr, const char *const *words,
		    size_t nr)
{
	uint64_t value = decode_number(attr);

	if (!attr)
		return json_null();
	return value < nr ? json_string(words[value]) : json_integer(value);
}

json_t *decode_mode(const struct nlattr *attr)
{
	return word(attr, modes, COUNT(modes));
}

static json_t *address(const struct nlattr *v4, const struct nlattr *v6)
{
	char text[INET6_ADDRSTRLEN];

	if (v4 && mnl_attr_get_payload_len(v4) == 4)
		inet_ntop(AF_INET, mnl_attr_get_payload(v4), text, sizeof(text));
	else if (v6 && mnl_attr_get_payload_len(v6) == 16)
		inet_ntop(AF_INET6, mnl_attr_get_payload(v6), text, sizeof(text));
	else
		return json_null();
	return json_string(text);
}

static json_t *end(const struct nlattr *v4, const struct nlattr *v6,
		   const struct nlattr *port)
{
	return json_pack("{s:o,s:I}", "addr", address(v4, v6), "port",
			 (json_int_t)decode_number(port));
}

static void add_flag(json_t *object, const char *key, bool set)
{
	json_object_set_new(object, key, json_boolean(set));
}

/* All values of an attribute that may come several times. */
static json_t *numbers(const struct nlattr *nest, int type)
{
	json_t *array = json_array();
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			json_array_append_new(array, json_integer(decode_number(attr)));
	return array;
}

/**
 * decode_counters - counters by name
 * @nest: TTLPIN_A_COUNTERS
 *
 * One that this tool has no name for is called counter_N.
 */
json_t *decode_counters(const struct nlattr *nest)
{
	json_t *object = json_object();
	const struct nlattr *attr;
	char name[32];

	mnl_attr_for_each_nested(attr, nest) {
		unsigned int type = mnl_attr_get_type(attr);
		const char *known = type < COUNT(counters) ? counters[type] : NULL;

		if (type == TTLPIN_A_COUNTER_PAD)
			continue;
		snprintf(name, sizeof(name), "counter_%u", type);
		json_object_set_new(object, known ? known : name,
				    json_integer(decode_number(attr)));
	}
	return object;
}

/* Nanoseconds since 1970 as RFC 3339 in UTC, to the microsecond. */
static json_t *timestamp(uint64_t ns)
{
	time_t seconds = ns / 1000000000;
	char text[64], date[32];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return json_null();
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%06uZ", date,
		 (unsigned int)(ns % 1000000000 / 1000));
	return json_string(text);
}

static json_t *flag_letters(unsigned int flags)
{
	static const char letters[] = "FSRPAUEC";
	char text[9];
	int i, n = 0;

	for (i = 0; letters[i]; i++)
		if (flags & 1 << i)
			text[n++] = letters[i];
	text[n] = 0;
	return json_string(text);
}

static json_t *payload(const struct nlattr *attr)
{
	json_t *value;
	char *text;

	if (!attr)
		return json_string("");
	text = out_escape(mnl_attr_get_payload(attr),
			  mnl_attr_get_payload_len(attr));
	value = text ? json_string(text) : json_null();
	free(text);
	return value;
}

static json_t *option(const struct nlattr **a)
{
	if (!a[TTLPIN_A_EVENT_TSVAL])
		return json_null();
	return json_pack("{s:I,s:I}", "tsval",
			 (json_int_t)decode_number(a[TTLPIN_A_EVENT_TSVAL]), "tsecr",
			 (json_int_t)decode_number(a[TTLPIN_A_EVENT_TSECR]));
}

/* How far the peer and the sender are, by the pin and by the segment's TTL. */
static json_t *hops(const json_t *pin, int ttl)
{
	struct hops sender = hops_of_ttl(ttl), remote;

	if (!json_array_size(pin))
		return json_pack("{s:n,s:i,s:b}", "remote", "sender",
				 sender.hop, "unsure", sender.unsure);
	remote = hops_of_ttl(json_integer_value(json_array_get(pin, 0)) & 255);
	return json_pack("{s:i,s:i,s:b}", "remote", remote.hop, "sender",
			 sender.hop, "unsure", remote.unsure || sender.unsure);
}

/**
 * decode_event - a condemned segment
 * @nest: TTLPIN_A_EVENT or TTLPIN_A_LAST_DROP
 */
json_t *decode_event(const struct nlattr *nest)
{
	const struct nlattr *a[TTLPIN_A_EVENT_MAX + 1];
	json_t *ev = json_object(), *pin;
	static const struct {
		const char *key;
		int attr;
	} numeric[] = {
		{ "distance", TTLPIN_A_EVENT_DISTANCE },
		{ "seq", TTLPIN_A_EVENT_SEQ },
		{ "ack", TTLPIN_A_EVENT_ACK },
		{ "window", TTLPIN_A_EVENT_WINDOW },
		{ "length", TTLPIN_A_EVENT_LENGTH },
	};
	size_t i;

	nl_parse(a, TTLPIN_A_EVENT_MAX, nest);
	json_object_set_new(ev, "time", timestamp(decode_number(a[TTLPIN_A_EVENT_TIME])));
	json_object_set_new(ev, "event", json_string("drop"));
	json_object_set_new(ev, "reason",
			    word(a[TTLPIN_A_EVENT_REASON], reasons, COUNT(reasons)));
	json_object_set_new(ev, "kind",
			    word(a[TTLPIN_A_EVENT_KIND], kinds, COUNT(kinds)));
	json_object_set_new(ev, "mode", decode_mode(a[TTLPIN_A_EVENT_MODE]));
	json_object_set_new(ev, "phase",
			    word(a[TTLPIN_A_EVENT_PHASE], phases, COUNT(phases)));
	json_object_set_new(ev, "remote", end(a[TTLPIN_A_EVENT_REMOTE_V4],
					      a[TTLPIN_A_EVENT_REMOTE_V6],
					      a[TTLPIN_A_EVENT_REMOTE_PORT]));
	json_object_set_new(ev, "local", end(a[TTLPIN_A_EVENT_LOCAL_V4],
					     a[TTLPIN_A_EVENT_LOCAL_V6],
					     a[TTLPIN_A_EVENT_LOCAL_PORT]));
	json_object_set_new(ev, "ttl", json_integer(decode_number(a[TTLPIN_A_EVENT_TTL])));
	pin = numbers(nest, TTLPIN_A_EVENT_PIN);
	json_object_set_new(ev, "pin", pin);
	json_object_set_new(ev, "hops", hops(pin, decode_number(a[TTLPIN_A_EVENT_TTL]) & 255));
	for (i = 0; i < COUNT(numeric); i++)
		json_object_set_new(ev, numeric[i].key,
				    json_integer(decode_number(a[numeric[i].attr])));
	json_object_set_new(ev, "flags", flag_letters(decode_number(a[TTLPIN_A_EVENT_FLAGS])));
	json_object_set_new(ev, "ip_id", a[TTLPIN_A_EVENT_IP_ID] ?
			    json_integer(decode_number(a[TTLPIN_A_EVENT_IP_ID])) : json_null());
	json_object_set_new(ev, "df", a[TTLPIN_A_EVENT_IP_ID] ?
			    json_boolean(a[TTLPIN_A_EVENT_DF]) : json_null());
	json_object_set_new(ev, "timestamp", option(a));
	json_object_set_new(ev, "payload", payload(a[TTLPIN_A_EVENT_PAYLOAD]));
	return ev;
}

/**
 * decode_flow - a flow
 * @nest: TTLPIN_A_FLOW
 */
json_t *decode_flow(const struct nlattr *nest)
{
	const struct nlattr *a[TTLPIN_A_FLOW_MAX + 1];
	json_t *flow = json_object();

	nl_parse(a, TTLPIN_A_FLOW_MAX, nest);
	json_object_set_new(flow, "remote", end(a[TTLPIN_A_FLOW_REMOTE_V4],
						a[TTLPIN_A_FLOW_REMOTE_V6],
						a[TTLPIN_A_FLOW_REMOTE_PORT]));
	json_object_set_new(flow, "local", end(a[TTLPIN_A_FLOW_LOCAL_V4],
					       a[TTLPIN_A_FLOW_LOCAL_V6],
					       a[TTLPIN_A_FLOW_LOCAL_PORT]));
	json_object_set_new(flow, "phase",
			    word(a[TTLPIN_A_FLOW_PHASE], phases, COUNT(phases)));
	json_object_set_new(flow, "pin", numbers(nest, TTLPIN_A_FLOW_TTL));
	add_flag(flow, "server", a[TTLPIN_A_FLOW_SERVER]);
	add_flag(flow, "timestamps", a[TTLPIN_A_FLOW_TIMESTAMPS]);
	add_flag(flow, "loose", a[TTLPIN_A_FLOW_LOOSE]);
	json_object_set_new(flow, "idle", json_integer(decode_number(a[TTLPIN_A_FLOW_IDLE])));
	json_object_set_new(flow, "suspect_ttl", a[TTLPIN_A_FLOW_SUSPECT_TTL] ?
			    json_integer(decode_number(a[TTLPIN_A_FLOW_SUSPECT_TTL])) :
			    json_null());
	return flow;
}

/**
 * decode_prefix - a prefix as text
 * @nest: TTLPIN_A_PREFIX
 */
json_t *decode_prefix(const struct nlattr *nest)
{
	const struct nlattr *a[TTLPIN_A_PREFIX_MAX + 1];
	json_t *addr, *prefix;

	nl_parse(a, TTLPIN_A_PREFIX_MAX, nest);
	addr = address(a[TTLPIN_A_PREFIX_V4], a[TTLPIN_A_PREFIX_V6]);
	prefix = json_sprintf("%s/%u", json_is_string(addr) ?
			      json_string_value(addr) : "?",
			      (unsigned int)decode_number(a[TTLPIN_A_PREFIX_LEN]));
	json_decref(addr);
	return prefix;
}
