#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A module that cannot be loaded for want of memory leaves nothing behind.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
need_debug_kernel
it_is_refused()
{
	local _

	for _ in 1 2 3; do
		load_module 2> "$tmp/err" && return 1
		grep -q 'Cannot allocate memory' "$tmp/err" || { cat "$tmp/err"; return 1; }
	done
	! grep -q nf_ttlpin /proc/modules && [ ! -e /sys/kernel/ttlpin ]
}
ok "it is refused" it_is_refused
ok "nothing has leaked" nothing_leaked
ok "the kernel's log is clean" log_is_clean
finish
