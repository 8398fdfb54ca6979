# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh
# Two gateways between an inside host and the path, and a mail that is sent line by
# line through them; on top of lib.sh.
#
#               +-- in0 first  out0 --+
#   inside -- lan   |sync             wan -- left path right -- outside
#   192.0.2.10  +-- in0 second out0 --+      198.51.100.2       203.0.113.25
#
# The first is .11, the second .12 on either side; .1 is whoever is the master. The
# server's segments arrive at them with TTL 63.

first=$gateway
second=second-$suffix
switch=switch-$suffix

gateway_link()
{
	ip -batch - <<- END
		link add in0 netns $1 type veth peer name in$2 netns $switch
		link add out0 netns $1 type veth peer name out$2 netns $switch
	END
	ip -n "$switch" -batch - <<- END
		link set in$2 up master lan
		link set out$2 up master wan
	END
	ip -n "$1" -batch - <<- END
		link set lo up
		addr add 192.0.2.1$2/24 dev in0
		addr add 198.51.100.1$2/25 dev out0
		addr add 198.51.100.13$2/25 dev sync
		link set in0 up
		link set out0 up
		link set sync up
		route add default via 198.51.100.2
	END
	ip netns exec "$1" sysctl -q -w net.ipv4.ip_forward=1
	ip netns exec "$1" nft -f - <<- 'END'
		table inet firewall {
			chain forward {
				type filter hook forward priority filter;
				ct state new counter
			}
		}
	END
}

# setup_two DELAY: so long the genuine reply takes, for the forged one to win.
setup_two()
{
	local ns
	for ns in "$inside" "$first" "$second" "$switch" "$path" "$outside"; do
		echo "netns add $ns"
	done | ip -batch -
	ip -n "$switch" -batch - <<- END
		link add lan type bridge
		link add wan type bridge
		link set lan up
		link set wan up
	END
	ip -batch - <<- END
		link add eth0 netns $inside type veth peer name host netns $switch
		link add left netns $path type veth peer name path netns $switch
		link add eth0 netns $outside type veth peer name right netns $path
		link add sync netns $first type veth peer name sync netns $second
	END
	ip -n "$switch" link set host up master lan
	ip -n "$switch" link set path up master wan
	gateway_link "$first" 1 && gateway_link "$second" 2 || return 1
	ip -n "$path" -batch - <<- END
		link set lo up
		addr add 198.51.100.2/25 dev left
		addr add 203.0.113.1/24 dev right
		link set left up
		link set right up
		route add 192.0.2.0/24 via 198.51.100.1
	END
	ip netns exec "$path" sysctl -q -w net.ipv4.ip_forward=1
	host_addresses "$inside" 192.0.2.10 192.0.2.1 2001:db8:1::10 2001:db8:1::1
	host_addresses "$outside" 203.0.113.25 203.0.113.1 2001:db8:2::25 2001:db8:2::1
	ip netns exec "$outside" tc qdisc add dev eth0 root netem delay "$1"
}

# conntrackd_conf N PEER DIRECT: with DIRECT on, what the peer tells goes into the
# kernel at once, else when it is told to.
conntrackd_conf()
{
	cat > "$tmp/conntrackd-$1.conf" <<- END
		Sync {
			Mode FTFW {
				DisableExternalCache $3
			}
			UDP {
				IPv4_address 198.51.100.13$1
				IPv4_Destination_Address 198.51.100.13$2
				Port 3780
				Interface sync
				Checksum on
			}
		}
		General {
			HashSize 1024
			HashLimit 8192
			Syslog off
			LogFile $tmp/conntrackd-$1.log
			LockFile $tmp/conntrackd-$1.lock
			UNIX {
				Path $tmp/conntrackd-$1.ctl
			}
			Filter From Userspace {
				Protocol Accept {
					TCP
				}
			}
		}
	END
}

start_conntrackd()
{
	local ns=$1 n=$2
	ip netns exec "$ns" conntrackd -C "$tmp/conntrackd-$n.conf" > "$tmp/conntrackd-$n.out" 2>&1 &
	started+=($!)
	busywait 10000 test -S "$tmp/conntrackd-$n.ctl" || { cat "$tmp/conntrackd-$n".*; return 1; }
}

stop_daemons()
{
	local ns pid
	for ns in "$first" "$second"; do
		for pid in $(ip netns pids "$ns"); do
			kill -9 "$pid" 2> /dev/null
		done
		ip -n "$ns" addr del 192.0.2.1/24 dev in0 2> /dev/null
		ip -n "$ns" addr del 198.51.100.1/25 dev out0 2> /dev/null
		ip netns exec "$ns" conntrack -F > /dev/null 2>&1
	done
	rm -f "$tmp"/conntrackd-*.ctl "$tmp"/conntrackd-*.lock "$tmp"/*.pid
}

settings()
{
	local ns
	for ns in "$first" "$second"; do
		ttlpinctl -N "$ns" config mode=enforce "$@" && ttlpinctl -N "$ns" flows flush &&
			ttlpinctl -N "$ns" stats --reset > /dev/null || return 1
	done
}

# A mail client, whose lines are told one by one.
connect()
{
	rm -f "$tmp/say" "$tmp/heard"
	mkfifo "$tmp/say"
	ip netns exec "$inside" nc 203.0.113.25 25 < "$tmp/say" > "$tmp/heard" 2> /dev/null &
	client=$!
	started+=("$client")
	exec 5> "$tmp/say"
	heard 1 220
}

# The reply number N begins so.
heard()
{
	busywait 15000 replies "$1" || { echo "no reply $1:"; cat "$tmp/heard"; return 1; }
	[[ $(sed -n "$1p" "$tmp/heard") == $2* ]] || { cat "$tmp/heard"; return 1; }
}

replies()
{
	[ "$(wc -l < "$tmp/heard")" -ge "$1" ]
}

say()
{
	printf '%s\r\n' "$1" >&5
}

begin_mail()
{
	connect || return 1
	say 'HELO livedoor.example' && heard 2 250 || return 1
	say 'MAIL FROM:<sales@livedoor.example>' && heard 3 250
}

goes_on()
{
	say 'RCPT TO:<jimgreen@neptune.example>' && heard 4 250 || return 1
	say DATA && heard 5 354 || return 1
	say $'Subject: hello\r\n\r\nhello\r\n.' && heard 6 250 || return 1
	say QUIT && heard 7 221
}

refused_by_forger()
{
	say 'RCPT TO:<jimgreen@neptune.example>' && heard 4 "500 error"
}

hang_up()
{
	exec 5>&-
	kill "$client" 2> /dev/null
	wait "$client" 2> /dev/null
}

# Gateway $1 has dropped what was forged, and the genuine one has come.
dropped_by()
{
	ttlpinctl -N "$1" -j stats | jq -e '.counters | .dropped_data >= 1 and
		.dropped == .confirmed and .dropped_ttl == .dropped' > /dev/null ||
		{ ttlpinctl -N "$1" stats; cat "$tmp/injector"; return 1; }
}
