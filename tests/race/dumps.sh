#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flows are listed while others come, go and move: those that stay are in each
# list exactly once, unless it says that it was interrupted.
# shellcheck source=tests/race/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_module
# A store that is nearly full, so that flows move; those that stay never end, and
# those that close make room.
set_to max_flows=1024 idle_timeout=86400 half_open_timeout=86400 close_timeout=86400
stable=600

ok "$stable flows that stay" blast -n $stable
ok "one list" eval "storm dumps 0 2000 $stable > $tmp/storm"
lists()
{
	storm dumps "$half" 2000 $stable > "$tmp/storm" &
	blast -n 0 -r "${CHURN:-300}" -t "$half" syn synack quit || return 1
	wait $!
}
ok "lists while others begin and end" lists
figure "lists: $(jq '.done' "$tmp/storm") in all, $(jq .interrupted "$tmp/storm") interrupted, $(sent syn) flows meanwhile"
ok "some were interrupted" has "$tmp/storm" '.interrupted > 0'
ok "some were not" has "$tmp/storm" '.done > .interrupted'
ok "none of these is wrong" has "$tmp/storm" '.wrong == 0'
still_there()
{
	[ "$(ctl -j flows | jq '[.[] | select(.phase == "opening" and .pin == [50])] | length')" -ge $stable ]
}
ok "all that stay are still pinned" still_there
# Those that flush must come to an end, however many flows come and move.
flushes()
{
	storm flush "$half" > "$tmp/storm" &
	blast -n 0 -t "$half" syn synack syn synack syn || return 1
	wait $!
}
ok "all flows are forgotten, over and over, while others begin" flushes
figure "flushes: $(jq '.a_second' "$tmp/storm") a second, $(sent syn) flows meanwhile"
ok "many times" has "$tmp/storm" '.a_second > 0'
ok "the flows' number is right" busywait 5000 eval "ctl flows flush && [ \"\$(ctl config flows)\" = 0 ]"
finish
