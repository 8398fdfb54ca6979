// SPDX-License-Identifier: GPL-2.0
/*
 * Settings, by the very file of the module: what is accepted is in its range and
 * reads back as what it is; what is refused changes nothing; guarded ports are
 * those that a plain reading of the text says.
 *
 * Input: lines of a setting (1 octet) and text for it.
 */
#include "kernel.h"
#include "fuzz.h"
#include "config.h"
#include "conntrack.h"

#define VALUE_MAX	256

struct net init_net;

/* The store takes any size but one, to see that refused. */
int ttlpin_sweep_resize(struct ttlpin_net *tn, u32 max_flows)
{
	return max_flows == 2000 ? -EBUSY : 0;
}

/* Namespaces that carry pins in marks, of one. */
static int users;

void ttlpin_conntrack_use(bool use)
{
	users += use ? 1 : -1;
}

static void show(struct ttlpin_net *tn, enum ttlpin_setting_id id, char *text)
{
	char page[PAGE_SIZE];
	ssize_t len = ttlpin_config_show(tn, id, page);

	MUST(len > 1 && len < VALUE_MAX && page[len - 1] == '\n');
	MUST(strlen(page) == (size_t)len);
	memcpy(text, page, len);
	text[len - 1] = 0;
}

/* Bit by bit: none, or one row of 8 or more. */
static bool mask_has_room(uint32_t mask)
{
	int bit, rows = 0, bits = 0;

	for (bit = 0; bit < 32; bit++) {
		bits += mask >> bit & 1;
		rows += (mask >> bit & 1) && (!bit || !(mask >> (bit - 1) & 1));
	}
	return !mask || (rows == 1 && bits >= 8);
}

static bool in_range(const struct ttlpin_config *cfg)
{
	return cfg->mode <= TTLPIN_MODE_ENFORCE &&
	       cfg->protect <= TTLPIN_PROTECT_BOTH &&
	       cfg->policy.tolerance <= 32 && cfg->nr_ports &&
	       cfg->nr_ports <= TTLPIN_PORTS_MAX &&
	       cfg->max_flows >= 1024 && cfg->max_flows <= 16777216 &&
	       cfg->timeouts.half_open - 1 < 86400 &&
	       cfg->timeouts.idle - 1 < 86400 && cfg->timeouts.close - 1 < 86400 &&
	       cfg->event_rate <= 100000 && cfg->event_snaplen <= 1500 &&
	       users == !!cfg->ct_mark_mask && mask_has_room(cfg->ct_mark_mask);
}

/* Whether the text names the port, read the plain way; -1 if it is no list. */
static int names(const char *text, unsigned long port)
{
	char copy[VALUE_MAX], *rest = copy, *part;
	int nr = 0, found = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((part = strsep(&rest, ","))) {
		char *dash = strchr(part, '-'), *second = dash ? dash + 1 : part;
		unsigned long first, last;

		if (dash)
			*dash = 0;
		if (!*part || !*second || strspn(part, "0123456789") != strlen(part) ||
		    strspn(second, "0123456789") != strlen(second))
			return -1;
		first = strtoul(part, NULL, 10);
		last = strtoul(second, NULL, 10);
		if (!first || first > 65535 || !last || last > 65535 || last < first)
			return -1;
		found |= port >= first && port <= last;
		nr++;
	}
	return nr <= TTLPIN_PORTS_MAX ? found : -1;
}

static void check_ports(const struct ttlpin_config *cfg, const char *text,
			bool accepted)
{
	unsigned int i, port;

	MUST(accepted == (names(text, 0) >= 0));
	for (i = 0; accepted && i < cfg->nr_ports; i++) {
		for (port = cfg->ports[i].first - 1u;
		     port <= cfg->ports[i].first + 1u; port++)
			MUST(ttlpin_config_guards(cfg, port) == names(text, port));
		port = cfg->ports[i].first + cfg->ports[i].span;
		MUST(ttlpin_config_guards(cfg, port) == names(text, port));
		if (++port < 65536)
			MUST(ttlpin_config_guards(cfg, port) == names(text, port));
	}
}

static void store(struct ttlpin_net *tn, enum ttlpin_setting_id id,
		  const char *text)
{
	struct ttlpin_config before = *tn->config;
	char shown[VALUE_MAX], again[VALUE_MAX];
	int ret;

	fuzz_calls++;
	ret = ttlpin_config_store(tn, id, text);
	MUST(!ret || ret == -EINVAL || ret == -ERANGE ||
	     (ret == -EBUSY && id == TTLPIN_SET_MAX_FLOWS));
	MUST(!tn->mutex.held && in_range(tn->config));
	if (id == TTLPIN_SET_PORTS)
		check_ports(tn->config, text, !ret);
	if (ret)
		MUST(!memcmp(&before, tn->config, sizeof(before)));
	show(tn, id, shown);
	MUST(!ttlpin_config_store(tn, id, shown));
	show(tn, id, again);
	MUST(!strcmp(shown, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct ttlpin_net tn = { .net = &init_net };

	MUST(!ttlpin_config_init(&tn));
	while (in.left) {
		enum ttlpin_setting_id id = take_below(&in, TTLPIN_SETTINGS);
		const uint8_t *end = memchr(in.p, '\n', in.left);
		size_t len = end ? (size_t)(end - in.p) : in.left;
		char text[VALUE_MAX] = "";

		/* As the file does: what is longer, or holds a NUL, is refused. */
		if (len < sizeof(text))
			memcpy(text, in.p, len);
		store(&tn, id, text);
		in.p += len + !!end;
		in.left -= len + !!end;
	}
	ttlpin_config_exit(&tn);
	MUST(!users);
	return 0;
}
