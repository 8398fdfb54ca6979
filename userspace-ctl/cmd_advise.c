// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl advise: what enforcing costs, or would have cost, peer by peer, and
 * which peers belong in the whitelist.
 *
 * A peer does if its SYN-ACK is the odd one out: its data went on with a stream
 * of which nothing came at the pin, or a flow has healed so and peer memory has
 * the address. A forger cannot make that up for another, since the peer's own
 * segments come at the pin and tell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl.h"
#include "decode.h"
#include "out.h"
#include "peers.h"
#include "stats.h"

/* One connection may be anything. */
#define APART_MIN	2

static void on_account(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (a[TTLPIN_A_ACCOUNT])
		json_array_append_new(data, decode_account(a[TTLPIN_A_ACCOUNT]));
}

static int get_accounts(struct nl *nl, json_t *accounts)
{
	return nl_list(nl, TTLPIN_CMD_ACCOUNT_GET, NULL, NULL, on_account, accounts);
}

static long long number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "?";
}

static json_t *find(const json_t *array, const char *addr)
{
	json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
		if (!strcmp(text(entry, "addr"), addr))
			return entry;
	return NULL;
}

/*
 * differs: its own TTL differs from its SYN-ACK's. forged: what was condemned is
 * proven forged, or resets. heals: its TTL changed within connections. unclear:
 * nothing has told yet.
 */
static const char *finding(const json_t *account, const json_t *peer)
{
	long long condemned = number(account, "condemned");

	/* What was proven forged came from elsewhere while the pin was alive. */
	if (!number(account, "confirmed") &&
	    (peer || number(account, "apart") >= APART_MIN))
		return "differs";
	if (number(account, "confirmed") * 2 >= condemned && condemned)
		return "forged";
	return number(account, "healed") ? "heals" : "unclear";
}

static int by_condemned(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	long long nx = number(*x, "condemned"), ny = number(*y, "condemned");

	return nx != ny ? (nx < ny) - (nx > ny) :
			  strcmp(text(*x, "addr"), text(*y, "addr"));
}

/* Those that cost most first. */
static void sort(json_t *array)
{
	size_t nr = json_array_size(array), i;
	json_t **entry = calloc(nr ? nr : 1, sizeof(*entry));

	if (!entry)
		return;
	for (i = 0; i < nr; i++)
		entry[i] = json_incref(json_array_get(array, i));
	qsort(entry, nr, sizeof(*entry), by_condemned);
	for (i = 0; i < nr; i++)
		json_array_set_new(array, i, entry[i]);
	free(entry);
}

/* Peers of peer memory that have no account: what they cost was long ago. */
static void add_remembered(json_t *accounts, const json_t *peers)
{
	const json_t *peer;
	size_t i;

	json_array_foreach(peers, i, peer)
		if (!find(accounts, text(peer, "addr")))
			json_array_append_new(accounts, json_pack(
				"{s:s,s:O,s:n,s:i,s:i,s:i,s:i,s:O,s:O}", "addr",
				text(peer, "addr"), "ttl",
				json_object_get(peer, "ttl"), "pin", "condemned", 0,
				"confirmed", 0, "healed", 1, "apart", 0, "first",
				json_object_get(peer, "age"), "last",
				json_object_get(peer, "age")));
}

static json_t *judge(json_t *accounts, const json_t *peers)
{
	json_t *account, *lines = json_array();
	size_t i;

	add_remembered(accounts, peers);
	sort(accounts);
	json_array_foreach(accounts, i, account) {
		const char *addr = text(account, "addr");
		const char *found = finding(account, find(peers, addr));

		json_object_set_new(account, "finding", json_string(found));
		json_object_set_new(account, "unconfirmed",
				    json_integer(number(account, "condemned") -
						 number(account, "confirmed")));
		if (!strcmp(found, "differs"))
			json_array_append_new(lines, json_string(addr));
	}
	return lines;
}

