#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Namespaces come and go with flows in them, on two CPUs and beside traffic; what
# they had is given back. SPACES=N for at least so many.
# shellcheck source=tests/race/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_module

# Pieces of the stores of all namespaces there are.
pieces()
{
	grep -c 'nf_ttlpin' /proc/vmallocinfo
}
before=$(pieces)
ok "each namespace has a store" [ "$before" -ge 8 ]
blast -n 500 -r $((rate / 5)) -t "$seconds" good forged near reset syn synack quit &
pid=$!
started+=("$pid")
made=0
come_and_go()
{
	local end=$((SECONDS + seconds))

	while [ $SECONDS -lt $end ] || [ "$made" -lt "${SPACES:-20}" ]; do
		spaces 20 || return 1
		made=$((made + 20))
		echo $made > "$tmp/made"
	done
}
ok "namespaces come and go with flows in them" come_and_go
wait $pid
ok "nothing was lost on the way to the gateway" [ $? = 0 ]
figure "spaces: $(cat "$tmp/made") namespaces, $(sent all) segments"
given_back()
{
	[ "$(pieces)" = "$before" ] || { echo "$(pieces) pieces, not $before"; return 1; }
}
ok "their stores are given back" busywait 60000 given_back
rmmod nf_ttlpin
none_left()
{
	[ "$(pieces)" = 0 ] || { grep nf_ttlpin /proc/vmallocinfo; return 1; }
}
ok "and all with the module" none_left
finish
