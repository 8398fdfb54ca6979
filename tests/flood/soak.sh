#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mails by the hundred thousand through the gateway while an injector answers each
# of them ahead of the server: none bounces, none is lost, and at the end there is
# no flow and no memory more than at the start. SESSIONS=N, AT_ONCE=N.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
need sessions smtp-sink injector ttlpinctl jq tc
sessions=${SESSIONS:-1000000}
at_once=${AT_ONCE:-200}
setup_path
need_module
ip netns exec "$outside" tc qdisc add dev eth0 root netem delay 50ms limit 100000 ||
	skip_all "no netem in this kernel"
# Ports come round: what closes must be over before its port is used again.
set_to max_flows=65536 close_timeout=5
ip netns exec "$inside" sysctl -q -w net.ipv4.ip_local_port_range="1024 65535"
# Connections that wait for late segments are no concern of the gateway, but memory.
for host in "$inside" "$outside"; do
	ip netns exec "$host" sysctl -q -w net.ipv4.tcp_max_tw_buckets=100
done
serve_mail || exit 1
inject --payload "500 error" --ttl 71 || exit 1

mails()
{
	ip netns exec "$inside" sessions -n "$1" -c "$at_once" -t 60000 \
		${PROGRESS:+-v} 203.0.113.25 > "$tmp/mails" 2> "$tmp/progress"
}

flows_are_gone()
{
	[ "$(ctl config flows)" = 0 ]
}

# KiB of slab that the kernel cannot give back, once what waits for RCU is freed.
slab()
{
	sleep 2
	awk '/^SUnreclaim/ { print $2 }' /proc/meminfo
}

# All that is made on first use is there before memory is looked at.
ok "the first mails" mails "$((at_once * 10 < sessions ? at_once * 10 : sessions))"
ok "their flows end" busywait 60000 flows_are_gone
before=$(slab)
ctl stats --reset > /dev/null
began=$SECONDS
ok "$sessions mails" mails "$sessions"
echo "# figure: soak: $sessions mails in $((SECONDS - began)) s, $(jq -c '{delivered, deferred, bounced}' "$tmp/mails")"
has()
{
	jq -e "$1" "$tmp/mails" || { cat "$tmp/mails" "$tmp/progress"; return 1; }
}
ok "none is bounced" has '.bounced == 0'
ok "none is deferred" has '.deferred == 0 and .delivered == .sessions'
dropped()
{
	ctl -j stats > "$tmp/stats"
	sums_hold < "$tmp/stats" || return 1
	jq -e ".counters | .dropped >= $sessions and .confirmed > .dropped / 2 and
		.table_full == 0 and .pinned >= $sessions and .no_memory == 0" "$tmp/stats"
}
ok "the injector was at work, and its segments were dropped" dropped
echo "# figure: soak: $(jq -c '.counters | {seen, dropped, confirmed, pinned, evicted, table_full}' "$tmp/stats")"
ok "their flows end, too" busywait 60000 flows_are_gone
memory_is_back()
{
	echo "$before KiB before, $after after"
	[ $((after - before)) -lt 1024 ]
}
after=$(slab)
echo "# figure: soak: $before KiB of slab before, $after after"
ok "memory is as it was" memory_is_back
inject_stop || exit 1
finish
