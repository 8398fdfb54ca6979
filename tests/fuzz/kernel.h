/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as kmod/config.c needs to be compiled here; the headers
 * that it includes are empty.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define PAGE_SIZE	4096
#define U32_MAX		UINT32_MAX
#define IS_ENABLED(option)	1
#define __rcu
#define __percpu
#define ____cacheline_aligned
#define GFP_KERNEL_ACCOUNT	0
#define sizeof_field(type, field)	sizeof(((type *)0)->field)
#define BUILD_BUG_ON(condition)		_Static_assert(!(condition), #condition)
#define module_param_named(name, variable, type, mode)
#define MODULE_PARM_DESC(name, text)
#define pr_err(...)	fprintf(stderr, __VA_ARGS__)

struct rcu_head {
	int unused;
};

struct mutex {
	bool held;
};

struct work_struct;

struct delayed_work {
	int unused;
};

typedef int spinlock_t;
typedef int siphash_aligned_key_t;

struct net {
	int unused;
};

extern struct net init_net;

#define net_eq(a, b)				((a) == (b))
#define mutex_lock(m)				((m)->held = true)
#define mutex_unlock(m)				((m)->held = false)
#define lockdep_is_held(m)			((m)->held)
#define rcu_read_lock()
#define rcu_read_unlock()
#define rcu_dereference(p)			(p)
#define rcu_dereference_protected(p, condition)	(p)
#define rcu_assign_pointer(p, value)		((p) = (value))
#define kmalloc(size, flags)			malloc(size)
#define kzalloc(size, flags)			calloc(1, size)
#define kfree(p)				free(p)
#define kfree_rcu(p, field)			free(p)

/* As the kernel's: digits and at most one newline, no overflow. */
static inline int kstrtouint(const char *text, unsigned int base, uint32_t *value)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, base);
	if (end == text || *end)
		return -EINVAL;
	if (errno || n > UINT32_MAX)
		return -ERANGE;
	*value = n;
	return 0;
}

static inline int sysfs_emit_at(char *buf, int at, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buf + at, PAGE_SIZE - at, format, args);
	va_end(args);
	if (at + len >= PAGE_SIZE)
		abort();
	return len;
}

#define sysfs_emit(buf, ...)	sysfs_emit_at(buf, 0, __VA_ARGS__)

#endif /* FUZZ_KERNEL_H */
