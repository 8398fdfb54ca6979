#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# storm, nlfuzz and faults, and then what of the module they have reached: the
# kernel keeps the counts of a module that has gone. Left in out/gcda.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
need_debug_kernel
[ -d $debugfs/gcov ] || skip_all "the kernel has no gcov"
for program in storm nlfuzz faults; do
	"$here/$program.sh" > "$tmp/$program" 2>&1
	status=$?
	grep -v '^ok' "$tmp/$program" | sed 's/^/# /'
	ok "$program" [ $status = 0 ]
done
mkdir -p /ttlpin/out/gcda
counts_are_kept()
{
	# cp would see files of no length.
	find $debugfs/gcov -name '*.gcda' -path '*/kmod/*' | while read -r file; do
		cat "$file" > "/ttlpin/out/gcda/${file##*/}"
	done
	[ -s /ttlpin/out/gcda/inbound.gcda ]
}
ok "the counts are kept" counts_are_kept
finish
