# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the guest's tests share: TAP, namespaces, the module, counters.
#
#   inside -------- in0 gateway out0 -------- outside
#   192.0.2.10      .1         203.0.113.1    203.0.113.25
#   2001:db8:1::10  ::1        2001:db8:2::1  2001:db8:2::25
#
# or, with setup_path, real hosts and a router on which an injector can sit:
#
#   inside -------- in0 gateway out0 -------- left path right -------- outside
#   192.0.2.10      .1         198.51.100.1   .2        203.0.113.1    203.0.113.25
#   2001:db8:1::10  ::1        2001:db8:3::1  ::2       2001:db8:2::1  2001:db8:2::25
#
# What leaves the outside host with TTL 64 reaches the gateway with 63.
#
# Each program prints TAP with its plan at the end, and exits with 0, 1, or 4 if
# a tool that it needs is missing.

# shellcheck disable=SC2034 # kselftest's name for it
ksft_skip=4
tests=0
failures=0
suffix=$(printf '%04x' $RANDOM)
inside=inside-$suffix
gateway=gateway-$suffix
outside=outside-$suffix
path=path-$suffix
tmp=$(mktemp -d)
started=()

skip_all()
{
	echo "1..0 # SKIP $*"
	exit $ksft_skip
}

cleanup()
{
	local ns

	[ ${#started[@]} = 0 ] || kill "${started[@]}" 2> /dev/null
	for ns in $(ip netns list | awk -v s="-$suffix\$" '$1 ~ s { print $1 }'); do
		ip netns pids "$ns" 2> /dev/null | xargs -r kill -9 2> /dev/null
		ip netns del "$ns"
	done
	rm -rf "$tmp"
	# Who keeps it has lost a reference: what comes next would find it loaded.
	! grep -q '^nf_ttlpin ' /proc/modules || busywait 10000 rmmod nf_ttlpin || exit 125
}
trap cleanup EXIT

# ok NAME COMMAND...: one test; what the command says is shown if it fails.
ok()
{
	local name=$1
	shift
	tests=$((tests + 1))
	if "$@" > "$tmp/said" 2>&1; then
		echo "ok $tests $name"
	else
		echo "not ok $tests $name"
		sed 's/^/# /' "$tmp/said"
		failures=$((failures + 1))
	fi
}

finish()
{
	echo "1..$tests"
	[ $failures = 0 ] || exit 1
	exit 0
}

# busywait MS COMMAND...: until it succeeds, or the time is over.
busywait()
{
	local end=$(($(date +%s%N) / 1000000 + $1))
	shift
	until "$@"; do
		[ $(($(date +%s%N) / 1000000)) -lt $end ] || return 1
		sleep 0.05
	done
}

# Where the guest was given no module there is nothing to test. One that does not
# load is another matter.
load_module()
{
	local ko=${TTLPIN_KO:-/ttlpin/nf_ttlpin.ko}

	modprobe -a nf_defrag_ipv4 nf_defrag_ipv6 2> /dev/null
	[ -e "$ko" ] || skip_all "no module: $ko"
	insmod "$ko" "$@"
}

need_module()
{
	load_module "$@" && return
	echo "not ok 1 the module loads"
	echo "1..1"
	exit 1
}

# With the first hook of all the kernel writes over its own code, and with the last one
# that goes. QEMU before 8.1 can run what stood there in between on another CPU ("Oops:
# int3"), so where modules come and go under traffic other hooks stay.
hold_hooks()
{
	local hook

	ip netns add "hold-$suffix"
	for hook in prerouting output postrouting; do
		echo "add chain inet hold $hook { type filter hook $hook priority 0; }"
	done | sed '1i add table inet hold' | ip netns exec "hold-$suffix" nft -f -
}

need()
{
	local tool
	for tool in "$@"; do
		command -v "$tool" > /dev/null || skip_all "$tool not found"
	done
}

# Hosts whose segments wire makes up; $1 of "addresses" gives them real ones.
setup_gateway()
{
	local ns

	for ns in "$inside" "$gateway" "$outside"; do
		echo "netns add $ns"
	done | ip -batch -
	ip -batch - <<- END
		link add eth0 netns $inside address 02:00:00:00:01:02 type veth peer name in0 address 02:00:00:00:01:01 netns $gateway
		link add eth0 netns $outside address 02:00:00:00:02:02 type veth peer name out0 address 02:00:00:00:02:01 netns $gateway
	END
	ip -n "$gateway" -batch - <<- END
		link set lo up
		addr add 192.0.2.1/24 dev in0
		addr add 203.0.113.1/24 dev out0
		addr add 2001:db8:1::1/64 dev in0 nodad
		addr add 2001:db8:2::1/64 dev out0 nodad
		link set in0 up
		link set out0 up
	END
	ip netns exec "$gateway" sysctl -q -w net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	if [ "${1:-}" = addresses ]; then
		host_addresses "$inside" 192.0.2.10 192.0.2.1 2001:db8:1::10 2001:db8:1::1
		host_addresses "$outside" 203.0.113.25 203.0.113.1 2001:db8:2::25 2001:db8:2::1
		return
	fi
	ip -n "$inside" link set eth0 up
	ip -n "$outside" link set eth0 up
	ip -n "$gateway" -batch - <<- END
		neigh replace 192.0.2.10 lladdr 02:00:00:00:01:02 dev in0 nud permanent
		neigh replace 203.0.113.25 lladdr 02:00:00:00:02:02 dev out0 nud permanent
		neigh replace 2001:db8:1::10 lladdr 02:00:00:00:01:02 dev in0 nud permanent
		neigh replace 2001:db8:2::25 lladdr 02:00:00:00:02:02 dev out0 nud permanent
	END
}

host_addresses()
{
	ip -n "$1" -batch - <<- END
		link set lo up
		addr add $2/24 dev eth0
		addr add $4/64 dev eth0 nodad
		link set eth0 up
		route add default via $3
		route add default via $5
	END
}

# Addresses and forwarding of the path's hosts; each link is there already.
setup_path_addresses()
{
	ip -n "$gateway" -batch - <<- END
		link set lo up
		addr add 192.0.2.1/24 dev in0
		addr add 198.51.100.1/30 dev out0
		addr add 2001:db8:1::1/64 dev in0 nodad
		addr add 2001:db8:3::1/64 dev out0 nodad
		link set in0 up
		link set out0 up
		route add default via 198.51.100.2
		route add default via 2001:db8:3::2
	END
	ip -n "$path" -batch - <<- END
		link set lo up
		addr add 198.51.100.2/30 dev left
		addr add 203.0.113.1/24 dev right
		addr add 2001:db8:3::2/64 dev left nodad
		addr add 2001:db8:2::1/64 dev right nodad
		link set left up
		link set right up
		route add default via 198.51.100.1
		route add default via 2001:db8:3::1
	END
	ip netns exec "$gateway" sysctl -q -w net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	ip netns exec "$path" sysctl -q -w net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	host_addresses "$inside" 192.0.2.10 192.0.2.1 2001:db8:1::10 2001:db8:1::1
	host_addresses "$outside" 203.0.113.25 203.0.113.1 2001:db8:2::25 2001:db8:2::1
}

outside_link()
{
	ip link add left netns "$path" type veth peer name out0 netns "$gateway"
}

# setup_path [COMMAND]: it makes out0 in the gateway and left on the path, if that
# is to be something else than a veth pair.
setup_path()
{
	local ns

	for ns in "$inside" "$gateway" "$path" "$outside"; do
		echo "netns add $ns"
	done | ip -batch -
	ip -batch - <<- END
		link add eth0 netns $inside type veth peer name in0 netns $gateway
		link add eth0 netns $outside type veth peer name right netns $path
	END
	"${1:-outside_link}" && setup_path_addresses
}

# A mail server that takes everything, on the outside host, until serve_mail_stop.
# Who was sent a forged reply leaves it with a connection that never ends, so it
# must be able to hold many. Its options are those of smtp-sink.
sinks=()
serve_mail()
{
	local address

	sinks=()
	ulimit -n 65536
	for address in 203.0.113.25 '[2001:db8:2::25]'; do
		ip netns exec "$outside" smtp-sink -u postfix -m 50000 "$@" "$address:25" \
			4000 > /dev/null 2>&1 &
		sinks+=($!)
	done
	started+=("${sinks[@]}")
	busywait 10000 listens "$outside" 25 2
}

serve_mail_stop()
{
	kill "${sinks[@]}"
	wait "${sinks[@]}" 2> /dev/null
}

# listens NETNS PORT [N]: N sockets do.
listens()
{
	[ "$(ip netns exec "$1" ss -Hltn "sport = $2" | wc -l)" -ge "${3:-1}" ]
}

# inject OPTION...: an injector on the path, until inject_stop. It hears what
# arrives on $inject_at, left if not told.
injector_pid=''
inject()
{
	ip netns exec "$path" injector --interface "${inject_at:-left}" "$@" > "$tmp/injector" 2>&1 &
	injector_pid=$!
	started+=("$injector_pid")
	busywait 5000 grep -q ready "$tmp/injector" || { cat "$tmp/injector"; return 1; }
}

inject_stop()
{
	kill "$injector_pid"
	wait "$injector_pid" 2> /dev/null
	grep -q forged "$tmp/injector" || { echo "nothing was forged"; return 1; }
}

ctl()
{
	ttlpinctl -N "$gateway" "$@"
}

in_gateway()
{
	ip netns exec "$gateway" "$@"
}

# set_to NAME=VALUE...: settings of the gateway.
set_to()
{
	ctl config "$@"
}

# Plays a script from standard input. Each has ports of its own: the same ports
# and sequence numbers once more would be a retransmission.
echo 20000 > "$tmp/port"
# shellcheck disable=SC2120 # options of wire, from the tests
play()
{
	local port

	# In a file, for play is often at the end of a pipe.
	port=$(($(cat "$tmp/port") + 64))
	echo $port > "$tmp/port"
	wire -i "$inside" -o "$outside" -p $port "$@"
}

# A server whose TTL is another than its SYN-ACK's: one drop, then it heals while
# opening, and its peer is remembered.
play_healing()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=60
		< P. 7001:"220 hi\r\n" ack=1001 ttl=40 -> drop
		+250ms
		< P. 7001:"220 hi\r\n" ack=1001 ttl=40
		> P. 1001:"MAIL FROM:<a@b.example>\r\n" ack=7009
	END
}

# sums_hold [NAME=VALUE...]: in the JSON of stats on standard input the sums hold that
# always do, and the counters are those. By awk, for jq takes 0.4 s to start in an
# emulated machine, and this is asked hundreds of times.
sums_hold()
{
	awk -v RS='[,{}]' -v CONVFMT=%.0f -F: -v wanted="$*" '
		{ gsub(/"/, "", $1); got[$1] = $2 }
		function sum(names, name, n, i, total) {
			n = split(names, name, " ")
			for (i = 1; i <= n; i++)
				total += got[name[i]]
			return total
		}
		function is(what, value, should) {
			if (value "" == should "")
				return
			print what " is " value ", not " should
			bad = 1
		}
		END {
			n = split(wanted, pair, " ")
			for (i = 1; i <= n; i++) {
				split(pair[i], part, "=")
				is(part[1], got[part[1]], part[2])
			}
			is("seen", got["seen"], sum("passed dropped would_drop whitelisted unpinned"))
			condemned = sum("dropped would_drop")
			is("the sum by reason", sum("dropped_ttl dropped_timestamp dropped_synack dropped_burst"), condemned)
			is("the sum by kind", sum("dropped_rst dropped_fin dropped_data dropped_ack dropped_handshake"), condemned)
			exit bad
		}'
}

# counters_are NAME=VALUE...: those and the sums.
counters_are()
{
	ctl -j stats > "$tmp/stats" && sums_hold "$@" < "$tmp/stats"
}

# refused STATUS TEXT COMMAND...: it fails with that status and one line that
# holds the text.
refused()
{
	local status=$1 text=$2 got
	shift 2
	"$@" > "$tmp/out" 2> "$tmp/err"
	got=$?
	[ $got = "$status" ] || { echo "exit status $got, not $status"; cat "$tmp/err"; return 1; }
	[ "$(wc -l < "$tmp/err")" = 1 ] || { echo "not one line:"; cat "$tmp/err"; return 1; }
	grep -q -F -- "$text" "$tmp/err" || { echo "no '$text' in:"; cat "$tmp/err"; return 1; }
}

# listening N: so many listen to events in the gateway.
listening()
{
	[ "$(ip netns exec "$gateway" awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc -l)" -ge "$1" ]
}
