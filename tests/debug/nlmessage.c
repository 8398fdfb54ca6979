// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a message: first after the family's grammar, with values at the ends of
 * their ranges, then changed here and there.
 */
#include <arpa/inet.h>
#include <string.h>
#include "nlfuzz.h"

/* More than any of the attributes made here takes. */
#define ATTRIBUTE_MAX	1400

/* Stops well before the end of the message's room. */
static bool has_room(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len < MESSAGE_MAX - ATTRIBUTE_MAX;
}

static void put_octets(struct nlmsghdr *nlh, uint16_t type, uint32_t len)
{
	uint8_t octets[256];
	uint32_t i;

	for (i = 0; i < len; i++)
		octets[i] = any();
	mnl_attr_put(nlh, type, len, octets);
}

/* Sizes at which something is about to be wrong. */
static uint32_t odd_size(void)
{
	static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 255 };

	return sizes[below(sizeof(sizes))];
}

/* A number, mostly a small one or one beside the end of a range. */
static uint32_t number(void)
{
	static const uint32_t numbers[] = {
		0, 1, 2, 3, 4, 31, 32, 33, 100, 127, 128, 129, 255, 256, 1023,
		1024, 1025, 1500, 1501, 2048, 4096, 86400, 86401, 100000,
		100001, 16777217, 0x7fffffff, 0x80000000, 0xffffffff,
	};

	return numbers[below(sizeof(numbers) / sizeof(numbers[0]))];
}

static void put_number(struct nlmsghdr *nlh, uint16_t type, int size)
{
	uint32_t value = number();
	uint8_t octet = value;
	uint16_t word = value;

	if (!below(24))
		put_octets(nlh, type, odd_size());
	else if (size == 1)
		mnl_attr_put(nlh, type, 1, &octet);
	else if (size == 2)
		mnl_attr_put(nlh, type, 2, &word);
	else
		mnl_attr_put(nlh, type, 4, &value);
}

/* One of few, so that what was added is met again. */
static void put_address(struct nlmsghdr *nlh, uint16_t v4, uint16_t v6)
{
	uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	if (!below(24))
		put_octets(nlh, below(2) ? v4 : v6, odd_size());
	if (below(2)) {
		address[15] = below(8);
		mnl_attr_put(nlh, v6, 16, address);
	} else {
		uint32_t v4_address = htonl(0xc0000200 | below(8));

		mnl_attr_put(nlh, v4, 4, &v4_address);
	}
}

static void put_prefix(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);

	if (below(16))
		put_address(nlh, TTLPIN_A_PREFIX_V4, TTLPIN_A_PREFIX_V6);
	if (!below(16))
		put_address(nlh, TTLPIN_A_PREFIX_V4, TTLPIN_A_PREFIX_V6);
	if (!below(4))
		put_number(nlh, TTLPIN_A_PREFIX_LEN, 1);
	mnl_attr_nest_end(nlh, nest);
}

static void put_ports(struct nlmsghdr *nlh)
{
	static const char *const texts[] = {
		"25", "25,587", "1-65535", "0", "25,", "30-20", "65536", "",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "smtp", " 25",
	};

	if (below(8))
		mnl_attr_put_strz(nlh, TTLPIN_A_CONFIG_PORTS,
				  texts[below(sizeof(texts) / sizeof(texts[0]))]);
	else
		put_octets(nlh, TTLPIN_A_CONFIG_PORTS, odd_size());
}

static void put_config(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_CONFIG);
	uint32_t n = below(4);

	while (n-- && has_room(nlh)) {
		uint16_t type = 1 + below(TTLPIN_A_CONFIG_MAX);

		if (type == TTLPIN_A_CONFIG_PORTS)
			put_ports(nlh);
		else
			put_number(nlh, type, type == TTLPIN_A_CONFIG_MODE ||
					      type == TTLPIN_A_CONFIG_PROTECT ||
					      type == TTLPIN_A_CONFIG_MIDSTREAM ?
					      1 : 4);
	}
	mnl_attr_nest_end(nlh, nest);
}

/* A flow that is there now and then: tests/debug/nlfuzz.sh makes connections. */
static void put_known_flow(struct nlmsghdr *nlh)
{
	uint32_t remote = htonl(0xc0000201), local = htonl(0xc0000202 + below(4));
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_FLOW);

	mnl_attr_put(nlh, TTLPIN_A_FLOW_REMOTE_V4, 4, &remote);
	mnl_attr_put(nlh, TTLPIN_A_FLOW_LOCAL_V4, 4, &local);
	mnl_attr_put_u16(nlh, TTLPIN_A_FLOW_REMOTE_PORT, 25);
	mnl_attr_put_u16(nlh, TTLPIN_A_FLOW_LOCAL_PORT, 2048);
	mnl_attr_nest_end(nlh, nest);
}

static void put_flow(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	if (below(2)) {
		put_known_flow(nlh);
		return;
	}
	nest = mnl_attr_nest_start(nlh, TTLPIN_A_FLOW);
	put_address(nlh, TTLPIN_A_FLOW_REMOTE_V4, TTLPIN_A_FLOW_REMOTE_V6);
	put_address(nlh, TTLPIN_A_FLOW_LOCAL_V4, TTLPIN_A_FLOW_LOCAL_V6);
	if (below(8)) {
		put_number(nlh, TTLPIN_A_FLOW_REMOTE_PORT, 2);
		put_number(nlh, TTLPIN_A_FLOW_LOCAL_PORT, 2);
	}
	if (!below(4))
		put_number(nlh, 1 + below(TTLPIN_A_FLOW_MAX + 2), 1 << below(3));
	mnl_attr_nest_end(nlh, nest);
}

