/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings as files, /sys/kernel/ttlpin/net/NAME.
 */
#ifndef TTLPIN_SYSFS_H
#define TTLPIN_SYSFS_H

#include "net.h"

int ttlpin_sysfs_init(void);
void ttlpin_sysfs_exit(void);
int ttlpin_sysfs_net_init(struct ttlpin_net *tn);
void ttlpin_sysfs_net_exit(struct ttlpin_net *tn);

#endif /* TTLPIN_SYSFS_H */
