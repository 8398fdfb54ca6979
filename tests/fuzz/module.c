// SPDX-License-Identifier: GPL-2.0
/*
 * The module's settings, to be asked by name.
 */
#include "kernel.h"
#include "module.h"
#include "../../kmod/config.c"
#include "conntrack.h"

struct net init_net;

int ttlpin_sweep_resize(struct ttlpin_net *tn, u32 max_flows)
{
	return 0;
}

void ttlpin_conntrack_use(bool use)
{
}

bool module_store(const char *name, const char *text)
{
	struct ttlpin_net tn = { .net = &init_net };
	enum ttlpin_setting_id id;
	int ret = -ENOENT;

	if (ttlpin_config_init(&tn))
		abort();
	for (id = 0; id < TTLPIN_SETTINGS; id++)
		if (!strcmp(ttlpin_config_name(id), name))
			ret = ttlpin_config_store(&tn, id, text);
	ttlpin_config_exit(&tn);
	if (ret == -ENOENT)
		abort();
	return !ret;
}
