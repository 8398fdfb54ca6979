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
#include "nl.h"
#include "out.h"

/**
 * struct exchange - a request and what came of it
 * @answer: called for each message of the answer, or NULL
 * @data: for @answer
 * @error: number of the error, or 0
 * @text: the kernel's words about it
 * @offset: of the attribute that it is about, in the request; 0 if none
 * @changed: a list changed while it was sent
 */
struct exchange {
	nl_answer *answer;
	void *data;
	int error;
	char text[256];
	uint32_t offset;
	bool changed;
};

/* It is there and has its type's size. */
static bool is_sound(const struct nlattr *attr, enum mnl_attr_data_type type)
{
	return attr && !mnl_attr_validate(attr, type);
}

static int note_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **table = data;

	if (mnl_attr_get_type(attr) <= NLMSGERR_ATTR_MAX)
		table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/* The extended acknowledgment, which begins @skip octets into the payload. */
static void take_words(const struct nlmsghdr *nlh, size_t skip,
		       struct exchange *x)
{
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1] = { NULL };

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    skip >= mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_parse(nlh, skip, note_attr, table);
	if (is_sound(table[NLMSGERR_ATTR_MSG], MNL_TYPE_NUL_STRING))
		snprintf(x->text, sizeof(x->text), "%s",
			 mnl_attr_get_str(table[NLMSGERR_ATTR_MSG]));
	if (is_sound(table[NLMSGERR_ATTR_OFFS], MNL_TYPE_U32))
		x->offset = mnl_attr_get_u32(table[NLMSGERR_ATTR_OFFS]);
}

/* An error or the acknowledgment of a request. */
static void take_error(const struct nlmsghdr *nlh, struct exchange *x)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		x->error = EBADMSG;
		return;
	}
	x->error = -err->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    err->msg.nlmsg_len >= MNL_NLMSG_HDRLEN)
		skip += err->msg.nlmsg_len - MNL_NLMSG_HDRLEN;
	take_words(nlh, skip, x);
}

/* The end of a list, which may be an error too. */
static void take_done(const struct nlmsghdr *nlh, struct exchange *x)
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(error))
		return;
	memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	x->error = error < 0 ? -error : 0;
	take_words(nlh, sizeof(error), x);
}

/* One message of an answer; whether it was the last. */
static bool take_message(const struct nlmsghdr *nlh, struct exchange *x)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->changed = true;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		take_error(nlh, x);
		return true;
	}
	if (nlh->nlmsg_type == NLMSG_DONE) {
		take_done(nlh, x);
		return true;
	}
	if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && x->answer &&
	    mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN)
		x->answer(nlh, x->data);
	return false;
}

/* Takes what has come: MNL_CB_STOP at the end of the answer to @seq, MNL_CB_OK
 * before, or MNL_CB_ERROR and errno. Not by mnl_cb_run(): it gives up a list that
 * has changed and leaves the rest to the next request, and takes the length of a
 * message for a signed number and would follow it out of the buffer.
 */
static int dispatch(const void *buffer, size_t left, uint32_t seq,
		    struct exchange *x)
{
	const struct nlmsghdr *nlh = buffer;

	while (left >= sizeof(*nlh)) {
		size_t len = nlh->nlmsg_len;

		if (len < sizeof(*nlh) || len > left) {
			errno = EBADMSG;
			return MNL_CB_ERROR;
		}
		if (nlh->nlmsg_seq == seq && take_message(nlh, x))
			return MNL_CB_STOP;
		len = MNL_ALIGN(len) < left ? MNL_ALIGN(len) : left;
		nlh = (const void *)((const char *)nlh + len);
		left -= len;
	}
	return MNL_CB_OK;
}

