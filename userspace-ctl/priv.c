// SPDX-License-Identifier: GPL-2.0
/*
 * Giving up privileges that are not needed any more: what runs for long and reads
 * what strangers sent has no more than its task asks for.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "out.h"
#include "priv.h"

/**
 * priv_keep - give up all capabilities but some, for good
 * @capabilities: bit N stands for capability N; those that are not there are not
 *	gained
 *
 * Nothing that is executed later gets them back.
 *
 * Return: CTL_OK, or CTL_FAILED with a line on stderr.
 */
int priv_keep(uint64_t capabilities)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int i;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_capget, &head, data))
		return out_fail("cannot give up privileges: %s", strerror(errno));
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= capabilities >> 32 * i;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, data))
		return out_fail("cannot give up privileges: %s", strerror(errno));
	return CTL_OK;
}