static void print_peer(const json_t *a, bool enforced)
{
	const char *found = text(a, "finding"), *addr = text(a, "addr");

	printf("\n%s: %s %lld segments, %lld of them proven forged by the genuine one, %lld not; %lld healed\n",
	       addr, enforced ? "condemned" : "would have dropped",
	       number(a, "condemned"), number(a, "confirmed"),
	       number(a, "unconfirmed"), number(a, "healed"));
	if (!strcmp(found, "differs"))
		printf("    its TTL really differs: the SYN-ACK comes with another than its data (%lld).\n    Enforcing costs its first connection of a day a retransmission; in the\n    whitelist it costs nothing, and is not guarded.\n",
		       number(a, "ttl"));
	else if (!strcmp(found, "forged"))
		puts("    segments are forged in its name. It does not belong in the whitelist.");
	else if (!strcmp(found, "heals"))
		puts("    its TTL changes within connections, which heal themselves by a\n    retransmission. It needs no whitelist.");
	else
		printf("    nothing tells yet whether they were forged: TTL %lld where %lld was expected.\n    Look at \"ttlpinctl events\" before you whitelist it.\n",
		       number(a, "ttl"), number(a, "pin"));
}

static void print_summary(const json_t *stats, size_t nr)
{
	const json_t *c = json_object_get(stats, "counters");
	long long bad = number(c, "dropped") + number(c, "would_drop");

	printf("Of %lld segments on guarded ports %lld were condemned (%lld dropped, %lld would have\nbeen), %lld of them proven forged by the genuine segment. %lld connections were\nguarded; %lld segments healed.\n",
	       number(c, "seen"), bad, number(c, "dropped"),
	       number(c, "would_drop"), number(c, "confirmed"),
	       number(c, "pinned"), number(c, "healed"));
	if (!number(c, "pinned"))
		puts("Nothing was guarded yet: advice needs some days of traffic.");
	else if (!nr)
		puts("Enforcing costs nothing: no genuine segment diverged.");
	if (number(c, "table_full"))
		printf("%lld connections were not guarded for want of room: raise max_flows.\n",
		       number(c, "table_full"));
}

static void print(const json_t *tree)
{
	const json_t *stats = json_object_get(tree, "stats");
	const json_t *peers = json_object_get(tree, "peers"), *value;
	const json_t *lines = json_object_get(tree, "whitelist");
	bool enforced = !strcmp(text(stats, "mode"), "enforce");
	size_t i;

	print_summary(stats, json_array_size(peers));
	json_array_foreach(peers, i, value)
		print_peer(value, enforced);
	if (!json_array_size(lines)) {
		puts("\nNothing belongs in the whitelist.");
		return;
	}
	puts("\nFor /etc/ttlpin/whitelist:\n");
	json_array_foreach(lines, i, value)
		printf("%s\n", json_string_value(value));
}

static int show(const struct ctl *ctl, json_t *tree)
{
	json_object_del(json_object_get(tree, "stats"), "last_drop");
	json_object_del(json_object_get(tree, "stats"), "settings");
	if (ctl->json)
		return out_json(tree);
	print(tree);
	return out_end();
}

int cmd_advise(const struct ctl *ctl, int argc, char **argv)
{
	json_t *accounts = json_array(), *peers = json_array(), *stats = NULL;
	json_t *tree;
	struct nl nl;
	int ret;

	if (argc > 1)
		return out_usage("advise: takes no argument, not '%s'", argv[1]);
	ret = nl_open(&nl);
	if (ret)
		return ret;
	ret = stats_ask(&nl, ctl, false, &stats);
	if (ret)
		stats = NULL;
	else
		ret = get_accounts(&nl, accounts);
	if (!ret)
		ret = peers_get(&nl, peers);
	nl_close(&nl);
	if (!ret) {
		json_t *lines = judge(accounts, peers);

		tree = json_pack("{s:O,s:O,s:o}", "stats", stats, "peers",
				 accounts, "whitelist", lines);
		ret = show(ctl, tree);
		json_decref(tree);
	}
	json_decref(stats);
	json_decref(accounts);
	json_decref(peers);
	return ret;
}
