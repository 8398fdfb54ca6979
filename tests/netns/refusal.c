// SPDX-License-Identifier: GPL-2.0
/*
 * How requests are refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "family.h"
#include "refusal.h"

static struct family module;
static int tests, failures;

struct nlmsghdr *begin(char *buffer, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = module.id;
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
	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MISS_TYPE)
		r->missing = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Sends @nlh and takes answers until the one that ends it. */
struct refusal send_request(struct nlmsghdr *nlh)
{
	struct refusal r = { .error = -1 };
	char buffer[65536];
	ssize_t len;

	if (mnl_socket_sendto(module.sock, nlh, nlh->nlmsg_len) < 0)
		return r;
	for (;;) {
		const struct nlmsghdr *answer = (void *)buffer;
		int left;

		len = mnl_socket_recvfrom(module.sock, buffer, sizeof(buffer));
		if (len < 0)
			return r;
		for (left = len; mnl_nlmsg_ok(answer, left);
		     answer = mnl_nlmsg_next(answer, &left)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(answer);
			size_t skip = sizeof(*err);

			if (answer->nlmsg_type == NLMSG_DONE) {
				r.error = -*(const int *)err;
				if (answer->nlmsg_flags & NLM_F_ACK_TLVS)
					mnl_attr_parse(answer, sizeof(int), note, &r);
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

/* Whether what the refusal points at is an attribute of that type. */
static bool is_about(const struct refusal *r, const struct nlmsghdr *nlh,
		     int type)
{
	const struct nlattr *attr = (const void *)((const char *)nlh + r->offset);

	if (type == ANYTHING)
		return true;
	if (type == NOTHING)
		return !r->offset;
	return r->offset >= GENL_HDRLEN + MNL_NLMSG_HDRLEN &&
	       r->offset + MNL_ATTR_HDRLEN <= nlh->nlmsg_len &&
	       mnl_attr_get_type(attr) == type;
}

void expect(const char *name, struct nlmsghdr *nlh, int error, const char *text,
	    int type)
{
	struct refusal r = send_request(nlh);
	bool good = r.error == error && is_about(&r, nlh, type);

	/* Whoever refuses says why. */
	good = good && (!error || !*text ? !*r.text : !!strstr(r.text, text));
	tests++;
	printf("%sok %d %s\n", good ? "" : "not ", tests, name);
	if (good)
		return;
	failures++;
	printf("# error %d (%s), text '%s', attribute at %u\n", r.error,
	       strerror(r.error), r.text, r.offset);
}

/* The same for a request that lacks what it needs. */
void expect_missing(const char *name, struct nlmsghdr *nlh, const char *text,
		    uint32_t missing)
{
	struct refusal r = send_request(nlh);
	bool good = r.error == EINVAL && strstr(r.text, text) &&
		    r.missing == missing;

	tests++;
	printf("%sok %d %s\n", good ? "" : "not ", tests, name);
	if (good)
		return;
	failures++;
	printf("# error %d (%s), text '%s', missing %u\n", r.error,
	       strerror(r.error), r.text, r.missing);
}

struct nlmsghdr *plain(char *buffer, uint8_t cmd)
{
	return begin(buffer, cmd, 0);
}

/* The socket, which is to be told why it is refused. */
void refusal_open(void)
{
	int on = 1;

	family_open(&module);
	mnl_socket_setsockopt(module.sock, NETLINK_EXT_ACK, &on, sizeof(on));
}

/* The plan; how many tests failed. */
int refusal_close(void)
{
	printf("1..%d\n", tests);
	family_close(&module);
	return failures;
}
