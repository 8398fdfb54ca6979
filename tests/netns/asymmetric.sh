#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two gateways, neither of which sees both directions: what the inside host sends
# takes the first, what comes back the second. Without synchronisation nothing can
# be judged there; with conntrackd the second knows of the SYN and takes the pin.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$(find "$here/../lib.sh" "$here/lib.sh" 2> /dev/null | head -n 1)"
# shellcheck source=tests/netns/two-gateways.sh
. "$here/two-gateways.sh"
need conntrackd conntrack nft smtp-sink injector nc tc ttlpinctl jq

# The SYN-ACK must not be ahead of conntrackd.
setup_two 500ms || skip_all "no two gateways in this kernel"
need_module mode=off
ip -n "$inside" route replace default via 192.0.2.11
ip -n "$path" route replace 192.0.2.0/24 via 198.51.100.12
serve_mail || exit 1
inject --payload "500 error" --ttl 71 --timestamps mirrored || exit 1

# Of the first nothing is judged; of the second all that it sees is unpinned.
blind()
{
	ttlpinctl -N "$first" -j stats | jq -e '.counters.seen == 0' > /dev/null &&
		ttlpinctl -N "$second" -j stats | jq -e '.counters |
			.seen >= 4 and .unpinned == .seen and .pinned == 0' > /dev/null ||
		{ ttlpinctl -N "$first" stats; ttlpinctl -N "$second" stats; return 1; }
}

for midstream in pass learn; do
	name="alone, midstream=$midstream"
	ok "$name: set" settings ct_mark_mask=0 midstream=$midstream
	ok "$name: a mail begins" begin_mail
	ok "$name: a forged reply gets through" refused_by_forger
	ok "$name: nothing could be judged" blind
	hang_up
done
conntrackd_conf 1 2 on
conntrackd_conf 2 1 on
ok "conntrackd on both" eval 'start_conntrackd "$first" 1 && start_conntrackd "$second" 2'
ok "synchronised: set" settings ct_mark_mask=0xff00 midstream=pass
ok "synchronised: a mail begins" begin_mail
pinned_there()
{
	ttlpinctl -N "$second" -j flows | jq -e 'length == 1 and .[0].pin == [63]' > /dev/null ||
		{ ttlpinctl -N "$second" flows; ip netns exec "$second" conntrack -L; return 1; }
}
ok "synchronised: the pin is taken where the SYN-ACK comes by" pinned_there
known_here()
{
	ip netns exec "$first" conntrack -L -p tcp --dport 25 2> /dev/null |
		grep -q "mark=$((63 << 8))"
}
ok "synchronised: the other hears of it" busywait 10000 known_here
ok "synchronised: the mail goes on" goes_on
ok "synchronised: the forged reply was dropped, and proven forged" dropped_by "$second"
hang_up
inject_stop
finish
