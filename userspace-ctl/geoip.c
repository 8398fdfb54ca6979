// SPDX-License-Identifier: GPL-2.0
/*
 * Whose an address is, from MaxMind databases. Systems and countries come in files
 * of their own, so several are asked, and the first that knows answers.
 */
#include <maxminddb.h>
#include <stdlib.h>
#include <string.h>
#include "ctl.h"
#include "geoip.h"
#include "out.h"

#define FILES_MAX	4

/**
 * struct geoip - databases that are open
 * @nr: how many
 * @files: in the order of the command line
 */
struct geoip {
	int nr;
	MMDB_s files[FILES_MAX];
};

/**
 * geoip_open - open one more database
 * @geoip: made if it is NULL
 * @file: its name
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int geoip_open(struct geoip **geoip, const char *file)
{
	int error;

	if (!*geoip)
		*geoip = calloc(1, sizeof(**geoip));
	if (!*geoip)
		return out_fail("out of memory");
	if ((*geoip)->nr == FILES_MAX)
		return out_fail("at most %d databases are asked", FILES_MAX);
	error = MMDB_open(file, MMDB_MODE_MMAP, &(*geoip)->files[(*geoip)->nr]);
	if (error)
		return out_fail("cannot read the database %s: %s", file,
				MMDB_strerror(error));
	(*geoip)->nr++;
	return CTL_OK;
}

/**
 * geoip_close - close all databases
 * @geoip: may be NULL
 */
void geoip_close(struct geoip *geoip)
{
	while (geoip && geoip->nr)
		MMDB_close(&geoip->files[--geoip->nr]);
	free(geoip);
}

static json_t *value_of(const MMDB_entry_data_s *data)
{
	switch (data->type) {
	case MMDB_DATA_TYPE_UTF8_STRING:
		return json_stringn(data->utf8_string, data->data_size);
	case MMDB_DATA_TYPE_UINT16:
		return json_integer(data->uint16);
	case MMDB_DATA_TYPE_UINT32:
		return json_integer(data->uint32);
	default:
		return NULL;
	}
}

/* The number of a system is written as 64496 or as "AS64496". */
static void put(json_t *into, const char *key, json_t *value)
{
	const char *text = json_string_value(value);

	if (value && !strcmp(key, "asn") && text) {
		bool named = !strncmp(text, "AS", 2);
		json_int_t asn = strtoul(named ? text + 2 : text, NULL, 10);

		json_decref(value);
		value = asn ? json_integer(asn) : NULL;
	}
	if (value && json_is_null(json_object_get(into, key)))
		json_object_set(into, key, value);
	json_decref(value);
}

static void ask(MMDB_s *file, const char *addr, json_t *into)
{
	static const struct {
		const char *key;
		const char *path[4];
	} members[] = {
		{ "asn", { "autonomous_system_number" } },
		{ "asn", { "asn" } },
		{ "network", { "autonomous_system_organization" } },
		{ "network", { "as_name" } },
		{ "country", { "country", "iso_code" } },
		{ "country", { "registered_country", "iso_code" } },
		{ "country", { "country_code" } },
	};
	MMDB_entry_data_s data;
	MMDB_lookup_result_s found;
	int gai, error;
	size_t i;

	found = MMDB_lookup_string(file, addr, &gai, &error);
	if (gai || error || !found.found_entry)
		return;
	for (i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (!MMDB_aget_value(&found.entry, &data, members[i].path) && data.has_data)
			put(into, members[i].key, value_of(&data));
}

/**
 * geoip_tell - fill in whose an address is
 * @geoip: may be NULL
 * @addr: the address
 * @into: an object; its members asn, network and country are set where they are
 *	null and known
 */
void geoip_tell(const struct geoip *geoip, const char *addr, json_t *into)
{
	int i;

	for (i = 0; geoip && i < geoip->nr; i++)
		ask((MMDB_s *)&geoip->files[i], addr, into);
}
