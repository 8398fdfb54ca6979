#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Settings: what is there, what is accepted, what is refused and then unchanged;
# namespaces keep their own.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need ttlpinctl jq
setup_gateway
need_module
dir=/sys/kernel/ttlpin/net

defaults()
{
	local name=$1 want=$2 got

	got=$(cat $dir/"$name")
	[ "$got" = "$want" ] || { echo "$name is '$got', not '$want'"; return 1; }
	[ "$(stat -c %a $dir/"$name")" = "${3:-644}" ]
}

# Written and read back, by the file and by the tool.
takes()
{
	local name=$1 value=$2

	printf '%s\n' "$value" > $dir/"$name" &&
		[ "$(cat $dir/"$name")" = "$value" ] &&
		[ "$(ttlpinctl config "$name")" = "$value" ] &&
		[ "$(ttlpinctl -j config "$name" | jq -r .settings."$name")" = "$value" ]
}

# Refused with that error, in one line that tells what is accepted; unchanged.
refuses()
{
	local name=$1 value=$2 error=$3 before

	before=$(cat $dir/"$name")
	if LC_ALL=C dd of=$dir/"$name" bs=4096 status=none <<< "$value" 2> "$tmp/dd"; then
		echo "'$value' was taken"
		return 1
	fi
	grep -q "$error" "$tmp/dd" || { cat "$tmp/dd"; return 1; }
	refused 1 "$name=$value: accepted is" ttlpinctl config "$name=$value" || return 1
	[ "$(cat $dir/"$name")" = "$before" ]
}

while read -r name value mode; do
	ok "$name starts with $value" defaults "$name" "$value" "$mode"
done << END
mode enforce
ports 25
tolerance 1
timestamps 1
heal 1
protect client
midstream pass
max_flows 65536
half_open_timeout 30
idle_timeout 900
close_timeout 60
event_rate 100
event_snaplen 128
ct_mark_mask 0
flows 0 444
END
only_these()
{
	[ "$(ls $dir | wc -l)" = 15 ] && [ "$(ls /sys/kernel/ttlpin)" = net ]
}
ok "there is no other file" only_these
ok "another namespace starts with 4096 flows" \
	test "$(ctl config max_flows)" = 4096

invalid='Invalid argument'
range='Numerical result out of range'
while IFS='|' read -r name good bad error; do
	for value in $good; do
		ok "$name takes $value" takes "$name" "$value"
	done
	for value in $bad; do
		[ "$value" = EMPTY ] && value=''
		ok "$name refuses '$value'" refuses "$name" "$value" "$error"
	done
done << END
mode|off monitor enforce|on ENFORCE enforc 2 EMPTY|$invalid
ports|587 25,587,2500-2599 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 1-65535 25|25, ,25 25-20 smtp 25,,26 -25 19x 25-|$invalid
ports||0 65536 1-65536 99999999999999999999 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17|$range
tolerance|0 32 1|-1 +1 0x10 one 1.5 EMPTY|$invalid
tolerance||33 256 4294967296 99999999999999999999|$range
timestamps|0 1|yes -1|$invalid
timestamps||2|$range
heal|0 1|no|$invalid
heal||2|$range
protect|server both client|none|$invalid
midstream|learn pass|drop|$invalid
max_flows|1024 1500 65536|many|$invalid
max_flows||0 1023 16777217|$range
half_open_timeout|1 86400 30|never|$invalid
half_open_timeout||0 86401|$range
idle_timeout|1 86400 900|1s|$invalid
idle_timeout||0 86401|$range
close_timeout|1 86400 60|1m|$invalid
close_timeout||0 86401|$range
event_rate|0 100000 100|-5|$invalid
event_rate||100001|$range
event_snaplen|0 1500 128|all|$invalid
event_snaplen||1501|$range
ct_mark_mask|0xff 0xff000000 0xffffffff 0x1ff0 0xff0000 0|-1 0x ff 0xfg 0xff,1 all EMPTY|$invalid
ct_mark_mask||1 0x7f 0x7f00 0xf0f00 0xff00ff 0x1ffffffff 4294967296|$range
END
decimal()
{
	echo 16711680 > $dir/ct_mark_mask && [ "$(ttlpinctl config ct_mark_mask)" = 0xff0000 ] &&
		ttlpinctl config ct_mark_mask=255 && [ "$(cat $dir/ct_mark_mask)" = 0xff ] &&
		echo 0x00FF0000 > $dir/ct_mark_mask && [ "$(cat $dir/ct_mark_mask)" = 0xff0000 ] &&
		echo 0 > $dir/ct_mark_mask
}
ok "ct_mark_mask is read as it is written by others, too" decimal

all_or_none()
{
	refused 1 "tolerance=99: accepted is 0..32" \
		ttlpinctl config mode=monitor heal=0 tolerance=99 || return 1
	[ "$(cat $dir/mode)" = enforce ] && [ "$(cat $dir/heal)" = 1 ]
}
ok "several settings are written all or none" all_or_none
ok "an unknown setting is refused" refused 2 "unknown setting 'colour'" \
	ttlpinctl config colour=red
ok "the number of flows is read-only" refused 2 "flows is read-only" \
	ttlpinctl config flows=3

apart()
{
	set_to tolerance=7 mode=monitor ports=2525 || return 1
	[ "$(cat $dir/tolerance)$(cat $dir/mode)$(cat $dir/ports)" = 1enforce25 ] &&
		[ "$(ctl config tolerance)$(ctl config mode)$(ctl config ports)" = 7monitor2525 ]
}
ok "namespaces keep their own settings" apart

rmmod nf_ttlpin
parameters()
{
	load_module mode=monitor ports=25,587 tolerance=3 || return 1
	[ "$(ctl config mode) $(ctl config ports) $(ctl config tolerance)" = "monitor 25,587 3" ] &&
		[ "$(cat $dir/mode)" = monitor ]
}
ok "parameters set what a namespace starts with" parameters
rmmod nf_ttlpin
for parameter in mode=maybe ports=smtp ports=0 tolerance=33 tolerance=-1; do
	not_loaded()
	{
		! load_module $parameter 2> /dev/null
	}
	ok "parameter $parameter is refused" not_loaded
done
ok "the reason is in the kernel log" \
	grep -q 'nf_ttlpin: mode=maybe: accepted are off, monitor, enforce' <(dmesg)
finish
