#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module comes and goes under traffic of two CPUs, while its settings,
# counters, lists and events are asked for.
# shellcheck source=tests/race/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

hold_hooks || exit 1
blast -n 500 -r "$rate" -t "$seconds" good forged near reset syn synack quit &
pid=$!
started+=("$pid")
ask()
{
	while :; do
		ctl stats
		ctl flows
		timeout 1 ttlpinctl -N "$gateway" events --count 5
		ctl whitelist add 198.51.100.0/24
		ctl config tolerance=2 max_flows=2000
	done > /dev/null 2>&1
}
ask &
started+=($!)
# Who is in the middle of a list keeps the module.
unload()
{
	rmmod nf_ttlpin 2> "$tmp/rmmod"
}
loads=0 judged=0
loops()
{
	while kill -0 $pid 2> /dev/null; do
		load_module || return 1
		sleep 0.$((RANDOM % 4))
		[ "$(ctl -j stats | jq .counters.seen)" = 0 ] || judged=$((judged + 1))
		busywait 120000 unload || { cat "$tmp/rmmod"; return 1; }
		loads=$((loads + 1))
	done
}
ok "in and out under traffic" loops
wait $pid
ok "nothing was lost on the way to the gateway" [ $? = 0 ]
figure "load: $loads times, $(sent all) segments, $(sent rate) a second"
ok "many times" [ "$loads" -ge "${LOADS:-3}" ]
ok "and it judged" [ "$judged" -gt $((loads / 2)) ]
finish
