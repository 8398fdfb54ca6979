/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What names a flow: both ends as the wire sees them.
 */
#ifndef TTLPIN_TUPLE_H
#define TTLPIN_TUPLE_H

#include "types.h"

/**
 * struct ttlpin_tuple - the two ends of a flow
 * @remote: the peer's address, network order; IPv4 uses [0], the rest is 0
 * @local: the guarded side's address, the same way
 * @remote_port: host order
 * @local_port: host order
 * @family: 4 or 6
 * @server: the guarded port is the local one
 */
struct ttlpin_tuple {
	u32 remote[4];
	u32 local[4];
	u16 remote_port;
	u16 local_port;
	u8 family;
	u8 server;
};

#endif /* TTLPIN_TUPLE_H */
