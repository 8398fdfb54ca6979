# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the races share: a gateway under a load that is counted.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck disable=SC2034 # each race lasts so long
seconds=${SECONDS_EACH:-5}
# One half of a race that has two, unless that would be too short to meet much.
# shellcheck disable=SC2034
half=$((seconds < 60 ? seconds : seconds / 2))
# shellcheck disable=SC2034 # segments a second, where the machine can
rate=${RATE:-10000}
need blast storm spaces ttlpinctl jq nft
setup_gateway
# Room for what one CPU sends while the other has not come by.
sysctl -q -w net.core.netdev_max_backlog=200000 net.core.netdev_budget=100000
seq 11 254 | sed 's/.*/neigh replace 192.0.2.& lladdr 02:00:00:00:01:02 dev in0 nud permanent/' |
	ip -n "$gateway" -batch -

# blast OPTION... KIND...: sends from both CPUs; what was sent goes to $tmp/blast.
blast()
{
	command blast -i "$inside" -o "$outside" "$@" > "$tmp/blast"
}

# storm WHAT SECONDS...: control of the gateway's module.
storm()
{
	ip netns exec "$gateway" storm "$@"
}

# sent KIND: how many of that blast has sent.
sent()
{
	jq ".$1" "$tmp/blast"
}

# A line for Documentation/testing.rst.
figure()
{
	echo "# figure: $*"
}

# has FILE CONDITION: in the words of jq.
has()
{
	jq -e "$2" "$1" > /dev/null || { cat "$1"; return 1; }
}
