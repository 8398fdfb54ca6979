// SPDX-License-Identifier: GPL-2.0
/*
 * The settings of a namespace, through the files in sysfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "settings.h"

const struct setting settings[] = {
	{ "mode", "off, monitor or enforce", false },
	{ "ports", "up to 16 ports 1..65535 and ranges, as in 25,587,2500-2599",
	  false },
	{ "tolerance", "0..32", false },
	{ "timestamps", "0 or 1", false },
	{ "heal", "0 or 1", false },
	{ "protect", "client, server or both", false },
	{ "midstream", "pass or learn", false },
	{ "max_flows", "1024..16777216", false },
	{ "half_open_timeout", "1..86400 seconds", false },
	{ "idle_timeout", "1..86400 seconds", false },
	{ "close_timeout", "1..86400 seconds", false },
	{ "event_rate", "0..100000 events a second", false },
	{ "event_snaplen", "0..1500 bytes", false },
	{ "flows", "nothing: it is read-only", true },
	{ NULL, NULL, false },
};

const struct setting *settings_find(const char *name)
{
	const struct setting *s;

	for (s = settings; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

static int open_file(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), SETTINGS_DIR "/%s", name);
	return open(path, flags | O_CLOEXEC);
}

/**
 * settings_read - read a setting
 * @name: a known setting
 * @value: filled, without a newline
 * @size: room of @value
 *
 * Return: 0 or an errno.
 */
int settings_read(const char *name, char *value, int size)
{
	int fd = open_file(name, O_RDONLY), error = 0;
	ssize_t len;

	if (fd < 0)
		return errno;
	len = read(fd, value, size - 1);
	if (len < 0)
		error = errno;
	value[len < 0 ? 0 : len] = 0;
	value[strcspn(value, "\n")] = 0;
	close(fd);
	return error;
}

/**
 * settings_write - write a setting
 * @name: a known setting
 * @value: without a newline
 *
 * Return: 0 or an errno.
 */
int settings_write(const char *name, const char *value)
{
	int fd = open_file(name, O_WRONLY), error = 0;
	size_t len = strlen(value);

	if (fd < 0)
		return errno;
	/* An empty write would not reach the kernel. */
	if (write(fd, len ? value : "\n", len ? len : 1) < 0)
		error = errno;
	close(fd);
	return error;
}
