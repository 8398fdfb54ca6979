// SPDX-License-Identifier: GPL-2.0
/*
 * Giving up privileges that are not needed any more: what runs for long and reads
 * what strangers sent has no more than its task asks for.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "out.h"
#include "priv.h"

/* Who owns nothing. */
#define NOBODY	65534

/*
 * Root without capabilities still owns most files and may write them; so it becomes
 * nobody, where it may and nobody is mapped.
 */
static int leave_root(void)
{
	if (geteuid())
		return 0;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -1;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return errno == EPERM || errno == EINVAL ? 0 : -1;
	return 0;
}

/**
 * priv_keep - give up root and all capabilities but some, for good
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

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || leave_root() ||
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
