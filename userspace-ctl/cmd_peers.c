// SPDX-License-Identifier: GPL-2.0
/*
 * ttlpinctl peers: peer memory.
 */
#include <string.h>
#include "decode.h"
#include "nl.h"
#include "out.h"
#include "peers.h"

static void on_peer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a[TTLPIN_A_MAX + 1];

	nl_parse_message(a, TTLPIN_A_MAX, nlh);
	if (a[TTLPIN_A_PEER])
		json_array_append_new(data, decode_peer(a[TTLPIN_A_PEER]));
}

/**
 * peers_get - ask the module for its peer memory
 * @nl: a connection
 * @peers: an empty array, filled
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int peers_get(struct nl *nl, json_t *peers)
{
	return nl_list(nl, TTLPIN_CMD_PEER_GET, NULL, NULL, on_peer, peers);
}

static int list(const struct ctl *ctl, struct nl *nl)
{
	static const struct out_column columns[] = {
		{ "addr", "PEER" }, { "ttl", "TTL" }, { "age", "AGE" },
		{ NULL, NULL },
	};
	json_t *peers = json_array(), *tree;
	int ret = peers_get(nl, peers);

	tree = json_pack("{s:s?,s:o}", "netns", ctl->netns, "peers", peers);
	if (!ret && ctl->json) {
		ret = out_json(tree);
	} else if (!ret) {
		out_table(peers, columns);
		ret = out_end();
	}
	json_decref(tree);
	return ret;
}

int cmd_peers(const struct ctl *ctl, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "list";
	bool flush = !strcmp(what, "flush");
	struct nl nl;
	int ret;

	if (argc > 2 || (!flush && strcmp(what, "list")))
		return out_usage("peers: accepted are list and flush");
	ret = nl_open(&nl);
	if (ret)
		return ret;
	if (flush)
		ret = nl_request(&nl, TTLPIN_CMD_PEER_FLUSH, NULL, NULL, NULL, NULL);
	else
		ret = list(ctl, &nl);
	nl_close(&nl);
	if (flush && !ret)
		ret = out_done(ctl, "peers flush", NULL);
	return ret;
}
