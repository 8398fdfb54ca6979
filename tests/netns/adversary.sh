#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Injectors on the path of real sessions, by the kinds that are known: what
# becomes of the mails without the guard, and with it. SESSIONS=N for each
# (50); tests/figures takes 10,000 and prints what it finds.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need sessions smtp-sink injector ttlpinctl jq tc
sessions=${SESSIONS:-50}
at_once=${AT_ONCE:-100}
setup_path
need_module mode=off
# The genuine reply takes its time, so that the forged one wins the race.
ip netns exec "$outside" tc qdisc add dev eth0 root netem delay 50ms limit 100000 ||
	skip_all "no netem in this kernel"

# mails MODE OUT: sessions in that mode of the guard; fails if nothing came of them.
mails()
{
	set_to mode="$1"
	ctl stats --reset > /dev/null
	ip netns exec "$inside" sessions -n "$sessions" -c "$at_once" -t 5000 \
		${PROGRESS:+-v} 203.0.113.25 > "$2"
	ctl -j stats > "$2.stats"
	[ -s "$2" ]
}

# holds FILE CONDITION: on what sessions printed, with its counters as $c and
# the number of forged segments at a known TTL as $hits.
holds()
{
	jq -e --argjson c "$(jq .counters "$1.stats")" --argjson hits \
		"$(grep -o 'TTL=6[234] ' "$tmp/injector" | wc -l)" "$2" "$1" \
		> /dev/null || { cat "$1" "$1.stats"; return 1; }
}

figure()
{
	jq -r --arg name "$1" --slurpfile on "$tmp/on" --slurpfile stats "$tmp/on.stats" '
		"# figure: \($name) | \(.bounced) \(.deferred) \(.delivered)" +
		" | \($on[0] | "\(.bounced) \(.deferred) \(.delivered)")" +
		" | dropped \($stats[0].counters.dropped), confirmed \($stats[0].counters.confirmed)"' "$tmp/off"
}

# kind NAME FATE WORDS CONDITION OPTION...: an injector, what becomes of most
# mails without the guard, and what must hold with it, in words and for jq.
kind()
{
	local name=$1 fate=$2 words=$3 condition=$4
	shift 4
	serve_mail || exit 1
	inject "$@" || exit 1
	mails off "$tmp/off"
	ok "$name: without the guard most are $fate" holds "$tmp/off" \
		".$fate > .sessions / 2"
	inject_stop || exit 1
	inject "$@" || exit 1
	mails enforce "$tmp/on"
	ok "$name: with it $words" holds "$tmp/on" "$condition"
	inject_stop || exit 1
	serve_mail_stop
	[ -z "${FIGURES:-}" ] || figure "$name"
}

# Not one was lost, and the forged segments were dropped for what they are.
delivered='all are delivered'
all='.delivered == .sessions and $c.dropped >= .sessions'

# The server's segments arrive with TTL 63.
kind "SMTP 500/551: 500 error" bounced "$delivered" \
	"$all and \$c.dropped_data == \$c.dropped and \$c.confirmed > .sessions / 2" \
	--payload "500 error" --ttl 71
kind "SMTP 500/551: 551 User not local" bounced "$delivered" \
	"$all and \$c.dropped_data == \$c.dropped" \
	--payload "551 User not local; please try <forward-path>" --ttl 55
kind "reset type 1: a TTL by chance" deferred "all but those it guessed are delivered" \
	'.bounced == 0 and .deferred <= $hits and $c.dropped_rst == $c.dropped' \
	--flags R --ttl random --window 1000
kind "reset type 2: three, the last at the right TTL" deferred "$delivered" \
	"$all and \$c.dropped_burst > .sessions / 2" \
	--flags RA --df --offsets 0,1460,4380 --ttl 101,102,63 --window 2001
kind "reset type 2: to both ends" deferred "none is bounced" \
	'.bounced == 0 and $c.dropped_rst == $c.dropped and $c.dropped >= .sessions' \
	--flags RA --df --offsets 0,1460,4380 --ttl 101,102,103 --to both
kind "residual block: a SYN-ACK ahead of the genuine one" deferred \
	"none is bounced" '.bounced == 0 and $c.dropped >= .sessions' \
	--on-syn --flags SA --df --ttl 101 --window 4000
kind "Sandvine-like: a pair at +12503" deferred "$delivered" \
	"$all and \$c.dropped >= 2 * .sessions" \
	--flags R --offsets 0,12503 --ttl 71 --ip-id 4
kind "Fox-IT QUANTUM: two hops off" bounced "$delivered" "$all" \
	--payload "550 no such user" --ttl 65 --ip-id 1 --window 8192
kind "Fox-IT QUANTUM: right TTL, no timestamps" bounced "$delivered" \
	"$all and \$c.dropped_timestamp >= .sessions" \
	--payload "550 no such user" --ttl 63 --ip-id 1 --window 8192
kind "provincial box: RST with payload" deferred "$delivered" "$all" \
	--flags RA --payload "blocked!" --ttl 58 --ip-id 1
kind "provincial box: RST with skewed timestamps" deferred "$delivered" "$all" \
	--flags RA --timestamps skewed --ttl 58 --ip-id 1
kind "TTL mirrors: data with our IP ID" bounced "$delivered" \
	"$all and \$c.dropped_timestamp >= .sessions" \
	--payload "500 error" --ttl 63 --ip-id mirrored --window 1000
kind "FIN-PSH-ACK with a reply" bounced "$delivered" \
	"$all and \$c.dropped_fin >= .sessions" \
	--flags FPA --payload "551 User not local" --ttl 71
# What cannot be told apart, so that nobody believes otherwise.
kind "TTL mirrors: an RST" deferred "it cannot be told" '.deferred > 0' \
	--flags R --ttl 63 --ip-id mirrored --window 1000
kind "TTL mirrors: data with timestamps, too" bounced "it cannot be told" \
	'.bounced > 0' \
	--payload "500 error" --ttl 63 --ip-id mirrored --timestamps mirrored
finish
