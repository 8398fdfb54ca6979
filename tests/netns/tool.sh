#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The control tool as its user meets it: output, events, mistakes.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
need_module

session()
{
	play <<- 'END'
		> S 1000 ts=5000,0
		< S. 7000 ack=1001 ttl=50 ts=900,5000
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50 ts=910,5000
		< P. 7009:"500 error\r\n\x1b[31m" ack=1001 ttl=58 ts=920,5000 ipid=64 nodf win=0 -> drop
		< P. 7009:"250 Ok\r\n" ack=1001 ttl=50 ts=930,5000
	END
}

ok "status before any drop" eval 'ctl status | grep -q "no drop yet"'
ctl -j events --count 1 > "$tmp/event.json" &
json=$!
ctl events --count 1 > "$tmp/event.txt" &
text=$!
ok "two listen" busywait 5000 listening 2
ok "a forged reply" session
ok "the listeners end after one event" wait $json $text
ok "the event as JSON" jq -e '.event == "drop" and .reason == "ttl" and
	.kind == "data" and .mode == "enforce" and .ttl == 58 and .pin == [50] and
	.distance == 8 and .hops.remote == 15 and .hops.sender == 7 and
	.remote == {"addr":"203.0.113.25","port":25} and
	.local.addr == "192.0.2.10" and .seq == 7009 and .ack == 1001 and
	.flags == "PA" and .window == 0 and .ip_id == 64 and .df == false and
	.timestamp == {"tsval":920,"tsecr":5000} and .length == 16 and
	.payload == "500 error\\r\\n\\x1b[31m"' "$tmp/event.json"
for words in 'TTL 58, expected 50' 'hop 15' 'hop 7' '"500 error\r\n\x1b[31m"' \
		'IP ID 64' 'no DF'; do
	ok "the event in words has $words" grep -q -F -- "$words" "$tmp/event.txt"
done
ok "no escape sequence reaches the terminal" eval '! grep -q $'"'\x1b'"' "$tmp/event.txt"'
ok "status tells the last drop" eval 'ctl status | grep -q "TTL 58 instead of 50"'
ok "but not everybody" eval 'in_gateway setpriv --reuid nobody --clear-groups ttlpinctl status |
	grep "^last  *not for everybody: needs root, or CAP_NET_ADMIN" &&
	in_gateway setpriv --reuid nobody --clear-groups ttlpinctl -j status | jq -e ".last_drop == null"'
ok "status as JSON" eval 'ctl -j status | jq -e ".last_drop.ttl == 58 and .mode == \"enforce\""'
ok "status is the default" eval '[ "$(ctl)" = "$(ctl status)" ]'
ok "every counter of the contract is there" eval 'ctl -j stats | jq -e "
	.counters | keys | length == 27" && ctl -j stats | jq -e ".flows == 1 and .max_flows == 4096"'
ok "Prometheus" eval 'ctl stats --prometheus | grep -q "^ttlpin_dropped_total{netns=.$gateway.} 1\$"'
ok "reset shows what it takes away" eval 'ctl stats --reset | grep -q "dropped  *1\$"'
ok "and starts again" counters_are seen=0 dropped=0

# with_snaplen N TEXT: an event shows so much of the payload.
with_snaplen()
{
	local pid

	set_to event_snaplen="$1" || return 1
	ctl -j events --count 1 > "$tmp/snap" &
	pid=$!
	busywait 5000 listening 1 && session && wait $pid || return 1
	jq -e --arg text "$2" '.length == 16 and (.payload // "") == $text' "$tmp/snap" ||
		{ cat "$tmp/snap"; return 1; }
}
ok "no octet of the payload in an event" with_snaplen 0 ""
ok "five of them" with_snaplen 5 "500 e"
set_to event_snaplen=128
ctl stats --reset > /dev/null

ok "unknown command" refused 2 "unknown command 'stat'" ttlpinctl stat
ok "unknown option" refused 2 "unknown option --colour" ttlpinctl --colour
ok "unknown letter" refused 2 "unknown option -q;" ttlpinctl -jqN
ok "option without value" refused 2 "wants a value" ttlpinctl -N
ok "unknown argument" refused 2 "unknown argument '--rest'" ttlpinctl stats --rest
ok "two formats at once" refused 2 "exclude one another" ttlpinctl -j stats --prometheus
ok "argument too many" refused 2 "takes no argument" ttlpinctl status now
ok "bad count" refused 2 "--count wants a number" ttlpinctl events --count none
ok "bad phase" refused 2 "accepted are" ttlpinctl flows --phase sleeping
ok "no such namespace" refused 1 "no network namespace 'nowhere'" ttlpinctl -N nowhere status
ok "a path is no namespace" refused 2 "not the name" ttlpinctl -N ../x status
ok "a full disk" refused 1 "cannot write" sh -c 'ttlpinctl stats > /dev/full'
ok "a closed pipe ends quietly" eval '(ttlpinctl stats; echo $? > "$tmp/status") 2> "$tmp/err" | true;
	[ "$(cat "$tmp/status")" = 0 ] && [ ! -s "$tmp/err" ]'
ok "events need privilege" refused 1 "CAP_NET_ADMIN" \
	setpriv --reuid nobody --clear-groups ttlpinctl events
