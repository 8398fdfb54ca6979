#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Monitor, off, and the settings of the verdict.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
need_module

script()
{
	local expect=$1

	ctl stats --reset > /dev/null
	play <<- END
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 $expect
		< R. 7001 ack=1001 ttl=58 $expect
		< F. 7001 ack=1001 ttl=58 $expect
		< S. 9000 ack=1001 ttl=50 $expect
		< P. 7001:"250 Ok\r\n" ack=1001 ttl=50
	END
}

ok "enforce drops" script "-> drop"
ok "enforce counts" counters_are dropped=4 would_drop=0 confirmed=1 passed=2
set_to mode=monitor
ok "monitor passes" script ""
ok "monitor counts the same" counters_are dropped=0 would_drop=4 confirmed=1 \
	passed=2 dropped_ttl=3 dropped_synack=1 dropped_rst=1 dropped_fin=1 \
	dropped_data=1 dropped_handshake=1
set_to mode=off
ok "off passes" script ""
ok "off counts nothing" counters_are seen=0 pinned=0
set_to mode=enforce

literal()
{
	ctl stats --reset > /dev/null
	play <<- 'END'
		> S 1000 ts=1,0
		< S. 7000 ack=1001 ttl=50 ts=9,1
		< . 7001 ack=1001 ttl=50 ts=9,1
		< P. 7001:"220 hi\r\n" ack=1001 ttl=50
		< P. 7001:"220 hi\r\n" ack=1001 ttl=51 -> drop
		+300ms
		< P. 7001:"220 hi\r\n" ack=1001 ttl=51 ts=310,1 -> drop
		< R 7001 ttl=52 -> drop
		< R 7001 ttl=50
		< S. 9000 ack=1001 ttl=50
	END
}
set_to tolerance=0 timestamps=0 heal=0
ok "tolerance, timestamps and heal at 0: only the TTL counts" literal
ok "and is counted" counters_are dropped=3 dropped_ttl=3

tolerant()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=250
		< P. 7001:"220 hi\r\n" ack=1001 ttl=218
		< P. 7001:"220 hi\r\n" ack=1001 ttl=255
		< P. 7001:"220 hi\r\n" ack=1001 ttl=217 -> drop
		< P. 7001:"220 hi\r\n" ack=1001 ttl=26 -> drop
	END
}
set_to tolerance=32 timestamps=1 heal=1
ok "a tolerance of 32 does not wrap" tolerant
finish
