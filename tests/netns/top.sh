#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The live table, on a terminal of tmux.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq tmux
setup_gateway
need_module
export LC_ALL=C.UTF-8 TERM=${TERM/dumb/linux}
session=top-$suffix
trap 'tmux -L "$session" kill-server 2> /dev/null; cleanup' EXIT

terminal()
{
	tmux -L "$session" -f /dev/null "$@"
}
# A server that was told to go answers for a while.
open_with()
{
	terminal kill-server 2> /dev/null
	rm -f "$tmp/status"
	busywait 5000 terminal new-session -d "$@" 2> "$tmp/tmux"
}
open()
{
	open_with -x "$1" -y "$2" \
		"$3 ttlpinctl -N $gateway top --delay 1 2> $tmp/said; echo \$? > $tmp/status; sleep 60"
}
shows()
{
	terminal capture-pane -p | grep -q -- "$1"
}
# shown TEXT: within some seconds.
shown()
{
	busywait 8000 shows "$1" || { terminal capture-pane -p; return 1; }
}
# Nothing is wider or taller than it may be, and the last line is where it belongs.
fits()
{
	local width=$1 height=$2

	terminal capture-pane -p > "$tmp/pane"
	[ "$(wc -l < "$tmp/pane")" = "$height" ] || { wc -l "$tmp/pane"; return 1; }
	[ "$(awk '{ if (length > n) n = length } END { print n }' "$tmp/pane")" -le "$width" ] || return 1
	[ "$(tail -n 1 "$tmp/pane")" = "q quits" ] || { cat "$tmp/pane"; return 1; }
}

ok "before there is anything" eval 'open 80 24 "" && shown "no drop yet"'
ok "which namespace, mode and flows" shown "^ttlpin in $gateway  mode enforce  flows 0 of 4096 (0 half open)"
ok "24 lines of 80" fits 80 24
traffic()
{
	play_healing || return 1
	play <<- 'END'
		set family 6
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
		< R 7001 ttl=70 -> drop
	END
}
ok "traffic" traffic
ok "drops by reason" shown "by TTL  *3 "
# The peer's other TTL is known by now.
more()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=60
		< R 7001 ttl=90 -> drop
		< R 7001 ttl=90 -> drop
		< R 7001 ttl=90 -> drop
	END
}
ok "how many a second" eval 'more && shown "dropped  *6  *[0-9]*[1-9][0-9.]*/s"'
ok "the flows" shown "203.0.113.25:25 *192.0.2.10:[0-9]* *talking *60,40 "
ok "one with a suspect first, then one without" eval 'terminal capture-pane -p |
	sed -n "/^REMOTE/,\$p" | sed -n 2,4p | sed "s/.* //" | tr "\n" " " | grep -q "^[0-9]* [0-9]* - "'
ok "the peers" shown "203.0.113.25  *40 .*s$"
ok "the last drop" shown "^dropped reset from 203.0.113.25:25, TTL 90 instead of 60,40"
ok "still 24 lines of 80" fits 80 24
terminal capture-pane -p | sed 's/^/# /'
for size in "132 50" "60 18" "40 10" "80 24"; do
	read -r width height <<< "$size"
	terminal resize-window -x "$width" -y "$height"
	sleep 0.3
	ok "resized to $width by $height" busywait 5000 eval "fits $width $height > /dev/null"
	ok "it goes on at $width by $height" shown "SEGMENTS"
done
# Lists need the one capability each time.
keeps_one()
{
	local status
	status=/proc/$(pgrep -n -x ttlpinctl)/status

	grep -q '^CapPrm:.0*1000$' "$status" &&
		grep -q $'^Uid:\t65534\t65534\t65534\t65534$' "$status" || { cat "$status"; return 1; }
}
ok "it is nobody, with CAP_NET_ADMIN" keeps_one
settings()
{
	ctl config mode=monitor && shown "mode monitor"
}
ok "a setting that changes" settings
ok "q ends it" eval 'terminal send-keys q && busywait 5000 test -s "$tmp/status" && [ "$(cat "$tmp/status")" = 0 ]'
rm -f "$tmp/status"
ok "no colour with NO_COLOR" eval 'open 80 24 NO_COLOR=1 && shown SEGMENTS &&
	! terminal capture-pane -e -p | grep -q $'"'\033\\[[0-9;]*3[0-7]m'"
ok "other users see the counters" eval 'chmod 755 "$tmp"; chmod 666 "$tmp/said"
	open_with -x 80 -y 24 "ip netns exec $gateway setpriv --reuid nobody --clear-groups ttlpinctl top"
	shown SEGMENTS && shown "need CAP_NET_ADMIN"'
ok "a module that goes ends it with a line" eval 'open 80 24 "" && shown SEGMENTS && rmmod nf_ttlpin &&
	busywait 8000 test -s "$tmp/status" && [ "$(cat "$tmp/status")" = 1 ] && [ "$(wc -l < "$tmp/said")" = 1 ]'
load_module
ok "not without a terminal" refused 2 "wants a terminal" ttlpinctl top
ok "not on an unknown one" eval 'script -q -e -c "TERM=nonesuch ttlpinctl top" /dev/null | grep -q "terminal .nonesuch. is not known"'
ok "bad delay" refused 2 "--delay wants 1..3600 seconds" ttlpinctl top --delay 0
ok "bad count" refused 2 "--count wants a number from 1 on" ttlpinctl top --count none
ok "as lines of JSON" eval '[ "$(ctl -j top --count 2 | jq .rates.seen | wc -l)" = 2 ]'
finish
