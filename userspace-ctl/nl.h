/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talking to the module by generic netlink.
 */
#ifndef NL_H
#define NL_H

#include <libmnl/libmnl.h>
#include <linux/ttlpin.h>
#include <stdint.h>
#include "ctl.h"

/**
 * struct nl - a connection to the module
 * @sock: the socket
 * @family: the family's number, given at run time
 * @events: number of the multicast group, 0 if the family has none
 * @version: of the family
 */
struct nl {
	struct mnl_socket *sock;
	uint16_t family;
	uint32_t events;
	uint32_t version;
};

/* Called for each message of an answer; its attributes begin at @attr. */
typedef void nl_answer(const struct nlmsghdr *nlh, void *data);
/* Appends the attributes of a request. */
typedef void nl_fill(struct nlmsghdr *nlh, const void *data);

/* Largest request: that many octets of attributes fit. */
#define NL_REQUEST_MAX	(256 * 1024)

int nl_open(struct nl *nl, const struct ctl *ctl);
void nl_close(struct nl *nl);
int nl_request(struct nl *nl, uint8_t cmd, bool dump, nl_fill *fill,
	       const void *fill_data, nl_answer *answer, void *data);
int nl_subscribe(struct nl *nl);
int nl_next(struct nl *nl, nl_answer *answer, void *data);
void nl_parse(const struct nlattr **table, int max, const struct nlattr *nest);
void nl_parse_message(const struct nlattr **table, int max,
		      const struct nlmsghdr *nlh);

#endif /* NL_H */
