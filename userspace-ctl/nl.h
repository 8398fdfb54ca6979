/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talking to the module by generic netlink.
 */
#ifndef NL_H
#define NL_H

#include <jansson.h>
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
 * @seq: of the last request
 * @error: number of the last request's error, or 0
 * @lenient: the caller can do without: a lack of privilege is not complained of
 * @blame: names what of a request was refused, or NULL: called with what was
 *	given to fill it and the offset of the refused attribute; writes text
 */
struct nl {
	struct mnl_socket *sock;
	uint16_t family;
	uint32_t events;
	uint32_t version;
	uint32_t seq;
	int error;
	bool lenient;
	void (*blame)(const void *fill_data, uint32_t offset, char *text,
		      int size);
};

/* Called for each message of an answer. */
typedef void nl_answer(const struct nlmsghdr *nlh, void *data);
/* Appends the attributes of a request. */
typedef void nl_fill(struct nlmsghdr *nlh, const void *data);

/* Largest request: that many octets of attributes fit. Well below what a socket
 * may send at once by default, net.core.wmem_default.
 */
#define NL_REQUEST_MAX	(128 * 1024)

int nl_open(struct nl *nl);
void nl_close(struct nl *nl);
int nl_request(struct nl *nl, uint8_t cmd, nl_fill *fill, const void *fill_data,
	       nl_answer *answer, void *data);
int nl_list(struct nl *nl, uint8_t cmd, nl_fill *fill, const void *fill_data,
	    nl_answer *answer, json_t *list);
int nl_list_whole(struct nl *nl, uint8_t cmd, nl_answer *answer, json_t *list);
int nl_subscribe(struct nl *nl);
int nl_next(struct nl *nl, nl_answer *answer, void *data);
void nl_parse(const struct nlattr **table, int max, const struct nlattr *nest);
void nl_parse_message(const struct nlattr **table, int max,
		      const struct nlmsghdr *nlh);

#endif /* NL_H */
