/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whitelist: files that hold one, and requests that change it.
 */
#ifndef WHITELIST_H
#define WHITELIST_H

#include "arg.h"
#include "nl.h"

/* An attribute takes at most 32 octets of a request. */
#define WHITELIST_BATCH		(NL_REQUEST_MAX / 32)

/**
 * struct whitelist_entry - a line of a file that names a prefix
 * @prefix: that prefix
 * @line: from 1
 */
struct whitelist_entry {
	struct ttlpin_prefix prefix;
	size_t line;
};

/**
 * struct whitelist - what a file holds
 * @name: for messages
 * @entry: its prefixes, in order
 * @nr: how many
 * @room: how many @entry has room for
 */
struct whitelist {
	const char *name;
	struct whitelist_entry *entry;
	size_t nr;
	size_t room;
};

int whitelist_read(struct whitelist *list, const char *path);
void whitelist_free(struct whitelist *list);
int whitelist_request(struct nl *nl, uint8_t cmd,
		      const struct ttlpin_prefix *prefix, size_t nr);
int whitelist_begin(struct nl *nl, const struct whitelist *list);
int whitelist_commit(struct nl *nl);

#endif /* WHITELIST_H */
