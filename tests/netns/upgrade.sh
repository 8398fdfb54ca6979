#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Old and new side by side: a module that has grown by attributes and a counter
# does not break the tool before it, nor the reverse; and the tool says what is to
# be done where the two cannot speak.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
grown=${TTLPIN_GROWN:-/ttlpin/grown}
[ -e "$grown/nf_ttlpin.ko" ] || skip_all "no $grown/nf_ttlpin.ko"
[ "$(modinfo -F vermagic "$grown/nf_ttlpin.ko" | cut -d ' ' -f 1)" = "$(uname -r)" ] ||
	skip_all "$grown/nf_ttlpin.ko is for another kernel"
setup_gateway

session()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
	END
}
# works TOOL: all that it does, it does.
works()
{
	local tool=$1 event

	"$tool" -N "$gateway" -j events --count 1 > "$tmp/event" &
	event=$!
	busywait 5000 listening 1 && session && wait $event || return 1
	jq -e '.reason == "ttl" and .ttl == 58 and .pin == [50] and
		.payload == "500 error\\r\\n"' "$tmp/event" || return 1
	"$tool" -N "$gateway" status | grep -q 'TTL 58 instead of 50' || return 1
	"$tool" -N "$gateway" -j stats > "$tmp/stats" || return 1
	jq -e '.counters.dropped >= 1 and .counters.seen >= 2' "$tmp/stats" || return 1
	"$tool" -N "$gateway" stats --prometheus > "$tmp/prom" || return 1
	"$tool" -N "$gateway" whitelist add 192.0.2.1 || return 1
	[ "$("$tool" -N "$gateway" whitelist)" = 192.0.2.1/32 ] || return 1
	"$tool" -N "$gateway" whitelist flush && "$tool" -N "$gateway" peers > /dev/null &&
		"$tool" -N "$gateway" config tolerance=2 mode=monitor &&
		"$tool" -N "$gateway" config tolerance=1 mode=enforce || return 1
	"$tool" -N "$gateway" -j flows | jq -e 'length >= 1' &&
		"$tool" -N "$gateway" flows flush
}
need_module
ok "the new tool works with the old module" works "$grown/ttlpinctl"
mkdir "$tmp/etc"
echo mode=enforce > "$tmp/etc/ttlpin.conf"
touch "$tmp/etc/whitelist"
ok "a setting that the old module lacks, and no file names, is not asked for" \
	"$grown/ttlpinctl" -N "$gateway" apply "$tmp/etc"
echo novelty=3 >> "$tmp/etc/ttlpin.conf"
ok "one that a file names is refused" refused 1 "novelty=3: " \
	"$grown/ttlpinctl" -N "$gateway" apply "$tmp/etc"
ok "it has no counter that is not there" jq -e '.counters | has("novel") | not' "$tmp/stats"
ok "a tool that needs a newer module" refused 1 \
	"the loaded module speaks version 1, this tool needs 2; load the module that came with it" \
	"$grown/ttlpinctl-version-2" status
ok "a tool that the module is too new for" refused 1 \
	"the loaded module speaks version 1, this tool only 0; use the ttlpinctl that came with it" \
	"$grown/ttlpinctl-version-0" status
rmmod nf_ttlpin
for command in status stats whitelist flows peers events config "config mode=off" "-j top" "whitelist load /dev/null"; do
	# shellcheck disable=SC2086 # several words
	ok "no module: $command" refused 1 \
		"the module nf_ttlpin is not loaded; load it with: modprobe nf_ttlpin" \
		ttlpinctl $command
done
new_module()
{
	TTLPIN_KO=$grown/nf_ttlpin.ko load_module
}
ok "the grown module loads" new_module
ok "the old tool works with the new module" works ttlpinctl
ok "a counter without a name is shown by its number" jq -e '.counters.counter_29 == 9' "$tmp/stats"
ok "also to Prometheus" grep -q '^ttlpin_counter_29_total{.*} 9$' "$tmp/prom"
ok "also in words" eval 'ctl stats | grep -q "^counter_29  *9$"'
ok "the new tool works with the new module" works "$grown/ttlpinctl"
ok "and has the counter's name" jq -e '.counters.novel == 9 and (.counters | has("counter_29") | not)' "$tmp/stats"
finish
