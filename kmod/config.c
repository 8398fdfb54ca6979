// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of a namespace: one table with their names, kinds and ranges, one
 * setter for whoever writes them.
 */
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include "config.h"
#include "conntrack.h"
#include "mark.h"
#include "sweep.h"

static char *param_mode = "enforce";
module_param_named(mode, param_mode, charp, 0444);
MODULE_PARM_DESC(mode, "mode of a new namespace: off, monitor, enforce");

static char *param_ports = "25";
module_param_named(ports, param_ports, charp, 0444);
MODULE_PARM_DESC(ports, "guarded ports of a new namespace: 25,587,2500-2599");

static uint param_tolerance = 1;
module_param_named(tolerance, param_tolerance, uint, 0444);
MODULE_PARM_DESC(tolerance, "TTL tolerance of a new namespace: 0..32");

static const char *const modes[] = { "off", "monitor", "enforce", NULL };
static const char *const protects[] = { "client", "server", "both", NULL };
static const char *const midstreams[] = { "pass", "learn", NULL };

/**
 * struct setting - one setting
 * @name: of the sysfs file
 * @words: what an enumeration accepts, its index is the value; else NULL
 * @min: least value of a number
 * @max: greatest value of a number
 * @offset: of the field in struct ttlpin_config
 * @size: of that field: 1, or 4; 0 for the list of ports
 */
struct setting {
	const char *name;
	const char *const *words;
	u32 min;
	u32 max;
	u16 offset;
	u16 size;
};

#define FIELD(f) .offset = offsetof(struct ttlpin_config, f), \
	.size = sizeof_field(struct ttlpin_config, f)

static const struct setting settings[TTLPIN_SETTINGS] = {
	[TTLPIN_SET_MODE] = { "mode", .words = modes, FIELD(mode) },
	[TTLPIN_SET_PORTS] = { "ports" },
	[TTLPIN_SET_TOLERANCE] = { "tolerance", NULL, 0, 32,
				   FIELD(policy.tolerance) },
	[TTLPIN_SET_TIMESTAMPS] = { "timestamps", NULL, 0, 1,
				    FIELD(policy.timestamps) },
	[TTLPIN_SET_HEAL] = { "heal", NULL, 0, 1, FIELD(policy.heal) },
	[TTLPIN_SET_PROTECT] = { "protect", .words = protects, FIELD(protect) },
	[TTLPIN_SET_MIDSTREAM] = { "midstream", .words = midstreams,
				   FIELD(midstream) },
	[TTLPIN_SET_MAX_FLOWS] = { "max_flows", NULL, TTLPIN_FLOWS_MIN,
				   TTLPIN_FLOWS_MAX, FIELD(max_flows) },
	[TTLPIN_SET_HALF_OPEN_TIMEOUT] = { "half_open_timeout", NULL, 1, 86400,
					   FIELD(timeouts.half_open) },
	[TTLPIN_SET_IDLE_TIMEOUT] = { "idle_timeout", NULL, 1, 86400,
				      FIELD(timeouts.idle) },
	[TTLPIN_SET_CLOSE_TIMEOUT] = { "close_timeout", NULL, 1, 86400,
				       FIELD(timeouts.close) },
	[TTLPIN_SET_EVENT_RATE] = { "event_rate", NULL, 0, 100000,
				    FIELD(event_rate) },
	[TTLPIN_SET_EVENT_SNAPLEN] = { "event_snaplen", NULL, 0, 1500,
				       FIELD(event_snaplen) },
	[TTLPIN_SET_CT_MARK_MASK] = { "ct_mark_mask", NULL, 0, U32_MAX,
				      FIELD(ct_mark_mask) },
};

static u32 get_field(const struct ttlpin_config *cfg, const struct setting *s)
{
	const void *p = (const char *)cfg + s->offset;

	return s->size == 1 ? *(const u8 *)p : *(const u32 *)p;
}

static void set_field(struct ttlpin_config *cfg, const struct setting *s,
		      u32 value)
{
	void *p = (char *)cfg + s->offset;

	if (s->size == 1)
		*(u8 *)p = value;
	else
		*(u32 *)p = value;
}

/* A port at *@text, which is moved past it. */
static int parse_port(const char **text, u16 *port)
{
	u32 value = 0;

	if (!isdigit(**text))
		return -EINVAL;
	for (; isdigit(**text); (*text)++) {
		value = value * 10 + (**text - '0');
		if (value > 65535)
			return -ERANGE;
	}
	if (!value)
		return -ERANGE;
	*port = value;
	return 0;
}

