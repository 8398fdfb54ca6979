#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random netlink messages, from root, from nobody and from a container's root:
# what is refused changes nothing, and all works afterwards. MESSAGES, seed SEED.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
need ttlpinctl jq nlfuzz setpriv unshare
need_debug_kernel
messages=${MESSAGES:-200000} seed=${SEED:-1}
load_module || skip_all "the module does not load"
ip netns add "$gateway"
ip netns add "$inside"
ip -n "$gateway" link set lo up

# What is in force in a namespace.
in_force()
{
	ttlpinctl -N "$1" -j config
	ttlpinctl -N "$1" -j whitelist
}

# fuzz NAME COMMAND...: it ends well, and says how many messages it sent.
fuzz()
{
	local name=$1 started
	shift
	started=$(date +%s%N)
	"$@" > "$tmp/$name" 2>&1 || { tail -n 20 "$tmp/$name"; return 1; }
	echo "ms $((($(date +%s%N) - started) / 1000000))" >> "$tmp/$name"
}

said() { awk -v name="$2" '$1 == name { print $2 }' "$tmp/$1"; }

tell()
{
	echo "# $1: $(said "$1" sent) messages in $(said "$1" ms) ms," \
		"$(said "$1" answers) answers, $(said "$1" granted) granted," \
		"$(said "$1" refused) refused, $(said "$1" looks) looks at what is in force"
}

as_nobody() { ip netns exec "$1" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "${@:2}"; }

same_as()
{
	in_force "$1" > "$tmp/now"
	diff "$2" "$tmp/now"
}

# Each command that changes or tells something was granted at least once.
all_granted()
{
	local cmd bad=0

	for cmd in 1 2 5 6 7 8 9 10 11 12 14 16; do
		[ "$(said root "granted_$cmd")" ] || { echo "command $cmd was never granted"; bad=1; }
	done
	return $bad
}

works()
{
	set_to mode=enforce tolerance=1 ports=25 protect=client max_flows=4096 &&
		ctl whitelist flush && ctl whitelist add 192.0.2.0/24 &&
		[ "$(ctl whitelist)" = 192.0.2.0/24 ] && ctl -j stats | sums_hold
}

ctl whitelist add 198.51.100.0/24 2001:db8::/32
ttlpinctl -N "$inside" whitelist add 203.0.113.0/24
in_force "$gateway" > "$tmp/gateway"
in_force "$inside" > "$tmp/inside"
ok "$((messages / 4)) messages from nobody" fuzz nobody as_nobody "$gateway" nlfuzz -u "$seed" $((messages / 4))
tell nobody
ok "nothing has changed" same_as "$gateway" "$tmp/gateway"
ok "$((messages / 2)) messages from root" fuzz root ip netns exec "$gateway" nlfuzz $((seed + 1)) $((messages / 2))
tell root
ok "each command was granted now and then" all_granted
ok "another namespace is as it was" same_as "$inside" "$tmp/inside"
in_force "$gateway" > "$tmp/gateway"
ok "$((messages / 4)) messages from the root of a container" fuzz container \
	setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urn nlfuzz $((seed + 2)) $((messages / 4))
tell container
ok "other namespaces are as they were" same_as "$gateway" "$tmp/gateway"
ok "all works" works
ip netns del "$gateway"
ip netns del "$inside"
ok "the module goes" busywait 5000 rmmod nf_ttlpin
ok "nothing has leaked" nothing_leaked
ok "the kernel's log is clean" log_is_clean
finish
