#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The incident, again, with real programs. An inside host with Postfix, the
# gateway, fourteen routers, an outside host with OpenSMTPD, and on the seventh
# router an injector that answers RCPT TO with a forged refusal.
#
#   Postfix          gateway           injector              OpenSMTPD
#   inside --------- gw --- r1 ... --- r7 --- ... r14 ------ outside
#                    ^ ttlpin          hop 7                 hop 15
#
# Every statement that is printed is checked against what the programs said;
# the first that does not hold ends the demonstration with a failure.
set -u
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/demo/path.sh
. "$here/path.sh"
# shellcheck source=tests/demo/mail.sh
. "$here/mail.sh"

LOG=/tmp/demo
mkdir -p $LOG
background=()

fail()
{
	echo "demo: FAILED: $*" >&2
	tail -n 15 "$MAIL_LOG" /tmp/smtpd.log $LOG/injector 2> /dev/null |
		sed 's/^/# /' >&2
	exit 1
}

cleanup()
{
	[ ${#background[@]} = 0 ] || kill "${background[@]}" 2> /dev/null
	pkill -x master 2> /dev/null
	pkill -x smtpd 2> /dev/null
	return 0
}
trap cleanup EXIT

say()
{
	printf '\n%s\n' "== $*"
}

# Waits until a command succeeds, 30 s at most.
await()
{
	local what=$1 end=$((SECONDS + 30))
	shift
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "waited 30 s in vain: $what"
		sleep 0.1
	done
}

listens()
{
	ip netns exec outside ss -Hltn 'sport = 25' | grep -q .
}

injector=''
inject()
{
	: > $LOG/injector
	: > "$MAIL_LOG"	# postlogd appends
	ip netns exec r7 injector --interface left --payload "$1" \
		> $LOG/injector 2>&1 &
	injector=$!
	background+=("$injector")
	await "the injector is ready" grep -q ready $LOG/injector
	forging=$1
}

inject_stop()
{
	kill "$injector"
	wait "$injector" 2> /dev/null
	grep -q forged $LOG/injector || fail "the injector did not forge '$forging'"
}

log_says()
{
	grep -F "$1" "$MAIL_LOG" | grep -q -F "$2"
}

# A mail without the module: it comes back, with the forged text as the reason.
bounces()
{
	local subject=$1 text=$2

	inject "$text"
	mail_send "$subject"
	await "Postfix bounces '$subject' because of '$text'" \
		log_says "said: $text" "status=bounced"
	inject_stop
	grep -F "said: $text" "$MAIL_LOG" | grep -F "status=bounced" |
		grep -o 'to=<.*' | sed 's/^/   Postfix: /'
	! mailbox_has "$subject" || fail "'$subject' reached the mailbox"
	echo "   the mailbox outside: no mail '$subject'"
}

# A mail with the module: it arrives, and the forged segment is shown.
arrives()
{
	local subject=$1 text=$2 events=$LOG/events-${1// /-}

	ttlpinctl -N gw -j events --count 1 > "$events.json" &
	background+=($!)
	ttlpinctl -N gw events --count 1 > "$events.txt" &
	background+=($!)
	await "two listeners for events" listeners 2
	inject "$text"
	mail_send "$subject"
	await "'$subject' lies in the mailbox" mailbox_has "$subject"
	await "the drop is told" grep -q drop "$events.json"
	await "the drop is told in words" grep -q TTL "$events.txt"
	inject_stop
	! log_says "said: $text" "status=bounced" ||
		fail "'$subject' bounced all the same"
	echo "   the mailbox outside:"
	find $MAILBOX/new -type f -exec grep -h -F "Subject: $subject" {} + |
		sed 's/^/      /'
	echo "   ttlpinctl events:"
	sed 's/^/      /' "$events.txt"
	check_event "$events.json" "$text"
}

listeners()
{
	# Members of the generic netlink group, as the kernel counts them.
	[ "$(ip netns exec gw cat /proc/net/netlink |
		awk '$2 == 16 && $4 != "00000000"' | wc -l)" -ge "$1" ]
}

check_event()
{
	local file=$1 text=$2 field

	for field in '.event == "drop"' '.kind == "data"' '.ttl == 58' \
			'.pin[0] == 50' '.distance == 8' \
			'.hops.remote == 15' '.hops.sender == 7' \
			'.ip_id == 64' '.df == false' '.window == 0' \
			'.timestamp == null' \
			".payload == \"$text\\\\r\\\\n\""; do
		jq -e "$field" "$file" > /dev/null ||
			fail "the event says otherwise than $field: $(cat "$file")"
	done
}

counter()
{
	ttlpinctl -N gw -j stats | jq ".counters.$1"
}

# The statistics must say so too: two drops, both proven by the genuine reply.
check_counters()
{
	[ "$(counter dropped)" = 2 ] || fail "dropped is $(counter dropped), not 2"
	[ "$(counter confirmed)" = 2 ] ||
		fail "confirmed is $(counter confirmed), not 2"
	[ "$(counter dropped_data)" = 2 ] || fail "the drops were not data"
}

SECONDS=0
say "Setting up: 14 routers, Postfix inside, OpenSMTPD outside"
modprobe sch_netem || fail "no netem"
path_build || fail "cannot build the path"
path_slow_down || fail "cannot slow down the path"
opensmtpd_start
background+=($!)
postfix_start || fail "Postfix does not start"
await "OpenSMTPD listens" listens

say "The path from the gateway: traceroute -n -T -p 25 $OUTSIDE"
ip netns exec gw traceroute -n -T -p 25 -w 2 -q 1 $OUTSIDE > $LOG/path ||
	fail "traceroute failed"
awk -v seventh="$(router_address 7)" -v server=$OUTSIDE '
	$1 == 7 && $2 == seventh { $0 = $0 "   <-- the injector sits here" }
	$1 == 15 && $2 == server { $0 = $0 "   <-- the mail server" }
	{ print "   " $0 }' $LOG/path > $LOG/marked
cat $LOG/marked
[ "$(grep -c '<--' $LOG/marked)" = 2 ] || fail "hop 7 or hop 15 is not where it should be"

say "Without ttlpin: the injector answers RCPT TO before the server does"
bounces "first order" "500 error"
bounces "second order" "551 User not local; please try <forward-path>"

say "With ttlpin on the gateway: insmod nf_ttlpin.ko"
# Off elsewhere: the routers and hosts are other people's.
modprobe -a nf_defrag_ipv4 nf_defrag_ipv6
insmod /ttlpin/nf_ttlpin.ko mode=off || fail "the module does not load"
ttlpinctl -N gw config mode=enforce || fail "the mode cannot be set"
arrives "third order" "500 error"
arrives "fourth order" "551 User not local; please try <forward-path>"

say "What the gateway says: ttlpinctl status"
check_counters
ttlpinctl -N gw status > $LOG/status || fail "ttlpinctl status failed"
sed 's/^/   /' $LOG/status

say "So"
ttl=$(jq .ttl "$LOG/events-third-order.json")
pin=$(jq '.pin[0]' "$LOG/events-third-order.json")
sender=$(jq .hops.sender "$LOG/events-third-order.json")
remote=$(jq .hops.remote "$LOG/events-third-order.json")
cat << END
   Two mails bounced without the module; two were delivered with it.
   Dropped: two forged replies, TTL $ttl where the server's is $pin.
   The server is hop $remote, the forgeries came from hop $sender: $(awk -v n="$sender" '$1 == n { print $2 }' $LOG/path),
   between $(awk -v n=$((sender - 1)) '$1 == n { print $2 }' $LOG/path) and $(awk -v n=$((sender + 1)) '$1 == n { print $2 }' $LOG/path).
   All this took $SECONDS s.
END
