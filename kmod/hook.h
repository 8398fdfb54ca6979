/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet path.
 */
#ifndef TTLPIN_HOOK_H
#define TTLPIN_HOOK_H

#include "net.h"

int ttlpin_hook_init(struct ttlpin_net *tn);
void ttlpin_hook_exit(struct ttlpin_net *tn);

#endif /* TTLPIN_HOOK_H */
