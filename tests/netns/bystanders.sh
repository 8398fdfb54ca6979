#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Genuine servers whose TTL diverges, with real stacks on both ends: mail is
# delayed at worst, and only once.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need smtp-source smtp-sink nft ttlpinctl jq
setup_gateway addresses
load_module || skip_all "the module does not load"
ip netns exec "$outside" smtp-sink -u postfix 203.0.113.25:25 100 > /dev/null 2>&1 &
started+=($!)
listening()
{
	ip netns exec "$outside" ss -Hltn 'sport = 25' | grep -q .
}
ok "the sink listens" busywait 10000 listening

mails()
{
	ip netns exec "$inside" timeout 60 smtp-source -s 1 -m "$1" ${2:+"$2"} \
		-l 3000 -f a@livedoor.example -t b@neptune.example 203.0.113.25
}

reset()
{
	ctl stats --reset > /dev/null
}

# The TTL with which the outside host's segments set out.
hoplimit()
{
	ip -n "$outside" route replace 192.0.2.0/24 via 203.0.113.1 hoplimit "$1"
}

counts()
{
	ctl -j stats | jq -e ".counters | $1" > /dev/null || { ctl stats; return 1; }
}

ok "a server that does not diverge" mails 3
ok "nothing is dropped" counters_are dropped=0 pinned=3

# A real SYN proxy: it answers with TTL 64, the server with 50.
syn_proxy()
{
	modprobe -a nft_synproxy nf_conntrack 2> /dev/null
	ip netns exec "$outside" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0 &&
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
	hoplimit 50
	reset
	ok "the first mail to a server behind a SYN proxy arrives" mails 1
	ok "after it has healed" counts '.healed == 1 and .dropped >= 1'
	reset
	ok "later mails arrive" mails 5
	ok "and are not delayed: their flows begin with what was learned" counts \
		'.learned == 5 and .dropped == 0 and .healed == 0'
	ip netns exec "$outside" nft flush ruleset
else
	sed 's/^/# /' "$tmp/nft"
	tests=$((tests + 1))
	echo "ok $tests a SYN proxy # SKIP this kernel has none"
fi

# A route that changes by three hops while a mail is under way.
rmmod nf_ttlpin
load_module
hoplimit 50
route_changes()
{
	local pid

	ip netns exec "$outside" tc qdisc add dev eth0 root netem delay 100ms
	# Ten mails in one session, so that it is still there to be changed.
	mails 10 -d &
	pid=$!
	busywait 10000 counts '.passed >= 3' > /dev/null || return 1
	hoplimit 47
	wait $pid
}
ok "ten mails arrive although the route changes in mid-session" route_changes
ok "it has healed" counts '.healed >= 1 and .loose == 0 and .pinned == 1'
ip netns exec "$outside" tc qdisc del dev eth0 root

# A server with SYN cookies.
rmmod nf_ttlpin
load_module
ip netns exec "$outside" sysctl -q -w net.ipv4.tcp_syncookies=2
ok "a server with SYN cookies" mails 5
ok "is not taken for a forger" counters_are dropped=0 pinned=5
finish
