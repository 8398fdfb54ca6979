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
 * arg_prefix - read an address or prefix
 * @text: such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32
 * @prefix: filled with CTL_OK
 *
 * Return: CTL_OK, or CTL_USAGE with a line on stderr.
 */
int arg_prefix(const char *text, struct ttlpin_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct ttlpin_prefix right;
	char addr[INET6_ADDRSTRLEN];
	char hint[ARG_PREFIX_TEXT];
	unsigned long bits, max;

	memset(prefix, 0, sizeof(*prefix));
	if (len >= sizeof(addr))
		return out_usage("'%s' is not an IPv4 or IPv6 address or prefix",
				 text);
	memcpy(addr, text, len);
	addr[len] = 0;
	if (inet_pton(AF_INET, addr, prefix->addr) == 1)
		prefix->family = 4;
	else if (inet_pton(AF_INET6, addr, prefix->addr) == 1)
		prefix->family = 6;
	else
		return out_usage("'%s' is not an IPv4 or IPv6 address or prefix",
				 text);
	max = bits = prefix->family == 4 ? 32 : 128;
	if (slash && (!arg_number(slash + 1, &bits) || bits > max))
		return out_usage("'%s': the length of an IPv%d prefix is 0..%lu",
				 text, prefix->family, max);
	prefix->len = bits;
	if (ttlpin_prefix_is_valid(prefix))
		return CTL_OK;
	right = *prefix;
	clear_host_bits(&right);
	arg_prefix_text(&right, hint);
	return out_usage("'%s' has bits set right of its length; did you mean %s?",
			 text, hint);
}

/**
 * arg_prefix_holds - whether an address is in a prefix
 * @prefix: the prefix
 * @family: 4 or 6
 * @addr: network order
 */
bool arg_prefix_holds(const struct ttlpin_prefix *prefix, int family,
		      const void *addr)
{
	struct ttlpin_prefix p = { .family = family, .len = prefix->len };

	if (family != prefix->family)
		return false;
	memcpy(p.addr, addr, family == 4 ? 4 : 16);
	clear_host_bits(&p);
	return !memcmp(p.addr, prefix->addr, sizeof(p.addr));
}
