/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The settings of a namespace, as the manual has them.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>

#define SETTINGS_DIR "/sys/kernel/ttlpin/net"

/**
 * struct setting - a setting
 * @name: of its file
 * @accepted: what it accepts, in words
 * @read_only: it cannot be written
 */
struct setting {
	const char *name;
	const char *accepted;
	bool read_only;
};

/* Ended by a NULL name. */
extern const struct setting settings[];

const struct setting *settings_find(const char *name);
int settings_read(const char *name, char *value, int size);
int settings_write(const char *name, const char *value);

#endif /* SETTINGS_H */
