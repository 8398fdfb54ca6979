#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Advice after real sessions, watching and enforcing: exactly the peers whose
# SYN-ACK is the odd one out are proposed for the whitelist, and none in whose name
# segments were forged.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need sessions smtp-sink injector nft tc ttlpinctl jq
sessions=${SESSIONS:-20}
setup_path
modprobe -a nf_conntrack nft_ct nft_synproxy 2> /dev/null
need_module mode=off
plain=203.0.113.25 forged=203.0.113.26 reset=203.0.113.27
balanced=203.0.113.28 proxied=203.0.113.29 moving=203.0.113.30
for last in 26 27 28 29 30; do
	echo "addr add 203.0.113.$last/24 dev eth0"
done | ip -n "$outside" -batch -
# The genuine reply takes its time, so that the forged one wins the race.
ip netns exec "$outside" tc qdisc add dev eth0 root netem delay 20ms limit 100000 ||
	skip_all "no netem in this kernel"
ip netns exec "$outside" smtp-sink -u postfix -m 50000 0.0.0.0:25 4000 > /dev/null 2>&1 &
started+=($!)
busywait 10000 listens "$outside" 25 || skip_all "no mail server"
ip netns exec "$outside" nft -f - <<- END || exit 1
	table ip shape {
		chain out {
			type filter hook postrouting priority mangle;
			ip saddr $balanced tcp flags & (syn | ack) == syn | ack ip ttl set 50
			ip saddr $moving ct reply packets > 5 ip ttl set 61
		}
	}
END
ip netns exec "$outside" sysctl -q -w net.netfilter.nf_conntrack_acct=1

# A real SYN proxy answers with TTL 64 for a server whose own is 50.
syn_proxy()
{
	ip netns exec "$outside" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0 &&
		ip -n "$outside" rule add from $proxied lookup 29 &&
		ip -n "$outside" route add 192.0.2.0/24 via 203.0.113.1 hoplimit 50 table 29 &&
		ip netns exec "$outside" nft -f - <<- END
			table ip proxy {
				chain raw {
					type filter hook prerouting priority raw;
					ip daddr $proxied tcp dport 25 tcp flags syn notrack
				}
				chain input {
					type filter hook input priority filter;
					ip daddr $proxied tcp dport 25 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
					ip daddr $proxied ct state invalid drop
				}
			}
		END
}
odd=("$balanced" "$proxied")
if ! syn_proxy 2> "$tmp/nft"; then
	sed 's/^/# /' "$tmp/nft"
	odd=("$balanced")
fi

mails()
{
	ip netns exec "$inside" sessions -n "$sessions" -c "$sessions" -t 4000 "$@" > "$tmp/mails"
	[ -s "$tmp/mails" ]
}

# injected PEER OPTION...: mails to it while an injector forges its segments.
injected()
{
	local peer=$1
	shift
	inject "$@" && mails "$peer" && inject_stop
}

found()
{
	[ "$(ctl -j advise | jq -r --arg a "$1" '.peers[] | select(.addr == $a) | .finding')" = "$2" ] ||
		{ ctl -j advise | jq .peers; return 1; }
}

# proposes ADDRESS...: those and no other.
proposes()
{
	ctl -j advise > "$tmp/advice" || return 1
	[ "$(jq -r '.whitelist[]' "$tmp/advice" | sort | tr '\n' ' ')" = "${*:+$* }" ] ||
		{ jq . "$tmp/advice"; return 1; }
}

lines()
{
	ctl advise | sed '1,/^For .*whitelist:$/d' | ctl whitelist load - &&
		[ "$(ctl whitelist | tr '\n' ' ')" = "$(printf '%s/32 ' "${odd[@]}")" ] &&
		ctl whitelist flush
}

schemas=$here/../../Documentation/schema
has_form()
{
	ctl -j advise > "$tmp/advice" && "$here/validate" "$schemas" advise="$tmp/advice" |
		tee "$tmp/valid" | grep -q '^good ' || { cat "$tmp/valid"; return 1; }
}

for mode in monitor enforce; do
	set_to mode=$mode
	ctl peers flush
	ctl stats --reset > /dev/null
	ok "$mode: nothing was guarded, and it says so" \
		eval 'ctl advise | grep -q "Nothing was guarded yet" && proposes'
	ok "$mode: mails to a server like any other" mails $plain
	ok "$mode: cost nothing" eval 'ctl advise | grep -q "Enforcing costs nothing" && proposes'
	ok "$mode: forged replies" injected $forged --payload "500 error" --ttl 71
	ok "$mode: forged resets" injected $reset --flags RA --df --offsets 0,1460,4380 \
		--ttl 101,102,103 --window 2001
	ok "$mode: forged replies to EHLO" injected $reset --trigger EHLO \
		--payload "554 go away" --ttl 71
	ok "$mode: none of them is proposed" proposes
	ok "$mode: a route that changes within each connection" mails $moving
	ok "$mode: is not proposed either" proposes
	ok "$mode: a load balancer answers for the server" mails $balanced
	if [ ${#odd[@]} = 2 ]; then
		ok "$mode: a SYN proxy" mails $proxied
	else
		ok "$mode: a SYN proxy # SKIP this kernel has none" true
	fi
	ok "$mode: exactly those are proposed" proposes "${odd[@]}"
	ok "$mode: forged replies are called so" found $forged forged
	ok "$mode: words as well" eval 'ctl advise | grep -q "^$forged: .*forged by the genuine" &&
		ctl advise | grep -A 1 "^$balanced:" | grep -q "its TTL really differs"'
	ok "$mode: the lines can be loaded" lines
	[ ! -d "$schemas" ] || ok "$mode: JSON has its form" has_form
done
ok "a route that changes heals" found $moving heals
ok "advice needs privilege" refused 1 "root, or CAP_NET_ADMIN" \
	setpriv --reuid nobody --clear-groups ttlpinctl advise
ok "it takes no argument" refused 2 "takes no argument" ttlpinctl advise me
finish
