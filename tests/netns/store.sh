#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The flow store: its bounds, its timeouts, another size under live flows.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
need_module

flows_are()
{
	[ "$(ctl config flows)" = "$1" ]
}

# $1 handshakes, each of a port of its own: 0 without an answer, 1 with one, 2 and a
# banner behind it, 3 and the end of what the server says.
handshakes()
{
	awk -v n="$1" -v answer="${2:-1}" 'BEGIN {
		for (i = 0; i < n; i++) {
			print "flow f" i
			print "> S " 1000 + i
			if (answer)
				print "< S. 7000 ack=" 1001 + i " ttl=50"
			if (answer > 1)
				print "< P. 7001:\"220 x\\r\\n\" ack=" 1001 + i " ttl=50"
			if (answer > 2)
				print "< F. 7008 ack=" 1001 + i " ttl=50"
		}
	}'
}

fill()
{
	for _ in $(seq "$1"); do
		handshakes 60 "${2:-1}" | play || return 1
	done
}

listed()
{
	ctl -j flows | jq -e "$1" > /dev/null || { ctl flows | head -n 5; return 1; }
}

ok "ten flows" eval 'handshakes 10 | play'
ok "are counted" flows_are 10
ok "and listed" listed 'length == 10 and all(.phase == "opening" and .pin == [50] and .remote.port == 25)'
ok "by peer" eval 'ctl -j flows --peer 203.0.113.0/24 | jq -e "length == 10"'
ok "by another peer" eval 'ctl -j flows --peer 198.51.100.0/24 | jq -e "length == 0"'
ok "by phase" eval 'ctl -j flows --phase talking | jq -e "length == 0"'

# Timeouts, each at a second; the flow is gone for the next segment, too.
set_to half_open_timeout=1 idle_timeout=1 close_timeout=1
ok "idle flows expire" busywait 10000 flows_are 0
ok "half open flows" eval 'handshakes 5 0 | play'
ok "half open flows expire" busywait 10000 flows_are 0
expired()
{
	ctl stats --reset > /dev/null
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< R 7001 ttl=90 -> drop
		+2100ms
		< R 7001 ttl=90
	END
}
ok "an expired flow is unknown" expired
ok "and counted so" counters_are dropped=1 unpinned=1
ok "and goes" busywait 10000 flows_are 0
set_to idle_timeout=900 close_timeout=60
closing()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		> P. 1001:"QUIT\r\n" ack=7001
		< P. 7001:"221 bye\r\n" ack=1007 ttl=50
	END
}
ok "a flow that closes" closing
ok "is closing" listed 'length == 1 and .[0].phase == "closing"'
set_to close_timeout=1
ok "closing flows expire" busywait 10000 flows_are 0
set_to half_open_timeout=30 close_timeout=60

# Another size, with flows in it.
ok "sixty flows" fill 1
for size in 1024 100000 1500 4096; do
	ok "max_flows $size" set_to max_flows=$size
	ok "all flows are there" flows_are 60
	ok "as they were" listed 'length == 60 and all(.pin == [50])'
done
under_traffic()
{
	local pid n

	awk 'BEGIN {
		print "> S 1000"; print "< S. 7000 ack=1001 ttl=50"
		for (i = 0; i < 4000; i++)
			print "< P. " 7001 + i ":\"x\" ack=1001 ttl=" (i % 2 ? "50" : "90 -> drop")
	}' | play &
	pid=$!
	for n in $(seq 10); do
		set_to max_flows=$((n % 2 ? 30000 : 2000)) || return 1
	done
	wait $pid
}
ok "no segment is misjudged while the size changes" under_traffic

# Full. Half open flows fill a quarter, the others the rest, and no more.
set_to max_flows=1024
ctl stats --reset > /dev/null
ok "half open flows up to their share and beyond" fill 8 0
share()
{
	[ "$(ctl -j flows | jq 'map(select(.phase == "syn-sent")) | length')" -le 256 ]
}
ok "fill a quarter at most" share
evicted()
{
	[ "$(ctl -j stats | jq '.counters.evicted + .counters.table_full')" -gt 0 ]
}
ok "and the others went" evicted
ok "flows until the store is full" fill 18 2
ctl stats --reset > /dev/null
ok "one more batch passes" fill 1 2
full()
{
	[ "$(ctl -j stats | jq '.counters.table_full')" -gt 0 ] || return 1
	[ "$(ctl config flows)" -ge 921 ] && [ "$(ctl config flows)" -le 1024 ]
}
ok "counted, with nine tenths and more live" full
still_guarded()
{
	local pinned

	pinned=$(ctl -j flows | jq 'map(select(.pin == [50])) | length')
	[ "$pinned" -ge 700 ]
}
ok "pinned flows stay pinned" still_guarded
set_to max_flows=4096
ok "a larger store has room again" fill 1

# A module that has counted nothing, with room for 1,024 flows.
anew()
{
	rmmod nf_ttlpin && load_module && set_to max_flows=1024
}
# took_their_place COUNTER=VALUE...: three hundred flows did, of those that filled it.
took_their_place()
{
	counters_are table_full=0 pinned=300 "$@" &&
		[ "$(jq .counters.evicted "$tmp/stats")" -gt 200 ] &&
		[ "$(ctl config flows)" -le 1024 ]
}

# Full of flows whose peer has said nothing since its SYN-ACK: who sends SYNs through
# the gateway to a server behind it, and never an ACK, leaves no others.
anew
ok "silent flows until the store is full and beyond" fill 20
ports()
{
	ctl -j flows | jq '.[].local.port' | sort
}
ports > "$tmp/silent"
ctl stats --reset > /dev/null
ok "flows that speak" fill 5 2
ports | comm -13 "$tmp/silent" - > "$tmp/spoke"
ok "take the place of those that are silent" took_their_place unpinned=0
ok "silent ones again" fill 20
they_stay()
{
	ports | comm -13 - "$tmp/spoke" > "$tmp/gone"
	[ "$(wc -l < "$tmp/spoke")" -ge 290 ] && [ ! -s "$tmp/gone" ] ||
		{ wc -l "$tmp/spoke" "$tmp/gone"; return 1; }
}
ok "who has spoken stays" they_stay

# Full of those to whom the server has said that it is busy, and who do not answer.
anew
ok "flows that the peer has ended until the store is full and beyond" fill 20 3
ctl stats --reset > /dev/null
ok "more flows that speak" fill 5 2
ok "take the place of those that it has ended" took_their_place unpinned=0

# Full of flows that have said QUIT: those make room, so that mail goes on guarded.
quits()
{
	handshakes 60 | awk '{ print } /^< S/ {
		split($4, ack, "=")
		print "> P. " ack[2] ":\"QUIT\\r\\n\" ack=7001"
	}'
}
fill_closing()
{
	for _ in $(seq "$1"); do
		quits | play || return 1
	done
}
anew
ok "closing flows until the store is full and beyond" fill_closing 20
ctl stats --reset > /dev/null
ok "more flows" fill 5
ok "take the place of those that close" took_their_place

# A smaller store, and hardly a place more than flows: who speaks has one.
anew
set_to max_flows=4096
ok "flows that speak, and half open ones" eval 'fill 13 2 && fill 4 0'
ok "go to a store that they fill" eval 'flows_are 1020 && set_to max_flows=1024'
ok "those that speak are there" listed 'map(select(.pin == [50])) | length == 780'
set_to max_flows=4096
busy()
{
	fill 2 && refused 1 "more flows than that are live" \
		ttlpinctl -N "$gateway" config max_flows=1024
}
ok "fewer than are live is refused" busy
finish
