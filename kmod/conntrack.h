/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The marks of conntrack's entries, in which a pin is carried to where conntrackd
 * carries those.
 */
#ifndef TTLPIN_CONNTRACK_H
#define TTLPIN_CONNTRACK_H

#include "types.h"

struct sk_buff;
struct ttlpin_net;
struct ttlpin_tuple;

#if IS_ENABLED(CONFIG_NF_CONNTRACK_MARK)
int ttlpin_conntrack_init(void);
void ttlpin_conntrack_exit(void);
void ttlpin_conntrack_use(bool use);
u8 ttlpin_conntrack_ttl(const struct ttlpin_net *tn, const struct sk_buff *skb,
			const struct ttlpin_tuple *tuple, u32 mask,
			bool *unanswered);
void ttlpin_conntrack_write(const struct ttlpin_net *tn,
			    const struct sk_buff *skb,
			    const struct ttlpin_tuple *tuple, u32 mask, u8 ttl);
#else	/* no mask but 0 is accepted */
static inline int ttlpin_conntrack_init(void)
{
	return 0;
}

static inline void ttlpin_conntrack_exit(void)
{
}

static inline void ttlpin_conntrack_use(bool use)
{
}

static inline u8 ttlpin_conntrack_ttl(const struct ttlpin_net *tn,
				      const struct sk_buff *skb,
				      const struct ttlpin_tuple *tuple, u32 mask,
				      bool *unanswered)
{
	*unanswered = false;
	return 0;
}

static inline void ttlpin_conntrack_write(const struct ttlpin_net *tn,
					  const struct sk_buff *skb,
					  const struct ttlpin_tuple *tuple,
					  u32 mask, u8 ttl)
{
}
#endif

#endif /* TTLPIN_CONNTRACK_H */
