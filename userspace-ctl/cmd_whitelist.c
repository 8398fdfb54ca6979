// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl whitelist: addresses whose segments are not judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "decode.h"
#include "nl.h"
#include "out.h"

struct prefixes {
	struct ttlpin_prefix *prefix;
	int nr;
};

static void put_prefixes(struct nlmsghdr *nlh, const void *data)
{
	const struct prefixes *p = data;
	int i;

	for (i = 0; i < p->nr; i++) {
		const struct ttlpin_prefix *prefix = &p->prefix[i];
		struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);

		if (prefix->family == 4)
			mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, 4, prefix->addr);
		else
			mnl_attr_put(nlh, TTLPIN_A_PREFIX_V6, 16, prefix->addr);
		mnl_attr_put_u8(nlh, TTLPIN_A_PREFIX_LEN, prefix->len);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void on_prefix(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (a[TTLPIN_A_PREFIX])
		json_array_append_new(data, decode_prefix(a[TTLPIN_A_PREFIX]));
}

static int list(const struct ctl *ctl)
{
	json_t *array, *tree, *value;
	struct nl nl;
	size_t i;
	int ret;

	ret = nl_open(&nl, ctl);
	if (ret)
		return ret;
	array = json_array();
	ret = nl_request(&nl, TTLPIN_CMD_WHITELIST_GET, true, NULL, NULL,
			 on_prefix, array);
	nl_close(&nl);
	tree = json_pack("{s:s?,s:o}", "netns", ctl->netns, "whitelist", array);
	if (!ret && ctl->json) {
		ret = out_json(tree);
	} else if (!ret) {
		json_array_foreach(array, i, value)
			puts(json_string_value(value));
		ret = out_end();
	}
	json_decref(tree);
	return ret;
}

static int change(const struct ctl *ctl, uint8_t cmd, int nr, char **text)
{
	struct prefixes p = { calloc(nr ? nr : 1, sizeof(*p.prefix)), 0 };
	struct nl nl;
	int ret = CTL_OK;

	/* An attribute takes at most 40 octets of a request. */
	if (nr > NL_REQUEST_MAX / 40)
		ret = out_usage("whitelist: at most %d prefixes at a time",
				NL_REQUEST_MAX / 40);
	else if (!p.prefix)
		ret = out_fail("out of memory");
	for (; !ret && p.nr < nr; p.nr++)
		ret = arg_prefix(text[p.nr], &p.prefix[p.nr]);
	if (!ret)
		ret = nl_open(&nl, ctl);
	if (!ret) {
		ret = nl_request(&nl, cmd, false, put_prefixes, &p, NULL, NULL);
		nl_close(&nl);
	}
	free(p.prefix);
	return ret;
}

int cmd_whitelist(const struct ctl *ctl, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "list";
	int nr = argc > 2 ? argc - 2 : 0;

	if (!strcmp(what, "list") && !nr)
		return list(ctl);
	if (!strcmp(what, "add") && nr)
		return change(ctl, TTLPIN_CMD_WHITELIST_ADD, nr, argv + 2);
	if (!strcmp(what, "del") && nr)
		return change(ctl, TTLPIN_CMD_WHITELIST_DEL, nr, argv + 2);
	if (!strcmp(what, "flush") && !nr)
		return change(ctl, TTLPIN_CMD_WHITELIST_FLUSH, 0, NULL);
	return out_usage("whitelist: accepted are list, add PREFIX..., del PREFIX... and flush");
}
