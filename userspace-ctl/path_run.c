// SPDX-License-Identifier: GPL-2.0
/*
 * A path from the installed traceroute, whose probes look like the beginning of a
 * mail: SYNs to the peer's port take the way that its mail takes, where filters
 * let nothing else through.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ctl.h"
#include "out.h"
#include "path.h"

#define OUTPUT_MAX	65536

/* Without a shell: the peer is one argument, whatever it holds. */
static int spawn(const char *peer, unsigned int port, int out, pid_t *pid)
{
	char port_text[8];
	const char * const argv[] = {
		"traceroute", "-n", "-T", "-p", port_text, "-w", "2", peer, NULL,
	};
	posix_spawn_file_actions_t actions;
	int error;

	snprintf(port_text, sizeof(port_text), "%u", port & 0xffff);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	error = posix_spawnp(pid, argv[0], &actions, NULL, (char * const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (!error)
		return CTL_OK;
	return out_fail("cannot run traceroute: %s%s", strerror(error),
			error == ENOENT ? "; install it, or give --traceroute FILE" : "");
}

static size_t read_all(int from, char *text)
{
	size_t len = 0;
	ssize_t n;

	while (len < OUTPUT_MAX) {
		n = read(from, text + len, OUTPUT_MAX - len);
		if (n > 0)
			len += n;
		else if (!n || errno != EINTR)
			break;
	}
	text[len] = 0;
	return len;
}

/* What traceroute complained about, in one line of ours. */
static int complain(char *text, int status)
{
	size_t i;

	text[strcspn(text, "\r\n")] = 0;
	for (i = 0; text[i]; i++)
		if (text[i] < ' ')
			text[i] = '?';
	if (WIFSIGNALED(status))
		return out_fail("traceroute was ended by signal %d", WTERMSIG(status));
	return out_fail("traceroute failed: %.200s", *text ? text : "it said nothing");
}

/**
 * path_run - trace the path to a peer
 * @peer: its address
 * @port: TCP port of its that is probed
 * @path: set with CTL_OK
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int path_run(const char *peer, unsigned int port, struct path **path)
{
	char *text = malloc(OUTPUT_MAX + 1), why[PATH_WHY];
	int ends[2], status = 0, ret;
	size_t len;
	pid_t pid;

	*path = NULL;
	if (!text || pipe2(ends, O_CLOEXEC)) {
		free(text);
		return out_fail("cannot run traceroute: %s", strerror(errno));
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "traceroute -n -T -p %u -w 2 %s\n", port, peer);
	ret = spawn(peer, port, ends[1], &pid);
	close(ends[1]);
	if (!ret) {
		len = read_all(ends[0], text);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status)
			ret = complain(text, status);
		else
			*path = path_parse(text, len, peer, why);
		if (!ret && !*path)
			ret = out_fail("traceroute: %s", why);
	}
	close(ends[0]);
	free(text);
	return ret;
}
