// SPDX-License-Identifier: GPL-2.0
/*
 * Settings as files: /sys/kernel/ttlpin holds one object, net, tagged with the
 * network namespace of the reader's sysfs mount.
 */
#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include "compat.h"
#include "config.h"
#include "flow.h"
#include "sysfs.h"

/* Longest value of a setting: 16 port ranges. */
#define VALUE_MAX	256

/**
 * struct ttlpin_sysfs - the directory of a namespace
 * @kobj: the directory; its release frees this
 * @tn: the namespace; files are gone before it is
 */
struct ttlpin_sysfs {
	struct kobject kobj;
	struct ttlpin_net *tn;
};

struct setting_attr {
	struct kobj_attribute attr;
	enum ttlpin_setting_id id;
};

static struct kset *ttlpin_kset;

static struct ttlpin_net *net_of(struct kobject *kobj)
{
	return container_of(kobj, struct ttlpin_sysfs, kobj)->tn;
}

static ssize_t setting_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return ttlpin_config_show(net_of(kobj),
				  container_of(attr, struct setting_attr,
					       attr)->id, buf);
}

static ssize_t setting_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	enum ttlpin_setting_id id = container_of(attr, struct setting_attr,
						 attr)->id;
	size_t len = count;
	char text[VALUE_MAX];
	int ret;

	/* As by netlink: the file's owner alone is not enough. */
	if (!ns_capable(net_of(kobj)->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (len && buf[len - 1] == '\n')
		len--;
	if (len >= sizeof(text) || memchr(buf, 0, len))
		return -EINVAL;
	memcpy(text, buf, len);
	text[len] = 0;
	ret = ttlpin_config_store(net_of(kobj), id, text);
	return ret ? ret : count;
}

static ssize_t flows_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	struct ttlpin_flow_counts counts;

	ttlpin_flow_counts(net_of(kobj), &counts);
	return sysfs_emit(buf, "%u\n", counts.flows);
}

static struct kobj_attribute flows_attr = __ATTR_RO(flows);
static struct setting_attr setting_attrs[TTLPIN_SETTINGS];
static struct attribute *attrs[TTLPIN_SETTINGS + 2];
static const struct attribute_group group = { .attrs = attrs };
static const struct attribute_group *groups[] = { &group, NULL };

/* The files follow from the table of settings. */
static void build_attrs(void)
{
	int id;

	for (id = 0; id < TTLPIN_SETTINGS; id++) {
		struct setting_attr *s = &setting_attrs[id];

		s->id = id;
		sysfs_attr_init(&s->attr.attr);
		s->attr.attr.name = ttlpin_config_name(id);
		s->attr.attr.mode = 0644;
		s->attr.show = setting_show;
		s->attr.store = setting_store;
		attrs[id] = &s->attr.attr;
	}
	attrs[id] = &flows_attr.attr;
}

/* A directory that is removed does not hold the kset any more; this does. */
static void net_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct ttlpin_sysfs, kobj));
	kset_put(ttlpin_kset);
}

static const void *net_namespace(TTLPIN_KOBJ_CONST struct kobject *kobj)
{
	return container_of(kobj, struct ttlpin_sysfs, kobj)->tn->net;
}

/* The root of a container owns the settings of its namespace. */
static void net_ownership(TTLPIN_KOBJ_CONST struct kobject *kobj, kuid_t *uid,
			  kgid_t *gid)
{
	net_ns_get_ownership(container_of(kobj, struct ttlpin_sysfs,
					  kobj)->tn->net, uid, gid);
}

static const struct kobj_type net_type = {
	.release = net_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = groups,
	.namespace = net_namespace,
	.get_ownership = net_ownership,
};

/**
 * ttlpin_sysfs_net_init - the files of a new namespace
 * @tn: the namespace
 *
 * Return: 0 or a negative error.
 */
int ttlpin_sysfs_net_init(struct ttlpin_net *tn)
{
	struct ttlpin_sysfs *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!s)
		return -ENOMEM;
	s->tn = tn;
	s->kobj.kset = kset_get(ttlpin_kset);
	ret = kobject_init_and_add(&s->kobj, &net_type, NULL, "net");
	if (ret) {
		kobject_put(&s->kobj);
		return ret;
	}
	tn->sysfs = s;
	return 0;
}

/**
 * ttlpin_sysfs_net_exit - remove a namespace's files
 * @tn: the namespace
 *
 * Waits for readers and writers of the files.
 */
void ttlpin_sysfs_net_exit(struct ttlpin_net *tn)
{
	kobject_del(&tn->sysfs->kobj);
	kobject_put(&tn->sysfs->kobj);
}

/* With DEBUG_KOBJECT_RELEASE that is some time after it is gone. */
static DECLARE_COMPLETION(kset_released);

static void kset_free(struct kobject *kobj)
{
	kfree(container_of(kobj, struct kset, kobj));
	complete(&kset_released);
}

static const struct kobj_ns_type_operations *
child_ns_type(TTLPIN_KOBJ_CONST struct kobject *kobj)
{
	return &net_ns_type_operations;
}

static const struct kobj_type kset_type = {
	.release = kset_free,
	.sysfs_ops = &kobj_sysfs_ops,
	.child_ns_type = child_ns_type,
};

/**
 * ttlpin_sysfs_init - make /sys/kernel/ttlpin
 *
 * Return: 0 or a negative error.
 */
int ttlpin_sysfs_init(void)
{
	int ret;

	build_attrs();
	ttlpin_kset = kzalloc(sizeof(*ttlpin_kset), GFP_KERNEL);
	if (!ttlpin_kset)
		return -ENOMEM;
	ret = kobject_set_name(&ttlpin_kset->kobj, "ttlpin");
	if (ret) {
		kfree(ttlpin_kset);
		return ret;
	}
	ttlpin_kset->kobj.parent = kernel_kobj;
	ttlpin_kset->kobj.ktype = &kset_type;
	ret = kset_register(ttlpin_kset);
	if (ret)
		kfree(ttlpin_kset);
	return ret;
}

void ttlpin_sysfs_exit(void)
{
	kset_unregister(ttlpin_kset);
	wait_for_completion(&kset_released);
}
