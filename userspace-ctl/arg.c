// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments of commands: numbers and address prefixes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"
#include "out.h"

/**
 * arg_number - read a number
 * @text: decimal digits only
 * @number: set with true
 */
bool arg_number(const char *text, unsigned long *number)
{
	if (!*text || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	*number = strtoul(text, NULL, 10);
	return !errno;
}

/**
 * arg_prefix_text - write a prefix
 * @prefix: the prefix
 * @text: room for ARG_PREFIX_TEXT characters
 */
void arg_prefix_text(const struct ttlpin_prefix *prefix, char *text)
{
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(prefix->family == 4 ? AF_INET : AF_INET6, prefix->addr, addr,
		  sizeof(addr));
	snprintf(text, ARG_PREFIX_TEXT, "%s/%u", addr, prefix->len);
}

static void clear_host_bits(struct ttlpin_prefix *prefix)
{
	unsigned int bit;

	for (bit = prefix->len; bit < 128; bit++)
		prefix->addr[bit / 8] &= ~(0x80 >> bit % 8);
}

/**
 * arg_parse_prefix - read an address or prefix
 * @text: such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32
 * @prefix: filled with true
 * @why: ARG_WHY characters, says with false what is wrong
 */
bool arg_parse_prefix(const char *text, struct ttlpin_prefix *prefix, char *why)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct ttlpin_prefix right;
	char addr[INET6_ADDRSTRLEN] = "";
	char hint[ARG_PREFIX_TEXT];
	unsigned long bits, max;

	memset(prefix, 0, sizeof(*prefix));
	if (len < sizeof(addr))
		memcpy(addr, text, len);
	if (inet_pton(AF_INET, addr, prefix->addr) == 1)
		prefix->family = 4;
	else if (inet_pton(AF_INET6, addr, prefix->addr) == 1)
		prefix->family = 6;
	if (!prefix->family) {
		snprintf(why, ARG_WHY,
			 "'%.100s' is not an IPv4 or IPv6 address or prefix", text);
		return false;
	}
	max = bits = prefix->family == 4 ? 32 : 128;
	if (slash && (!arg_number(slash + 1, &bits) || bits > max)) {
		snprintf(why, ARG_WHY, "'%.100s': the length of an IPv%d prefix is 0..%lu",
			 text, prefix->family, max);
		return false;
	}
	prefix->len = bits;
	if (ttlpin_prefix_is_valid(prefix))
		return true;
	right = *prefix;
	clear_host_bits(&right);
	arg_prefix_text(&right, hint);
	snprintf(why, ARG_WHY,
		 "'%.100s' has bits set right of its length; did you mean %s?",
		 text, hint);
	return false;
}

/**
 * arg_prefix - read an address or prefix of the command line
 * @text: as for arg_parse_prefix()
 * @prefix: filled with CTL_OK
 *
 * Return: CTL_OK, or CTL_USAGE with a line on stderr.
 */
int arg_prefix(const char *text, struct ttlpin_prefix *prefix)
{
	char why[ARG_WHY];

	return arg_parse_prefix(text, prefix, why) ? CTL_OK : out_usage("%s", why);
}

/**
 * arg_end - read an end of a flow
 * @text: such as 192.0.2.10:40000 or [2001:db8::10]:40000
 * @end: filled with CTL_OK
 *
 * Return: CTL_OK, or CTL_USAGE with a line on stderr.
 */
int arg_end(const char *text, struct arg_end *end)
{
	const char *colon = strrchr(text, ':');
	char addr[INET6_ADDRSTRLEN + 2] = "";
	unsigned long port = 0;
	size_t len = colon ? (size_t)(colon - text) : 0;

	memset(end, 0, sizeof(*end));
	if (len && len < sizeof(addr) && arg_number(colon + 1, &port) &&
	    port && port <= 65535) {
		memcpy(addr, text, len);
		end->port = port;
		if (inet_pton(AF_INET, addr, end->addr) == 1)
			end->family = 4;
		if (addr[0] == '[' && addr[len - 1] == ']') {
			addr[len - 1] = 0;
			if (inet_pton(AF_INET6, addr + 1, end->addr) == 1)
				end->family = 6;
		}
	}
	if (end->family)
		return CTL_OK;
	return out_usage("'%s' is not ADDRESS:PORT, as in 192.0.2.10:40000 or [2001:db8::10]:40000",
			 text);
}

/**
 * arg_line - read a line of a file
 * @in: the file
 * @line: filled, without its end
 * @room: ARG_LINE
 *
 * Return: its length, -1 at the end of the file, -2 if it does not fit or holds a
 * NUL: that is nothing that a person wrote.
 */
int arg_line(FILE *in, char *line, int room)
{
	int len = 0, c;

	while ((c = getc(in)) != EOF && c != '\n') {
		if (!c || len == room - 1)
			return -2;
		line[len++] = c;
	}
	line[len] = 0;
	return c == EOF && !len ? -1 : len;
}