ok "writing a setting needs privilege" refused 1 "needs root" \
	setpriv --reuid nobody --clear-groups ttlpinctl config mode=off
for command in '' status stats whitelist flows events config apply advise; do
	# shellcheck disable=SC2086 # no command is no word
	ok "help for '$command'" eval "ttlpinctl $command --help | grep -q Usage"
done

# Rate: two events a second, the rest is counted as lost.
set_to event_rate=2
ctl stats --reset > /dev/null
ttlpinctl -N "$gateway" events > "$tmp/events" 2>&1 &
started+=($!)
busywait 5000 listening 1
ttlpinctl -N "$gateway" locate --follow > "$tmp/places" 2>&1 &
locating=$!
started+=("$locating")
busywait 5000 listening 2
# has_given_up PID: it is nobody, and has no capability.
has_given_up()
{
	grep -q '^CapPrm:.0*$' "/proc/$1/status" &&
		grep -q $'^Uid:\t65534\t65534\t65534\t65534$' "/proc/$1/status"
}
ok "who follows events has given up its privileges" busywait 5000 has_given_up "${started[-2]}"
ok "so has who locates them" busywait 5000 has_given_up $locating
kill $locating
wait $locating 2> /dev/null
unset 'started[-1]'
volley()
{
	awk 'BEGIN { print "> S 1000"; print "< S. 7000 ack=1001 ttl=50"
		for (i = 0; i < 40; i++) print "< R " 7001 + i " ttl=9 -> drop" }' | play
}
ok "forty resets" volley
bounded()
{
	ctl -j stats | jq -e '.counters | .events_sent >= 2 and .events_lost >= 30 and
		.events_sent + .events_lost == 40' > /dev/null || { ctl stats; return 1; }
}
ok "events are bounded, and the lost ones counted" bounded
none()
{
	set_to event_rate=0 && ctl stats --reset > /dev/null && volley &&
		ctl -j stats | jq -e '.counters.events_sent == 0 and .counters.events_lost == 40'
}
ok "a rate of 0 sends none" none
all()
{
	set_to event_rate=100000 && ctl stats --reset > /dev/null && volley &&
		ctl -j stats | jq -e '.counters.events_sent == 40 and .counters.events_lost == 0'
}
ok "another rate applies at once" all
kill "${started[-1]}"
wait "${started[-1]}" 2> /dev/null

# A listener that does not read: what it had no room for is counted, too, and the
# tool says so when it reads again.
set_to event_rate=100000
ctl stats --reset > /dev/null
ttlpinctl -N "$gateway" -j events > "$tmp/slow" 2> "$tmp/slow-err" &
slow=$!
started+=("$slow")
busywait 5000 listening 1
kill -STOP $slow
overrun()
{
	local _

	for _ in $(seq 12); do
		awk 'BEGIN { print "> S 1000"; print "< S. 7000 ack=1001 ttl=50"
			for (i = 0; i < 1000; i++)
				print "< R " 7001 + i " ttl=9 -> drop" }' | play || return 1
		! ctl -j stats | jq -e '.counters.events_lost > 0' > /dev/null || break
	done
	ctl -j stats | jq -e '.counters | .events_lost > 0 and
		.events_sent + .events_lost == .dropped' > /dev/null || { ctl stats; return 1; }
}
ok "what a slow listener loses is counted" overrun
kill -CONT $slow
ok "and said" busywait 10000 grep -q "events were lost: they came faster" "$tmp/slow-err"
all_read()
{
	[ "$(wc -l < "$tmp/slow")" = "$(ctl -j stats | jq .counters.events_sent)" ]
}
ok "the rest is there" busywait 20000 all_read
kill $slow
wait $slow 2> /dev/null

# A flow that meets more TTLs than it can know.
ctl -j events --count 8 > "$tmp/loose" &
loose=$!
busywait 5000 listening 1
many_paths()
{
	awk 'BEGIN { print "> S 1000"; print "< S. 7000 ack=1001 ttl=60"
		for (i = 0; i < 4; i++) {
			line = "< P. " 7001 + 8 * i ":\"220-hi\\r\\n\" ack=1001 ttl=" 40 - 10 * i
			print line " -> drop"; print "+250ms"; print line
		} }' | play && wait $loose
}
ok "four TTLs heal one after the other" many_paths
ok "three are learned, the fourth lets the flow loose" test \
	"$(jq -r .event "$tmp/loose" | tr '\n' ' ')" = "drop heal drop heal drop heal drop loose "

# Whoever follows events is told when the module goes, or is another one: it took
# the membership along.
follow_again()
{
	ttlpinctl -N "$gateway" events > "$tmp/again" 2> "$tmp/again-err" &
	again=$!
	busywait 5000 listening 1
}
ended_with()
{
	wait $again
	[ $? = 1 ] && grep -q "$1" "$tmp/again-err" && [ "$(wc -l < "$tmp/again-err")" = 1 ]
}
follow_again
replaced()
{
	rmmod nf_ttlpin && load_module && ended_with "the module was loaded anew; ask for events again"
}
ok "events end with a line when the module is loaded anew" replaced
follow_again
gone()
{
	rmmod nf_ttlpin && ended_with "not loaded"
}
ok "and when there is none" gone
finish
