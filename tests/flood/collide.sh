#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flows that would all meet in a few buckets, were the key of the fingerprints what
# an attacker takes it for: all find room, for the key is another one.
# shellcheck source=tests/race/lib.sh
. "$(dirname "$(readlink -f "$0")")/../race/lib.sh"
need collide
need_module
set_to max_flows=4096
collide_here()
{
	collide "$inside" "$outside" > "$tmp/collide"
}
ok "flows that are aimed at sixteen buckets" collide_here
figure "collisions: $(jq .found "$tmp/collide") flows aimed at $(jq .places "$tmp/collide") places"
ok "all find room, and are pinned" counters_are table_full=0 evicted=0 \
	pinned="$(jq .found "$tmp/collide")"
finish
