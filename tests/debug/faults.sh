#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every allocation of the module fails: when it is loaded, in a new namespace, in
# each netlink command, in each file of settings, in the packet path. What failed
# is left in out/faults.log for tests/debug/sites.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/debug/debug.sh
. "$here/debug.sh"
need ttlpinctl jq faults
need_debug_kernel

# The end of what the kernel has said so far is where this begins.
mkdir -p /ttlpin/out
dmesg -c > /dev/null
stdbuf -oL cat /dev/kmsg > /ttlpin/out/faults.log &
started+=($!)

modprobe -a nf_defrag_ipv4 nf_defrag_ipv6 2> /dev/null
faults /ttlpin/calls > "$tmp/faults" 2>&1
status=$?
sed -n "s/^call //p" "$tmp/faults" > /ttlpin/out/calls-failed
while IFS= read -r line; do
	case $line in
	ok\ *) ok "${line#ok * }" true ;;
	not\ ok\ *) ok "${line#not ok * }" false ;;
	1..*|call\ *) ;;
	*) echo "# ${line#\# }" ;;
	esac
done < "$tmp/faults"
ran_to_its_end() { [ $status = 0 ] || [ $status = 1 ] && grep -q '^1\.\.' "$tmp/faults"; }
ok "every deed was tried" ran_to_its_end

# The packet path: any packet, in whoever's context.
insmod /ttlpin/ttlpin_storm.ko && load_module
ip netns add "$gateway"
ip -n "$gateway" link set lo up
set_to protect=both event_rate=100000
# The second listener needs a copy of each event.
for _ in 1 2; do
	ip netns exec "$gateway" ttlpinctl events > /dev/null 2>&1 &
	started+=($!)
done
busywait 5000 listening 2
exec 9< "/run/netns/$gateway"
in_the_packet_path()
{
	local seed

	for seed in 1 2 3 4 5; do
		fail_in nf_ttlpin 30
		echo 60 | tee $debugfs/failslab/times > $debugfs/fail_page_alloc/times
		echo "9 $seed 20000" > /proc/ttlpin_storm || return 1
	done
	fail_no_more
	[ "$(counter no_memory)" -gt 0 ] && [ "$(counter events_lost)" -gt 0 ] &&
		ctl -j stats | sums_hold
}
ok "packets without memory pass, and are counted" in_the_packet_path
sleep 1
finish_storm
