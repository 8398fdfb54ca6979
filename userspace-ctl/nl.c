// SPDX-License-Identifier: GPL-2.0
/*
 * Talking to the module by generic netlink, on libmnl.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "nl.h"
#include "out.h"

struct exchange {
	nl_answer *answer;
	void *data;
	int error;
	char text[256];
	bool changed;
};

static int note_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **table = data;

	if (mnl_attr_get_type(attr) <= NLMSGERR_ATTR_MAX)
		table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/* An error or the acknowledgment of a request, with the kernel's own words. */
static int on_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1] = { NULL };
	struct exchange *x = data;
	size_t skip = sizeof(*err);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		x->error = EBADMSG;
		return MNL_CB_STOP;
	}
	x->error = -err->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len >= MNL_NLMSG_HDRLEN)
		skip += err->msg.nlmsg_len - MNL_NLMSG_HDRLEN;
	if ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) &&
	    skip < mnl_nlmsg_get_payload_len(nlh))
		mnl_attr_parse(nlh, skip, note_attr, table);
	if (table[NLMSGERR_ATTR_MSG] &&
	    !mnl_attr_validate(table[NLMSGERR_ATTR_MSG], MNL_TYPE_NUL_STRING))
		snprintf(x->text, sizeof(x->text), "%s",
			 mnl_attr_get_str(table[NLMSGERR_ATTR_MSG]));
	return MNL_CB_STOP;
}

static int on_done(const struct nlmsghdr *nlh, void *data)
{
	struct exchange *x = data;
	int error;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(error)) {
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
		x->error = error < 0 ? -error : 0;
	}
	return MNL_CB_STOP;
}

static int on_answer(const struct nlmsghdr *nlh, void *data)
{
	struct exchange *x = data;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->changed = true;
	if (x->answer && mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN)
		x->answer(nlh, x->data);
	return MNL_CB_OK;
}

/* One request and all that answers it; 0 or the error's number. */
static int exchange(struct mnl_socket *sock, struct nlmsghdr *nlh,
		    struct exchange *x)
{
	static mnl_cb_t control[NLMSG_DONE + 1] = {
		[NLMSG_ERROR] = on_error,
		[NLMSG_DONE] = on_done,
	};
	unsigned int portid = mnl_socket_get_portid(sock);
	char buffer[32768];
	ssize_t len;
	int ret;

	nlh->nlmsg_seq = time(NULL);
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return errno;
	do {
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
		if (len < 0)
			return errno;
		ret = mnl_cb_run2(buffer, len, nlh->nlmsg_seq, portid, on_answer,
				  x, control, NLMSG_DONE + 1);
		if (ret < 0)
			return errno;
	} while (ret > MNL_CB_STOP);
	return x->error;
}

