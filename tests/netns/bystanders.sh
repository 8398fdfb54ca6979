#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Genuine servers whose TTL diverges, by real sessions: not one mail is lost, and what
# heals does so once. SESSIONS=N for each (50), KINDS=REGEX for some;
# tests/figures takes 10,000 and prints what it finds.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need sessions smtp-sink injector nft conntrack tc ttlpinctl jq
sessions=${SESSIONS:-50}
at_once=${AT_ONCE:-100}
[ "$at_once" -le "$sessions" ] || at_once=$sessions
setup_path
modprobe -a nf_conntrack nft_ct nft_numgen nft_synproxy 2> /dev/null
serve_mail || skip_all "no mail server"
delay()
{
	ip netns exec "$outside" tc qdisc replace dev eth0 root netem limit 100000 \
		delay "$@"
}
delay 5ms || skip_all "no netem in this kernel"

everywhere()
{
	local ns

	for ns in "$inside" "$outside"; do
		ip netns exec "$ns" sysctl -q -w "$1"
	done
}

# What the outside host does to the segments of its server, by standard input:
# rules of nft. A connection whose RCPT has come has the mark 1.
shape()
{
	local rules

	rules=$(sed 's/^/tcp sport 25 /')
	ip netns exec "$outside" nft -f - <<- END || exit 1
		table ip shape {
			chain in {
				type filter hook prerouting priority mangle;
				tcp dport 25 @th,256,32 0x52435054 ct mark set 1
				tcp dport 25 @th,160,32 0x52435054 ct mark set 1
			}
			chain out {
				type filter hook postrouting priority mangle;
				$rules
			}
		}
	END
	ip netns exec "$outside" sysctl -q -w net.netfilter.nf_conntrack_acct=1
}

# mails MODE OUT OPTION...: sessions in that mode of the guard.
mails()
{
	local out=$2
	set_to mode="$1"
	shift 2
	ctl stats --reset > /dev/null
	ip netns exec "$inside" sessions -n "$sessions" -c "$at_once" -t 60000 \
		${PROGRESS:+-v} "$@" 203.0.113.25 > "$out"
	ctl -j stats > "$out.stats"
}

holds()
{
	jq -e --argjson c "$(jq .counters "$1.stats")" --argjson at_once "$at_once" \
		"$2" "$1" > /dev/null || { cat "$1" "$1.stats"; return 1; }
}

figure()
{
	jq -r --arg name "$1" --slurpfile on "$tmp/on" --slurpfile stats "$tmp/on.stats" '
		def times: "\(.median_ms) \(.p99_ms) \(.max_ms)";
		"# figure: \($name) | \(.sessions - .delivered) | \(times)" +
		" | \($on[0] | "\(.sessions - .delivered) | \(times)")" +
		" | \($stats[0].counters | "\(.dropped) \(.healed) \(.learned)")"' "$tmp/off"
}

# bystander NAME WORDS CONDITION OPTION...: a server, and what must hold, in words
# and for jq, with the guard's counters as $c; sessions' options. Whatever was done
# to the server is undone.
bystander()
{
	local name=$1 words=$2 condition=$3
	shift 3
	load_module mode=off || exit 1
	if ! [[ $name =~ ${KINDS:-} ]]; then
		undo
		return
	fi
	if [ -n "${FIGURES:-}" ]; then
		mails off "$tmp/off" "$@"
	fi
	mails enforce "$tmp/on" "$@"
	ok "$name: not a mail is lost" holds "$tmp/on" '.delivered == .sessions'
	ok "$name: $words" holds "$tmp/on" "$condition"
	[ -z "${FIGURES:-}" ] || figure "$name"
	undo
}

undo()
{
	rmmod nf_ttlpin
	ip netns exec "$outside" nft flush ruleset
	everywhere net.ipv4.tcp_timestamps=1
	ip netns exec "$outside" sysctl -q -w net.ipv4.tcp_syncookies=1
	delay 5ms
}

nothing='no segment is dropped'
none='$c.dropped == 0 and $c.pinned >= .sessions'

bystander "one distance" "$nothing" "$none"

ip netns exec "$outside" sysctl -q -w net.ipv4.tcp_syncookies=2
bystander "SYN cookies" "$nothing" "$none"

delay 5ms 2ms loss 3% duplicate 3% reorder 25% 50%
bystander "3 % loss, duplication and reordering" "$nothing" "$none"

everywhere net.ipv4.tcp_timestamps=0
delay 5ms 2ms loss 3% duplicate 3% reorder 25% 50%
bystander "3 % loss, duplication and reordering, no timestamps" "$nothing" "$none"

shape <<- 'END'
	numgen random mod 2 0 ip ttl set 65
