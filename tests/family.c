// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the netlink family.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "family.h"

static int take_id(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	uint16_t *id = data;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*id = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

/**
 * family_begin - begin a request
 * @f: the socket
 * @cmd: the command
 * @flags: beside NLM_F_REQUEST
 *
 * Return: the request; attributes are put behind it.
 */
struct nlmsghdr *family_begin(struct family *f, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(f->buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = f->id;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++f->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

void family_send(struct family *f, const struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(f->sock, nlh, nlh->nlmsg_len) < 0)
		err(2, "cannot send");
}

/**
 * family_receive - take one part of an answer
 * @f: the socket
 * @cb: called for each message of it
 * @data: for @cb
 *
 * Return: MNL_CB_OK if more is to come, MNL_CB_STOP at the end, MNL_CB_ERROR with
 * errno for a refusal.
 */
int family_receive(struct family *f, mnl_cb_t cb, void *data)
{
	ssize_t len = mnl_socket_recvfrom(f->sock, f->buffer, sizeof(f->buffer));

	if (len < 0)
		err(2, "cannot receive");
	return mnl_cb_run(f->buffer, len, f->seq, mnl_socket_get_portid(f->sock),
			  cb, data);
}

/**
 * family_ask - send a request and take the whole answer
 * @f: the socket
 * @nlh: the request
 * @cb: called for each message of the answer
 * @data: for @cb
 *
 * Return: 0 or a negative error.
 */
int family_ask(struct family *f, const struct nlmsghdr *nlh, mnl_cb_t cb,
	       void *data)
{
	int ret;

	family_send(f, nlh);
	do {
		ret = family_receive(f, cb, data);
	} while (ret > 0);
	return ret < 0 ? -errno : 0;
}

/**
 * family_open - open a socket in this namespace
 * @f: filled
 */
void family_open(struct family *f)
{
	struct nlmsghdr *nlh;

	f->sock = mnl_socket_open(NETLINK_GENERIC);
	if (!f->sock || mnl_socket_bind(f->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		err(2, "cannot open a socket");
	f->id = GENL_ID_CTRL;
	f->seq = 0;
	nlh = family_begin(f, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, TTLPIN_GENL_NAME);
	f->id = 0;
	if (family_ask(f, nlh, take_id, &f->id) || !f->id)
		errx(2, "the module is not loaded");
}

void family_close(struct family *f)
{
	mnl_socket_close(f->sock);
}