static int parse_ports(struct ttlpin_config *cfg, const char *text)
{
	u8 n = 0;

	for (;; text++) {
		u16 first, last;
		int ret;

		ret = parse_port(&text, &first);
		if (ret)
			return ret;
		last = first;
		if (*text == '-') {
			text++;
			ret = parse_port(&text, &last);
			if (ret)
				return ret;
		}
		if (last < first)
			return -EINVAL;
		if (n == TTLPIN_PORTS_MAX)
			return -ERANGE;
		cfg->ports[n].first = first;
		cfg->ports[n++].span = last - first;
		if (*text != ',')
			break;
	}
	if (*text)
		return -EINVAL;
	cfg->nr_ports = n;
	return 0;
}

/* What an enumeration counts to, or the range of a number. */
static bool accepts(const struct setting *s, u32 value)
{
	u32 words = 0;

	if (!s->words)
		return value >= s->min && value <= s->max;
	while (s->words[words])
		words++;
	return value < words;
}

static bool accepts_mask(u32 mask)
{
	return ttlpin_mark_is_mask(mask) &&
	       (!mask || IS_ENABLED(CONFIG_NF_CONNTRACK_MARK));
}

/**
 * ttlpin_config_set_number - change a setting of a draft
 * @cfg: the draft
 * @id: the setting; not the ports
 * @value: its value; of an enumeration, its index
 *
 * Return: 0 or -ERANGE.
 */
int ttlpin_config_set_number(struct ttlpin_config *cfg,
			     enum ttlpin_setting_id id, u32 value)
{
	if (!accepts(&settings[id], value) ||
	    (id == TTLPIN_SET_CT_MARK_MASK && !accepts_mask(value)))
		return -ERANGE;
	set_field(cfg, &settings[id], value);
	return 0;
}

/**
 * ttlpin_config_set_text - change a setting of a draft
 * @cfg: the draft
 * @id: the setting
 * @text: the value, without a newline
 *
 * Return: 0, -EINVAL (not a value) or -ERANGE.
 */
int ttlpin_config_set_text(struct ttlpin_config *cfg, enum ttlpin_setting_id id,
			   const char *text)
{
	const struct setting *s = &settings[id];
	const char *digits = "0123456789";
	u32 value, base = 10;
	int ret;

	if (id == TTLPIN_SET_PORTS)
		return parse_ports(cfg, text);
	if (s->words) {
		for (value = 0; s->words[value]; value++) {
			if (!strcmp(text, s->words[value])) {
				set_field(cfg, s, value);
				return 0;
			}
		}
		return -EINVAL;
	}
	if (id == TTLPIN_SET_CT_MARK_MASK && text[0] == '0' && text[1] == 'x') {
		text += 2;
		digits = "0123456789abcdefABCDEF";
		base = 16;
	}
	/* Digits only: kstrtouint() would take a sign and other bases too. */
	if (!*text || strspn(text, digits) != strlen(text))
		return -EINVAL;
	ret = kstrtouint(text, base, &value);
	return ret ? ret : ttlpin_config_set_number(cfg, id, value);
}

/**
 * ttlpin_config_number - a setting as a number
 * @cfg: the settings
 * @id: the setting; not the ports
 */
u32 ttlpin_config_number(const struct ttlpin_config *cfg,
			 enum ttlpin_setting_id id)
{
	return get_field(cfg, &settings[id]);
}

/**
 * ttlpin_config_is_word - whether a setting is an enumeration
 * @id: the setting
 */
bool ttlpin_config_is_word(enum ttlpin_setting_id id)
{
	return settings[id].words;
}

/**
 * ttlpin_config_name - name of a setting
 * @id: the setting
 */
const char *ttlpin_config_name(enum ttlpin_setting_id id)
{
	return settings[id].name;
}

