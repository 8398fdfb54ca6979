#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The whitelist: it changes while flows live, all or none, and is refused
# clearly.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
need_module

list_is()
{
	[ "$(ctl whitelist | tr '\n' ' ')" = "${*:+$* }" ] || { ctl whitelist; return 1; }
}

live()
{
	local remote=$1 family=$2 other=$3

	mkfifo "$tmp/script" || return 1
	play < "$tmp/script" &
	exec 5> "$tmp/script"
	rm "$tmp/script"
	cat >&5 <<- END
		set family $family
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
	END
	busywait 5000 counter_is dropped 1 || return 1
	ctl whitelist add "$remote" || return 1
	echo '< P. 7001:"500 error\r\n" ack=1001 ttl=58' >&5
	busywait 5000 counter_is whitelisted 1 || return 1
	ctl whitelist del "$remote" && ctl whitelist add "$other" || return 1
	echo '< P. 7001:"500 error\r\n" ack=1001 ttl=59 -> drop' >&5
	exec 5>&-
	wait $!
}

counter_is()
{
	[ "$(ctl -j stats | jq ".counters.$1")" = "$2" ]
}

for family in 4 6; do
	if [ $family = 4 ]; then
		prefixes='203.0.113.25 203.0.113.0/24 0.0.0.0/0' other=203.0.113.24
	else
		prefixes='2001:db8:2::25 2001:db8::/32 ::/0' other=2001:db8:2::24
	fi
	for prefix in $prefixes; do
		ctl stats --reset > /dev/null
		ok "$prefix lets a live flow through, and no more once removed" \
			live $prefix $family $other
		ok "$prefix: counters" counters_are dropped=2 whitelisted=1 seen=4
		ctl whitelist flush
	done
done

# Nothing of it would be judged, and it would stay half open.
none_begins()
{
	play <<- 'END' || return 1
		> S 1000
		< S. 7000 ack=1001 ttl=50
		> P. 1001:"EHLO gateway.example\r\n" ack=7001
		< P. 7001:"220 hi\r\n" ack=1023 ttl=58
	END
	[ "$(ctl config flows)" = 0 ]
}
ctl flows flush
ctl whitelist add 203.0.113.25
ok "no flow begins to a peer that is listed" none_begins
set_to midstream=learn
ok "nor in mid-stream" eval 'none_begins && [ "$(ctl config midstream)" = learn ]'
set_to midstream=pass
ctl whitelist flush

ok "an empty list" list_is
ok "prefixes of both families at once" \
	ctl whitelist add 2001:db8::/32 198.51.100.0/24 192.0.2.1 198.51.0.0/16 2001:db8::1
ok "are listed in order" list_is 192.0.2.1/32 198.51.0.0/16 198.51.100.0/24 \
	2001:db8::/32 2001:db8::1/128
json_list()
{
	ctl -j whitelist | jq -e --arg ns "$gateway" \
		'.netns == $ns and (.whitelist | length) == 5' > /dev/null
}
ok "also as JSON" json_list
ok "a prefix that is there" refused 1 "in the whitelist already" \
	ctl whitelist add 203.0.113.9 198.51.0.0/16
ok "a prefix twice" refused 1 "in the whitelist already" \
	ctl whitelist add 203.0.113.9 203.0.113.9
ok "a prefix that is not there" refused 1 "not in the whitelist" \
	ctl whitelist del 192.0.2.1 192.0.2.2
ok "nothing of a refused change was done" list_is 192.0.2.1/32 198.51.0.0/16 \
	198.51.100.0/24 2001:db8::/32 2001:db8::1/128
ok "prefixes go" ctl whitelist del 198.51.0.0/16 2001:db8::1
ok "the others stay" list_is 192.0.2.1/32 198.51.100.0/24 2001:db8::/32
ok "host bits" refused 2 "did you mean 192.0.2.0/24" ctl whitelist add 192.0.2.1/24
ok "IPv6 host bits" refused 2 "did you mean 2001:db8::/32" ctl whitelist add 2001:db8::1/32
for bad in 192.0.2.0/33 2001:db8::/129 192.0.2.0/ 192.0.2/24 mail.example ''; do
	ok "'$bad' is no prefix" refused 2 "'$bad'" ctl whitelist add "$bad"
done
ok "no prefix at all" refused 2 "accepted are" ctl whitelist add
ok "flush" ctl whitelist flush
ok "flushed" list_is

# The module says no by itself too, to whoever asks without the tool.
ok "a user without privilege" refused 1 "root, or CAP_NET_ADMIN" \
	setpriv --reuid nobody --clear-groups ttlpinctl whitelist add 192.0.2.1
ok "who may not list either" refused 1 "root, or CAP_NET_ADMIN" \
	setpriv --reuid nobody --clear-groups ttlpinctl whitelist
ok "but sees the counters" setpriv --reuid nobody --clear-groups ttlpinctl stats
many()
{
	xargs ttlpinctl -N "$gateway" whitelist "$1" < "$tmp/many"
}
for a in $(seq 0 7); do
	for b in $(seq 0 255); do
		echo 198.18.$a.$b
	done
done > "$tmp/many"
ok "two thousand prefixes in one request" many add
ok "are in the list" eval '[ "$(ctl whitelist | wc -l)" = 2048 ]'
ok "one of them goes" ctl whitelist del 198.18.7.255
ok "which names itself where all are to go" refused 123 "198.18.7.255" many del
ok "and the others are there" eval '[ "$(ctl whitelist | wc -l)" = 2047 ]'
ok "the first of them names itself where all are to come" refused 123 "198.18.0.0/32: " many add
ok "flush" ctl whitelist flush
printf '192.0.2.1\n\033]0;title\007\302\233m\n' > "$tmp/hostile"
ok "what a file has for a terminal is told in words" refused 1 \
	"'\\x1b]0;title\\x07\\xc2\\x9bm'" ctl whitelist check "$tmp/hostile"
finish
