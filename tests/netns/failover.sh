#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The master of two gateways dies while a mail is under way: keepalived moves the
# addresses, conntrackd has carried the connection, and a forged reply that comes
# after that is dropped by the pin in its mark, and by nothing else.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
# shellcheck source=tests/netns/two-gateways.sh
. "$here/two-gateways.sh"
need keepalived conntrackd conntrack nft smtp-sink injector nc tc ttlpinctl jq

keepalived_conf()
{
	# What the master does: its peer's connections into the kernel.
	cat > "$tmp/master-$1" <<- END
		#!/bin/bash
		for what in c f R B; do
			conntrackd -C $tmp/conntrackd-$1.conf -\$what
		done > $tmp/master-$1.log 2>&1
		touch $tmp/is-master-$1
	END
	chmod 700 "$tmp/master-$1"
	cat > "$tmp/keepalived-$1.conf" <<- END
		global_defs {
			vrrp_version 3
			script_user root
			enable_script_security
		}
		vrrp_sync_group gateway {
			group {
				lan
				wan
			}
			notify_master $tmp/master-$1
		}
		vrrp_instance lan {
			state BACKUP
			interface in0
			virtual_router_id 51
			priority $((160 - 10 * $1))
			advert_int 0.3
			unicast_src_ip 192.0.2.1$1
			unicast_peer {
				192.0.2.1$2
			}
			virtual_ipaddress {
				192.0.2.1/24
			}
		}
		vrrp_instance wan {
			state BACKUP
			interface out0
			virtual_router_id 52
			priority $((160 - 10 * $1))
			advert_int 0.3
			unicast_src_ip 198.51.100.1$1
			unicast_peer {
				198.51.100.1$2
			}
			virtual_ipaddress {
				198.51.100.1/25
			}
		}
	END
}

start_keepalived()
{
	local ns=$1 n=$2
	rm -f "$tmp/is-master-$n"
	ip netns exec "$ns" keepalived -n -l -P -f "$tmp/keepalived-$n.conf" \
		-p "$tmp/keepalived-$n.pid" -r "$tmp/vrrp-$n.pid" > "$tmp/keepalived-$n.log" 2>&1 &
	started+=($!)
}

has_address()
{
	ip -n "$1" -4 -o addr show | grep -q "inet $2/"
}

# Both up, the first the master.
start_both()
{
	stop_daemons
	ip -n "$first" -batch - <<- END
		link set in0 up
		link set out0 up
		link set sync up
		route replace default via 198.51.100.2
	END
	start_conntrackd "$first" 1 && start_conntrackd "$second" 2 || return 1
	start_keepalived "$first" 1
	busywait 20000 test -e "$tmp/is-master-1" || { cat "$tmp/keepalived-1.log"; return 1; }
	start_keepalived "$second" 2
	has_address "$first" 192.0.2.1 && has_address "$first" 198.51.100.1
}

# It dies at once, without a word to its peer.
kill_first()
{
	local pid
	ip -n "$first" -batch - <<- END
		link set in0 down
		link set out0 down
		link set sync down
	END
	for pid in $(ip netns pids "$first"); do
		kill -9 "$pid"
	done
}

# The peer has heard of the connection; with $1, of its mark too.
carried()
{
	conntrackd -C "$tmp/conntrackd-2.conf" -e | grep -q "ESTABLISHED.*dport=25.*${1:-}"
}

# Whose link-layer address a neighbour has for the master's.
leads_to()
{
	local mac
	mac=$(ip -n "$second" -o link show "$3" | sed 's/.*link.ether \([^ ]*\).*/\1/')
	ip -n "$1" neigh show "$2" | grep -q "$mac"
}

takes_over()
{
	kill_first
	busywait 20000 test -e "$tmp/is-master-2" || { cat "$tmp/keepalived-2.log"; return 1; }
	has_address "$second" 192.0.2.1 && has_address "$second" 198.51.100.1 || return 1
	# Its neighbours have heard of that: what is forged would be lost else.
	busywait 20000 leads_to "$path" 198.51.100.1 out0 &&
		busywait 20000 leads_to "$inside" 192.0.2.1 in0 ||
		{ ip -n "$path" neigh; ip -n "$inside" neigh; cat "$tmp/keepalived-2.log"; return 1; }
	ip netns exec "$second" conntrack -L -p tcp --dport 25 2> /dev/null > "$tmp/committed"
	grep -q ESTABLISHED "$tmp/committed" || { cat "$tmp/committed" "$tmp/master-2.log"; return 1; }
}

setup_two 200ms || skip_all "no two gateways in this kernel"
# Off but for the gateways: the switch would judge, too, where a bridge's packets
# pass netfilter.
need_module mode=off
conntrackd_conf 1 2 off
conntrackd_conf 2 1 off
keepalived_conf 1 2
keepalived_conf 2 1
serve_mail || exit 1
inject --payload "500 error" --ttl 71 --timestamps mirrored || exit 1

# up_to_takeover NAME MARK SETTING...: the second is the master, a mail half sent.
up_to_takeover()
{
	local name=$1 mark=$2
	shift 2
	ok "$name: both gateways are up" start_both
	ok "$name: they are set" settings "$@"
	ok "$name: a mail begins" begin_mail
	ok "$name: the peer has heard of the connection" busywait 10000 carried "$mark"
	ok "$name: the master dies, the other takes over" takes_over
}

# With midstream=learn, which shows that neither it nor passing helps.
up_to_takeover "mask 0" "" ct_mark_mask=0 midstream=learn
ok "mask 0: a forged reply gets through" refused_by_forger
hang_up
up_to_takeover "a mask" "mark=$((63 << 8))" ct_mark_mask=0xff00 midstream=learn
ok "a mask: the mail goes on" goes_on
ok "a mask: the forged reply was dropped, and proven forged" dropped_by "$second"
hang_up
inject_stop
finish
