#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The gateway itself sends mail, by real sockets, through a forger that sits
# beside the server with another TTL. Two namespaces are kept apart.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need tc smtp-source smtp-sink injector ttlpinctl jq
setup_gateway addresses
need_module mode=off

ip netns exec "$outside" smtp-sink -u postfix -c 203.0.113.25:25 100 > /dev/null 2>&1 &
started+=($!)
ip netns exec "$outside" injector --interface eth0 --ttl 40 --payload "500 error" \
	> "$tmp/injector" 2>&1 &
started+=($!)
# The genuine "250 2.1.5 Ok" comes half a second later, so that the forger beside the
# server wins its race however slow the machine is. With timestamps the payload
# begins at 52.
ip netns exec "$outside" tc qdisc add dev eth0 root handle 1: prio
ip netns exec "$outside" tc qdisc add dev eth0 parent 1:3 netem delay 500ms
ip netns exec "$outside" tc filter add dev eth0 parent 1: protocol ip prio 1 u32 \
	match u8 64 0xff at 8 match u32 0x322e312e 0xffffffff at 56 \
	match u8 0x35 0xff at 60 flowid 1:3
ip netns exec "$outside" tc filter add dev eth0 parent 1: protocol ip prio 2 u32 \
	match u32 0 0 flowid 1:1
busywait 5000 grep -q ready "$tmp/injector"

send_from()
{
	ip netns exec "$1" timeout 60 smtp-source -s 1 -m "${2:-1}" -c \
		-f a@livedoor.example -t b@neptune.example 203.0.113.25 > "$tmp/source" 2>&1 &&
		! grep -q '500 error' "$tmp/source"
}
bounced_from()
{
	! send_from "$1" && grep -q '500 error' "$tmp/source"
}
# Our RCPT is sent again while its answer takes its time, and so is the forgery.
all_dropped()
{
	counters_are "pinned=$1" && jq -e --argjson n "$1" '.counters |
		.dropped >= $n and .dropped == .dropped_data and
		.dropped == .confirmed' "$tmp/stats" > /dev/null ||
		{ cat "$tmp/stats"; return 1; }
}
ok "without guard the gateway's mail is refused by the forger" bounced_from "$gateway"
set_to mode=enforce
ok "with it the gateway's own mail goes through" send_from "$gateway" 3
ok "the forgeries were dropped, and proven forged" all_dropped 3
ok "an inside host's mail goes through" send_from "$inside" 3
ok "the forgeries were dropped again" all_dropped 6
untouched()
{
	ttlpinctl -N "$inside" -j stats | jq -e '.counters.seen == 0' > /dev/null
}
ok "the inside host's namespace, where the mode is off, has seen nothing" untouched
finish
