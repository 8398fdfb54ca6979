#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The family as others see it: the kernel tree's own client, which knows nothing
# but the specification, drives every command.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl python3
ynl=${TTLPIN_YNL:-/ttlpin/tools/net/ynl}
spec=$here/../../Documentation/netlink/specs/ttlpin.yaml
[ -e "$ynl/cli.py" ] || skip_all "no $ynl/cli.py"
[ -e "$spec" ] || skip_all "no Documentation/netlink/specs/ttlpin.yaml"
# Where 64 bits need padding the library of 6.12 does not know it.
! grep -q 'User Mode Linux' /proc/cpuinfo || skip_all "YNL of 6.12 cannot read padding"
python3 -c 'import yaml' 2> /dev/null || skip_all "no python3-yaml"
setup_gateway
need_module

# What the library says becomes tests here.
stage()
{
	local line

	while IFS= read -r line; do
		case $line in
		ok\ *) ok "YNL: ${line#ok }" true ;;
		"not ok "*) ok "YNL: ${line#not ok }" false ;;
		'#'*) echo "$line" ;;
		*) echo "# $line" ;;
		esac
	done
}
drive()
{
	ip netns exec "$gateway" python3 "$here/ynl.py" "$ynl" "$spec" "$1" "$tmp/used" 2>&1 ||
		echo "not ok $1 came to its end"
}
cli()
{
	ip netns exec "$gateway" python3 "$ynl/cli.py" --no-schema --spec "$spec" "$@"
}

stage < <(drive empty)
drive event > "$tmp/event" &
event=$!
started+=("$event")
ok "YNL listens" busywait 20000 grep -q subscribed "$tmp/event"
session()
{
	play <<- 'END'
		> S 1000
		< S. 7000 ack=1001 ttl=50
		< P. 7001:"500 error\r\n" ack=1001 ttl=58 -> drop
	END
}
ok "a forgery" session
wait $event
stage < "$tmp/event"
ctl stats --reset > /dev/null
ctl flows flush
# Three flows, one of IPv6, one of them with a drop; and a peer that is
# remembered, which is shown once its flow is forgotten.
flows()
{
	play_healing || return 1
	ctl flows flush && ctl stats --reset > /dev/null || return 1
	play <<- 'END' || return 1
		set family 6
		> S 1000
		< S. 7000 ack=1001 ttl=50
		> P. 1001:"MAIL FROM:<a@b.example>\r\n" ack=7001
		flow two
		> S 1000
	END
	session
}
ok "flows" flows
stage < <(drive flows)

ok "cli.py asks for the counters" eval \
	'cli --do stats-get --output-json | jq -e ".counters.seen == 0 and .mode == \"enforce\""'
ok "cli.py is refused in words" eval \
	'! cli --do config-set --json "{\"config\":{\"ports\":\"smtp\"}}" > "$tmp/cli" &&
	grep -q "accepted is up to 16 ports" "$tmp/cli" && grep -q "bad-attr.*ports" "$tmp/cli"'
ok "cli.py lists" eval 'session && cli --dump flow-get --output-json |
	jq -e "length == 1 and .[0].flow.ttl == [50]"'
finish
