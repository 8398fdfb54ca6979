/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The settings of a namespace, as the manual has them.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct setting - a setting
 * @name: as its file in sysfs has it
 * @attr: TTLPIN_A_CONFIG_*
 * @words: of an enumeration, its index is the value; else NULL
 * @accepted: what it accepts, in words
 */
struct setting {
	const char *name;
	int attr;
	const char *const *words;
	const char *accepted;
};

/* Ended by a NULL name. */
extern const struct setting settings[];

const struct setting *settings_find(const char *name);
const struct setting *settings_find_part(const char *text, size_t len);
json_t *settings_decode(const struct nlattr *nest);
bool settings_mask(const char *text, uint32_t *mask);
bool settings_put(struct nlmsghdr *nlh, const struct setting *s,
		  const char *value);
int settings_size(const struct setting *s, const char *value);

#endif /* SETTINGS_H */
