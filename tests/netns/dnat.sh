#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Destination NAT on the gateway, with real sessions: to a relay that inside hosts
# reach under the gateway's name, and to a server inside that the world does.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need sessions smtp-sink injector nft conntrack tc ttlpinctl jq
setup_path
need_module
ip netns exec "$gateway" nft -f - <<- 'END' || skip_all "no NAT in this kernel"
	table ip nat {
		chain pre {
			type nat hook prerouting priority dstnat;
			ip daddr 192.0.2.1 tcp dport 25 dnat to 203.0.113.25
			ip daddr 198.51.100.1 tcp dport 25 dnat to 192.0.2.10
		}
		chain post {
			type nat hook postrouting priority srcnat;
			oifname out0 ct direction original ip saddr 192.0.2.0/24 masquerade
		}
	}
END
for ns in "$inside" "$outside"; do
	ip netns exec "$ns" tc qdisc add dev eth0 root netem delay 50ms
done

mails_from()
{
	ip netns exec "$1" sessions -n 20 -t 5000 "$2"
}
reset()
{
	ctl stats --reset > /dev/null
}
# Every connection that conntrack knows is as it would be without a forger.
not_closed_by_reset()
{
	ip netns exec "$gateway" conntrack -L -p tcp 2> /dev/null > "$tmp/ct"
	[ "$(grep -c TIME_WAIT "$tmp/ct")" -ge 20 ] &&
		! grep -q '\<CLOSE\>' "$tmp/ct" || { cat "$tmp/ct"; return 1; }
}

serve_mail || skip_all "no mail server"
ok "mails by way of the relay" mails_from "$inside" 192.0.2.1
ok "nothing is dropped" counters_are dropped=0 pinned=20
wire_addresses()
{
	ctl -j flows | jq -e 'length == 20 and
		all(.local.addr == "198.51.100.1" and .remote.addr == "203.0.113.25")'
}
ok "the flows have the addresses of the wire" wire_addresses
ip netns exec "$gateway" conntrack -F 2> /dev/null
reset
inject --flags RA --offsets 0,1460 --ttl 101
ok "mails by way of the relay, under resets" mails_from "$inside" 192.0.2.1
inject_stop
dropped_resets()
{
	counters_are pinned=20 &&
		jq -e '.counters | .dropped == .dropped_rst and .dropped >= 40' \
			"$tmp/stats" > /dev/null || { cat "$tmp/stats"; return 1; }
}
ok "all are dropped" dropped_resets
ok "conntrack took note of none" not_closed_by_reset
serve_mail_stop

# The server is inside.


ip netns exec "$inside" smtp-sink -u postfix 192.0.2.10:25 1000 > /dev/null 2>&1 &
started+=($!)
busywait 10000 listens "$inside" 25

set_to protect=server
ip netns exec "$gateway" conntrack -F 2> /dev/null
reset
ok "mails from outside to a server inside" mails_from "$outside" 198.51.100.1
ok "nothing is dropped" counters_are dropped=0 pinned=20
ip netns exec "$gateway" conntrack -F 2> /dev/null
reset
inject_at=right inject --to server --flags RA --offsets 0,1460 --ttl 101
ok "mails from outside, under resets to the server" mails_from "$outside" 198.51.100.1
inject_stop
ok "all are dropped" dropped_resets
ok "conntrack took note of none" not_closed_by_reset
finish
