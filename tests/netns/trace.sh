#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tracepoint ttlpin:verdict, and the reason that the kernel's own trace of
# freed packets gives for those that are dropped. Without tools, through tracefs;
# with each tool that is there.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl
trace=/sys/kernel/tracing
mountpoint -q $trace || mount -t tracefs trace $trace 2> /dev/null ||
	skip_all "no tracefs"
# The scheduler is left alone, see captures.sh.
echo 0 > $trace/options/record-cmd
setup_gateway
need_module
[ -e $trace/events/ttlpin/verdict/format ] || skip_all "no tracepoints in this kernel"

session()
{
	play <<- 'END'
		> S 1000 ts=5000,0
		< . 1 ack=1 ttl=9
		< S. 7000 ack=1001 ttl=50 ts=900,5000
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50 ts=910,5000
		< P. 7009:"250 hi\r\n" ack=1001 ttl=51 ts=912,5000
		< P. 7017:"500 error\r\n" ack=1001 ttl=58 ts=915,5000 -> drop
		< P. 7017:"500 error\r\n" ack=1001 ttl=50 -> drop
		< R. 7017 ack=1001 ttl=60 -> drop
		< R. 7017 ack=1001 ttl=50 -> drop
		< S. 9000 ack=1001 ttl=50 ts=917,5000 -> drop
	END
}
six()
{
	play <<- 'END'
		set family 6
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
	END
}

: > $trace/trace
echo 1 > $trace/events/ttlpin/verdict/enable
echo 1 > $trace/events/skb/kfree_skb/enable
ok "traffic" eval 'session && six'
echo 0 > $trace/events/ttlpin/verdict/enable
echo 0 > $trace/events/skb/kfree_skb/enable
# The inside host has a namespace, too, where these packets are unpinned.
inode=$(ip netns exec "$gateway" readlink /proc/self/ns/net | tr -dc 0-9)
grep -o "verdict: netns=$inode .*" $trace/trace > "$tmp/verdicts"
traced()
{
	grep -q -- "$1" "$tmp/verdicts" || { cat "$tmp/verdicts"; return 1; }
}
remote='remote=\[::ffff:203.0.113.25\]:25'
ok "each judged segment is traced once" test "$(wc -l < "$tmp/verdicts")" = 11
ok "with both ends" traced "$remote local=\[::ffff:192.0.2.10\]:[0-9]* seq=7000 "
ok "those of IPv6, too" traced 'remote=\[2001:db8:2::25\]:25 local=\[2001:db8:1::10\]:'
ok "unpinned" traced 'ttl=9 pin=0 .*action=unpinned reason=-'
ok "pinned" traced 'seq=7000 flags=0x12 ttl=50 pin=50 distance=0 action=pass reason=-'
ok "near" traced 'ttl=51 pin=50 distance=1 action=near'
ok "condemned by its TTL" traced 'flags=0x18 ttl=58 pin=50 distance=8 action=condemn reason=ttl'
ok "condemned by timestamps" traced 'ttl=50 .*action=condemn reason=timestamp'
ok "condemned in a volley" traced 'flags=0x14 ttl=50 .*action=condemn reason=burst'
ok "condemned for its ISN" traced 'seq=9000 .*action=condemn reason=synack'
# The same packets: by their address, freed for the reason that dropwatch shows.
ok "six were freed as dropped by netfilter" test \
	"$(grep -c 'kfree_skb: .*reason: NETFILTER_DROP' $trace/trace)" = 6
echo 'ttl != 50 && pin == 50 && action == 4' > $trace/events/ttlpin/verdict/filter
: > $trace/trace
echo 1 > $trace/events/ttlpin/verdict/enable
ok "more traffic" session
echo 0 > $trace/events/ttlpin/verdict/enable
echo 0 > $trace/events/ttlpin/verdict/filter
ok "a filter by field" eval 'grep -q "ttl=58 pin=50" $trace/trace && ! grep -q "ttl=50 pin=50" $trace/trace'

if command -v trace-cmd > /dev/null; then
	by_trace_cmd()
	{
		trace-cmd record -q -e ttlpin:verdict -o "$tmp/trace.dat" \
			sh -c 'until [ -e "$1" ]; do sleep 0.1; done' sh "$tmp/recorded" \
			> "$tmp/trace-cmd" 2>&1 &
		busywait 5000 grep -q 1 $trace/events/ttlpin/verdict/enable && session
		touch "$tmp/recorded"
		wait $!
		trace-cmd report -i "$tmp/trace.dat" 2> /dev/null > "$tmp/report"
		grep -q 'verdict:.*ttl=58 pin=50 distance=8 action=condemn reason=ttl' "$tmp/report" ||
			{ head -n 20 "$tmp/report"; return 1; }
	}
	ok "trace-cmd records and reports it" by_trace_cmd
fi
if command -v perf > /dev/null && perf --version > /dev/null 2>&1; then
	by_perf()
	{
		local counted

		perf stat -a -x, -e ttlpin:verdict -o "$tmp/perf" sleep 4 &
		sleep 1.5
		session || return 1
		wait $!
		cat "$tmp/perf"
		counted=$(sed -n 's/^\([0-9]*\),.*ttlpin:verdict.*/\1/p' "$tmp/perf")
		# In the gateway nine are judged, inside those that were not dropped.
		[ "${counted:-0}" -ge 9 ] && [ "$counted" -le 18 ]
	}
	ok "perf counts it" by_perf
fi
# It needs the kernel's types, or its headers.
if command -v bpftrace > /dev/null && [ -e /sys/kernel/btf/vmlinux ]; then
	by_bpftrace()
	{
		timeout 60 bpftrace -e 'tracepoint:ttlpin:verdict /args->action == 4/ {
			printf("condemned ttl %d pin %d reason %d\n", args->ttl, args->pin, args->reason);
			exit(); }' > "$tmp/bpf" 2>&1 &
		local pid=$!
		busywait 50000 grep -q Attaching "$tmp/bpf"
		# It attaches some time after it has said so.
		while session && kill -0 $pid 2> /dev/null; do
			sleep 0.2
		done
		wait $pid
		grep -q 'condemned ttl 58 pin 50 reason 0' "$tmp/bpf" || { cat "$tmp/bpf"; return 1; }
	}
	ok "bpftrace shows it" by_bpftrace
fi
finish
