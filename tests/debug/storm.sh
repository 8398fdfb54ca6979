#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random and mutated segments of every shape through the hooks, while settings and
# whitelist change: the counters are exact, and the kernel has nothing to say.
# PACKETS of them, seed SEED. With TRACES=no the kernel takes no traces of its stack,
# by which allocations are chosen to fail: none does then.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
need ttlpinctl jq nfqueue
need_debug_kernel
packets=${PACKETS:-1000000} seed=${SEED:-1}
chunk=50000

modprobe -a nf_defrag_ipv4 nf_defrag_ipv6 2> /dev/null
insmod /ttlpin/ttlpin_storm.ko || skip_all "ttlpin_storm does not load"
need_module
ip netns add "$gateway"
ip -n "$gateway" link set lo up
set_to protect=both event_rate=100000 max_flows=1024
exec 9< "/run/netns/$gateway"

# Somebody listens; somebody changes what may be changed without making packets
# uncounted.
ip netns exec "$gateway" ttlpinctl events > /dev/null 2>&1 &
started+=($!)
busywait 5000 listening 1
churn()
{
	while :; do
		set_to mode=monitor tolerance=0 timestamps=0 midstream=learn max_flows=2048
		ctl whitelist add 198.51.100.0/29 2001:db8:beef::/125
		ctl flows
		ctl -j stats
		ctl peers
		# Not with the others: it is refused while more flows are live.
		ctl flows flush
		set_to max_flows=1024
		set_to mode=enforce tolerance=1 timestamps=1 midstream=pass
		ctl whitelist flush
		sleep 1
	done > /dev/null 2>&1
}
churn &
started+=($!)

declare -A total
total_clear()
{
	total=([sent]=0 [arrived]=0 [left]=0 [seen]=0 [malformed]=0 [nested]=0 [failed]=0 [ns]=0)
	ctl stats --reset > /dev/null
}

# run_storm PACKETS
run_storm()
{
	local left=$1 n name value

	while [ "$left" -gt 0 ]; do
		n=$((left < chunk ? left : chunk))
		echo "9 $seed $n" > /proc/ttlpin_storm || return 1
		while read -r name value; do
			total[$name]=$((${total[$name]} + value))
		done < /proc/ttlpin_storm
		seed=$((seed + 1))
		left=$((left - n))
	done
	fail_no_more
	ctl -j stats > "$tmp/storm"
}

now() { jq ".counters.$1" "$tmp/storm"; }

tell()
{
	echo "# $1: ${total[sent]} packets in $((total[ns] / 1000000)) ms," \
		"$((total[sent] * 1000000 / (total[ns] / 1000 + 1))) a second;" \
		"seen ${total[seen]}, malformed ${total[malformed]}, nested ${total[nested]}," \
		"dropped $(now dropped), would drop $(now would_drop), healed $(now healed)," \
		"pinned $(now pinned), near $(now near), loose $(now loose)," \
		"events $(now events_sent), lost $(now events_lost), no memory $(now no_memory)"
}

# same NAME WANTED GOT
same()
{
	[ "$2" = "$3" ] || { echo "$1 is $3, not $2"; return 1; }
}

# What is gone was counted as dropped, but fragments within fragments: those go, without a
# reason, unless the mode is monitor just then.
dropped_is_gone()
{
	local more=$((total[arrived] - total[left] - $(now dropped)))

	[ $more -ge 0 ] && [ $more -le "${total[nested]}" ] ||
		{ echo "$more of ${total[arrived]} are gone, and not counted"; return 1; }
}

counted_exactly()
{
	local bad=0

	same seen "${total[seen]}" "$(now seen)" || bad=1
	same malformed "${total[malformed]}" "$(now malformed)" || bad=1
	dropped_is_gone || bad=1
	sums_hold < "$tmp/storm" || bad=1
	return $bad
}

# Everything that can become of a segment has become of some.
all_was_there()
{
	local name bad=0

	for name in passed near healed dropped would_drop whitelisted unpinned \
		pinned confirmed malformed dropped_ttl dropped_timestamp dropped_synack \
		dropped_burst dropped_rst dropped_fin dropped_data dropped_ack \
		dropped_handshake events_sent; do
		[ "$(now $name)" -gt 0 ] || { echo "no $name"; bad=1; }
	done
	return $bad
}

# What could not be read whole is counted, and only that is missing.
missing_is_counted()
{
	local missing=$((total[seen] + total[malformed] - $(now seen) - $(now malformed)))

	echo "$missing were not judged, no_memory $(now no_memory)"
	[ $missing -gt 0 ] && [ $missing -le "$(now no_memory)" ] &&
		dropped_is_gone &&
		sums_hold < "$tmp/storm"
}

total_clear
ok "$packets segments and what is left of them" run_storm "$packets"
tell storm
ok "seen, malformed and dropped are exactly what they should be" counted_exactly
ok "each verdict, reason and kind was among them" all_was_there

short_of_memory()
{
	total_clear
	fail_in nf_ttlpin 20
	ok "$((packets / 20)) more while one in five allocations fails" run_storm $((packets / 20))
	tell "without memory"
	ok "what could not be read whole was passed and counted" missing_is_counted
}
[ "${TRACES:-yes}" = no ] || short_of_memory

# Packets that an NFQUEUE gives back are judged in its reader's context.
ip netns exec "$gateway" nft -f - <<- END
	table inet storm {
		chain early {
			type filter hook prerouting priority raw
			queue num 7
		}
	}
END
ip netns exec "$gateway" nfqueue 7 > "$tmp/queue" 2>&1 &
queue=$!
started+=("$queue")
busywait 5000 grep -q ready "$tmp/queue"
total_clear
chunk=500 queued=$((packets / 50 < 100000 ? packets / 50 : 100000))
ok "$queued more by way of an NFQUEUE" run_storm $queued
tell queue
queue_was_used()
{
	[ "$(now seen)" -gt $((queued / 4)) ] || { echo "seen only $(now seen)"; return 1; }
}
ok "those that came back were judged" queue_was_used
ok "exactly as they should be" counted_exactly
kill "$queue"
wait "$queue" 2> /dev/null
ip netns exec "$gateway" nft delete table inet storm

finish_storm