/* Nests in nests in nests, of any type. */
static void put_nests(struct nlmsghdr *nlh)
{
	struct nlattr *nest[24];
	uint32_t depth = 1 + below(24), i;

	for (i = 0; i < depth; i++)
		nest[i] = below(8) ? mnl_attr_nest_start(nlh, below(16)) : NULL;
	put_octets(nlh, below(24), odd_size());
	while (depth--)
		if (nest[depth])
			mnl_attr_nest_end(nlh, nest[depth]);
}

static void put_attribute(struct nlmsghdr *nlh, uint8_t cmd)
{
	switch (cmd) {
	case TTLPIN_CMD_WHITELIST_ADD:
	case TTLPIN_CMD_WHITELIST_DEL:
		put_prefix(nlh);
		break;
	case TTLPIN_CMD_CONFIG_SET:
		put_config(nlh);
		break;
	case TTLPIN_CMD_FLOW_DEL:
		put_flow(nlh);
		break;
	case TTLPIN_CMD_FLOW_GET:
		if (below(2))
			put_prefix(nlh);
		else
			put_number(nlh, TTLPIN_A_PHASE, 1);
		break;
	}
}

static void put_anything(struct nlmsghdr *nlh)
{
	switch (below(6)) {
	case 0:
		put_prefix(nlh);
		break;
	case 1:
		put_config(nlh);
		break;
	case 2:
		put_flow(nlh);
		break;
	case 3:
		put_nests(nlh);
		break;
	case 4:
		put_number(nlh, below(32), 1 << below(3));
		break;
	case 5:
		put_octets(nlh, any(), odd_size());
		break;
	}
}

/* Octets behind the headers, and now and then in them. */
static void flip(char *buffer, const struct nlmsghdr *nlh)
{
	uint32_t n = 1 + below(4), from = MNL_NLMSG_HDRLEN;

	while (n--)
		if (nlh->nlmsg_len > from)
			buffer[from + below(nlh->nlmsg_len - from)] ^= 1 << below(8);
}

static void put_flags(struct nlmsghdr *nlh, uint8_t cmd)
{
	bool list = cmd == TTLPIN_CMD_FLOW_GET || cmd == TTLPIN_CMD_PEER_GET ||
		    cmd == TTLPIN_CMD_WHITELIST_GET || cmd == TTLPIN_CMD_ACCOUNT_GET;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (list != !below(16))
		nlh->nlmsg_flags |= NLM_F_DUMP;
	if (!below(16))
		nlh->nlmsg_flags |= any();
}

/* A message of no other's making. */
static void make_new(char *buffer, uint16_t family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	uint8_t cmd = below(16) ? 1 + below(TTLPIN_CMD_MAX + 2) : any();
	uint32_t n = below(4);

	nlh->nlmsg_type = below(64) ? family : any() & 0x3f;
	put_flags(nlh, cmd);
	genl->cmd = cmd;
	genl->version = below(32) ? TTLPIN_GENL_VERSION : any();
	genl->reserved = below(64) ? 0 : any();
	while (n-- && has_room(nlh)) {
		if (below(8))
			put_attribute(nlh, cmd);
		else
			put_anything(nlh);
	}
	if (!below(4))
		flip(buffer, nlh);
}

/* Behind it what another one has behind its headers. */
static void splice(struct nlmsghdr *nlh)
{
	static char other[MESSAGE_MAX];
	size_t len = guide_again(other), headers = MNL_NLMSG_HDRLEN + GENL_HDRLEN;
	char *end = mnl_nlmsg_get_payload_tail(nlh);

	if (len <= headers ||
	    NLMSG_ALIGN(nlh->nlmsg_len) + len - headers > MESSAGE_MAX - ATTRIBUTE_MAX)
		return;
	memcpy(end, other + headers, len - headers);
	nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + len - headers;
}

/* One that led somewhere new, changed here and there; false if there is none. */
static bool make_again(char *buffer)
{
	struct nlmsghdr *nlh = (void *)buffer;
	size_t len = guide_again(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	uint32_t n = 1 + below(3), value, at;

	if (!len)
		return false;
	nlh->nlmsg_len = len;
	while (n-- && has_room(nlh))
		switch (below(5)) {
		case 0:
			flip(buffer, nlh);
			break;
		case 1:
			value = number();
			at = MNL_NLMSG_HDRLEN + 4 * below((len - MNL_NLMSG_HDRLEN) / 4 + 1);
			memcpy(buffer + at, &value, sizeof(value));
			nlh->nlmsg_len = at + 4 > nlh->nlmsg_len ? at + 4 : nlh->nlmsg_len;
			break;
		case 2:
			put_attribute(nlh, genl->cmd);
			break;
		case 3:
			put_anything(nlh);
			break;
		case 4:
			splice(nlh);
			break;
		}
	return true;
}

/**
 * make_message - a message to the family
 * @buffer: MESSAGE_MAX octets
 * @family: its number
 * @whole: the length in its header is right, so that others may follow
 *
 * Return: its length, aligned.
 */
size_t make_message(char *buffer, uint16_t family, bool whole)
{
	struct nlmsghdr *nlh = (void *)buffer;
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t len;

	if (below(2) || !make_again(buffer))
		make_new(buffer, family);
	/* An acknowledgment brings this back, and nothing else of the message. */
	nlh->nlmsg_seq = any() << 8;
	if (nlh->nlmsg_type == family)
		nlh->nlmsg_seq |= genl->cmd;
	/* The last attribute, or the headers themselves, cut off. */
	if (!below(16))
		nlh->nlmsg_len -= below(nlh->nlmsg_len - MNL_NLMSG_HDRLEN);
	len = NLMSG_ALIGN(nlh->nlmsg_len);
	if (!whole && !below(4))
		nlh->nlmsg_len = any();
	return len;
}
