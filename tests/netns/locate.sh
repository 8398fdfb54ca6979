#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Injectors on each of the fourteen routers of the demonstration's path, with the
# initial TTLs that systems use: locate finds the hop of each, and says so where
# the TTL does not tell it.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need ttlpinctl injector jq traceroute smtp-sink
# shellcheck source=tests/demo/path.sh
. "$(find "$here/../demo/path.sh" "$here/path.sh" 2> /dev/null | head -n 1)"
forwarding=$(sysctl -n net.ipv4.ip_forward)
path_remove()
{
	local node

	for node in inside gw outside $(seq -f r%g $ROUTERS); do
		ip netns pids "$node" 2> /dev/null | xargs -r kill -9 2> /dev/null
		echo "netns del $node"
	done | ip -force -batch - 2> /dev/null
	sysctl -q -w net.ipv4.ip_forward="$forwarding"
	cleanup
}
trap path_remove EXIT
path_build || skip_all "cannot build the path"
gateway=gw
need_module mode=off
# At hop 14 with the server's initial TTL a forgery differs by one.
set_to mode=enforce tolerance=0

ip netns exec outside smtp-sink -u postfix $OUTSIDE:25 100 > /dev/null 2>&1 &
started+=($!)
ok "a server listens" busywait 10000 listens outside 25

# forger ROUTER TTL: it answers a RCPT TO that names both.
forger()
{
	ip netns exec "r$1" injector --interface left --trigger "<r$1-$2@" --ttl "$2" \
		--payload "500 error" > "$tmp/injector-$1-$2" 2>&1 &
	started+=($!)
}
ready()
{
	[ "$(grep -l ready "$tmp"/injector-* 2> /dev/null | wc -l)" = "$1" ]
}
recipients=()
for router in $(seq $ROUTERS); do
	for ttl in 64 128 255; do
		forger "$router" $ttl
		recipients+=("r$router-$ttl")
	done
done
# A TTL that no system begins with, and one that arrives like the server's: 50.
forger 7 96
forger 7 56
recipients+=(r7-96 r7-56)
ok "${#recipients[@]} injectors listen" busywait 20000 ready ${#recipients[@]}

ip netns exec gw traceroute -n -T -p 25 -w 2 -q 1 $OUTSIDE > "$tmp/path" 2>&1
ok "a traceroute has fifteen hops" grep -q "^15  $OUTSIDE" "$tmp/path"
ctl -j locate --follow --count ${#recipients[@]} --peer $OUTSIDE --traceroute "$tmp/path" \
	> "$tmp/places" 2>&1 &
follower=$!
started+=("$follower")
ok "drops are followed" busywait 5000 listening 1

# One mail to many: each recipient sets off one injector.
mail()
{
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec inside timeout 60 bash -c '
		exec 3<> /dev/tcp/'$OUTSIDE'/25 || exit 1
		say()
		{
			printf "%s\r\n" "$1" >&3
			read -r -t 10 reply <&3 && [ "${reply%%[ -]*}" = 250 ] ||
				{ echo "to $1 it says: $reply"; exit 1; }
		}
		read -r -t 10 reply <&3
		say "HELO inside.example"
		say "MAIL FROM:<a@inside.example>"
		for one; do
			say "RCPT TO:<$one@outside.example>"
		done' mail "$@"
}
ok "one mail, and every forged refusal is kept from it" mail "${recipients[@]}"
finished()
{
	! kill -0 $follower 2> /dev/null
}
ok "each was located" busywait 10000 finished

# place TTL FILTER: what locate said of the one sender whose segment arrived so.
# Every TTL above is another on arrival; which comes first is up to the machine.
place()
{
	jq -e -s "map(select(.ttl == $1)) | length == 1 and (.[0] | $2)" "$tmp/places" > /dev/null ||
		{ jq -c "select(.ttl == $1) | del(.path)" "$tmp/places"; return 1; }
}
for router in $(seq $ROUTERS); do
	before=null
	[ "$router" = 1 ] || before="\"$(router_address $((router - 1)))\""
	sure=high
	[ "$router" != 14 ] || sure=medium
	for ttl in 64 128 255; do
		ok "hop $router, initial TTL $ttl" place $((ttl - router + 1)) ".pin == 50 and
			.server == {\"hop\":15,\"initial\":64} and
			.sender == {\"hop\":$router,\"initial\":$ttl} and
			.confidence == \"$sure\" and .between[0].addr == $before and
			.between[1].addr == \"$(router_address "$router")\""
	done
done
ok "a TTL of its own choice is not placed" place 90 '.sender.hop == null and
	.confidence == "none" and .between == null'
ok "nor one that arrives like the server's" place 50 '.sender.hop == null and
	.confidence == "none" and (.reasons | any(contains("own TTL")))'

mail r7-64 > /dev/null
ok "the last drop, by a traceroute that is run" eval \
	'ctl locate --peer $OUTSIDE --run > "$tmp/out" && grep -q " 7  $(router_address 7) .*<-- the sender" "$tmp/out" &&
	grep -q "15  $OUTSIDE .*<-- the server" "$tmp/out" || { cat "$tmp/out"; false; }'
ok "the last drop was somebody else's" refused 1 "not of 203.0.113.99" ctl locate --peer 203.0.113.99
finish
