#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The scenarios that the verdict alone is tested with, through the kernel: the
# same input gives the same verdict.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
need wire ttlpinctl jq
setup_gateway
dir=$(dirname "$(readlink -f "$0")")/../scenarios
[ -d "$dir" ] || skip_all "the scenarios are not here"

# What the scenario's comments ask for; each begins with nothing remembered.
scenario()
{
	local file=$1 settings counters

	settings=$(sed -n 's/^# set: //p' "$file")
	counters=$(sed -n 's/^# counters: //p' "$file")
	! grep -q '^nf_ttlpin ' /proc/modules || rmmod nf_ttlpin
	load_module || return 1
	# shellcheck disable=SC2086 # several words each
	{
		[ -z "$settings" ] || set_to $settings || return 1
		play < "$file" || return 1
		counters_are $counters
	}
}

for file in "$dir"/*.seg; do
	grep -q '^# verdict only' "$file" || ok "$(basename "$file" .seg)" scenario "$file"
done
finish
