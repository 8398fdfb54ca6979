#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The scenarios that the verdict alone is tested with, and more, through the kernel:
# the same input gives the same verdict. And the same packets as a capture, through
# ttlpinctl analyze, give the same verdicts, segment by segment, and the same counters.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
dir=$(dirname "$(readlink -f "$0")")/../scenarios
[ -d "$dir" ] || skip_all "the scenarios are not here"
tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || mount -t tracefs none $tracing
# Names of tasks are not wanted: to have them the scheduler's code is patched at
# each start, while the other CPU runs it, which emulators have been seen to get
# stuck in.
echo 0 > $tracing/options/record-cmd
setup_gateway
need_module
echo 1 > $tracing/events/ttlpin/verdict/enable

# What the module said at the gateway, not at the hosts beside it: action and reason
# of each segment, in order.
here_is=$(ip netns exec "$gateway" readlink /proc/self/ns/net | tr -dc 0-9)
traced()
{
	sed -nE 's/.* netns='"$here_is"' .* seq=([0-9]+) .* ttl=([0-9]+) .* action=([a-z]+) reason=([a-z-]+).*/\1 \2 \3 \4/p' \
		$tracing/trace | sed 's/ pass / passed /; s/ condemn / dropped /'
}

# The same from the capture.
analyzed()
{
	jq -r '[.flows[] | .drops as $drops | .timeline[] | select(.direction == "in") |
		.packet as $n | [$n, .seq, .ttl, .verdict,
		(if .verdict == "dropped" then $drops[] | select(.packet == $n).reason
		else "-" end)]] | sort[] | .[1:] | join(" ")' "$tmp/analysis"
}

counters()
{
	sed -n 's/.*"counters":{\([^}]*\)}.*/\1/p' "$1" | tr , '\n' | grep -v '^"events_' | sort
}

# same NAME=VALUE...: the script on standard input, with these settings.
same()
{
	local setting options=()

	for setting in "$@"; do
		options+=(--set "$setting")
	done
	# All else gets its default, and nothing is remembered of what came before.
	printf '%s\n' "$@" > "$tmp/settings"
	ctl config --load "$tmp/settings" && ctl flows flush && ctl peers flush &&
		ctl stats --reset > /dev/null || return 1
	echo > $tracing/trace
	play -w "$tmp/capture.pcap" || return 1
	traced > "$tmp/traced"
	ttlpinctl -j analyze --timeline "${options[@]}" "$tmp/capture.pcap" \
		> "$tmp/analysis" || return 1
	analyzed > "$tmp/analyzed"
	[ -s "$tmp/traced" ] || { echo "the module judged nothing"; return 1; }
	diff "$tmp/traced" "$tmp/analyzed" || return 1
	ctl -j stats > "$tmp/stats" || return 1
	counters "$tmp/stats" > "$tmp/module"
	[ -s "$tmp/module" ] && counters "$tmp/analysis" | diff "$tmp/module" -
}

# What the scenario's comments ask for.
scenario()
{
	local file=$1 settings counters

	settings=$(sed -n 's/^# set: //p' "$file")
	counters=$(sed -n 's/^# counters: //p' "$file")
	# shellcheck disable=SC2086 # several words each
	same $settings < "$file" && counters_are $counters
}

for file in "$dir"/*.seg; do
	grep -q '^# verdict only' "$file" || ok "$(basename "$file" .seg)" scenario "$file"
done
ok "fragments" same <<- END
	> S 1000
	< S. 7000 ack=1001 ttl=50
	< P. 7001:"500 error, said in fragments\r\n" ack=1001 ttl=58 frag=24 ipid=64 -> drop
	< P. 7001:"250 Ok, said in fragments too\r\n" ack=1001 ttl=50 frag=24
END
ok "fragments, IPv6" same <<- END
	set family 6
	> S 1000
	< S. 7000 ack=1001 ttl=50
	< P. 7001:"500 error, said in fragments\r\n" ack=1001 ttl=58 frag=24 -> drop
	< P. 7001:"250 Ok, said in fragments too\r\n" ack=1001 ttl=50 frag=24
END
ok "extension headers" same <<- END
	set family 6
	> S 1000
	< S. 7000 ack=1001 ttl=50
	< P. 7001:"500 error\r\n" ack=1001 ttl=58 ext=hop,dst,frag -> drop
	< P. 7001:"250 Ok\r\n" ack=1001 ttl=50 ext=dst
END
ok "a server of ours" same protect=server <<- END
	set server 1
	< S 1000 ttl=50
	> S. 7000 ack=1001
	< . 1001 ack=7001 ttl=50
	< P. 1001:"EHLO client.example\r\n" ack=7001 ttl=58 -> drop
	< P. 1001:"EHLO client.example\r\n" ack=7001 ttl=50
	> F. 7001 ack=1022
	< S 5000 ttl=51
	> S. 9000 ack=5001
	< . 5001 ack=9001 ttl=51
	< R 5001 ttl=60 -> drop
END
ok "in mid-stream" same midstream=learn <<- END
	< P. 7001:"220 hi\r\n" ack=1001 ttl=50
	> P. 1001:"HELO gateway.example\r\n" ack=7009
	< P. 7009:"250 hi\r\n" ack=1023 ttl=50
	< P. 7017:"500 error\r\n" ack=1023 ttl=58 -> drop
	< P. 7017:"250 Ok\r\n" ack=1023 ttl=50
END
finish
