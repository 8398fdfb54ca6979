#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Floods, each while a mail is under way and an injector waits for it to be
# unguarded: SYNs from inside, then forged SYN-ACKs, RSTs and data from outside.
# PACKETS=N of each. A module makes them and sends them through the gateway's hooks
# (tests/bench), each for another flow than the one before.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
need sessions smtp-sink injector ttlpinctl jq tc
packets=${PACKETS:-10000000}
proc=/proc/ttlpin_bench
# As long as the flood takes, and not much longer.
mails=$((packets < 1000000 ? 2 : 6))
pinned=1000 max_flows=65536
setup_path
need_module
bench=${BENCH_KO:-/ttlpin/ttlpin_bench.ko}
[ -e "$bench" ] || skip_all "no module: $bench"
insmod "$bench" || exit 1
trap 'exec 9<&-; rmmod ttlpin_bench 2> /dev/null; cleanup' EXIT
ip netns exec "$outside" tc qdisc add dev eth0 root netem delay 50ms limit 100000 ||
	skip_all "no netem in this kernel"
set_to max_flows=$max_flows
exec 9< "/run/netns/$gateway"

# drive KIND FLOWS PACKETS FIRST: so many segments of that kind.
drive()
{
	echo "run 9 $1 4 0 1 $2 $3 $4" > $proc
}

# Picoseconds that a good segment of a pinned flow takes, the hooks and all.
cost()
{
	drive segment $pinned $((packets < 1000000 ? 20000 : 200000)) 0 && read -r best _ < $proc && echo "$best"
}

# Pages of the module's tables, of all namespaces.
pages()
{
	grep nf_ttlpin /proc/vmallocinfo | grep -o 'pages=[0-9]*' |
		awk -F= '{ sum += $2 } END { print sum }'
}

# What the kernel holds beside, in KiB.
slab()
{
	awk '/^SUnreclaim/ { print $2 }' /proc/meminfo
}

still_pinned()
{
	local n

	n=$(ctl -j flows --peer 198.18.0.0/15 |
		jq '[.[] | select(.pin == [50] and .phase == "opening")] | length')
	[ "$n" = $pinned ] || { echo "$n are pinned, not $pinned"; return 1; }
}

within_bounds()
{
	local flows half_open grown

	flows=$(ctl config flows)
	half_open=$(ctl -j flows --phase syn-sent | jq length)
	grown=$(($(slab) - slab_before))
	echo "$flows flows, $half_open half open, $(pages) pages, $grown KiB more"
	[ "$flows" -le $max_flows ] && [ "$half_open" -le $((max_flows / 4)) ] &&
		[ "$(pages)" = "$pages_before" ] && [ $grown -lt 4096 ]
}

# Five sessions of some seconds; under way once all of them are past MAIL.
mail_under_way()
{
	ip netns exec "$inside" sessions -n 5 -c 5 -m $mails -w 250 -t 20000 203.0.113.25 \
		> "$tmp/mail" &
	mail=$!
	busywait 20000 eval '[ "$(ctl -j flows --phase talking | jq length)" -ge 5 ]'
}

mail_delivered()
{
	wait $mail
	jq -e '.delivered == 5 and .bounced == 0 and .deferred == 0' "$tmp/mail" ||
		{ cat "$tmp/mail"; return 1; }
}

# flood NAME KIND FLOWS FIRST: a flood, and what must hold in it.
flood()
{
	local name=$1 started
	shift

	ctl stats --reset > /dev/null
	ok "$name: mails are under way" mail_under_way
	started=$(date +%s%N)
	ok "$name: $packets segments" drive "$1" "$2" "$packets" "$3"
	echo "# figure: $name: $packets in $((($(date +%s%N) - started) / 1000000)) ms, $(awk '{ print $3 }' $proc) came out"
	ctl -j stats > "$tmp/flood"
	ok "$name: memory stays under the bound" within_bounds
	ok "$name: pinned flows stay pinned" still_pinned
	ok "$name: the mails are delivered" mail_delivered
	ok "$name: which the injector tried to prevent" injector_was_at_work
	after=$(cost)
	echo "# figure: $name: a good segment takes $((after * 100 / before)) % of what it took before"
}

# Its forgeries are proven by the genuine replies; the flood's are not.
injector_was_at_work()
{
	[ "$(ctl -j stats | jq .counters.confirmed)" -gt 0 ]
}

# counted CONDITION: of the counters as the flood left them, for jq.
counted()
{
	jq -e ".counters | $1" "$tmp/flood" || { cat "$tmp/flood"; return 1; }
}

serve_mail || exit 1
inject --payload "500 error" --ttl 71 || exit 1
ok "$pinned flows are pinned" drive new $pinned $pinned 0
ok "and listed" still_pinned
before=$(cost)
pages_before=$(pages)
slab_before=$(slab)
echo "# figure: a good segment took $before ps, the store has $pages_before pages"

flood "SYNs from inside" syn "$packets" 100000
# Each made a flow, by putting out an older one where need was.
ok "SYNs from inside: each was taken account of" counted \
	".evicted + .table_full >= $packets - $max_flows / 4 and .evicted + .table_full <= $packets"
flows=$(ctl config flows)
# Of a hundred thousand flows, a thousand are pinned: those are protected, and the
# others are none of ours.
count=$((packets / 100000 * pinned))
flood "forged SYN-ACKs" forged-synack 100000 0
ok "forged SYN-ACKs: those for pinned flows are dropped" counted ".dropped_synack == $count"
flood "forged RSTs" forged-rst 100000 0
ok "forged RSTs: those for pinned flows are dropped" counted ".dropped_rst == $count"
flood "forged data" forged 100000 0
ok "forged data: those for pinned flows are dropped" counted \
	".dropped_data >= $count and .dropped_data <= $count + 100 and .healed == 0"
nothing_grew()
{
	[ "$(ctl config flows)" -le "$flows" ] || { ctl config flows; return 1; }
}
ok "nothing from outside made a flow" nothing_grew
inject_stop || exit 1
rmmod ttlpin_bench
finish
