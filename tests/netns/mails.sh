#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A thousand genuine mails by real sockets, with loss, duplication and
# reordering on the way: none is dropped, none is lost.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need smtp-source smtp-sink ttlpinctl jq tc
setup_gateway addresses
need_module
ip netns exec "$outside" tc qdisc add dev eth0 root netem \
	delay 2ms 1ms loss 1% duplicate 1% reorder 25% 50% ||
	skip_all "no netem in this kernel"
for address in 203.0.113.25 '[2001:db8:2::25]'; do
	ip netns exec "$outside" smtp-sink -u postfix "$address:25" 500 > /dev/null 2>&1 &
	started+=($!)
done
listening()
{
	[ "$(ip netns exec "$outside" ss -Hltn 'sport = 25' | wc -l)" = 2 ]
}
ok "the sinks listen" busywait 10000 listening
mails()
{
	ip netns exec "$inside" timeout 200 smtp-source -s 50 -m 500 -l 2000 \
		-f a@livedoor.example -t b@neptune.example "$1"
}
ok "500 mails by IPv4" mails 203.0.113.25:25
ok "500 mails by IPv6" mails '[2001:db8:2::25]:25'
ok "nothing was dropped" counters_are dropped=0 would_drop=0 table_full=0
pinned()
{
	[ "$(ctl -j stats | jq .counters.pinned)" -ge 1000 ]
}
ok "every session was guarded" pinned
finish
