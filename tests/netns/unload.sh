#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module comes and goes under traffic, and with namespaces that come and go.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq nft
setup_gateway
hold_hooks || exit 1

traffic()
{
	while [ ! -e "$tmp/enough" ]; do
		awk 'BEGIN { for (i = 0; i < 50; i++) {
			print "flow f" i; print "> S " 1000 + i
			print "< S. 7000 ack=" 1001 + i " ttl=50"
			print "< P. 7001:\"220 hi\" ack=" 1001 + i " ttl=50" } }' |
			play || return 1
	done > /dev/null 2> "$tmp/traffic"
}
traffic &
pid=$!
started+=("$pid")
loops()
{
	local n

	for n in $(seq 15); do
		load_module || return 1
		[ $((n % 3)) != 0 ] || ctl status > /dev/null || return 1
		rmmod nf_ttlpin || return 1
	done
}
ok "fifteen times in and out under traffic" loops
ok "no segment was lost meanwhile" kill -0 $pid
spaces()
{
	local n

	load_module || return 1
	for n in $(seq 20); do
		ip netns add "extra$n-$suffix" || return 1
	done
	for n in $(seq 20); do
		ip netns del "extra$n-$suffix" || return 1
	done
}
ok "namespaces come and go" spaces
listener()
{
	ctl events > /dev/null 2>&1 &
	busywait 5000 listening 1 || return 1
	rmmod nf_ttlpin
	kill $! 2> /dev/null
	wait $! 2> /dev/null
	! grep -q '^nf_ttlpin ' /proc/modules
}
ok "it goes while somebody listens" listener
touch "$tmp/enough"
ok "no segment was lost to the end" wait $pid
ok "the tool says what is missing" refused 1 "not loaded" ctl status
ok "and so does config" refused 1 "not loaded" ctl config mode
finish