static struct nlmsghdr *new_message(void *buffer, uint16_t type, uint8_t cmd,
				    uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct parse {
	const struct nlattr **table;
	int max;
};

/* Attributes of a newer module than this tool are passed over. */
static int parse_attr(const struct nlattr *attr, void *data)
{
	struct parse *p = data;

	if (mnl_attr_get_type(attr) <= p->max)
		p->table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/**
 * nl_parse - find the attributes of a nest
 * @table: @max + 1 places, filled; NULL for what is absent
 * @max: highest type that is known
 * @nest: the nest
 */
void nl_parse(const struct nlattr **table, int max, const struct nlattr *nest)
{
	struct parse p = { table, max };

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_parse_nested(nest, parse_attr, &p);
}

/**
 * nl_parse_message - find the attributes of a message
 * @table: @max + 1 places, filled; NULL for what is absent
 * @max: highest type that is known
 * @nlh: the message
 */
void nl_parse_message(const struct nlattr **table, int max,
		      const struct nlmsghdr *nlh)
{
	struct parse p = { table, max };

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_parse(nlh, GENL_HDRLEN, parse_attr, &p);
}

static void find_group(struct nl *nl, const struct nlattr *groups)
{
	const struct nlattr *group, *table[CTRL_ATTR_MCAST_GRP_MAX + 1];

	mnl_attr_for_each_nested(group, groups) {
		nl_parse(table, CTRL_ATTR_MCAST_GRP_MAX, group);
		if (table[CTRL_ATTR_MCAST_GRP_NAME] &&
		    table[CTRL_ATTR_MCAST_GRP_ID] &&
		    !strcmp(mnl_attr_get_str(table[CTRL_ATTR_MCAST_GRP_NAME]),
			    TTLPIN_MCGRP_EVENTS))
			nl->events = mnl_attr_get_u32(table[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static void on_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	struct nl *nl = data;

	nl_parse_message(table, CTRL_ATTR_MAX, nlh);
	if (table[CTRL_ATTR_FAMILY_ID])
		nl->family = mnl_attr_get_u16(table[CTRL_ATTR_FAMILY_ID]);
	if (table[CTRL_ATTR_VERSION])
		nl->version = mnl_attr_get_u32(table[CTRL_ATTR_VERSION]);
	if (table[CTRL_ATTR_MCAST_GROUPS])
		find_group(nl, table[CTRL_ATTR_MCAST_GROUPS]);
}

static int find_family(struct nl *nl)
{
	struct exchange x = { .answer = on_family, .data = nl };
	char buffer[512];
	struct nlmsghdr *nlh = new_message(buffer, GENL_ID_CTRL,
					   CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	int error;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, TTLPIN_GENL_NAME);
	error = exchange(nl->sock, nlh, &x);
	if (error == ENOENT)
		return out_fail("the module nf_ttlpin is not loaded; load it with: modprobe nf_ttlpin");
	if (error || !nl->family)
		return out_fail("cannot find the module's netlink family: %s",
				strerror(error ? error : EBADMSG));
	if (nl->version < TTLPIN_GENL_VERSION)
		return out_fail("the loaded module speaks version %u, this tool needs %u; load the module that came with it",
				nl->version, TTLPIN_GENL_VERSION);
	return CTL_OK;
}

/**
 * nl_open - connect to the module
 * @nl: filled with CTL_OK, to be given to nl_close()
 * @ctl: how the tool was called
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_open(struct nl *nl, const struct ctl *ctl)
{
	int on = 1, ret;

	(void)ctl;
	memset(nl, 0, sizeof(*nl));
	nl->sock = mnl_socket_open(NETLINK_GENERIC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		ret = out_fail("cannot open a netlink socket: %s",
			       strerror(errno));
		nl_close(nl);
		return ret;
	}
	/* Without it the kernel's words are lost, but nothing else. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	ret = find_family(nl);
	if (ret)
		nl_close(nl);
	return ret;
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

static int explain(int error, const struct exchange *x)
{
	if (x->text[0])
		return out_fail("%s (%s)", x->text, strerror(error));
	if (error == EPERM)
		return out_fail("this needs root, or CAP_NET_ADMIN in the network namespace");
	return out_fail("the kernel refused: %s", strerror(error));
}

/**
 * nl_request - send a request and take its answer
 * @nl: the connection
 * @cmd: TTLPIN_CMD_*
 * @dump: ask for a list; where it changed meanwhile it is asked for once more
 * @fill: appends attributes, or NULL
 * @fill_data: for @fill
 * @answer: called for each message of the answer, or NULL
 * @data: for @answer
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_request(struct nl *nl, uint8_t cmd, bool dump, nl_fill *fill,
	       const void *fill_data, nl_answer *answer, void *data)
{
	struct exchange x = { .answer = answer, .data = data };
	char *buffer = malloc(NL_REQUEST_MAX + 4096);
	struct nlmsghdr *nlh;
	int error;

	if (!buffer)
		return out_fail("out of memory");
	nlh = new_message(buffer, nl->family, cmd, TTLPIN_GENL_VERSION,
			  dump ? NLM_F_DUMP : NLM_F_ACK);
	if (fill)
		fill(nlh, fill_data);
	error = exchange(nl->sock, nlh, &x);
	free(buffer);
	if (error)
		return explain(error, &x);
	if (x.changed)
		fputs("ttlpinctl: the list changed while it was read\n", stderr);
	return CTL_OK;
}

/**
 * nl_subscribe - ask for events
 * @nl: the connection
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_subscribe(struct nl *nl)
{
	int size = 4 << 20;
	uint32_t group = nl->events;

	if (!group)
		return out_fail("the loaded module sends no events; load the one that came with this tool");
	/* More than is usual may pile up while the terminal scrolls. */
	setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUF, &size,
		   sizeof(size));
	if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return out_fail("events need root, or CAP_NET_ADMIN in the network namespace (%s)",
				strerror(errno));
	return CTL_OK;
}

/**
 * nl_next - wait for the next events
 * @nl: a connection that has subscribed
 * @answer: called for each event
 * @data: for @answer
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_next(struct nl *nl, nl_answer *answer, void *data)
{
	struct exchange x = { .answer = answer, .data = data };
	char buffer[32768];
	ssize_t len = mnl_socket_recvfrom(nl->sock, buffer, sizeof(buffer));

	if (len < 0 && errno == ENOBUFS) {
		fputs("ttlpinctl: events were lost: they came faster than they were read\n",
		      stderr);
		return CTL_OK;
	}
	if (len < 0)
		return out_fail("cannot read events: %s", strerror(errno));
	if (mnl_cb_run(buffer, len, 0, 0, on_answer, &x) < 0)
		return out_fail("cannot read events: %s", strerror(errno));
	return CTL_OK;
}
