#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# protect: flows to a server of ours; midstream: flows that are under way.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
need_module

reset()
{
	ctl stats --reset > /dev/null
}

to_server()
{
	local expect=$1

	reset
	play <<- END
		set family $family
		set server 1
		< S 500 ttl=57
		> S. 9000 ack=501
		< . 501 ack=9001 ttl=57
		> P. 9001:"220 hi\r\n" ack=501
		< P. 501:"EHLO x\r\n" ack=9009 ttl=57
		< P. 509:"MAIL FROM:<evil@forged.example>\r\n" ack=9009 ttl=40 $expect
		< R. 509 ack=9009 ttl=61 $expect
		< P. 509:"MAIL FROM:<a@b.example>\r\n" ack=9009 ttl=57
	END
}

for family in 4 6; do
	set_to protect=client
	ok "IPv$family: client alone leaves flows to our server alone" to_server ""
	ok "IPv$family: and drops nothing of them" counters_are dropped=0
	set_to protect=server
	ok "IPv$family: server guards them" to_server "-> drop"
	ok "IPv$family: server counts" counters_are dropped=2 dropped_rst=1 \
		dropped_data=1 confirmed=1 pinned=1 unpinned=1 seen=6
	set_to protect=both
	ok "IPv$family: both guards them" to_server "-> drop"
	# The server's side of the connection is guarded as well, and counts.
	ok "IPv$family: both counts" counters_are dropped=2 dropped_rst=1 \
		dropped_data=1 confirmed=1 pinned=2 unpinned=1 seen=8
done
listed()
{
	ctl -j flows | jq -e 'any(.server and .pin == [57] and .local.port == 25 and
		.phase == "talking")' > /dev/null
}
ok "such a flow is listed as one of a server" listed

family=4
not_ours()
{
	reset
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58
	END
}
set_to protect=server
ok "server alone leaves our own connections alone" not_ours
ok "and drops nothing of them" counters_are dropped=0
again()
{
	reset
	play <<- 'END'
		set server 1
		< S 500 ttl=57
		< S 500 ttl=44
		> S. 9000 ack=501
		< . 501 ack=9001 ttl=44
		< . 501 ack=9001 ttl=57
		< F. 501 ack=9001 ttl=57
		> F. 9001 ack=502
		< S 77000 ttl=30
		> S. 12000 ack=77001
		< . 77001 ack=12001 ttl=30
		< R 77001 ttl=57 -> drop
	END
}
ok "the first SYN counts, and a connection may follow another" again
ok "counted" counters_are pinned=2 dropped=1 unpinned=4
# The injector's SYN comes before the handshake is over.
rival()
{
	reset
	play <<- 'END'
		set server 1
		< S 500 ttl=57
		< S 88000 ttl=44
		> S. 9000 ack=501
		< S 89000 ttl=44
		> . 9001 ack=501
		< . 501 ack=9001 ttl=57
		< R 501 ttl=44 -> drop
		< P. 501:"EHLO x\r\n" ack=9001 ttl=57
	END
}
ok "a forged SYN does not take the flow away" rival
ok "counted" counters_are pinned=1 dropped=1 unpinned=3
set_to protect=client

midstream()
{
	reset
	play <<- END
		> P. 5000:"NOOP\r\n" ack=7000
		< . 7000 ack=4000 ttl=58
		< P. 7000:"250 Ok\r\n" ack=5006 ttl=50
		< P. 7008:"500 error\r\n" ack=5006 ttl=58 $1
		< R 7008 ttl=58 $1
	END
}
ok "with midstream=pass what is under way is unknown" midstream ""
ok "counted" counters_are unpinned=4 pinned=0
set_to midstream=learn
ok "with learn our data begins a flow" midstream "-> drop"
ok "counted too" counters_are unpinned=1 pinned=1 dropped=2
finish
