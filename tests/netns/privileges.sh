#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who may do what: anybody sees the counters, CAP_NET_ADMIN in the namespace's
# user namespace does the rest, and a container's root rules its own namespace.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq setpriv unshare
setup_gateway
need_module
chmod 755 "$tmp"

nobody()
{
	setpriv --reuid nobody --regid nogroup --clear-groups "$@"
}
# The same, but with the one capability that the module asks for.
keeper()
{
	nobody --inh-caps +net_admin --ambient-caps +net_admin "$@"
}

for command in status stats config "config mode" "stats --prometheus" "-j top --count 1"; do
	# shellcheck disable=SC2086 # several words
	ok "anybody may: $command" nobody ttlpinctl $command
done
# The owner of the file is not enough.
ok "root without CAP_NET_ADMIN may not write a setting's file" eval \
	'echo enforce > /sys/kernel/ttlpin/net/mode &&
	! setpriv --bounding-set -net_admin sh -c "echo off > /sys/kernel/ttlpin/net/mode" &&
	[ "$(ttlpinctl config mode)" = enforce ]'
ok "who may not list peers sees the rest of top" eval \
	'nobody ttlpinctl -j top --count 1 | jq -e ".peers == null and .counters.seen == 0"'
echo 192.0.2.1 > "$tmp/list"
chmod 644 "$tmp/list"
while read -r command; do
	# shellcheck disable=SC2086 # several words
	ok "not anybody may: $command" refused 1 "root, or CAP_NET_ADMIN" \
		nobody ttlpinctl $command
	case $command in events*|whitelist\ del*|flows\ del*) continue ;; esac
	# shellcheck disable=SC2086 # several words
	ok "CAP_NET_ADMIN alone may: $command" keeper ttlpinctl $command
done << END
stats --reset
whitelist
whitelist add 198.51.100.1
whitelist del 198.51.100.1
whitelist load $tmp/list
whitelist save
whitelist flush
flows
flows flush
flows del 192.0.2.1:1 203.0.113.1:25
peers
peers flush
config tolerance=1
config mode=enforce tolerance=2
events --count 1
END
echo kept > "$tmp/kept"
chmod 666 "$tmp/kept"
ok "not anybody may: events --pcap" refused 1 "root, or CAP_NET_ADMIN" \
	nobody ttlpinctl events --pcap "$tmp/kept"
ok "and the file is as it was" test "$(cat "$tmp/kept")" = kept
ok "CAP_NET_ADMIN alone may: whitelist del" keeper sh -c \
	'ttlpinctl whitelist add 192.0.2.9 && ttlpinctl whitelist del 192.0.2.9'
# subscribed: somebody listens in the namespace of the caller.
subscribed='awk '\''$2 == 16 && $4 != "00000000" { n++ } END { exit !n }'\'' /proc/net/netlink'
listens()
{
	keeper sh -c 'ttlpinctl events > /dev/null & n=50
		until '"$subscribed"' || [ $n = 0 ]; do sleep 0.1; n=$((n - 1)); done
		kill $! && [ $n != 0 ]'
}
ok "CAP_NET_ADMIN alone may: events" listens
files()
{
	local file

	for file in /sys/kernel/ttlpin/net/*; do
		nobody cat "$file" > /dev/null || return 1
		! nobody sh -c "echo 1 > $file" 2> /dev/null || { echo "$file was written"; return 1; }
	done
}
ok "anybody reads the files, and writes none" files
ok "nor enters a namespace" refused 1 "needs root" nobody ttlpinctl -N "$gateway" status

# A container: a user namespace and a network namespace of its own, whose root
# is nobody outside.
container()
{
	nobody unshare --user --map-root-user --net --mount sh -c "$1"
}
ok "set outside" ttlpinctl config tolerance=7
ok "a container has settings of its own" eval \
	'[ "$(container "ttlpinctl config tolerance max_flows | tr -s \" \n\" \" \"")" = "tolerance 1 max_flows 4096 " ]'
ok "its root changes them" eval \
	'[ "$(container "ttlpinctl config mode=monitor ports=2525 && ttlpinctl config mode ports | tr -s \" \n\" \" \"")" = "mode monitor ports 2525 " ]'
ok "and its whitelist" eval \
	'[ "$(container "ttlpinctl whitelist add 192.0.2.7 && ttlpinctl whitelist")" = 192.0.2.7/32 ]'
# Files have an owner from the start: the container's root, if it was known then.
with_files()
{
	nobody unshare --user --map-root-user unshare --net --mount sh -c \
		'mount -t sysfs sys /sys && cd /sys/kernel/ttlpin/net && stat -c %u mode &&
			echo off > mode && ttlpinctl config mode'
}
ok "and its files" eval '[ "$(with_files | tr "\n" " ")" = "0 off " ]'
ok "lists flows and peers, forgets them, resets" container \
	'ttlpinctl flows && ttlpinctl peers && ttlpinctl flows flush && ttlpinctl peers flush && ttlpinctl stats --reset'
ok "without a sysfs of its own the tool still acts on the container" eval \
	'[ "$(container "ttlpinctl config tolerance=5 && ttlpinctl -j status | jq .settings.tolerance")" = 5 ]'
ok "and not outside" test "$(ttlpinctl config mode) $(ttlpinctl config tolerance) $(ttlpinctl whitelist)" = "enforce 7 "
# In a user namespace alone the network is still the host's.
ok "root of a user namespace alone may not" refused 1 "root, or CAP_NET_ADMIN" \
	nobody unshare --user --map-root-user ttlpinctl config mode=off
ok "nor may it list" refused 1 "root, or CAP_NET_ADMIN" \
	nobody unshare --user --map-root-user ttlpinctl flows
ok "nor listen" refused 1 "root, or CAP_NET_ADMIN" \
	nobody unshare --user --map-root-user ttlpinctl events --count 1
# What another namespace is told is no news to the container by the time that its
# listener is ended.
apart()
{
	mkfifo "$tmp/end"
	container 'ttlpinctl -j events & n=50
		until '"$subscribed"' || [ $n = 0 ]; do sleep 0.1; n=$((n - 1)); done
		[ $n = 0 ] || echo listens
		read -r end; kill $!' > "$tmp/container" < "$tmp/end" &
	local pid=$!
	exec 8> "$tmp/end"
	busywait 10000 grep -q listens "$tmp/container" || return 1
	ctl -j events --count 1 > "$tmp/event" &
	local other=$!
	busywait 5000 listening 1 || return 1
	play <<- 'EOF' || return 1
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< R 7001 ttl=9 -> drop
	EOF
	wait $other
	sleep 0.5
	echo end >&8
	wait $pid
	exec 8>&-
	[ -s "$tmp/event" ] && [ "$(cat "$tmp/container")" = listens ]
}
ok "a container hears nothing of other namespaces" apart
finish
