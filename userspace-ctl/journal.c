// SPDX-License-Identifier: GPL-2.0
/*
 * Events as entries of the systemd journal, by its native protocol: a datagram
 * of FIELD=value lines. The message is the event's line of JSON; what one would
 * filter by stands in fields beside it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "journal.h"
#include "out.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* What syslog calls notice and info. */
#define NOTICE	5
#define INFO	6

/**
 * journal_open - connect to the journal
 * @fd: set with CTL_OK
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int journal_open(int *fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
				  .sun_path = JOURNAL_SOCKET };

	*fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd >= 0 && !connect(*fd, (struct sockaddr *)&to, sizeof(to)))
		return CTL_OK;
	if (*fd >= 0)
		close(*fd);
	return out_fail("cannot reach the journal at %s: %s", to.sun_path,
			strerror(errno));
}

/* A field per value: no value here holds a newline. */
static void put(FILE *entry, const char *field, const json_t *value)
{
	char *text;

	if (!value || json_is_null(value))
		return;
	text = out_text(value);
	if (text)
		fprintf(entry, "%s=%s\n", field, text);
	free(text);
}

static void put_end(FILE *entry, const char *field, const json_t *end)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_ADDR", field);
	put(entry, name, json_object_get(end, "addr"));
	snprintf(name, sizeof(name), "%s_PORT", field);
	put(entry, name, json_object_get(end, "port"));
}

static void put_event(FILE *entry, const json_t *event)
{
	static const struct {
		const char *field;
		const char *key;
	} fields[] = {
		{ "TTLPIN_EVENT", "event" },
		{ "TTLPIN_REASON", "reason" },
		{ "TTLPIN_KIND", "kind" },
		{ "TTLPIN_MODE", "mode" },
		{ "TTLPIN_PHASE", "phase" },
		{ "TTLPIN_TTL", "ttl" },
		{ "TTLPIN_PIN", "pin" },
		{ "TTLPIN_DISTANCE", "distance" },
	};
	const char *kind = json_string_value(json_object_get(event, "event"));
	size_t i;

	fprintf(entry, "PRIORITY=%d\nSYSLOG_IDENTIFIER=ttlpin\n",
		kind && !strcmp(kind, "heal") ? INFO : NOTICE);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put(entry, fields[i].field, json_object_get(event, fields[i].key));
	put_end(entry, "TTLPIN_REMOTE", json_object_get(event, "remote"));
	put_end(entry, "TTLPIN_LOCAL", json_object_get(event, "local"));
}

/**
 * journal_send - make an entry of an event
 * @fd: of journal_open()
 * @event: as decode_event() made it
 * @netns: name of its namespace, or NULL
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int journal_send(int fd, const json_t *event, const char *netns)
{
	char *line = json_dumps(event, JSON_COMPACT | JSON_ENSURE_ASCII);
	char *bytes = NULL;
	size_t size = 0;
	FILE *entry = line ? open_memstream(&bytes, &size) : NULL;
	int error = 0;

	if (!entry) {
		free(line);
		return out_fail("out of memory");
	}
	fprintf(entry, "MESSAGE=%s\n", line);
	put_event(entry, event);
	if (netns)
		fprintf(entry, "TTLPIN_NETNS=%s\n", netns);
	if (fclose(entry) || send(fd, bytes, size, MSG_NOSIGNAL) < 0)
		error = errno;
	free(line);
	free(bytes);
	return error ? out_fail("cannot write to the journal: %s", strerror(error)) :
		       CTL_OK;
}
