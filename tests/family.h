/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests of the tests to the netlink family.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ttlpin.h>

/* A message of ours, and a part of a list, are so long at most. */
#define FAMILY_ROOM	32768

/**
 * struct family - a socket of the family
 * @sock: the socket
 * @id: message type of the family
 * @seq: of the last request
 * @buffer: the request, then what came back
 */
struct family {
	struct mnl_socket *sock;
	uint16_t id;
	uint32_t seq;
	char buffer[FAMILY_ROOM];
};

void family_open(struct family *f);
void family_close(struct family *f);
struct nlmsghdr *family_begin(struct family *f, uint8_t cmd, uint16_t flags);
void family_send(struct family *f, const struct nlmsghdr *nlh);
int family_receive(struct family *f, mnl_cb_t cb, void *data);
int family_ask(struct family *f, const struct nlmsghdr *nlh, mnl_cb_t cb,
	       void *data);

#endif /* FAMILY_H */
