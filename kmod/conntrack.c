// SPDX-License-Identifier: GPL-2.0
/*
 * The marks of conntrack's entries.
 *
 * Segments are judged before conntrack sees them, so an entry is looked up by its
 * tuple, and only where a flow is pinned, heals or is not known. The one function
 * for that is asked for by name while some namespace has ct_mark_mask set, and
 * everything else used here is inline: this module needs no conntrack to be loaded,
 * loads none, and puts none in use. Where it comes later, it is found then.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "conntrack.h"
#include "mark.h"
#include "net.h"
#include "tuple.h"

/* nf_conntrack_find_get(), or NULL; written under @lock, read under RCU. */
static typeof(nf_conntrack_find_get) *find_get;
/* Namespaces that want it; under @lock. */
static u32 users;
static DEFINE_MUTEX(lock);

/* Finds conntrack, if it is there; holds it until detach(). @lock is held. */
static void attach(void)
{
	if (users && !find_get)
		WRITE_ONCE(find_get, symbol_get(nf_conntrack_find_get));
}

static void detach(void)
{
	if (!find_get)
		return;
	WRITE_ONCE(find_get, NULL);
	synchronize_rcu();
	symbol_put(nf_conntrack_find_get);
}

/**
 * ttlpin_conntrack_use - a namespace begins to carry pins in marks, or ends
 * @use: whether it begins
 *
 * Context: process.
 */
void ttlpin_conntrack_use(bool use)
{
	mutex_lock(&lock);
	users += use ? 1 : -1;
	if (users)
		attach();
	else
		detach();
	mutex_unlock(&lock);
}

static int on_module(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == MODULE_STATE_LIVE) {
		mutex_lock(&lock);
		attach();
		mutex_unlock(&lock);
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = { .notifier_call = on_module };

/**
 * ttlpin_conntrack_init - look out for conntrack
 *
 * Return: 0 or a negative error.
 */
int ttlpin_conntrack_init(void)
{
	return register_module_notifier(&module_notifier);
}

/* Every namespace has ended. */
void ttlpin_conntrack_exit(void)
{
	unregister_module_notifier(&module_notifier);
}

/*
 * The zone that the raw table, by a template, has put an inbound segment in; of an
 * outbound one that of its entry. The kernel's own default is conntrack's.
 */
static const struct nf_conntrack_zone *
zone_of(const struct sk_buff *skb, struct nf_conntrack_zone *room)
{
	static const struct nf_conntrack_zone none = {
		.id = NF_CT_DEFAULT_ZONE_ID,
		.dir = NF_CT_DEFAULT_ZONE_DIR,
	};
#ifdef CONFIG_NF_CONNTRACK_ZONES
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	if (ct)
		return nf_ct_zone_tmpl(ct, skb, room);
#endif
	return &none;
}

/*
 * The entry of a flow whose first segment came from the end that it has to: ours
 * where the guarded port is the peer's, the peer's where it is ours. Both hooks see
 * the addresses of the wire, as the tuple of what arrives has them.
 */
static struct nf_conn *find(const struct ttlpin_net *tn,
			    const struct sk_buff *skb,
			    const struct ttlpin_tuple *t)
{
	typeof(nf_conntrack_find_get) *get = READ_ONCE(find_get);
	struct nf_conntrack_tuple_hash *found;
	struct nf_conntrack_tuple tuple = {};
	struct nf_conntrack_zone room;
	struct nf_conn *ct;

	if (!get)
		return NULL;
	tuple.src.l3num = t->family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	memcpy(&tuple.src.u3, t->remote, sizeof(t->remote));
	memcpy(&tuple.dst.u3, t->local, sizeof(t->local));
	tuple.src.u.tcp.port = htons(t->remote_port);
	tuple.dst.u.tcp.port = htons(t->local_port);
	tuple.dst.protonum = IPPROTO_TCP;
	found = get(tn->net, zone_of(skb, &room), &tuple);
	if (!found)
		return NULL;
	ct = nf_ct_tuplehash_to_ctrack(found);
	if (NF_CT_DIRECTION(found) ==
	    (t->server ? IP_CT_DIR_ORIGINAL : IP_CT_DIR_REPLY))
		return ct;
	nf_conntrack_put(&ct->ct_general);
	return NULL;
}

/*
 * Has listeners hear of the mark when the segment leaves, as
 * nf_conntrack_event_cache() does, which calls what may not be loaded. The
 * extensions of an entry that can be found stay where they are.
 */
static void tell(struct nf_conn *ct)
{
#ifdef CONFIG_NF_CONNTRACK_EVENTS
	struct nf_conntrack_ecache *e;

	if (!nf_ct_ecache_exist(ct))
		return;
	e = (void *)ct->ext + ct->ext->offset[NF_CT_EXT_ECACHE];
	set_bit(IPCT_MARK, &e->cache);
#endif
}

/**
 * ttlpin_conntrack_ttl - the TTL that a flow's mark carries
 * @tn: the namespace
 * @skb: a segment of the flow
 * @tuple: the flow
 * @mask: ct_mark_mask, not 0
 * @unanswered: set where the other end has not been heard yet
 *
 * Context: under rcu_read_lock().
 * Return: 0 if it carries none, or conntrack does not know the flow.
 */
u8 ttlpin_conntrack_ttl(const struct ttlpin_net *tn, const struct sk_buff *skb,
			const struct ttlpin_tuple *tuple, u32 mask,
			bool *unanswered)
{
	struct nf_conn *ct = find(tn, skb, tuple);
	u8 ttl;

	*unanswered = ct && !test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
	if (!ct)
		return 0;
	ttl = ttlpin_mark_ttl(READ_ONCE(ct->mark), mask);
	nf_conntrack_put(&ct->ct_general);
	return ttl;
}

/**
 * ttlpin_conntrack_write - write a TTL into a flow's mark
 * @tn: the namespace
 * @skb: a segment of the flow that passes
 * @tuple: the flow
 * @mask: ct_mark_mask, not 0
 * @ttl: the TTL; 0 for none
 *
 * Context: under rcu_read_lock().
 */
void ttlpin_conntrack_write(const struct ttlpin_net *tn,
			    const struct sk_buff *skb,
			    const struct ttlpin_tuple *tuple, u32 mask, u8 ttl)
{
	struct nf_conn *ct = find(tn, skb, tuple);
	u32 old, next;

	if (!ct)
		return;
	old = READ_ONCE(ct->mark);
	do {
		next = ttlpin_mark_set(old, mask, ttl);
	} while (next != old && !try_cmpxchg(&ct->mark, &old, next));
	if (next != old)
		tell(ct);
	nf_conntrack_put(&ct->ct_general);
}
