// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of messages and nests, by type.
 */
#include <linux/genetlink.h>
#include <string.h>
#include "nl.h"

struct parse {
	const struct nlattr **table;
	int max;
};

/* Attributes of a newer module than this tool are passed over. */
static int parse_attr(const struct nlattr *attr, void *data)
{
	struct parse *p = data;

	if (mnl_attr_get_type(attr) <= p->max)
		p->table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/**
 * nl_parse - find the attributes of a nest
 * @table: @max + 1 places, filled; NULL for what is absent
 * @max: highest type that is known
 * @nest: the nest
 */
void nl_parse(const struct nlattr **table, int max, const struct nlattr *nest)
{
	struct parse p = { table, max };

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_parse_nested(nest, parse_attr, &p);
}

/**
 * nl_parse_message - find the attributes of a message
 * @table: @max + 1 places, filled; NULL for what is absent
 * @max: highest type that is known
 * @nlh: the message
 */
void nl_parse_message(const struct nlattr **table, int max,
		      const struct nlmsghdr *nlh)
{
	struct parse p = { table, max };

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_parse(nlh, GENL_HDRLEN, parse_attr, &p);
}
