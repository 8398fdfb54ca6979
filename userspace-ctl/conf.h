/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file of settings, such as /etc/ttlpin/ttlpin.conf.
 */
#ifndef CONF_H
#define CONF_H

#include <linux/ttlpin.h>
#include "nl.h"

/**
 * struct conf - what a file says of every setting
 * @path: for messages
 * @value: of each, in the order of settings[]
 * @text: holds those that the file names
 * @line: where each was named, from 1; 0 if it was not
 */
struct conf {
	const char *path;
	const char *value[TTLPIN_A_CONFIG_MAX];
	char text[TTLPIN_A_CONFIG_MAX][256];
	size_t line[TTLPIN_A_CONFIG_MAX];
};

int conf_read(struct conf *conf, const char *path, bool initial_netns);
int conf_write(struct nl *nl, const struct conf *conf);

#endif /* CONF_H */