END
bystander "two routes by packet, one hop apart" "$nothing" "$none"

shape <<- 'END'
	numgen random mod 3 0 ip ttl set 63
	numgen random mod 2 0 ip ttl set 65
END
bystander "plus and minus 1 by packet" "it heals once a session at most" \
	'$c.healed <= .sessions and $c.loose == 0 and $c.near > 0'

# Two backends, or paths, three hops apart.
shape <<- 'END'
	numgen inc mod 2 0 ip ttl set 61
END
bystander "load balancer: two TTLs by turns" "it heals once a session at most" \
	'$c.healed <= .sessions and $c.loose == 0 and $c.healed + $c.learned > 0'

answers_for_the_server='tcp flags & (syn | ack) == syn | ack ip ttl set 50'
shape <<< "$answers_for_the_server"
bystander "load balancer: it answers for the server" \
	"only those begun before the first has healed wait" \
	'$c.healed >= 1 and $c.healed <= $at_once and $c.dropped <= 4 * $at_once'

everywhere net.ipv4.tcp_timestamps=0
shape <<< "$answers_for_the_server"
bystander "load balancer: it answers for the server, no timestamps" \
	"only those begun before the first has healed wait" \
	'$c.healed >= 1 and $c.healed <= $at_once and $c.dropped <= 4 * $at_once'

# A real SYN proxy: it answers with TTL 64, the server with 50. It takes no new
# connection on ports of which conntrack still knows an old one, so those go soon.
syn_proxy()
{
	local state

	for state in time_wait last_ack close close_wait fin_wait; do
		ip netns exec "$outside" sysctl -q -w \
			net.netfilter.nf_conntrack_tcp_timeout_$state=1 || return 1
	done
	ip netns exec "$outside" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0 &&
		ip netns exec "$outside" conntrack -F > "$tmp/nft" 2>&1 &&
		ip netns exec "$outside" nft -f - <<- 'END'
			table ip proxy {
				chain raw {
					type filter hook prerouting priority raw;
					tcp dport 25 tcp flags syn notrack
				}
				chain input {
					type filter hook input priority filter;
					tcp dport 25 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
					ct state invalid drop
				}
			}
		END
}
if syn_proxy 2> "$tmp/nft"; then
	ip -n "$outside" route replace 192.0.2.0/24 via 203.0.113.1 hoplimit 50
	bystander "SYN proxy" "only those begun before the first has healed wait" \
		'$c.healed >= 1 and $c.healed <= $at_once and $c.dropped <= 4 * $at_once'
	ip -n "$outside" route del 192.0.2.0/24
	ip netns exec "$outside" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=1
else
	sed 's/^/# /' "$tmp/nft"
	ok "a SYN proxy # SKIP this kernel has none" true
fi

changes='ct reply packets > 5 ip ttl set 61'
shape <<< "$changes"
bystander "route change in mid-session" "each session heals once at most" \
	'$c.healed <= .sessions and $c.healed + $c.learned >= .sessions and $c.loose == 0'

everywhere net.ipv4.tcp_timestamps=0
shape <<< "$changes"
bystander "route change in mid-session, no timestamps" "each session heals once at most" \
	'$c.healed <= .sessions and $c.healed + $c.learned >= .sessions and $c.loose == 0'

shape <<- 'END'
	ct reply packets > 5 ip ttl set 61
	ct reply packets > 9 ip ttl set 67
END
bystander "the route changes twice" "each session heals twice, or once for both" \
	'$c.healed > .sessions and $c.healed <= 2 * .sessions and $c.loose == 0' -m 3

# The server has nothing to say but ACKs.
shape <<- 'END'
	ct original bytes > 30000 ip ttl set 61
END
bystander "the route changes during a long upload" "each session heals once" \
	'$c.healed == .sessions and $c.loose == 0' -l 100000

everywhere net.ipv4.tcp_timestamps=0
shape <<- 'END'
	ct original bytes > 30000 ip ttl set 61
END
bystander "the route changes during a long upload, no timestamps" "each session heals" \
	'$c.healed >= .sessions and $c.loose == 0' -l 100000

# The forged reply arrives ahead of the first genuine one from the new distance.
for timestamps in 1 0; do
	everywhere net.ipv4.tcp_timestamps=$timestamps
	delay 50ms
	shape <<< 'ct mark 1 ip ttl set 61'
	name="the route changes at an injection, timestamps $timestamps"
	inject --payload "500 error" --ttl 71
	bystander "$name" "each session heals, no forgery does" \
		'$c.healed == .sessions and $c.loose == 0 and .bounced == 0'
	inject_stop || ! [[ $name =~ ${KINDS:-} ]] || exit 1
done
finish
