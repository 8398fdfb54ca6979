// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl apply: put a folder's settings and whitelist in force, both or
 * neither. What ttlpin.service does at boot and at a reload.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf.h"
#include "out.h"
#include "whitelist.h"

/*
 * The new list waits beside the old one until the settings are in force. The kernel
 * has accepted both then: it needs no memory for a list that waits.
 */
static int put_in_force(const struct conf *conf, const struct whitelist *list)
{
	struct nl nl;
	int ret;

	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = whitelist_begin(&nl, list);
	if (!ret)
		ret = conf_write(&nl, conf);
	if (!ret)
		ret = whitelist_commit(&nl);
	nl_close(&nl);
	return ret;
}

static int apply(const struct ctl *ctl, const char *folder, bool only_check)
{
	struct whitelist list = { 0 };
	char *conf_path, *list_path;
	struct conf conf;
	int ret;

	if (asprintf(&conf_path, "%s/ttlpin.conf", folder) < 0 ||
	    asprintf(&list_path, "%s/whitelist", folder) < 0)
		return out_fail("out of memory");
	ret = conf_read(&conf, conf_path, !ctl->netns);
	if (!ret)
		ret = whitelist_read(&list, list_path);
	if (!ret && !only_check)
		ret = put_in_force(&conf, &list);
	if (!ret)
		ret = out_done(ctl, only_check ? "apply check" : "apply",
			       json_pack("{s:I}", "prefixes", (json_int_t)list.nr));
	whitelist_free(&list);
	free(conf_path);
	free(list_path);
	return ret;
}

int cmd_apply(const struct ctl *ctl, int argc, char **argv)
{
	const char *folder = NULL;
	bool only_check = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--check"))
			only_check = true;
		else if (argv[i][0] != '-' && !folder)
			folder = argv[i];
		else
			return out_usage("apply: unknown argument '%s'; accepted are --check and a folder",
					 argv[i]);
	}
	return apply(ctl, folder ? folder : TTLPIN_CONFDIR, only_check);
}
