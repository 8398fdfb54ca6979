/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet path.
 */
#ifndef TTLPIN_HOOK_H
#define TTLPIN_HOOK_H

#include <linux/netfilter.h>
#include "net.h"

unsigned int ttlpin_hook_inbound(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int ttlpin_hook_outbound(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);
int ttlpin_hook_init(struct ttlpin_net *tn);
void ttlpin_hook_exit(struct ttlpin_net *tn);

#endif /* TTLPIN_HOOK_H */
