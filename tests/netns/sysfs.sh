#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The files in sysfs are those that Documentation/ABI describes, and what is
# written to them and by netlink is one and the same.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need ttlpinctl jq
abi=$here/../../Documentation/ABI/testing/sysfs-kernel-ttlpin
[ -e "$abi" ] || skip_all "no Documentation/ABI/testing/sysfs-kernel-ttlpin"
need_module
dir=/sys/kernel/ttlpin/net

# described: "NAME MODE MIN..MAX|words|- DEFAULT" a line, from the ABI file. A
# range is what stands before "..", words are what has a parenthesis or an "or"
# behind it at the start; the rest is prose.
described()
{
	awk '
	/^What:/ { name = $2; sub(".*/", "", name); text[name] = ""; order[++n] = name; next }
	/^[A-Z][A-Za-z]*:/ { next }
	{ gsub(/^[ \t]+/, ""); text[name] = text[name] " " $0 }
	END {
		for (i = 1; i <= n; i++) {
			t = text[order[i]]
			mode = t ~ /Read-only/ ? 444 : 644
			range = "-"
			if (match(t, /[0-9]+\.\.[0-9]+/))
				range = substr(t, RSTART, RLENGTH)
			start = "-"
			if (match(t, /Default: [^., ]+/))
				start = substr(t, RSTART + 9, RLENGTH - 9)
			if (order[i] != "net")
				print order[i], mode, range, start
		}
	}' "$abi"
}
described > "$tmp/abi"

same_names()
{
	diff <(cut -d ' ' -f 1 "$tmp/abi" | sort) <(find $dir -type f -printf '%f\n' | sort)
}
ok "the files are those of the ABI, no more and no fewer" same_names
ok "beside them is nothing" test "$(find /sys/kernel/ttlpin -mindepth 1 | sed 's/.*ttlpin.//; /^net\//d')" = net
ok "fourteen settings and flows are described" test "$(wc -l < "$tmp/abi")" = 15
helped()
{
	local name

	for name in $(cut -d ' ' -f 1 "$tmp/abi"); do
		[ "$name" = flows ] || ttlpinctl config --help | grep -q "^  $name " ||
			{ echo "$name"; return 1; }
	done
}
ok "and in the tool's help" helped

reads()
{
	[ "$(cat $dir/"$1")" = "$2" ] || { echo "$1 is $(cat $dir/"$1") in sysfs"; return 1; }
	[ "$(ttlpinctl config "$1")" = "$2" ] || { echo "$1 is $(ttlpinctl config "$1") by netlink"; return 1; }
}
# Each end of a range by one path, read by both; one beyond by neither.
range()
{
	local name=$1 min=$2 max=$3 before

	echo "$min" > $dir/"$name" && reads "$name" "$min" || return 1
	ttlpinctl config "$name=$max" && reads "$name" "$max" || return 1
	ttlpinctl config "$name=$min" && reads "$name" "$min" || return 1
	[ "$max" -gt 100000 ] || echo "$max" > $dir/"$name" && before=$(cat $dir/"$name")
	[ "$min" = 0 ] || ! beyond "$name" $((min - 1)) || return 1
	! beyond "$name" $((max + 1)) && reads "$name" "$before"
}
beyond()
{
	echo "$2" 2> /dev/null > $dir/"$1" || ttlpinctl config "$1=$2" 2> /dev/null
}
while read -r name mode range start; do
	ok "$name has mode $mode" test "$(stat -c %a $dir/"$name")" = "$mode"
	[ "$start" = - ] || ok "$name starts with $start" reads "$name" "$start"
	[ "$mode" = 644 ] || continue
	case $name/$range in
	max_flows/*)
		ok "max_flows: $range" eval '[ $range = 1024..16777216 ] && ! beyond max_flows 1023 &&
			! beyond max_flows 16777217 && ttlpinctl config max_flows=1024 &&
			reads max_flows 1024 && echo 32768 > $dir/max_flows && reads max_flows 32768'
		;;
	ports/*) ;;
	*..*) ok "$name: $range" range "$name" "${range%..*}" "${range#*..}" ;;
	esac
done < "$tmp/abi"

words()
{
	local name=$1 word
	shift
	for word in "$@"; do
		grep -q -w -- "$word" <(sed -n "\\|/net/$name\$|,/^\$/p" "$abi") ||
			{ echo "$word of $name is not documented"; return 1; }
		echo "$word" > $dir/"$name" && reads "$name" "$word" || return 1
	done
	for word in "$@"; do
		ttlpinctl config "$name=$word" && reads "$name" "$word" || return 1
	done
	! beyond "$name" none
}
ok "mode, by either path" words mode off monitor enforce
ok "protect, by either path" words protect client server both
ok "midstream, by either path" words midstream pass learn
ok "timestamps, by either path" range timestamps 0 1
ok "heal, by either path" range heal 0 1
ports()
{
	echo 25,587,2500-2599 > $dir/ports && reads ports 25,587,2500-2599 &&
		ttlpinctl config ports=1-65535 && reads ports 1-65535 &&
		ttlpinctl config ports=25 && reads ports 25
}
ok "ports, by either path" ports
ok "flows cannot be written" eval '! sh -c "echo 1 > $dir/flows" 2> /dev/null'
ok "nor by netlink" refused 2 "flows is read-only" ttlpinctl config flows=1
together()
{
	ttlpinctl config mode=monitor tolerance=9 heal=0 &&
		reads mode monitor && reads tolerance 9 && reads heal 0
}
ok "several by netlink, read by both" together
none()
{
	refused 1 "event_rate=100001: accepted is 0..100000" \
		ttlpinctl config mode=off tolerance=1 event_rate=100001 &&
		reads mode monitor && reads tolerance 9
}
ok "all or none" none
# The largest takes 1.8 GB.
if [ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -lt 1800000 ]; then
	ok "out of memory for a store is said" refused 1 "out of memory for a store of that size" \
		ttlpinctl config max_flows=16777216
fi
finish
