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
#include "decode.h"
#include "hops.h"
#include "nl.h"
#include "out.h"
#include "words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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

/**
 * decode_phase_number - the phase of that name
 * @name: as flows have it
 *
 * Return: enum ttlpin_phase, or -1.
 */
int decode_phase_number(const char *name)
{
	size_t i;

	for (i = 0; i < WORDS_PHASES; i++)
		if (!strcmp(words_phases[i], name))
			return i;
	return -1;
}

json_t *decode_mode(const struct nlattr *attr)
{
	return word(attr, words_modes, WORDS_MODES);
}

static json_t *address(const struct nlattr *v4, const struct nlattr *v6)
{
	if (v4 && mnl_attr_get_payload_len(v4) == 4)
		return words_address(4, mnl_attr_get_payload(v4));
	if (v6 && mnl_attr_get_payload_len(v6) == 16)
		return words_address(6, mnl_attr_get_payload(v6));
	return json_null();
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
		const char *known = type < WORDS_COUNTERS ? words_counters[type] : NULL;

		if (type == TTLPIN_A_COUNTER_PAD)
			continue;
		snprintf(name, sizeof(name), "counter_%u", type);
		json_object_set_new(object, known ? known : name,
				    json_integer(decode_number(attr)));
	}
	return object;
}

static json_t *payload(const struct nlattr *attr)
{
	if (!attr)
		return json_string("");
	return words_payload(mnl_attr_get_payload(attr),
			     mnl_attr_get_payload_len(attr));
}

static json_t *option(const struct nlattr **a)
{
	if (!a[TTLPIN_A_EVENT_TSVAL])
		return json_null();
	return words_timestamp(decode_number(a[TTLPIN_A_EVENT_TSVAL]),
			       decode_number(a[TTLPIN_A_EVENT_TSECR]));
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

static const char *event_name(uint8_t cmd)
{
	switch (cmd) {
	case TTLPIN_CMD_HEAL_NTF:
		return "heal";
	case TTLPIN_CMD_LOOSE_NTF:
		return "loose";
	default:
		return "drop";
	}
}

/**
 * decode_event - what became of a segment
 * @nest: TTLPIN_A_EVENT or TTLPIN_A_LAST_DROP
 * @cmd: of the message: TTLPIN_CMD_DROP_NTF, _HEAL_NTF or _LOOSE_NTF
 */
json_t *decode_event(const struct nlattr *nest, uint8_t cmd)
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
	json_object_set_new(ev, "time", words_time(decode_number(a[TTLPIN_A_EVENT_TIME])));
	json_object_set_new(ev, "event", json_string(event_name(cmd)));
	json_object_set_new(ev, "reason",
			    word(a[TTLPIN_A_EVENT_REASON], words_reasons, WORDS_REASONS));
	json_object_set_new(ev, "kind",
			    word(a[TTLPIN_A_EVENT_KIND], words_kinds, WORDS_KINDS));
	json_object_set_new(ev, "mode", decode_mode(a[TTLPIN_A_EVENT_MODE]));
	json_object_set_new(ev, "phase",
			    word(a[TTLPIN_A_EVENT_PHASE], words_phases, WORDS_PHASES));
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
	json_object_set_new(ev, "flags", words_flags(decode_number(a[TTLPIN_A_EVENT_FLAGS])));
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
			    word(a[TTLPIN_A_FLOW_PHASE], words_phases, WORDS_PHASES));
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
 * decode_peer - an address of peer memory
 * @nest: TTLPIN_A_PEER
 */
json_t *decode_peer(const struct nlattr *nest)
{
	const struct nlattr *a[TTLPIN_A_PEER_MAX + 1];

	nl_parse(a, TTLPIN_A_PEER_MAX, nest);
	return json_pack("{s:o,s:I,s:I}", "addr",
			 address(a[TTLPIN_A_PEER_V4], a[TTLPIN_A_PEER_V6]), "ttl",
			 (json_int_t)decode_number(a[TTLPIN_A_PEER_TTL]), "age",
			 (json_int_t)decode_number(a[TTLPIN_A_PEER_AGE]));
}

/**
 * decode_account - what was condemned of an address's segments
 * @nest: TTLPIN_A_ACCOUNT
 */
json_t *decode_account(const struct nlattr *nest)
{
	const struct nlattr *a[TTLPIN_A_ACCOUNT_MAX + 1];
	static const struct {
		const char *key;
		int attr;
	} numeric[] = {
		{ "ttl", TTLPIN_A_ACCOUNT_TTL },
		{ "pin", TTLPIN_A_ACCOUNT_PIN },
		{ "condemned", TTLPIN_A_ACCOUNT_CONDEMNED },
		{ "confirmed", TTLPIN_A_ACCOUNT_CONFIRMED },
		{ "healed", TTLPIN_A_ACCOUNT_HEALED },
		{ "apart", TTLPIN_A_ACCOUNT_APART },
		{ "first", TTLPIN_A_ACCOUNT_FIRST },
		{ "last", TTLPIN_A_ACCOUNT_LAST },
	};
	json_t *account = json_object();
	size_t i;

	nl_parse(a, TTLPIN_A_ACCOUNT_MAX, nest);
	json_object_set_new(account, "addr", address(a[TTLPIN_A_ACCOUNT_V4],
						     a[TTLPIN_A_ACCOUNT_V6]));
	for (i = 0; i < COUNT(numeric); i++)
		json_object_set_new(account, numeric[i].key,
				    json_integer(decode_number(a[numeric[i].attr])));
	return account;
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
