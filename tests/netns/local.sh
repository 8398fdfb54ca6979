#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The gateway itself sends mail, by real sockets, through a forger that sits
# beside the server with another TTL. Two namespaces are kept apart.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need smtp-source smtp-sink injector ttlpinctl jq
setup_gateway addresses
load_module mode=off || skip_all "the module does not load"

ip netns exec "$outside" smtp-sink -u postfix -c 203.0.113.25:25 100 > /dev/null 2>&1 &
started+=($!)
ip netns exec "$outside" injector --interface eth0 --ttl 40 --payload "500 error" \
	> "$tmp/injector" 2>&1 &
started+=($!)
# The sink needs time to think, or the forger beside it would lose the race.
ip netns exec "$outside" tc qdisc add dev eth0 root handle 1: prio
ip netns exec "$outside" tc qdisc add dev eth0 parent 1:1 netem delay 300ms
ip netns exec "$outside" tc filter add dev eth0 parent 1: protocol ip \
	u32 match u8 64 0xff at 8 flowid 1:1
ip netns exec "$outside" tc filter add dev eth0 parent 1: protocol ip prio 99 \
	u32 match u32 0 0 flowid 1:2
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
ok "without guard the gateway's mail is refused by the forger" bounced_from "$gateway"
set_to mode=enforce
ok "with it the gateway's own mail goes through" send_from "$gateway" 3
ok "the forgeries were dropped" counters_are dropped=3 dropped_data=3 \
	confirmed=3 pinned=3
ok "an inside host's mail goes through" send_from "$inside" 3
ok "counted" counters_are dropped=6 confirmed=6 pinned=6
untouched()
{
	ttlpinctl -N "$inside" -j stats | jq -e '.counters.seen == 0' > /dev/null
}
ok "the inside host's namespace, where the mode is off, has seen nothing" untouched
finish
