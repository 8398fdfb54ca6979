#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whitelists are loaded in turn under traffic that only the whitelist lets pass:
# both hold the peer, so a segment that is dropped was judged by half a list. Then
# settings, in turn: both guard the port, and a segment that is not counted was
# judged by half of them.
# shellcheck source=tests/race/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_module

ctl whitelist add 203.0.113.0/24 || exit 1
# A list in force waits for a grace period: these are not to be what limits.
[ ! -w /sys/kernel/rcu_expedited ] || echo 1 > /sys/kernel/rcu_expedited
# changing WHAT KIND...: those segments while storm changes it.
changing()
{
	storm "$1" $((half + 1)) > "$tmp/storm" &
	shift
	sleep 0.5
	blast -n 200 -r "$rate" -t "$half" "$@" || return 1
	wait $!
}
ok "whitelists in turn under traffic" changing lists forged reset forged good
figure "whitelists: $(sent all) segments, $(sent rate) a second, $(jq .a_second "$tmp/storm") lists a second"
ok "as many as were wanted" has "$tmp/storm" ".a_second >= ${WANTED:-20}"
all_whitelisted()
{
	counters_are dropped=0 unpinned=0 &&
		[ "$(jq .counters.whitelisted "$tmp/stats")" -ge $(($(sent forged) + $(sent reset))) ] &&
		[ "$(jq .counters.seen "$tmp/stats")" = $(($(sent all) - $(sent syn))) ]
}
ok "no segment was judged by half a list" all_whitelisted
ok "the peer is in the list" eval 'ctl -j whitelist | grep -q 203.0.113'
ok "without a list" ctl whitelist flush
ctl stats --reset > /dev/null
ok "the same traffic" blast -n 200 -r "$rate" -t 1 forged reset forged good
would_have_been_dropped()
{
	counters_are dropped=$(($(sent forged) + $(sent reset)))
}
ok "is dropped" would_have_been_dropped

ctl stats --reset > /dev/null
ok "settings to and fro under traffic" changing settings forged good near reset
figure "settings: $(sent all) segments, $(sent rate) a second, $(jq .a_second "$tmp/storm") changes a second"
ok "as many as were wanted" has "$tmp/storm" ".a_second >= ${WANTED:-20}"
all_judged()
{
	counters_are seen=$(($(sent all) - $(sent syn))) \
		dropped=$(($(sent forged) + $(sent reset))) near="$(sent near)" \
		passed=$(($(sent good) + $(sent near) + $(sent synack)))
}
ok "no segment was judged by half of them" all_judged
[ ! -w /sys/kernel/rcu_expedited ] || echo 0 > /sys/kernel/rcu_expedited
finish