static ssize_t show_ports(const struct ttlpin_config *cfg, char *buf)
{
	ssize_t len = 0;
	u32 i;

	for (i = 0; i < cfg->nr_ports; i++) {
		u32 first = cfg->ports[i].first;

		len += sysfs_emit_at(buf, len, "%s%u", i ? "," : "", first);
		if (cfg->ports[i].span)
			len += sysfs_emit_at(buf, len, "-%u",
					     first + cfg->ports[i].span);
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

/**
 * ttlpin_config_show - a setting as text, with a newline
 * @tn: the namespace
 * @id: the setting
 * @buf: a page
 *
 * Return: length of the text.
 */
ssize_t ttlpin_config_show(struct ttlpin_net *tn, enum ttlpin_setting_id id,
			   char *buf)
{
	const struct setting *s = &settings[id];
	const struct ttlpin_config *cfg;
	ssize_t len;

	rcu_read_lock();
	cfg = rcu_dereference(tn->config);
	if (id == TTLPIN_SET_PORTS)
		len = show_ports(cfg, buf);
	else if (s->words)
		len = sysfs_emit(buf, "%s\n", s->words[get_field(cfg, s)]);
	else if (id == TTLPIN_SET_CT_MARK_MASK && get_field(cfg, s))
		len = sysfs_emit(buf, "%#x\n", get_field(cfg, s));
	else
		len = sysfs_emit(buf, "%u\n", get_field(cfg, s));
	rcu_read_unlock();
	return len;
}

static struct ttlpin_config *current_config(struct ttlpin_net *tn)
{
	return rcu_dereference_protected(tn->config,
					 lockdep_is_held(&tn->mutex));
}

/**
 * ttlpin_config_begin - a draft of new settings
 * @tn: the namespace
 *
 * Context: process; takes @tn->mutex until ttlpin_config_end().
 * Return: a copy of the settings in force, or NULL without memory and without
 * the mutex.
 */
struct ttlpin_config *ttlpin_config_begin(struct ttlpin_net *tn)
{
	struct ttlpin_config *cfg = kmalloc(sizeof(*cfg), GFP_KERNEL_ACCOUNT);

	if (!cfg)
		return NULL;
	mutex_lock(&tn->mutex);
	*cfg = *current_config(tn);
	return cfg;
}

/**
 * ttlpin_config_end - put a draft in force, or forget it
 * @tn: the namespace
 * @cfg: the draft
 * @ret: 0 to put it in force; else it is forgotten, and nothing has changed
 *
 * Applies to the next segment.
 *
 * Return: @ret; or -EBUSY (more flows are live than max_flows would hold) or
 * -ENOMEM.
 */
int ttlpin_config_end(struct ttlpin_net *tn, struct ttlpin_config *cfg, int ret)
{
	struct ttlpin_config *old = current_config(tn);
	bool had = old->ct_mark_mask;

	if (!ret && cfg->max_flows != old->max_flows)
		ret = ttlpin_sweep_resize(tn, cfg->max_flows);
	if (!ret)
		rcu_assign_pointer(tn->config, cfg);
	if (!ret && had != !!cfg->ct_mark_mask)
		ttlpin_conntrack_use(!had);
	mutex_unlock(&tn->mutex);
	if (ret)
		kfree(cfg);
	else
		kfree_rcu(old, rcu);
	return ret;
}

/**
 * ttlpin_config_store - change a setting
 * @tn: the namespace
 * @id: the setting
 * @text: the value, without a newline
 *
 * Context: process, takes @tn->mutex.
 * Return: as ttlpin_config_set_text() and ttlpin_config_end().
 */
int ttlpin_config_store(struct ttlpin_net *tn, enum ttlpin_setting_id id,
			const char *text)
{
	struct ttlpin_config *cfg = ttlpin_config_begin(tn);

	if (!cfg)
		return -ENOMEM;
	return ttlpin_config_end(tn, cfg, ttlpin_config_set_text(cfg, id, text));
}

static int defaults(struct ttlpin_config *cfg, bool init_net)
{
	int ret;

	*cfg = (struct ttlpin_config){
		.policy = { .timestamps = true, .heal = true },
		.max_flows = init_net ? 65536 : 4096,
		.timeouts = { .half_open = 30, .idle = 900, .close = 60 },
		.event_rate = 100,
		.event_snaplen = 128,
	};
	ret = ttlpin_config_set_text(cfg, TTLPIN_SET_MODE, param_mode);
	if (ret) {
		pr_err("nf_ttlpin: mode=%s: accepted are off, monitor, enforce\n",
		       param_mode);
		return ret;
	}
	ret = parse_ports(cfg, param_ports);
	if (ret) {
		pr_err("nf_ttlpin: ports=%s: accepted are up to %u ports 1..65535 and ranges, as in 25,587,2500-2599\n",
		       param_ports, TTLPIN_PORTS_MAX);
		return ret;
	}
	if (param_tolerance > settings[TTLPIN_SET_TOLERANCE].max) {
		pr_err("nf_ttlpin: tolerance=%u: accepted is 0..%u\n",
		       param_tolerance, settings[TTLPIN_SET_TOLERANCE].max);
		return -ERANGE;
	}
	cfg->policy.tolerance = param_tolerance;
	return 0;
}

/**
 * ttlpin_config_init - settings of a new namespace
 * @tn: the namespace
 *
 * Return: 0, -ENOMEM, or -EINVAL or -ERANGE for a module parameter, with a line
 * in the kernel log that says what is accepted.
 */
int ttlpin_config_init(struct ttlpin_net *tn)
{
	struct ttlpin_config *cfg;
	int ret;

	BUILD_BUG_ON(offsetof(struct ttlpin_config, ports) > 32);
	cfg = kzalloc(sizeof(*cfg), GFP_KERNEL_ACCOUNT);
	if (!cfg)
		return -ENOMEM;
	ret = defaults(cfg, net_eq(tn->net, &init_net));
	if (ret) {
		kfree(cfg);
		return ret;
	}
	rcu_assign_pointer(tn->config, cfg);
	return 0;
}

void ttlpin_config_exit(struct ttlpin_net *tn)
{
	struct ttlpin_config *cfg = rcu_dereference_protected(tn->config, true);

	if (cfg->ct_mark_mask)
		ttlpin_conntrack_use(false);
	kfree(cfg);
}
