#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the flow store takes, by what the kernel says it has given out, and what a
# namespace takes: for tests/vm/run -k 6.12 -m 2048 tests/bench/memory.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

given()
{
	awk '/^VmallocUsed/ { print $2 * 1024 }' /proc/meminfo
}

# Old stores go a grace period after they were replaced.
settled()
{
	sleep 1
	given
}

load_module || exit 1
for flows in 65536 262144 1048576 4194304; do
	ttlpinctl config max_flows=1024 > "$tmp/said" || exit 1
	before=$(settled)
	ttlpinctl config max_flows=$flows > "$tmp/said" || exit 1
	echo "$flows flows: $(awk -v b="$before" -v a="$(settled)" -v n=$flows \
		'BEGIN { printf "%.1f MB, %.1f octets a flow", (a - b) / 1e6, (a - b) / (n - 1024) }')"
done
before=$(settled)
for n in 1 2 3 4 5 6 7 8 9 10; do
	ip netns add "$n-$suffix"
done
echo "a namespace: $((($(settled) - before) / 10240)) KiB"
