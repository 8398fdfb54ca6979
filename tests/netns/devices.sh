#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The outside interface may be of any kind, and offloads on or off: each segment
# is judged once, genuine mail goes through and forged replies do not.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need sessions smtp-sink injector nft nc tc ethtool ttlpinctl jq
need_module mode=off

# The two ends of a cable, on which the interfaces stand.
cable()
{
	ip link add end1 netns "$path" type veth peer name end0 netns "$gateway" &&
		ip -n "$path" link set end1 up
}

plain_left()
{
	ip -n "$path" link set end1 down && ip -n "$path" link set end1 name left
}

make_veth()
{
	outside_link
}

make_vlan()
{
	cable && ip -n "$gateway" link set end0 up &&
		ip -n "$gateway" link add link end0 name out0 type vlan id 7 &&
		ip -n "$path" link add link end1 name left type vlan id 7
}

make_bridge()
{
	cable && plain_left && ip -n "$gateway" link add out0 type bridge &&
		ip -n "$gateway" link set end0 master out0 &&
		ip -n "$gateway" link set end0 up
}

# Bridged packets take iptables' hooks in the bridge.
make_bridge_nf()
{
	modprobe br_netfilter && make_bridge &&
		ip netns exec "$gateway" sysctl -q -w net.bridge.bridge-nf-call-iptables=1
}

make_bond()
{
	cable && plain_left &&
		ip -n "$gateway" link add out0 type bond mode active-backup miimon 100 &&
		ip -n "$gateway" link set end0 master out0 &&
		ip -n "$gateway" link set end0 up
}

make_macvlan()
{
	cable && plain_left && ip -n "$gateway" link set end0 up &&
		ip -n "$gateway" link add link end0 name out0 type macvlan mode bridge
}

make_vrf()
{
	outside_link && ip -n "$gateway" -batch - <<- 'END'
		link add blue type vrf table 10
		link set blue up
		link set out0 master blue
		link set in0 master blue
	END
}

finish_vrf()
{
	ip -n "$gateway" route add default via 198.51.100.2 vrf blue
}

reset()
{
	ctl stats --reset > /dev/null
}

mails()
{
	ip netns exec "$inside" sessions -n 20 -t 5000 203.0.113.25
}

# As many as left the path for us, each once.
count_on_path()
{
	ip netns exec "$path" nft -f - <<- 'END'
		table ip count {
			chain forward {
				type filter hook forward priority filter;
				tcp sport 25 counter
			}
		}
	END
}

judged_once()
{
	local sent

	sent=$(ip netns exec "$path" nft -j list table ip count |
		jq '[.. | .counter? // empty | .packets] | add')
	counters_are seen="$sent" passed="$sent" dropped=0 pinned=20
}

tear_down()
{
	local ns

	serve_mail_stop
	for ns in "$inside" "$gateway" "$path" "$outside"; do
		ip netns del "$ns"
	done
}

for kind in veth vlan bridge bridge_nf bond macvlan vrf; do
	if ! setup_path make_$kind 2> "$tmp/said"; then
		sed 's/^/# /' "$tmp/said"
		ok "$kind can be set up" false
		finish
	fi
	[ $kind != vrf ] || finish_vrf
	set_to mode=enforce
	serve_mail || exit 1
	ip netns exec "$inside" ping -q -c 1 -W 5 203.0.113.25 > /dev/null
	count_on_path
	reset
	ok "$kind: mails" mails
	ok "$kind: each segment was judged once" judged_once
	ip netns exec "$outside" tc qdisc add dev eth0 root netem delay 50ms
	reset
	inject --payload "500 error" --ttl 71
	ok "$kind: mails that an injector attacks" mails
	inject_stop || exit 1
	ok "$kind: its replies were dropped" counters_are dropped=20 confirmed=20
	tear_down
done

# Merged by GRO, or not, and with TSO, or not, on all that the segments pass.
setup_path
set_to mode=enforce
head -c 4000000 /dev/urandom > "$tmp/much"
offload()
{
	ip netns exec "$gateway" ethtool -K out0 gro "$1" &&
		ip netns exec "$gateway" ethtool -K in0 gro "$1" &&
		ip netns exec "$outside" ethtool -K eth0 tso "$2" gso "$2"
}
transfer()
{
	local pid

	ip netns exec "$outside" nc -N -l 25 < "$tmp/much" &
	pid=$!
	busywait 5000 listens "$outside" 25 &&
		ip netns exec "$inside" nc -d 203.0.113.25 25 > "$tmp/arrived"
	wait $pid
	cmp "$tmp/much" "$tmp/arrived"
}
for gro in on off; do
	for tso in on off; do
		ok "GRO $gro, TSO $tso" offload $gro $tso
		reset
		ok "GRO $gro, TSO $tso: much data" transfer
		ok "GRO $gro, TSO $tso: nothing was dropped" counters_are dropped=0 pinned=1
	done
done
finish
