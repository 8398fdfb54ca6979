/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows kernel versions. Each piece has the shape of the
 * newer kernel, so that dropping an old one is a deletion.
 */
#ifndef TTLPIN_COMPAT_H
#define TTLPIN_COMPAT_H

#include <linux/version.h>

#ifndef CONFIG_64BIT
#error "ttlpin reads and replaces 64-bit words at once: a 64-bit kernel is needed"
#endif

#if !IS_ENABLED(CONFIG_NF_DEFRAG_IPV4) || \
	(IS_ENABLED(CONFIG_IPV6) && !IS_ENABLED(CONFIG_NF_DEFRAG_IPV6))
#error "ttlpin needs NF_DEFRAG_IPV4 and NF_DEFRAG_IPV6, which NF_CONNTRACK selects"
#endif

/* 6.2 made the kobj_type callbacks take a const kobject. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define TTLPIN_KOBJ_CONST
#else
#define TTLPIN_KOBJ_CONST const
#endif

/*
 * 6.9 named it: what is written before it is read need not be cleared first, as
 * CONFIG_INIT_STACK_ALL_ZERO has it. For what each packet passes only.
 */
#ifndef __uninitialized
#define __uninitialized __attribute__((__uninitialized__))
#endif

#endif /* TTLPIN_COMPAT_H */
