#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two CPUs judge segments of the same flows, while the counters are read and reset
# as fast as can be: what was counted in all is what was sent, to the segment.
# shellcheck source=tests/race/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_module
# What begins and ends must find room, or a SYN-ACK has no flow.
set_to max_flows=200000

kinds=(good near syn forged synack good reset unknown quit good)
sums()
{
	local tally

	(exec ip netns exec "$gateway" storm tally $((3 * seconds + 600))) > "$tmp/tally" &
	tally=$!
	started+=("$tally")
	blast -n 200 -r "$rate" -t "$seconds" "${kinds[@]}" || return 1
	# What waits on the other CPU comes by before it is told to end.
	sleep 3
	kill "$tally"
	wait "$tally"
}
ok "segments of eight kinds, while the counters are reset" sums
figure "counters: $(sent all) segments, $(sent rate) a second, $(jq .done "$tmp/tally") resets"
exact()
{
	jq -s -e '.[0] as $sent | .[1] as $got |
		$got.seen == $sent.synack + $sent.good + $sent.near +
			$sent.forged + $sent.reset + $sent.unknown and
		$got.passed == $sent.synack + $sent.good + $sent.near and
		$got.near == $sent.near and
		$got.dropped == $sent.forged + $sent.reset and
		$got.dropped_rst == $sent.reset and
		$got.unpinned == $sent.unknown and
		$got.pinned == $sent.synack' "$tmp/blast" "$tmp/tally" ||
		{ cat "$tmp/blast" "$tmp/tally"; return 1; }
}
ok "all that was counted is what was sent" exact
ok "there were many resets" has "$tmp/tally" '.done > 10'
ok "nothing is left" counters_are seen=0
finish
