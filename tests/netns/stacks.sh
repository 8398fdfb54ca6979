#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What real TCP stacks do beyond the plain way: nothing genuine is dropped.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need sessions smtp-sink nft nc ss tc ttlpinctl jq
setup_path
need_module
serve_mail || skip_all "no mail server"

mail()
{
	ip netns exec "$inside" sessions -t 20000 "$@" > "$tmp/mail"
}

said()
{
	jq -e "$1" "$tmp/mail" > /dev/null || { cat "$tmp/mail"; return 1; }
}

reset()
{
	ctl stats --reset > /dev/null
}

# All of what one host sends is held back, its RSTs and FINs, too.
mute()
{
	ip netns exec "$1" nft 'add table inet mute; add chain inet mute out { type filter hook output priority 0; policy drop; }'
}

unmute()
{
	ip netns exec "$1" nft delete table inet mute
}

connected()
{
	ip netns exec "$1" ss -Htn state established "$2" | grep -q .
}

# The connections of a host that loses its power are gone without a word.
power_loss()
{
	mute "$1" && ip netns exec "$1" ss -K "$2" > /dev/null &&
		! connected "$1" "$2" && unmute "$1"
}

for address in 203.0.113.25 2001:db8:2::25; do
	reset
	ok "to $address: mails" mail -n 20 $address
	ok "to $address: pinned, and nothing dropped" counters_are dropped=0 pinned=20
done

reset
mail -w 1000 203.0.113.25 &
pid=$!
ok "a session" busywait 5000 connected "$outside" 'sport = 25'
ok "its server loses power" power_loss "$outside" 'sport = 25'
wait $pid
ok "the client is told by the new stack's RST" said '.reset == 1'
ok "which passes" counters_are dropped=0

reset
mail -w 1000 -p 4001 203.0.113.25 &
pid=$!
ok "another session" busywait 5000 connected "$outside" 'dport = 4001'
ok "its client loses power" power_loss "$inside" 'dport = 25'
wait $pid
# The server still holds the old connection and says so by a challenge ACK.
ok "a new session from the same port" mail -p 4001 203.0.113.25
ok "is delivered" said '.delivered == 1'
ok "nothing was dropped" counters_are dropped=0

reset
ok "ten sessions from one port, each into the TIME_WAIT of the last" \
	mail -n 10 -p 4002 203.0.113.25
ok "nothing was dropped, each was pinned" counters_are dropped=0 pinned=10

# counted_by HOST NAME: its stack has counted some.
counted_by()
{
	[ "$(ip netns exec "$1" awk -v wanted="$2" '$1 == "TcpExt:" {
		if (!seen++)
			split($0, name)
		else
			for (i = 2; i <= NF; i++)
				if (name[i] == wanted)
					print $i
	}' /proc/net/netstat)" -gt 0 ]
}
reset
ok "idle times with keep-alive probes" mail -k -w 1300 203.0.113.25
ok "which were sent" counted_by "$inside" TCPKeepAlive
ok "nothing was dropped" counters_are dropped=0

# Client and server, without cookies, on all sockets.
for ns in "$inside" "$outside"; do
	ip netns exec "$ns" sysctl -q -w net.ipv4.tcp_fastopen=1543
done
serve_mail_stop
serve_mail || exit 1
reset
ok "fast open: mails whose SYN has data" mail -n 5 -f 203.0.113.25
ok "fast open: the server took it" counted_by "$outside" TCPFastOpenPassive
ok "fast open: nothing was dropped" counters_are dropped=0 pinned=5

# A server that does not read shuts its window; we probe it, it answers. The
# link is slow, or all might have been sent before the server stops.
ip netns exec "$inside" tc qdisc add dev eth0 root netem rate 16mbit
reset
mail -l 8000000 203.0.113.25 &
pid=$!
probed()
{
	ip netns exec "$inside" ss -Htno 'dport = 25' | grep -q persist
}
busywait 10000 connected "$inside" 'dport = 25' > /dev/null
stopped()
{
	kill -STOP "${sinks[@]}"
	busywait 10000 probed
}
ok "the server's window is shut, and probed" stopped
sleep 1
ip netns exec "$inside" tc qdisc del dev eth0 root
kill -CONT "${sinks[@]}"
ok "the mail goes on when it opens" wait $pid
ok "is delivered" said '.delivered == 1'
ok "nothing was dropped" counters_are dropped=0
serve_mail_stop

# The other way round: the server's probes are inbound.
reset
head -c 12000000 /dev/urandom > "$tmp/much"
ip netns exec "$outside" nc -N -l 25 < "$tmp/much" &
started+=($!)
busywait 5000 listens "$outside" 25
ip netns exec "$inside" nc -d 203.0.113.25 25 |
	(busywait 30000 test -e "$tmp/read-on"; cat > "$tmp/arrived") &
reader=$!
persists()
{
	ip netns exec "$outside" ss -Htno 'sport = 25' | grep -q persist
}
ok "our window is shut, and probed" busywait 20000 persists
touch "$tmp/read-on"
wait $reader
ok "all has arrived when it opens" cmp "$tmp/much" "$tmp/arrived"
ok "nothing was dropped" counters_are dropped=0

# Both ends call one another while what they send is on its way; nobody listens.
reset
set_to ports=25,2525
for ns in "$inside" "$outside"; do
	ip netns exec "$ns" tc qdisc add dev eth0 root netem delay 1s
done
echo outside | ip netns exec "$outside" nc -N -p 2525 -w 30 192.0.2.10 4003 > "$tmp/at-outside" &
pid=$!
echo inside | ip netns exec "$inside" nc -N -p 4003 -w 30 203.0.113.25 2525 > "$tmp/at-inside"
wait $pid
said_each_other()
{
	[ "$(cat "$tmp/at-inside" "$tmp/at-outside")" = "outside
inside" ]
}
ok "a simultaneous open" said_each_other
ok "is pinned, and nothing dropped" counters_are dropped=0 pinned=1
finish
