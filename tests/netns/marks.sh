#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A pin in the connection's mark: where it is written, what stays as it was, and
# that a flow which is not known is judged by it.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq nft conntrack
setup_gateway
loaded()
{
	grep -q '^nf_conntrack ' /proc/modules
}
# What earlier tests have loaded, with all that uses it.
unload_conntrack()
{
	local module
	for module in $(awk '$1 ~ /^(nft_|nf_nat|nf_synproxy|nf_flow|nf_conntrack)/ { print $1 }' /proc/modules); do
		rmmod "$module" 2> /dev/null
	done
	! loaded
}
modular=''
! modinfo -F filename nf_conntrack 2> /dev/null | grep -q / || modular=yes
if [ -n "$modular" ]; then
	busywait 20000 unload_conntrack
	ok "the module loads without conntrack" eval '! loaded && load_module && ! loaded'
	ok "a mask can be set before conntrack is there" set_to ct_mark_mask=0xff00
	ok "which does not load it" eval '! loaded'
	unknown()
	{
		play <<- 'END'
			< P. 7001:"500 error\r\n" ack=1001 ttl=58
		END
	}
	ok "without it a flow that is not known passes" unknown
else
	need_module
	set_to ct_mark_mask=0xff00
fi
none_tracked()
{
	[ "$(ip netns exec "$gateway" conntrack -C 2> /dev/null)" = 0 ]
}
conversation()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		> . 1001 ack=7001
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50
	END
}
ok "a conversation" conversation
ok "puts nothing in conntrack" none_tracked
# A rule that asks for a connection's state puts conntrack in use.
ip netns exec "$gateway" nft -f - <<- 'END' || skip_all "no conntrack in this kernel"
	table inet t {
		chain forward {
			type filter hook forward priority filter;
			ct state new ct mark set 0x12005678
		}
	}
END
# mark_is N: of the newest connection, whose local port is the latest of play.
mark_is()
{
	local got
	got=$(ip netns exec "$gateway" conntrack -L -p tcp --orig-port-src "$(cat "$tmp/port")" \
		2> /dev/null | grep -o ' mark=[0-9]*')
	[ "${got# mark=}" = "$(($1))" ] || { echo "the mark is $got, not $(($1))"; return 1; }
}
# More of the conversation that was played last.
again()
{
	wire -i "$inside" -o "$outside" -p "$(cat "$tmp/port")"
}
ok "a flow is pinned" conversation
ok "its TTL is in the mark, whose other bits stay" mark_is 0x12003278
ctl flows flush
by_mark()
{
	again <<- 'END'
		< P. 7009:"500 error\r\n" ack=1001 ttl=58 -> drop
		< R 7009 ttl=58 -> drop
		< P. 7009:"250 Ok\r\n" ack=1001 ttl=50
	END
}
ok "forgotten, it is judged by its mark" by_mark
listed()
{
	ctl -j flows | jq -e 'length == 1 and .[0].pin == [50] and .[0].phase == "talking"' > /dev/null
}
ok "and listed" listed
ctl flows flush
midstream()
{
	set_to midstream=learn
	again <<- 'END'
		> P. 1001:"MAIL FROM:<a@example.com>\r\n" ack=7009
		< P. 7009:"500 error\r\n" ack=1028 ttl=58 -> drop
		< P. 7009:"250 Ok\r\n" ack=1028 ttl=50
	END
}
ok "midstream=learn does not override it" midstream
set_to midstream=pass
ctl flows flush
closing()
{
	again <<- 'END'
		> P. 1028:"QUIT\r\n" ack=7017
		< R 7017 ttl=58
	END
	ctl -j flows | jq -e '.[0].phase == "closing"' > /dev/null
}
ok "our QUIT finds it, too: then nothing is left to forge" closing

heals()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		> . 1001 ack=7001
		< P. 7001:"220 hi\r\n" ack=1001 ttl=40 -> drop
		+250ms
		< P. 7001:"220 hi\r\n" ack=1001 ttl=40
	END
}
ok "a flow heals" heals
ok "and its mark has changed" mark_is 0x12002878
ctl flows flush
ctl peers flush
turns_loose()
{
	local ttl
	{
		echo '> S 1000'
		echo '< S. 7000 ack=1001 ttl=50'
		echo '> . 1001 ack=7001'
		for ttl in 40 70 90 110; do
			echo "< P. 7001:\"220 hi\\r\\n\" ack=1001 ttl=$ttl -> drop"
			echo '+250ms'
			echo "< P. 7001:\"220 hi\\r\\n\" ack=1001 ttl=$ttl"
		done
	} | play
}
ok "a flow turns loose" turns_loose
ok "its mark carries nothing then" mark_is 0x12000078
# A flow that ends teaches peer memory.
ctl flows flush
ctl peers flush

