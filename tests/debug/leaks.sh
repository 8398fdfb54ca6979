#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Behind all that ran before in this guest: the module has gone and left nothing.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
is_gone() { ! grep '^nf_ttlpin ' /proc/modules; }
ok "the module is gone" is_gone
if [ -e $debugfs/kmemleak ]; then
	ok "nothing has leaked" nothing_leaked
fi
ok "the kernel's log is clean" log_is_clean
finish
