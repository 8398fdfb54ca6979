// SPDX-License-Identifier: GPL-2.0
/*
 * Names and notations that stand in JSON.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "out.h"
#include "words.h"

const char *const words_modes[] = { "off", "monitor", "enforce" };
const char *const words_phases[] = { "syn-sent", "opening", "talking",
				     "closing" };
const char *const words_reasons[] = { "ttl", "timestamp", "synack", "burst" };
const char *const words_kinds[] = { "rst", "handshake", "fin", "data", "ack" };

const char *const words_counters[WORDS_COUNTERS] = {
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
 * words_time - a time as RFC 3339 in UTC, to the microsecond
 * @ns: nanoseconds since 1970
 */
json_t *words_time(uint64_t ns)
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

/**
 * words_flags - TCP flags as letters
 * @flags: octet 13 of the header
 */
json_t *words_flags(unsigned int flags)
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

/**
 * words_address - an address as text
 * @family: 4 or 6
 * @addr: network order
 */
json_t *words_address(int family, const void *addr)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family == 4 ? AF_INET : AF_INET6, addr, text, sizeof(text));
	return json_string(text);
}

/**
 * words_end - an end of a flow
 * @family: 4 or 6
 * @addr: network order
 * @port: host order
 */
json_t *words_end(int family, const void *addr, uint16_t port)
{
	return json_pack("{s:o,s:i}", "addr", words_address(family, addr), "port",
			 port);
}

json_t *words_timestamp(uint32_t tsval, uint32_t tsecr)
{
	return json_pack("{s:I,s:I}", "tsval", (json_int_t)tsval, "tsecr",
			 (json_int_t)tsecr);
}

/**
 * words_payload - bytes from the network as out_escape() writes them
 * @bytes: the bytes
 * @len: how many
 */
json_t *words_payload(const void *bytes, size_t len)
{
	char *text = out_escape(bytes, len);
	json_t *value = text ? json_string(text) : json_null();

	free(text);
	return value;
}
