#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whole whitelists, and lists that change while they are read.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq listing unread
setup_gateway
need_module

# many N OCTET [FIRST]: a file of N prefixes of both families, FIRST the first.
many()
{
	awk -v n="$1" -v octet="$2" -v first="${3:-}" 'BEGIN {
		print "# a whitelist\n"
		if (first)
			print "  " first "   # the server"
		for (i = first != ""; i < n; i++)
			if (i % 2)
				printf "%d.%d.%d.%d/32\n", octet, i / 65536, i / 256 % 256, i % 256
			else
				printf "2001:db8:%x:%x::/64\n", octet * 256 + i / 65536, i % 65536
	}'
}
listed()
{
	[ "$(ctl -j whitelist | jq '.whitelist | length')" = "$1" ]
}
unchanged()
{
	ctl whitelist | cmp - "$tmp/before"
}

# wrong TEXT: what standard input holds is refused, and the old list stands.
wrong()
{
	cat > "$tmp/wrong"
	refused 1 "$1" ctl whitelist load "$tmp/wrong" && unchanged
}

many 65536 10 203.0.113.25 > "$tmp/ten"
many 65536 11 203.0.113.25 > "$tmp/eleven"
began=$(date +%s%N)
ok "a whole whitelist is loaded" ctl whitelist load "$tmp/ten"
echo "# 65536 prefixes of both families in $((($(date +%s%N) - began) / 1000000)) ms, with the tool's start"
ok "all 65536 are in force" listed 65536
full()
{
	refused 1 "198.51.100.1/32: no room from this prefix on" \
		ctl whitelist add 198.51.100.1 203.0.113.26
}
ok "one more is refused" full
ctl whitelist > "$tmp/before"
ok "saved to a file" ctl whitelist save "$tmp/saved"
ok "which has what was in force" cmp "$tmp/saved" "$tmp/before"
ok "and what is loaded from it is the same" eval \
	'ctl whitelist load "$tmp/saved" && unchanged'
ok "saved to standard output" eval 'ctl whitelist save | cmp - "$tmp/saved"'
ok "loaded from standard input" eval 'ctl whitelist load - < "$tmp/saved" && unchanged'

ok "a prefix twice" wrong '203.0.113.0/24 is in line 1 already' <<- 'END'
	203.0.113.0/24
	# between
	203.0.113.0/24
END
ok "says in which line" grep -q "$tmp/wrong:3: " "$tmp/err"
ok "host bits" wrong ':2: '"'203.0.113.1/24' has bits set right of its length; did you mean 203.0.113.0/24?" <<- 'END'
	192.0.2.1
	203.0.113.1/24
END
ok "no prefix at all" wrong ":1: 'mail.example' is not an IPv4 or IPv6" <<< 'mail.example'
ok "two prefixes in a line" wrong "is not an IPv4 or IPv6" <<< '192.0.2.1 192.0.2.2'
ok "a length too long" wrong "0..128" <<< '2001:db8::/129'
too_many()
{
	{ cat "$tmp/ten"; echo 192.0.2.1; } | wrong "holds 65536 prefixes"
}
ok "a list too long" too_many
ok "no such file" refused 1 "No such file" ctl whitelist load "$tmp/none"
ok "a folder" refused 1 "nothing was changed" ctl whitelist load "$tmp"
ok "a place that cannot be written" refused 1 "it is as it was" \
	ctl whitelist save /proc/ttlpin
behind_a_link()
{
	ln -s "$tmp/saved" "$tmp/link" && ctl whitelist save "$tmp/link" &&
		[ -L "$tmp/link" ] && unchanged
}
ok "a file behind a link stays behind it" behind_a_link
ok "a device is written to, not replaced" eval \
	'ctl whitelist save /dev/null && [ -c /dev/null ]'
ok "a full device is noticed" refused 1 "No space left" ctl whitelist save /dev/full
ok "an empty list is a list" eval 'ctl whitelist load /dev/null && listed 0'

# A server that both lists hold is never judged while they take turns; one that
# neither holds is judged each time.
turns()
{
	while [ ! -e "$tmp/enough" ]; do
		ctl whitelist load "$1" && ctl whitelist load "$2" || return 1
		echo turn >> "$tmp/turns"
	done
}
forgeries()
{
	awk -v drop="$1" 'BEGIN { print "> S 1000"; print "< S. 7000 ack=1001 ttl=50"
		for (i = 0; i < 500; i++)
			print "< P. 7001:\"500 error\" ack=1001 ttl=58" drop }' | play
}
# So many forgeries that the lists have changed six times at least meanwhile.
under_traffic()
{
	local ret=0

	rm -f "$tmp/enough"
	: > "$tmp/turns"
	played=0
	ctl whitelist load "$tmp/one" || return 1
	turns "$tmp/two" "$tmp/one" &
	while [ $ret = 0 ] && [ "$(wc -l < "$tmp/turns")" -lt 3 ] && [ $played -lt 40 ]; do
		forgeries "$1"
		ret=$?
		played=$((played + 1))
	done
	touch "$tmp/enough"
	wait $! || return 1
	echo "$(wc -l < "$tmp/turns") times two lists, $played times 500 forgeries"
	[ $ret = 0 ] && [ "$(wc -l < "$tmp/turns")" -ge 3 ]
}
many 8000 10 203.0.113.25 > "$tmp/one"
many 8000 11 203.0.113.25 > "$tmp/two"
ctl stats --reset > /dev/null
ok "lists that both have the server take turns under traffic" under_traffic ""
ok "it was whitelisted each time" counters_are whitelisted=$((501 * played)) dropped=0
many 8000 10 > "$tmp/one"
many 8000 11 > "$tmp/two"
ctl stats --reset > /dev/null
ok "lists that both lack the server take turns" under_traffic " -> drop"
ok "it was judged each time" counters_are whitelisted=0 dropped=$((500 * played))
untold()
{
	in_gateway unread && counters_are dropped=$((500 * played))
}
ok "a reset takes nothing from a caller who has no room for the answer" untold

