#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random netlink messages, from root, from nobody and from a container's root:
# what is refused changes nothing, and all works afterwards. A quarter of them is led
# by where in the module they come. MESSAGES, seed SEED, and PLACES, how many the
# module has in all.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
need ttlpinctl jq nlfuzz setpriv unshare nsenter python3
need_debug_kernel
messages=${MESSAGES:-200000} seed=${SEED:-1}
need_module
ip netns add "$gateway"
ip netns add "$inside"
ip -n "$gateway" link set lo up

# What is in force in a namespace.
in_force()
{
	ttlpinctl -N "$1" -j config | jq -c 'del(.settings.flows)'
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

# Each command that changes or tells something was granted to root at least once. A
# flow is there for milliseconds before all are forgotten: that one of them is
# forgotten by itself takes many of them, and many messages.
all_granted()
{
	local cmd bad=0

	for cmd in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20; do
		cat "$tmp/root" "$tmp/chance" "$tmp/led" | grep -q "^granted_$cmd " || { echo "command $cmd was never granted"; bad=1; }
	done
	return $bad
}

works()
{
	set_to mode=enforce tolerance=1 ports=25 protect=client max_flows=4096 &&
		ctl whitelist flush && ctl whitelist add 192.0.2.0/24 &&
		[ "$(ctl whitelist)" = 192.0.2.0/24 ] && ctl -j stats | sums_hold
}

# Flows to be listed and forgotten: connections that come and go all the time.
ip -n "$gateway" -batch - <<- END
	$(printf 'addr add 192.0.2.%d/32 dev lo\n' 1 2 3 4 5)
	addr add 2001:db8::1/128 dev lo nodad
END
ip netns exec "$gateway" python3 - <<- 'END' > "$tmp/connections" 2>&1 &
	import socket, struct, time
	servers = {4: socket.create_server(("192.0.2.1", 25)),
	           6: socket.create_server(("2001:db8::1", 25), family=socket.AF_INET6)}
	at_once = struct.pack("ii", 1, 0)
	while True:
	    for kind, *end in [(4, f"192.0.2.{n}", 2048) for n in range(2, 6)] + [(6, "2001:db8::1", 2048)]:
	        s = servers[kind]
	        c = socket.socket(s.family)
	        c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
	        c.settimeout(5)
	        try:
	            c.bind(tuple(end))
	            c.connect(s.getsockname())
	            a = s.accept()[0]
	            time.sleep(0.002)
	            a.close()
	        except OSError:
	            pass
	        c.close()
END
started+=($!)
ctl whitelist add 198.51.100.0/24 2001:db8::/32
ttlpinctl -N "$inside" whitelist add 203.0.113.0/24
in_force "$gateway" > "$tmp/gateway"
in_force "$inside" > "$tmp/inside"
ok "$((messages / 4)) messages from nobody" fuzz nobody as_nobody "$gateway" nlfuzz -u "$seed" $((messages / 4))
tell nobody
ok "nothing has changed" same_as "$gateway" "$tmp/gateway"
ok "$((messages / 4)) messages from root" fuzz root ip netns exec "$gateway" nlfuzz $((seed + 1)) $((messages / 4))
tell root
ok "another namespace is as it was" same_as "$inside" "$tmp/inside"
# With debugfs, which is not mounted where "ip netns exec" goes.
traced() { nsenter --net="/run/netns/$gateway" nlfuzz "$@"; }
by_chance=$((messages / 4 < 50000 ? messages / 4 : 50000))
ok "$by_chance messages by chance, watched by KCOV" fuzz chance traced -t $((seed + 3)) $by_chance
tell chance
ok "$((messages / 4)) messages that are led by it" fuzz led traced -g $((seed + 3)) $((messages / 4))
tell led
echo "# $(said chance places) places of ${PLACES:-?} in the module reached by chance," \
	"$(said led places) led; $(said led kept) messages kept, $(said led led) of them made of others"
led_further()
{
	[ "$(said chance places)" -gt 400 ] && [ "$(said led places)" -gt 400 ] &&
		[ "$(said led led)" -gt 10 ]
}
ok "they come to where none has been" led_further
ok "each command was granted now and then" all_granted
echo "# $(cat "$tmp/root" "$tmp/chance" "$tmp/led" | awk '$1 == "granted_13" { n += $2 } END { print n + 0 }') flows forgotten by name"
ok "another namespace is as it was, still" same_as "$inside" "$tmp/inside"
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
