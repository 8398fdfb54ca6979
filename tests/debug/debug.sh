# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests in a debug kernel share, beside tests/lib.sh.
# shellcheck disable=SC2154 # $tmp is tests/lib.sh's

debugfs=/sys/kernel/debug

need_debug_kernel()
{
	[ -d $debugfs/failslab ] || mount -t debugfs debugfs $debugfs 2> /dev/null
	[ -e $debugfs/kmemleak ] || skip_all "the kernel has no kmemleak; tests/vm/run -k uml-debug"
	[ -d $debugfs/failslab ] || skip_all "the kernel has no fault injection"
	# What the machine itself has left behind is not of interest.
	echo clear > $debugfs/kmemleak
}

# nothing_leaked: kmemleak looks at what is 5 s old at least.
nothing_leaked()
{
	echo scan > $debugfs/kmemleak
	sleep 6
	echo scan > $debugfs/kmemleak
	head -n 60 $debugfs/kmemleak > "$tmp/leaks"
	cat "$tmp/leaks"
	[ ! -s "$tmp/leaks" ]
}

# Warnings are panics here; but see that none went by unnoticed.
log_is_clean()
{
	[ "$(cat /proc/sys/kernel/panic_on_warn)" = 1 ] || { echo "panic_on_warn is off"; return 1; }
	! dmesg | grep -E 'BUG:|WARNING:|KASAN:|UBSAN:|ODEBUG:|kmemleak: .*(new suspected|disabled)'
}

# text_of MODULE: start and end of its code, to the end of the page that follows
# the last function's: what is loaded next lies behind another one.
text_of()
{
	awk -v m="[$1]" '$NF == m && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort | {
		read -r start
		last=$(tail -n 1)
		printf '%d %d\n' "0x$start" $(((0x$last & ~4095) + 8192))
	}
}

# fail_in MODULE PERCENT: so many of the allocations that its code asks for fail,
# whoever runs it.
fail_in()
{
	local which pair start end

	read -r start end < <(text_of "$1")
	[ "${start:-0}" -gt 0 ] || return 1
	for which in failslab fail_page_alloc; do
		for pair in probability=0 task-filter=N ignore-gfp-wait=N times=-1 interval=1 \
			space=0 verbose=2 stacktrace-depth=32 require-start="$start" \
			require-end="$end" probability="$2"; do
			echo "${pair#*=}" > "$debugfs/$which/${pair%%=*}"
		done
	done
	echo 0 > $debugfs/fail_page_alloc/min-order
	echo N > $debugfs/fail_page_alloc/ignore-gfp-highmem
}

fail_no_more()
{
	echo 0 > $debugfs/failslab/probability
	echo 0 > $debugfs/fail_page_alloc/probability
}

# counter NAME: of the gateway.
counter()
{
	ctl -j stats | jq ".counters.$1"
}

# What a test ends with that sends by way of ttlpin_storm, in the namespace that is
# open as 9: all goes, and nothing is left.
finish_storm()
{
	kill "${started[@]}" 2> /dev/null
	wait 2> /dev/null
	started=()
	exec 9<&-
	ip netns del "$gateway"
	rmmod ttlpin_storm
	ok "the module goes" rmmod nf_ttlpin
	ok "nothing has leaked" nothing_leaked
	ok "the kernel's log is clean" log_is_clean
	finish
}
