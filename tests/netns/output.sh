#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What ttlpinctl prints for machines: JSON by its schemas, the text of Prometheus,
# pcapng. What only the host has a reader for is left in /ttlpin/out.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq python3
python3 -c 'import jsonschema' 2> /dev/null || skip_all "no python3-jsonschema"
schemas=$here/../../Documentation/schema
[ -d "$schemas" ] || skip_all "no Documentation/schema"
setup_gateway
need_module
out=/ttlpin/out
[ -d $out ] || { out=$tmp/out; mkdir "$out"; }

checks=()
# shows NAME SCHEMA COMMAND...: its JSON is kept to be checked at the end.
shows()
{
	local name=$1 schema=$2
	shift 2
	ctl -j "$@" > "$tmp/$name.json" || : > "$tmp/$name.json"
	checks+=("$schema=$tmp/$name.json")
}

shows status-before status status
shows flows-none flows flows
shows peers-none peers peers
shows whitelist-none whitelist whitelist
ctl -j events --count 5 > "$tmp/events.json" &
json=$!
ctl events --pcap "$out/events.pcapng" --count 5 &
pcap=$!
ctl events --count 5 --pcap - > "$tmp/piped.pcapng" &
piped=$!
started+=("$json" "$pcap" "$piped")
ok "three listen" busywait 5000 listening 3
# A forgery, one of IPv6, a volley of which one hits the TTL, and a server that
# heals.
session()
{
	play <<- 'END'
		> S 1000 ts=5000,0
		< S. 7000 ack=1001 ttl=50 ts=900,5000
		< P. 7001:"220 \"hi\"\r\n" ack=1001 ttl=50 ts=910,5000
		< P. 7011:"500 error\r\n\x1b[31m\x00\xff" ack=1001 ttl=58 ts=920,5000 ipid=64 nodf win=0 -> drop
		< R. 7011 ack=1001 ttl=71 -> drop
	END
	play <<- 'END'
		set family 6
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"551 no\r\n" ack=1001 ttl=255 -> drop
	END
	play_healing
}
ok "forgeries, and a server that heals" session
ok "five events each" wait $json $pcap $piped
checks+=("event=$tmp/events.json")
ok "four drops and a healing" test "$(jq -r .event "$tmp/events.json" | tr '\n' ' ')" = "drop drop drop drop heal "
shows status status status
shows stats stats stats
shows reset stats stats --reset
shows flows flows flows
shows peers peers peers
shows advise advise advise
ok "a peer is remembered" jq -e '.peers == [{"addr":"203.0.113.25","ttl":40,"age":.peers[0].age}]' "$tmp/peers.json"
shows add change whitelist add 192.0.2.0/24 2001:db8::/32
shows whitelist whitelist whitelist list
shows save change whitelist save "$tmp/list"
shows load change whitelist load "$tmp/list"
shows del change whitelist del 192.0.2.0/24
shows flush change whitelist flush
shows config config config
shows some config config mode ports
shows one config config flows
shows set config config tolerance=2
shows top top top --count 2
one=$(ctl -j flows --peer 203.0.113.0/24 | jq -r '.[0] | "\(.local.addr):\(.local.port) \(.remote.addr):\(.remote.port)"')
# shellcheck disable=SC2086 # both ends
shows flow-del change flows del $one
shows flows-flush change flows flush
shows peers-flush change peers flush
ok "what load and save say has the number" eval \
	'[ "$(jq .prefixes "$tmp/add.json" "$tmp/save.json" "$tmp/load.json" "$tmp/del.json" | tr "\n" " ")" = "2 2 2 1 " ]'
"$here/validate" "$schemas" "${checks[@]}" > "$tmp/valid" 2>&1
for check in "${checks[@]}"; do
	name=$(basename "${check#*=}" .json)
	ok "JSON of $name is what ${check%%=*}.json says" \
		grep -q "^good ${check%%=*} ${check#*=} " "$tmp/valid"
