#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The worst forger: it silences the server from RCPT on and fires again at each
# retransmission of ours. A real MTA must defer the mail, never bounce it, and
# deliver it once the forger is gone.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
# shellcheck source=tests/demo/mail.sh
. "$(find "$here/../demo/mail.sh" "$here/mail.sh" 2> /dev/null | head -n 1)"
need injector smtp-sink postconf ttlpinctl jq nft
setup_path
modprobe -a nf_conntrack nft_ct 2> /dev/null
need_module mode=off
# Without pipelining: RCPT has a segment of its own.
serve_mail -p || skip_all "no mail server"
postfix_start || skip_all "Postfix does not start"
trap 'pkill -x master; cleanup' EXIT
# Nothing of what it tells the sender, nor what an earlier run has left, may set off
# the injector.
postsuper -d ALL 2> /dev/null
postconf -e 'transport_maps=inline:{livedoor.example=discard:}'
# Long enough for half a dozen retransmissions.
postconf -e smtp_rcpt_timeout=9s
ip netns exec "$inside" postfix reload 2> /dev/null

# "RCPT" begins the payload after 20 or 32 octets of header.
silence()
{
	ip netns exec "$path" nft -f - <<- 'END'
		table ip silence {
			chain forward {
				type filter hook forward priority filter;
				tcp dport 25 @th,160,32 0x52435054 ct mark set 1
				tcp dport 25 @th,256,32 0x52435054 ct mark set 1
				tcp sport 25 ct mark 1 drop
			}
		}
	END
}

log_has()
{
	grep -q "$1" "$MAIL_LOG"
}

sent()
{
	: > "$MAIL_LOG"
	mail_send "$1"
}

settled()
{
	busywait 30000 log_has 'to=<jimgreen.*status=[bd]'
}

# $1 0 or 1: with timestamps or without.
fires_again()
{
	local forged

	for ns in "$inside" "$outside"; do
		ip netns exec "$ns" sysctl -q -w net.ipv4.tcp_timestamps="$1"
	done
	silence || return 1
	set_to mode=off
	inject --payload "500 error" --ttl 71
	sent "unguarded, timestamps $1"
	ok "timestamps $1: without the guard the mail" settled
	ok "timestamps $1: bounces" log_has 'status=bounced.*said: 500 error'
	inject_stop
	set_to mode=enforce
	ctl stats --reset > /dev/null
	inject --payload "500 error" --ttl 71
	sent "guarded, timestamps $1"
	ok "timestamps $1: with it" settled
	ok "timestamps $1: it is deferred" log_has 'status=deferred'
	ok "timestamps $1: and does not bounce" eval '! log_has status=bounced'
	# Each of the MTA's retransmissions was answered.
	forged=$(grep -c forged "$tmp/injector")
	ok "timestamps $1: the forger fired at least five times" test "$forged" -ge 5
	ok "timestamps $1: in vain" counters_are dropped="$forged" healed=0 confirmed=0
	inject_stop
	ip netns exec "$path" nft delete table ip silence
	ip netns exec "$inside" postqueue -f
	ok "timestamps $1: it is delivered once the forger has gone" \
		busywait 40000 log_has 'to=<jimgreen.*status=sent'
}
fires_again 1
fires_again 0
finish
