#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Files of settings and whitelists: put in force together or not at all; what is
# refused is named by file, line and reason.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
dir=$tmp/etc
mkdir "$dir"
conf=$dir/ttlpin.conf list=$dir/whitelist

# Without the module: a file can be checked, and not be put in force.
printf 'mode=monitor\n\n  # a comment\nports = 25,587 # and one more\r\n' > "$conf"
printf '# a list\n192.0.2.7\n2001:db8::/32\n' > "$list"
ok "a good file, without the module" ttlpinctl config --check "$conf"
ok "both, without the module" ttlpinctl apply --check "$dir"
ok "to put them in force needs it" refused 1 "modprobe nf_ttlpin" ttlpinctl apply "$dir"
need_module mode=off

runs()
{
	[ "$(ctl config mode) $(ctl config ports) $(ctl config tolerance) $(ctl whitelist | tr '\n' ' ')" = "$*" ] ||
		{ ctl config; ctl whitelist; return 1; }
}
ok "both are put in force" ctl apply "$dir"
ok "as they say" runs monitor 25,587 1 "192.0.2.7/32 2001:db8::/32 "
set_to tolerance=5
ok "what a file does not name gets its default" eval 'ctl config --load "$conf" &&
	runs monitor 25,587 1 "192.0.2.7/32 2001:db8::/32 "'
ok "a namespace's store too" test "$(ctl config max_flows)" = 4096
echo 'mode=off' > "$dir/first"
ok "the first namespace has a larger one" eval 'ttlpinctl config --load "$dir/first" &&
	[ "$(ttlpinctl config max_flows)" = 65536 ]'

# bad FILE LINES TEXT: with those lines the file is refused so; nothing changes.
bad()
{
	local file=$1 lines=$2 text=$3 verb
	cp "$file" "$tmp/good"
	printf '%b\n' "$lines" > "$file"
	for verb in "apply --check" apply; do
		# shellcheck disable=SC2086 # two words
		refused 1 "$file$text" ctl $verb "$dir" || return 1
	done
	cp "$tmp/good" "$file"
	runs monitor 25,587 1 "192.0.2.7/32 2001:db8::/32 "
}
while IFS='|' read -r name file lines text; do
	[ "$file" = conf ] && file=$conf || file=$list
	ok "$name" bad "$file" "$lines" "$text"
done << 'END'
a value|conf|mode=off\nheal=2|:2: heal=2: accepted is 0 or 1; nothing was changed
no value|conf|mode=|:1: mode=: accepted is off, monitor or enforce
a name|conf|# x\ncolour=red|:2: unknown setting 'colour'
a line|conf|enforce|:1: 'enforce' is not NAME=VALUE
a setting twice|conf|mode=off\nheal=1\nmode=off|:3: mode is in line 1 already
a read-only one|conf|flows=3|:1: flows is read-only
a store that is too small|conf|max_flows=1023|:1: max_flows=1023: accepted is 1024..16777216
seventeen ports|conf|ports=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17|:1: ports=1,2
a prefix|list|192.0.2.1\n192.0.2.0/33|:2: '192.0.2.0/33': the length
a prefix twice|list|192.0.2.1\n192.0.2.2\n192.0.2.1|:3: 192.0.2.1/32 is in line 1 already
host bits|list|192.0.2.1/24|:1: '192.0.2.1/24' has bits set right of its length; did you mean 192.0.2.0/24?
END
mv "$list" "$list.away"
ok "a file that is not there" refused 1 "cannot read $list: No such file" ctl apply "$dir"
mv "$list.away" "$list"

# The tool and the module agree on what is good.
agree()
{
	local name=$1 value=$2 file=/sys/kernel/ttlpin/net/$1
	echo "$name=$value" > "$tmp/one"
	if ttlpinctl config --check "$tmp/one" 2> /dev/null; then
		echo "$value" > "$file"
	else
		! echo "$value" > "$file"
	fi
}
agree_all()
{
	local name values value
	while read -r name values; do
		for value in $values; do
			agree "$name" "$value" || { echo "they differ on $name=$value"; return 1; }
		done
	done << 'END'
mode off monitor enforce on ENFORCE 2 of
ports 25 025 0025,1-3 1-65535 65536 0 1-0 25-20 25, ,25 25- -25 25,,26 smtp 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 99999999999
tolerance 0 32 33 -1 +1 0x10 1.5 01 4294967297 99999999999999999999
timestamps 0 1 2 yes
protect client server both none
midstream pass learn drop
max_flows 1023 1024 2000 16777217
idle_timeout 0 1 86400 86401
event_rate 0 100000 100001
event_snaplen 0 1500 1501
ct_mark_mask 255 0xff 0xff0000 0xFF 0XFF 0x 0x0 00 ff 0x7f 0x1fe 0x1fff0 0xff00ff 0xffffffff 0x1ffffffff 4294967295 4294967296 -1 1
END
}
ok "tool and module agree on what they accept" agree_all 2> "$tmp/agree"

# What only the module can refuse: nothing of either file is taken.
live()
{
	for _ in $(seq 20); do
		awk 'BEGIN {
			for (i = 0; i < 60; i++) {
				print "flow f" i
				print "> S " 1000 + i
				print "< S. 7000 ack=" 1001 + i " ttl=50"
			}
		}' | play || return 1
	done
}
echo 'max_flows=2048' > "$conf"
ok "more room" ctl apply "$dir"
ok "twelve hundred flows" live
printf 'mode=enforce\nmax_flows=1024\n' > "$conf"
echo 198.51.100.1 > "$list"
ok "a store below the live flows is refused" refused 1 \
	"max_flows=1024: more flows than that are live" ctl apply "$dir"
ok "and neither setting nor list is taken" eval \
	'[ "$(ctl config max_flows) $(ctl whitelist | head -n 1)" = "2048 192.0.2.7/32" ]'
ok "a setting twice on the command line" refused 2 "a setting has one value" ctl config heal=0 heal=1
ok "an unknown option" refused 2 "accepted are" ctl config --lode "$conf"
ok "an argument too many" refused 2 "accepted are --check and a folder" ctl apply a b
finish
