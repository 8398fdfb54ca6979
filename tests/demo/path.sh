# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A path of fourteen routers, each a namespace that really forwards.
#
#  inside --- gw --- r1 --- r2 --- ... --- r7 --- ... --- r14 --- outside
#  192.0.2.10  .1    |                      |                     203.0.113.25
#                    198.51.100.2           198.51.100.26
#
# Seen from gw, r7 is hop 7 and the outside host hop 15. What leaves it with
# TTL 64 arrives with 50; what r7 sends with 64 arrives with 58.

ROUTERS=14
INSIDE=192.0.2.10
OUTSIDE=203.0.113.25

router_address()
{
	echo "198.51.100.$((4 * ($1 - 1) + 2))"
}

# One batch of commands a namespace: single calls of ip take four times as long.
path_build()
{
	local node

	# New namespaces take over what the first one does.
	sysctl -q -w net.ipv4.ip_forward=1
	for node in inside gw outside $(seq -f r%g $ROUTERS); do
		echo "netns add $node"
	done | ip -batch -
	{
		echo "link add in0 netns inside type veth peer name in0 netns gw"
		echo "link add out0 netns gw type veth peer name left netns r1"
		for node in $(seq 1 $((ROUTERS - 1))); do
			echo "link add right netns r$node type veth peer name left netns r$((node + 1))"
		done
		echo "link add right netns r$ROUTERS type veth peer name eth0 netns outside"
	} | ip -batch -
	ip -n inside -batch - <<- END
		link set lo up
		addr add $INSIDE/24 dev in0
		link set in0 up
		route add default via 192.0.2.1
	END
	ip -n gw -batch - <<- END
		link set lo up
		addr add 192.0.2.1/24 dev in0
		addr add 198.51.100.1/30 dev out0
		link set in0 up
		link set out0 up
		route add default via $(router_address 1)
	END
	for node in $(seq $ROUTERS); do
		router_build "$node"
	done
	ip -n outside -batch - <<- END
		link set lo up
		addr add $OUTSIDE/24 dev eth0
		link set eth0 up
		route add default via 203.0.113.1
	END
}

router_build()
{
	local n=$1 right next

	if [ "$n" = $ROUTERS ]; then
		right=203.0.113.1/24
		next=''
	else
		right=198.51.100.$((4 * n + 1))/30
		next="route add 203.0.113.0/24 via $(router_address $((n + 1)))"
	fi
	ip -n "r$n" -batch - <<- END
		link set lo up
		addr add $(router_address "$n")/30 dev left
		addr add $right dev right
		link set left up
		link set right up
		$next
		route add default via 198.51.100.$((4 * (n - 1) + 1))
	END
}

# The genuine reply takes 50 ms, as in the incident: the forged one wins.
path_slow_down()
{
	ip netns exec outside tc qdisc add dev eth0 root netem delay 50ms
}
