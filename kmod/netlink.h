/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family.
 */
#ifndef TTLPIN_NETLINK_H
#define TTLPIN_NETLINK_H

#include <net/genetlink.h>

extern struct genl_family ttlpin_nl_family;

bool ttlpin_netlink_has_listeners(const struct net *net);
int ttlpin_netlink_init(void);
void ttlpin_netlink_exit(void);

#endif /* TTLPIN_NETLINK_H */
