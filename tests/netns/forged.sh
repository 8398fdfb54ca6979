#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Forged segments of every kind, IPv4 and IPv6: what diverges is dropped and
# counted by reason and kind, what is genuine arrives.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
need_module

# A connection up to our RCPT; TTL 50 is the server's.
session()
{
	cat << END
set family $family
> S 1000 ts=5000,0
< S. 7000 ack=1001 ttl=50 ts=900,5000
> . 1001 ack=7001 ts=5001,900
< P. 7001:"220 mail.example\r\n" ack=1001 ttl=50 ts=910,5001
> P. 1001:"HELO livedoor.example\r\n" ack=7019 ts=5010,910
< P. 7019:"250 mail.example\r\n" ack=1024 ttl=50 ts=920,5010
> P. 1024:"RCPT TO:<jimgreen@neptune.example>\r\n" ack=7037 ts=5020,920
END
	cat
}

# The same without timestamps.
plain()
{
	session | sed 's/ ts=[0-9,]*//'
}

reset()
{
	ctl stats --reset > /dev/null
}

# forged NAME COUNTERS...: plays standard input and looks at the counters.
forged()
{
	local name=$1
	shift
	reset
	ok "IPv$family: $name" play
	ok "IPv$family: $name, counted" counters_are "$@"
}

for family in 4 6; do
	plain <<- 'END' > "$tmp/script"
		< P. 7037:"500 error\r\n" ack=1060 ttl=58 ipid=64 nodf win=0 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "forged 500 error from nearer by" dropped=1 dropped_ttl=1 \
		dropped_data=1 confirmed=1 pinned=1 seen=5 < "$tmp/script"

	plain <<- 'END' > "$tmp/script"
		< P. 7037:"551 User not local; please try <forward-path>\r\n" ack=1060 ttl=41 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "forged 551 from further away" dropped=1 dropped_data=1 \
		confirmed=1 < "$tmp/script"

	session <<- 'END' > "$tmp/script"
		< P. 7037:"500 error\r\n" ack=1060 ttl=50 ipid=64 nodf win=0 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50 ts=930,5020
	END
	forged "right TTL, but no timestamps" dropped=1 dropped_timestamp=1 \
		dropped_data=1 confirmed=1 < "$tmp/script"

	for ttl in 58 42; do
		plain <<- END > "$tmp/script"
			< R 7037 ttl=$ttl ipid=64 -> drop
			< R. 7037 ack=1060 ttl=$ttl -> drop
			< F. 7037 ack=1060 ttl=$ttl -> drop
			< FP. 7037:"421 bye\r\n" ack=1060 ttl=$ttl -> drop
			< . 7037 ack=1060 ttl=$ttl -> drop
			< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
		END
		forged "RST, RST-ACK, FIN, FIN-PSH and ACK at TTL $ttl" dropped=5 \
			dropped_rst=2 dropped_fin=2 dropped_ack=1 < "$tmp/script"
	done

	plain <<- 'END' > "$tmp/script"
		< R. 7037 ack=1060 ttl=101 win=2001 -> drop
		< R. 8497 ack=1060 ttl=102 win=2002 -> drop
		< R. 11417 ack=1060 ttl=103 win=2003 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "three RSTs at +0, +1460 and +4380" dropped=3 dropped_rst=3 \
		dropped_ttl=3 < "$tmp/script"

	plain <<- 'END' > "$tmp/script"
		< R. 7037 ack=1060 ttl=101 -> drop
		< R. 8497 ack=1060 ttl=50 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
		+2100ms
		< R. 7045 ack=1060 ttl=50
	END
	forged "one of a volley hits the TTL; a reset of its own passes" dropped=2 \
		dropped_burst=1 dropped_ttl=1 < "$tmp/script"

	plain <<- 'END' > "$tmp/script"
		< P. 7037:"500 error\r\n" ack=1060 ttl=52 -> drop
		< P. 7037:"500 error\r\n" ack=1060 ttl=48 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=51
		< P. 7045:"250 Ok\r\n" ack=1060 ttl=49
	END
	forged "a difference of 2 is dropped, of 1 passes" dropped=2 near=2 \
		< "$tmp/script"

	# Reset type 1, by chance but always the same.
	awk 'BEGIN {
		srand(1)
		for (i = 0; i < 1000; i++)
			print "< R 7037 ipid=64 nodf win=" int(rand() * 9999) \
				" ttl=" (i ? 2 + int(rand() * 254) : 90) " -> drop"
		print "< P. 7037:\"250 Ok\\r\\n\" ack=1060 ttl=50"
	}' | plain > "$tmp/script"
	forged "a thousand RSTs of random TTL, some of them right" dropped=1000 \
		dropped_rst=1000 confirmed=1 < "$tmp/script"

	plain <<- 'END' > "$tmp/script"
		< R 7037 ttl=71 ipid=4 -> drop
		< R 19540 ttl=71 ipid=5 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "a pair of RSTs at +12503" dropped=2 dropped_rst=2 < "$tmp/script"

	# Those that arrive with 0 or 1 would go no further anyway; it is counted.
	plain <<- 'END' > "$tmp/script"
		< R 7037 ttl=0 -> drop
		< R 7037 ttl=1 -> drop
		< R 7037 ttl=2 -> drop
		< R 7037 ttl=255 -> drop
		< R 7037 ttl=128 -> drop
		< R 7037 ttl=64 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "TTLs from end to end" dropped=6 dropped_ttl=6 < "$tmp/script"

	plain <<- 'END' > "$tmp/script"
		< S. 9000 ack=1001 ttl=50 -> drop
		< S. 9000 ack=1001 ttl=58 -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "a second SYN-ACK with another ISN" dropped=2 dropped_synack=2 \
		dropped_handshake=2 < "$tmp/script"

	cat <<- END > "$tmp/script"
		set family $family
		flow refused
		> S 1000
		< R. 0 ack=1001 ttl=61
		> S 1000
		< . 5555 ack=777 ttl=44
		< S. 7000 ack=1001 ttl=50
		< R 7001 ttl=61 -> drop
	END
	forged "refusal and challenge ACK pass before the pin" unpinned=2 pinned=1 \
		dropped=1 < "$tmp/script"

	cat <<- END > "$tmp/script"
		set family $family
		flow unknown
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
		< R 7037 ttl=9
	END
	forged "segments of an unknown flow pass" unpinned=2 seen=2 < "$tmp/script"

	cat <<- END > "$tmp/script"
		set family $family
		set port 80
		flow other
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"HTTP/1.1 200 OK\r\n" ack=1001 ttl=90
		< R 7018 ttl=12
	END
	forged "a port that is not guarded is left alone" seen=0 pinned=0 \
		< "$tmp/script"