/* One request and all that answers it; 0 or the error's number. */
static int exchange(struct nl *nl, struct nlmsghdr *nlh, struct exchange *x)
{
	char buffer[32768];
	ssize_t len;
	int ret;

	nlh->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return errno;
	do {
		len = mnl_socket_recvfrom(nl->sock, buffer, sizeof(buffer));
		if (len < 0)
			return errno;
		ret = dispatch(buffer, len, nlh->nlmsg_seq, x);
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

static void find_group(struct nl *nl, const struct nlattr *groups)
{
	const struct nlattr *group, *table[CTRL_ATTR_MCAST_GRP_MAX + 1];

	mnl_attr_for_each_nested(group, groups) {
		nl_parse(table, CTRL_ATTR_MCAST_GRP_MAX, group);
		if (is_sound(table[CTRL_ATTR_MCAST_GRP_NAME], MNL_TYPE_NUL_STRING) &&
		    is_sound(table[CTRL_ATTR_MCAST_GRP_ID], MNL_TYPE_U32) &&
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
	if (is_sound(table[CTRL_ATTR_FAMILY_ID], MNL_TYPE_U16))
		nl->family = mnl_attr_get_u16(table[CTRL_ATTR_FAMILY_ID]);
	if (is_sound(table[CTRL_ATTR_VERSION], MNL_TYPE_U32))
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
	error = exchange(nl, nlh, &x);
	if (error == ENOENT)
		return out_fail("the module nf_ttlpin is not loaded; load it with: modprobe nf_ttlpin");
	if (error || !nl->family)
		return out_fail("cannot find the module's netlink family: %s",
				strerror(error ? error : EBADMSG));
	if (nl->version < TTLPIN_GENL_VERSION)
		return out_fail("the loaded module speaks version %u, this tool needs %u; load the module that came with it",
				nl->version, TTLPIN_GENL_VERSION);
	if (nl->version > TTLPIN_GENL_VERSION)
		return out_fail("the loaded module speaks version %u, this tool only %u; use the ttlpinctl that came with it",
				nl->version, TTLPIN_GENL_VERSION);
	return CTL_OK;
}

/**
 * nl_open - connect to the module
 * @nl: filled with CTL_OK, to be given to nl_close()
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_open(struct nl *nl)
{
	int on = 1, ret;

	memset(nl, 0, sizeof(*nl));
	nl->sock = mnl_socket_open(NETLINK_GENERIC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		ret = out_fail("cannot open a netlink socket: %s",
			       strerror(errno));
		nl_close(nl);
		return ret;
	}
	/* Without the first the kernel's words are lost, but nothing else; without the
	 * other an error has the whole request behind it, more than fits.
	 */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
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

static int explain(const struct nl *nl, int error, const struct exchange *x,
		   const void *fill_data)
{
	char culprit[128] = "";

	if (nl->blame && x->offset)
		nl->blame(fill_data, x->offset, culprit, sizeof(culprit));
	if (x->text[0])
		return out_fail("%s%s%s (%s)", culprit, *culprit ? ": " : "",
				x->text, strerror(error));
	if (error == EPERM)
		return out_fail("this needs root, or CAP_NET_ADMIN in the network namespace");
	if (error == EOPNOTSUPP)
		return out_fail("the loaded module is older than this tool and does not know this command; load the module that came with it");
	return out_fail("the kernel refused: %s", strerror(error));
}

/* One request, or a list; *@changed tells whether that is not consistent. */
static int ask(struct nl *nl, uint8_t cmd, uint16_t flags, nl_fill *fill,
	       const void *fill_data, struct exchange *x)
{
	char *buffer = malloc(NL_REQUEST_MAX + 4096);
	struct nlmsghdr *nlh;
	int error;

	if (!buffer)
		return out_fail("out of memory");
	nlh = new_message(buffer, nl->family, cmd, TTLPIN_GENL_VERSION, flags);
	if (fill)
		fill(nlh, fill_data);
	error = exchange(nl, nlh, x);
	nl->error = error;
	free(buffer);
	if (error == EPERM && nl->lenient)
		return CTL_FAILED;
	return error ? explain(nl, error, x, fill_data) : CTL_OK;
}

/**
 * nl_request - send a request and take its answer
 * @nl: the connection
 * @cmd: TTLPIN_CMD_*
 * @fill: appends attributes, or NULL
 * @fill_data: for @fill
 * @answer: called for each message of the answer, or NULL
 * @data: for @answer
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_request(struct nl *nl, uint8_t cmd, nl_fill *fill, const void *fill_data,
	       nl_answer *answer, void *data)
{
	struct exchange x = { .answer = answer, .data = data };

	return ask(nl, cmd, NLM_F_ACK, fill, fill_data, &x);
}

/* A list that has changed while it was read is asked for so often. */
#define LIST_TRIES	3

/* Tells whether it has changed each time while it was read. */
static int list_of(struct nl *nl, uint8_t cmd, nl_fill *fill, const void *fill_data,
		   nl_answer *answer, json_t *list, bool *changed)
{
	int ret = CTL_OK, i;

	*changed = true;
	for (i = 0; !ret && *changed && i < LIST_TRIES; i++) {
		struct exchange x = { .answer = answer, .data = list };

		json_array_clear(list);
		ret = ask(nl, cmd, NLM_F_DUMP, fill, fill_data, &x);
		*changed = x.changed;
	}
	return ret;
}

/**
 * nl_list - ask for a list
 * @nl: the connection
 * @cmd: TTLPIN_CMD_*
 * @fill: appends attributes, or NULL
 * @fill_data: for @fill
 * @answer: called for each entry with @list, to which it appends
 * @list: an empty array
 *
 * If the list changes each time while it is read, the last reading is given, and
 * a line on stderr says so: entries may be in it twice or not at all.
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_list(struct nl *nl, uint8_t cmd, nl_fill *fill, const void *fill_data,
	    nl_answer *answer, json_t *list)
{
	bool changed;
	int ret = list_of(nl, cmd, fill, fill_data, answer, list, &changed);

	if (!ret && changed)
		fputs("ttlpinctl: the list kept changing while it was read; entries may be missing or twice\n",
		      stderr);
	return ret;
}

/**
 * nl_list_whole - ask for a list that is to be kept
 * @nl: the connection
 * @cmd: TTLPIN_CMD_*
 * @answer: as nl_list()
 * @list: an empty array
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr, also if the list changed
 * each time while it was read.
 */
int nl_list_whole(struct nl *nl, uint8_t cmd, nl_answer *answer, json_t *list)
{
	bool changed;
	int ret = list_of(nl, cmd, NULL, NULL, answer, list, &changed);

	if (!ret && changed)
		ret = out_fail("the list kept changing while it was read; try again");
	return ret;
}

/* A module that goes takes the membership with it and says nothing; to join
 * again needs a privilege that may have been given up.
 */
static int check_module(const struct nl *nl)
{
	struct nl now;
	int ret = nl_open(&now);

	if (!ret && now.family != nl->family)
		ret = out_fail("the module was loaded anew; ask for events again");
	nl_close(&now);
	return ret;
}

/**
 * nl_subscribe - ask for events
 * @nl: the connection
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_subscribe(struct nl *nl)
{
	static const struct timeval quiet = { .tv_sec = 5 };
	int fd = mnl_socket_get_fd(nl->sock);
	uint32_t group = nl->events;
	int size = 4 << 20;

	/* More than is usual may pile up while the terminal scrolls. Beyond
	 * net.core.rmem_max is for root only.
	 */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof(quiet));
	if (!group)
		return out_fail("the loaded module sends no events; load the one that came with this tool");
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
 * Looks after five quiet seconds whether the module is still there.
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int nl_next(struct nl *nl, nl_answer *answer, void *data)
{
	struct exchange x = { .answer = answer, .data = data };
	char buffer[32768];
	ssize_t len = mnl_socket_recvfrom(nl->sock, buffer, sizeof(buffer));

	if (len < 0 && errno == EAGAIN)
		return check_module(nl);
	/* A wait that has an end is not taken up again after a stop, signal(7). */
	if (len < 0 && errno == EINTR)
		return CTL_OK;
	if (len < 0 && errno == ENOBUFS) {
		fputs("ttlpinctl: events were lost: they came faster than they were read\n",
		      stderr);
		return CTL_OK;
	}
	if (len < 0)
		return out_fail("cannot read events: %s", strerror(errno));
	if (dispatch(buffer, len, 0, &x) < 0)
		return out_fail("cannot read events: %s", strerror(errno));
	return CTL_OK;
}
