#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Source NAT on the gateway, with conntrack: both hooks see the wire's
# addresses, and a forged reset does not reach conntrack.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq nft conntrack
setup_gateway
need_module
ip netns exec "$gateway" nft -f - <<- 'END' || skip_all "no NAT in this kernel"
	table ip nat {
		chain post {
			type nat hook postrouting priority srcnat;
			oifname out0 ip protocol tcp snat to 203.0.113.1
		}
	}
END

translated()
{
	play <<- 'END'
		set nat 203.0.113.1
		> S 1000
		< S. 7000 ack=1001 ttl=50
		> . 1001 ack=7001
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50
		< P. 7009:"500 error\r\n" ack=1001 ttl=58 -> drop
		< R. 7009 ack=1001 ttl=58 -> drop
		< R 7009 ttl=49
	END
}
# The genuine reset (TTL 49 is near) comes last, but is held back by the burst
# rule, since a forged one came just before.
translated_with_burst()
{
	translated 2>&1 | grep -q 'line 8: expected pass, got drop'
}
ok "forged segments are dropped behind source NAT" translated_with_burst
ok "counted" counters_are dropped=3 dropped_burst=1 dropped_rst=2 pinned=1
wire_addresses()
{
	ctl -j flows | jq -e 'length == 1 and .[0].local.addr == "203.0.113.1" and
		.[0].remote.addr == "203.0.113.25"' > /dev/null
}
ok "the flow has the addresses of the wire" wire_addresses
established()
{
	ip netns exec "$gateway" conntrack -L -p tcp 2> /dev/null > "$tmp/ct"
	grep -q ESTABLISHED "$tmp/ct" || { cat "$tmp/ct"; return 1; }
}
ok "conntrack's entry is still ESTABLISHED" established
finish