done

for family in 4 6; do
	plain <<- 'END' > "$tmp/script"
		< P. 7037:"500 error, said in fragments that are put together first\r\n" ack=1060 ttl=58 frag=24 -> drop
		< P. 7037:"250 Ok, said in fragments that are put together first\r\n" ack=1060 ttl=50 frag=24
	END
	forged "fragments are judged as a whole" dropped=1 confirmed=1 seen=5 \
		< "$tmp/script"
done

family=6
for ext in hop dst rt hop,dst,rt dst,dst,dst,dst,dst,dst,dst,dst,dst frag; do
	plain <<- END > "$tmp/script"
		< P. 7037:"500 error\r\n" ack=1060 ttl=58 ext=$ext -> drop
		< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
	END
	forged "forged behind extension headers $ext" dropped=1 dropped_data=1 \
		< "$tmp/script"
done

# The kernel takes the outer header away, the host behind would put the rest together.
plain <<- 'END' > "$tmp/script"
	< P. 7037:"500 error\r\n" ack=1060 ttl=58 ext=frag,part -> drop
	< P. 7037:"500 error\r\n" ack=1060 ttl=58 ext=dst,frag,dst,part -> drop
	< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
END
forged "a fragment within a fragment is dropped" malformed=2 dropped=0 seen=4 \
	< "$tmp/script"

family=4
plain <<- 'END' > "$tmp/script"
	< P. 7037:"250 Ok\r\n" ack=1060 ttl=58 doff=2
	< P. 7037:"250 Ok\r\n" ack=1060 ttl=58 doff=15
	< P. 7037:"250 Ok\r\n" ack=1060 ttl=50
END
forged "header lengths that lie pass" malformed=2 dropped=0 seen=4 \
	< "$tmp/script"
finish