# What is read while lists take turns is one of them, or the tool says so.
either()
{
	local _ ret=0 whole=0

	rm -f "$tmp/enough" "$tmp/turns"
	turns "$tmp/two" "$tmp/one" &
	for _ in $(seq 8); do
		ctl whitelist > "$tmp/read" 2> "$tmp/err" || ret=1
		grep -q "kept changing" "$tmp/err" && continue
		whole=$((whole + 1))
		[ "$(wc -l < "$tmp/read")" = 8000 ] || ret=1
		[ "$(sed -n 's/^\(1[01]\)\..*/\1/p' "$tmp/read" | sort -u | wc -l)" = 1 ] || ret=1
	done
	touch "$tmp/enough"
	wait $! || return 1
	echo "$whole of 8 readings were whole"
	[ $whole -gt 0 ] && return $ret
}
ok "what is read meanwhile is the one or the other" either

# The same seen from below: a list is changed between two parts of it.
is_whole()
{
	local what=$1 nr=$2

	in_gateway listing "$what" true > "$tmp/listing"
	cat "$tmp/listing"
	[ "$(cat "$tmp/listing")" = "whole $nr" ]
}
is_interrupted()
{
	in_gateway listing "$@" > "$tmp/listing"
	cat "$tmp/listing"
	grep -q '^interrupted' "$tmp/listing"
}
ok "a whitelist that stands still is whole" is_whole whitelist 8000
ok "one that changes is marked" is_interrupted whitelist ttlpinctl whitelist add 198.51.100.1
# So many times sixty flows, half open if told; each flow of a script is a port.
hosts()
{
	local _ half=${2:-}

	for _ in $(seq "$1"); do
		awk -v half="$half" 'BEGIN { for (i = 0; i < 60; i++) {
			print "flow f" i; print "> S " 1000 + i
			if (!half)
				print "< S. 7000 ack=" 1001 + i " ttl=50" } }' | play || return 1
	done
}
ctl whitelist flush
ctl flows flush
ok "six hundred flows" hosts 10
ok "a list of flows that stand still is whole" is_whole flows 600
ok "a store of another size marks it" is_interrupted flows ttlpinctl config max_flows=2048
ok "and is whole the next time" is_whole flows 600

# While others come and go, none of these is missing or twice.
churn()
{
	while [ ! -e "$tmp/enough" ]; do
		hosts 1 half > /dev/null 2>&1 || return 1
		ctl config max_flows=1536 && ctl config max_flows=2048 || return 1
		echo round >> "$tmp/rounds"
	done
}
ctl -j flows | jq -c 'map(.local.port) | sort' > "$tmp/ports"
steady()
{
	local _ ret=0 whole=0

	rm -f "$tmp/enough" "$tmp/rounds"
	ctl config half_open_timeout=1
	churn &
	for _ in $(seq 10); do
		ctl -j flows > "$tmp/read" 2> "$tmp/err" || ret=1
		grep -q "kept changing" "$tmp/err" && continue
		whole=$((whole + 1))
		jq -e --slurpfile ports "$tmp/ports" 'map(.local.port) as $read |
			($ports[0] - $read == []) and ($ports[0] | length == 600) and ($read | length == (unique | length))' \
			"$tmp/read" > /dev/null || ret=1
	done
	touch "$tmp/enough"
	wait $! || return 1
	echo "$whole of 10 readings were whole"
	[ $whole -gt 0 ] && [ -s "$tmp/rounds" ] && return $ret
}
ok "flows that stay are listed once each while others come" steady

# Flows that are forgotten by hand; one that stays, not one of those that came and go.
one=$(ctl -j flows | jq -r --slurpfile ports "$tmp/ports" 'map(select(.local.port == $ports[0][0]))[0] |
	"\(.local.addr):\(.local.port) \(.remote.addr):\(.remote.port)"')
# shellcheck disable=SC2086 # both ends
ok "a flow is forgotten" ctl flows del $one
# shellcheck disable=SC2086
ok "once" refused 1 "there is no such flow" ctl flows del $one
ok "an end that is none" refused 2 "is not ADDRESS:PORT" ctl flows del 192.0.2.10 203.0.113.25:25
ok "two families" refused 2 "two address families" ctl flows del 192.0.2.10:1 '[2001:db8::1]:25'
ok "max_flows below the live flows" refused 1 "max_flows=1024: more flows than that are live" \
	eval 'hosts 8 > /dev/null && ctl config max_flows=1024'
ok "all flows are forgotten" eval 'ctl flows flush && [ "$(ctl -j flows)" = "[]" ]'

# Forged ahead of a banner that was still to come: no sign of a SYN-ACK from elsewhere.
ctl stats --reset > /dev/null
ahead()
{
	local flow

	for flow in a b; do
		echo "flow $flow"
		echo "> S 1000"
		echo "< S. 7000 ack=1001 ttl=50"
		echo "< P. 7008:\"250 x\r\n\" ack=1001 ttl=58 -> drop"
	done | play && ctl flows flush && ctl -j advise > "$tmp/advice" || return 1
	jq -e '.whitelist == [] and .peers[0].condemned == 2' "$tmp/advice" ||
		{ cat "$tmp/advice"; return 1; }
}
ok "whose peer had no time to speak is not proposed for the whitelist" ahead
finish