# What stands in the bits of a connection that was made from the other end.
stranger()
{
	play <<- 'END' || return 1
		set server 1
		< S 1000 ttl=50
		> S. 7000 ack=1001
	END
	# Of our server's SYN-ACK, which the client's guard would take for its pin.
	mark_is 0x12004078 || return 1
	# That connection's server may be guarded by the other end's port.
	set_to ports="$(cat "$tmp/port")"
	again <<- 'END'
		set server 1
		< . 1001 ack=7001 ttl=90
	END
}
ok "a mark of a connection of the other direction is not believed" stranger
set_to ports=25
ours_too()
{
	set_to protect=server
	play <<- 'END' || return 1
		set server 1
		< S 1000 ttl=50
		> S. 7000 ack=1001
		< . 1001 ack=7001 ttl=50
	END
	ctl flows flush
	again <<- 'END'
		set server 1
		< P. 1001:"RSET\r\n" ack=7001 ttl=58 -> drop
		< P. 1001:"EHLO a\r\n" ack=7001 ttl=50
	END
}
ok "a client's TTL is carried, too" ours_too
# What passes through has two flows then, and one mark.
both()
{
	set_to protect=both
	conversation && mark_is 0x12003278 || return 1
	ctl flows flush
	again <<- 'END'
		< P. 7009:"500 error\r\n" ack=1001 ttl=58 -> drop
		< P. 7009:"250 Ok\r\n" ack=1001 ttl=50
		> . 1001 ack=7017
	END
}
ok "with protect=both the mark is that of our client's flow" both
ok "and stays so" mark_is 0x12003278
set_to protect=client
six()
{
	play <<- 'END' || return 1
		set family 6
		> S 1000
		< S. 7000 ack=1001 ttl=50
	END
	ctl flows flush
	again <<- 'END'
		set family 6
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50
	END
}
ok "and that of IPv6" six
tells()
{
	local listener
	ip netns exec "$gateway" conntrack -E -p tcp -e UPDATES > "$tmp/told" 2> /dev/null &
	listener=$!
	busywait 5000 eval '[ "$(ip netns exec "$gateway" awk "\$2 == 12 && \$4 != \"00000000\"" \
		/proc/net/netlink | wc -l)" -ge 1 ]' || return 1
	conversation || return 1
	busywait 5000 grep -q "mark=$((0x12003278))" "$tmp/told" || { cat "$tmp/told"; return 1; }
	kill "$listener"
}
ok "who listens to conntrack hears of the mark" tells
# The SYN left by another gateway: conntrack knows of it, ttlpin does not.
answered_here()
{
	play <<- 'END' || return 1
		> S 1000
	END
	ctl flows flush
	again <<- 'END'
		< S. 7000 ack=1001 ttl=50
		> . 1001 ack=7001
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50
	END
}
ok "a SYN-ACK whose SYN another gateway has seen is the pin" answered_here
ok "and in the mark" mark_is 0x12003278
off()
{
	set_to ct_mark_mask=0
	conversation && mark_is 0x12005678 && ctl flows flush &&
		again <<- 'END'
			< P. 7009:"500 error\r\n" ack=1001 ttl=58
		END
}
ok "with mask 0 no mark is written, and none believed" off
wide()
{
	set_to ct_mark_mask=0xffff0000
	conversation && mark_is 0x00325678
}
ok "a wider mask is ours whole" wide
if [ -n "$modular" ]; then
	frees()
	{
		ip netns exec "$gateway" nft flush ruleset
		set_to ct_mark_mask=0
		busywait 10000 unload_conntrack
	}
	ok "with mask 0 conntrack can go" frees
	set_to ct_mark_mask=0xff00
	modprobe nf_conntrack
	ok "and with a mask not" eval '! rmmod nf_conntrack 2> /dev/null'
	ok "a namespace that ends lets it go" eval 'ip netns del "$gateway" &&
		busywait 10000 rmmod nf_conntrack'
fi
finish
