// SPDX-License-Identifier: GPL-2.0
/*
 * Sends requests that no tool would send, and checks how the family refuses
 * them: the error, and the words and the attribute of the extended
 * acknowledgment. Prints TAP.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ttlpin.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mnl_socket *sock;
static uint16_t family;
static int tests, failures;

struct refusal {
	int error;
	char text[256];
	uint32_t offset;
};

static struct nlmsghdr *begin(char *buffer, uint16_t type, uint8_t cmd,
			      uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static int note(const struct nlattr *attr, void *data)
{
	struct refusal *r = data;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
		snprintf(r->text, sizeof(r->text), "%s", mnl_attr_get_str(attr));
	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS)
		r->offset = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static uint16_t family_of(const struct nlmsghdr *nlh)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			return mnl_attr_get_u16(attr);
	return 0;
}

/* Sends @nlh and takes answers until the one that ends it. */
static struct refusal send_request(struct nlmsghdr *nlh, uint16_t *id)
{
	struct refusal r = { -1, "", 0 };
	char buffer[65536];
	ssize_t len;

	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return r;
	for (;;) {
		const struct nlmsghdr *answer = (void *)buffer;
		int left;

		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
		if (len < 0)
			return r;
		for (left = len; mnl_nlmsg_ok(answer, left);
		     answer = mnl_nlmsg_next(answer, &left)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(answer);
			size_t skip = sizeof(*err);

			if (id && answer->nlmsg_type == GENL_ID_CTRL)
				*id = family_of(answer);
			if (answer->nlmsg_type == NLMSG_DONE) {
				r.error = 0;
				return r;
			}
			if (answer->nlmsg_type != NLMSG_ERROR)
				continue;
			r.error = -err->error;
			if (!(answer->nlmsg_flags & NLM_F_CAPPED))
				skip += err->msg.nlmsg_len - MNL_NLMSG_HDRLEN;
			if (answer->nlmsg_flags & NLM_F_ACK_TLVS)
				mnl_attr_parse(answer, skip, note, &r);
			return r;
		}
	}
}

static void expect(const char *name, struct nlmsghdr *nlh, int error,
		   const char *text, bool attribute)
{
	struct refusal r = send_request(nlh, NULL);
	bool good = r.error == error && (!text || strstr(r.text, text)) &&
		    (!attribute || r.offset);

	tests++;
	printf("%sok %d %s\n", good ? "" : "not ", tests, name);
	if (good)
		return;
	failures++;
	printf("# error %d (%s), text '%s', attribute at %u\n", r.error,
	       strerror(r.error), r.text, r.offset);
}

static struct nlmsghdr *with_prefix(char *buffer, uint8_t cmd, int v4, int v6,
				    int len)
{
	struct nlmsghdr *nlh = begin(buffer, family, cmd, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, TTLPIN_A_PREFIX);
	static const unsigned char addr[32] = { 192, 0, 2, 0 };

	if (v4)
		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V4, v4, addr);
	if (v6)
		mnl_attr_put(nlh, TTLPIN_A_PREFIX_V6, v6, addr);
	if (len >= 0)
		mnl_attr_put_u8(nlh, TTLPIN_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void prefixes(char *buffer)
{
	static const uint8_t cmds[] = { TTLPIN_CMD_WHITELIST_ADD,
					TTLPIN_CMD_WHITELIST_DEL };
	struct nlmsghdr *nlh;
	int i;

	for (i = 0; i < 2; i++) {
		uint8_t cmd = cmds[i];

		expect("no prefix", begin(buffer, family, cmd, 0), EINVAL,
		       "no prefix given", false);
		expect("neither family", with_prefix(buffer, cmd, 0, 0, 24), EINVAL,
		       "either an IPv4 or an IPv6 address", true);
		expect("both families", with_prefix(buffer, cmd, 4, 16, 24), EINVAL,
		       "either an IPv4 or an IPv6 address", true);
		expect("IPv4 length 33", with_prefix(buffer, cmd, 4, 0, 33), EINVAL,
		       "prefix length is 0..32", true);
		expect("IPv6 length 129", with_prefix(buffer, cmd, 0, 16, 129), EINVAL,
		       "prefix length is 0..32 for IPv4, 0..128", true);
		expect("host bits", with_prefix(buffer, cmd, 4, 0, 16), EINVAL,
		       "bits set right of the prefix length", true);
		expect("IPv6 address of 15 octets", with_prefix(buffer, cmd, 0, 15, 24),
		       ERANGE, NULL, true);
		expect("IPv6 address of 17 octets", with_prefix(buffer, cmd, 0, 17, 24),
		       ERANGE, NULL, true);
		expect("IPv4 address of 2 octets", with_prefix(buffer, cmd, 2, 0, 16),
		       EINVAL, NULL, true);
		nlh = begin(buffer, family, cmd, 0);
		mnl_attr_put_u32(nlh, TTLPIN_A_PREFIX, 1);
		expect("a prefix that is no nest", nlh, EINVAL, NULL, true);
		nlh = with_prefix(buffer, cmd, 4, 0, 24);
		mnl_attr_put_u32(nlh, 99, 1);
		expect("an unknown attribute", nlh, EINVAL, NULL, true);
	}
}

int main(void)
{
	char *buffer = calloc(1, 65536);
	struct nlmsghdr *nlh;
	int on = 1;

	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!buffer || !sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return 1;
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	nlh = begin(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, TTLPIN_GENL_NAME);
	if (send_request(nlh, &family).error || !family) {
		/* The acknowledgment comes behind the family. */
		fputs("badnl: no family " TTLPIN_GENL_NAME "\n", stderr);
		return 1;
	}
	prefixes(buffer);
	expect("an unknown command", begin(buffer, family, 200, 0), EOPNOTSUPP, NULL,
	       false);
	expect("a list asked for as one answer",
	       begin(buffer, family, TTLPIN_CMD_FLOW_GET, 0), EOPNOTSUPP, NULL, false);
	expect("an answer asked for as a list",
	       begin(buffer, family, TTLPIN_CMD_STATS_GET, NLM_F_DUMP), EOPNOTSUPP,
	       NULL, false);
	expect("a command that only the kernel sends",
	       begin(buffer, family, TTLPIN_CMD_DROP_NTF, 0), EOPNOTSUPP, NULL, false);
	expect("what is right is taken",
	       with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24), 0, NULL, false);
	expect("once", with_prefix(buffer, TTLPIN_CMD_WHITELIST_ADD, 4, 0, 24), EEXIST,
	       "in the whitelist already", true);
	expect("and goes", with_prefix(buffer, TTLPIN_CMD_WHITELIST_DEL, 4, 0, 24), 0,
	       NULL, false);
	expect("once, too", with_prefix(buffer, TTLPIN_CMD_WHITELIST_DEL, 4, 0, 24),
	       ENOENT, "not in the whitelist", true);
	printf("1..%d\n", tests);
	mnl_socket_close(sock);
	free(buffer);
	return !!failures;
}
