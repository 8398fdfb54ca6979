/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done to the whole flow store.
 */
#ifndef TTLPIN_SWEEP_H
#define TTLPIN_SWEEP_H

#include <linux/workqueue.h>
#include "net.h"

int ttlpin_sweep_resize(struct ttlpin_net *tn, u32 max_flows);
void ttlpin_sweep_mark(struct ttlpin_net *tn);
void ttlpin_sweep_run(struct work_struct *work);

#endif /* TTLPIN_SWEEP_H */