done
grep -v '^good' "$tmp/valid" | sed 's/^/# /'
# Each schema does refuse: what another command prints, and a member more.
echo '[{"some":1}]' > "$tmp/other"
for schema in "$schemas"/*.json; do
	printf '%s=%s\n' "$(basename "$schema" .json)" "$tmp/other"
done | xargs "$here/validate" "$schemas" > "$tmp/invalid" 2>&1
ok "each schema refuses something" test "$(grep -c '^bad' "$tmp/invalid")" = \
	"$(find "$schemas" -name '*.json' | wc -l)"
jq -c '. + {"more":1}' "$tmp/stats.json" > "$tmp/more"
ok "a member that is not documented is noticed" eval \
	'"$here/validate" "$schemas" stats="$tmp/more" | grep -q "^bad.*more"'
# What needs no module is checked where it is tested.
ok "every schema is used" test "$(printf '%s\n' "${checks[@]%%=*}" | sort -u | wc -l)" = \
	"$(find "$schemas" -name '*.json' ! -name analyze.json ! -name locate.json | wc -l)"

ctl stats --prometheus > "$out/netns.prom"
ttlpinctl stats --prometheus > "$out/plain.prom"
ok "Prometheus' text names the namespace" grep -q "^ttlpin_seen_total{netns=\"$gateway\"} [0-9]*$" "$out/netns.prom"
ok "unless there is none" grep -q '^ttlpin_flows 0$' "$out/plain.prom"
ok "every counter is in it" test "$(grep -c '^# TYPE .*_total counter$' "$out/plain.prom")" = \
	"$(ttlpinctl -j stats | jq '.counters | length')"
ok "pcapng in a pipe is the same" cmp "$out/events.pcapng" "$tmp/piped.pcapng"
ok "tcpdump reads it" eval 'tcpdump -nr "$out/events.pcapng" 2> /dev/null | grep -c . | grep -qx 5'
ok "JSON and pcapng exclude one another" refused 2 "exclude one another" \
	ttlpinctl -j events --pcap -
ok "a file that cannot be written" refused 1 "cannot write" \
	ttlpinctl events --pcap /proc/none

ok "a capture on a full disk" refused 1 "cannot write the capture" \
	ttlpinctl events --pcap /dev/full
ok "the same by standard output" refused 1 "cannot write the capture" \
	sh -c 'ttlpinctl events --pcap - > /dev/full'

# A file that is replaced: nothing but its text is another.
mkdir "$tmp/folder"
replaced()
{
	local file=$tmp/folder/ttlpin.prom

	echo old > "$file"
	chown "$1" "$file" && chmod "$2" "$file" || return 1
	ctl stats --prometheus --output "$file" || return 1
	grep -q '^ttlpin_seen_total' "$file" && [ "$(stat -c %U:%G "$file")" = "$1" ] &&
		[ "$(stat -c %a "$file")" = "$2" ] && [ "$(ls -A "$tmp/folder")" = ttlpin.prom ] ||
		{ ls -lA "$tmp/folder"; return 1; }
}
ok "a file keeps its group and mode" replaced root:nogroup 640
ok "and its owner" replaced nobody:nogroup 604
ok "standard output is one, too" eval 'ctl stats --prometheus --output - | grep -q ^ttlpin_seen_total &&
	[ ! -e - ]'
ok "a new one is as the umask says" eval '(umask 027; ctl stats --prometheus --output "$tmp/new.prom") &&
	[ "$(stat -c %U:%a "$tmp/new.prom")" = root:640 ]'
kept()
{
	echo mine > "$tmp/folder/list.new"
	ctl whitelist save "$tmp/folder/list" && [ "$(cat "$tmp/folder/list.new")" = mine ] &&
		[ "$(ls -A "$tmp/folder" | tr '\n' ' ')" = "list list.new ttlpin.prom " ]
}
ok "a file beside it stays" kept

# Colours are for a terminal without NO_COLOR.
coloured()
{
	env TERM=linux "$@" script -q -e -c "ttlpinctl -N $gateway events --count 1" /dev/null > "$tmp/typed" &
	local pid=$!
	busywait 5000 listening 1 || return 2
	play <<- 'END' || return 2
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< R 7001 ttl=9 -> drop
	END
	wait $pid
	grep -q 'dropped reset' "$tmp/typed" || { cat "$tmp/typed"; return 2; }
	grep -q $'\033' "$tmp/typed"
}
if command -v script > /dev/null; then
	ok "colours on a terminal" coloured
	ok "none with NO_COLOR" eval 'coloured NO_COLOR=1; [ $? = 1 ]'
	ok "none with TERM=dumb" eval 'coloured TERM=dumb; [ $? = 1 ]'
fi
ok "a reader that goes ends events quietly" eval '(ttlpinctl -N $gateway -j events; echo $? > "$tmp/status") 2> "$tmp/err" | true &
	busywait 5000 listening 1
	printf "> S 1000\n< S. 7000 ack=1001 ttl=50\n< R 7001 ttl=9 -> drop\n< R 7001 ttl=9 -> drop\n" | play &&
	wait $! && [ "$(cat "$tmp/status")" = 0 ] && [ ! -s "$tmp/err" ]'
ttlpinctl whitelist add 192.0.2.1
for command in status stats "stats --prometheus" flows config "-j config" whitelist peers --help "top --help"; do
	ok "a closed pipe ends '$command' quietly" eval "(ctl $command; echo \$? > '$tmp/status') 2> '$tmp/err' | true
		[ \"\$(cat '$tmp/status')\" = 0 ] && [ ! -s '$tmp/err' ]"
	ok "a full disk fails '$command'" refused 1 "cannot write the output" \
		sh -c "ttlpinctl $command > /dev/full"
done
finish
