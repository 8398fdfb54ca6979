#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs in a guest: measures all devices round by round, tells how it goes, and
leaves what it found in out/bench.json after each round.

    guest.py cost ROUNDS SIZE,... [DEVICE,...]    segments through the hooks
    guest.py cpus ROUNDS                          one CPU against two
    guest.py forward ROUNDS                       TCP through a gateway
    guest.py sweep ROUNDS                         the sweeper removes a million flows
"""
import json
import os
import subprocess
import sys
import time

PROC = "/proc/ttlpin_bench"
NS = "bench"
OUT = "/ttlpin/out"
DEVICES = ["none", "hook", "floor", "ttlpin", "nft-set", "nft-mark"]
# Sizes at which IPv6 is measured, too, and by which devices.
SIZES_V6, DEVICES_V6 = (1000, 1000000), ("none", "floor", "ttlpin", "nft-set")
LEAST_PACKETS = 300000
PREFIXES = 65536


def sh(command, **more):
    """Runs a command and returns what it says."""
    done = subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode:
        sys.exit(f"bench: {command}: {done.stdout.strip()}")
    return done.stdout


def ask(line):
    """Has the module in the kernel do something in the namespace."""
    with open(f"/run/netns/{NS}", encoding="ascii") as ns:
        verb, rest = line.split(" ", 1)
        with open(PROC, "w", encoding="ascii") as proc:
            proc.write(f"{verb} {ns.fileno()} {rest}")
    with open(PROC, encoding="ascii") as proc:
        return [int(word) for word in proc.read().split()]


def nft_set(family):
    """The tuple and its TTL in a set: exact match only, nothing is ever healed."""
    ip, ttl = ("ip", "ip ttl") if family == 4 else ("ip6", "ip6 hoplimit")
    key = f"{ip} saddr . tcp sport . {ip} daddr . tcp dport . {ttl}"
    return f"""
table {ip} bench {{
    set flows {{
        typeof {key}
        size 2000000
        flags dynamic, timeout
        timeout 1h
    }}
    chain in {{
        type filter hook prerouting priority -201
        tcp sport != 25 accept
        tcp flags & (syn | ack) == syn | ack add @flows {{ {key} }} accept
        {key} @flows accept
        drop
    }}
}}
"""


def nft_mark(family):
    """The TTL in the mark of the connection."""
    ip, ttl = ("ip", "ip ttl") if family == 4 else ("ip6", "ip6 hoplimit")
    values = ", ".join(f"{n} : {n}" for n in range(1, 256))
    pairs = ", ".join(f"{n} . {n}" for n in range(1, 256))
    return f"""
table {ip} bench {{
    map mark_of {{
        typeof {ttl} : ct mark
        elements = {{ {values} }}
    }}
    set same {{
        typeof {ttl} . ct mark
        elements = {{ {pairs} }}
    }}
    chain in {{
        type filter hook prerouting priority -150
        tcp sport != 25 accept
        ct mark 0 tcp flags & (syn | ack) == syn | ack ct mark set {ttl} map @mark_of accept
        {ttl} . ct mark @same accept
        drop
    }}
}}
"""


def max_flows(flows):
    """As an administrator would set it: the default as long as that will do."""
    size = 65536
    while flows > size * 0.96:
        size *= 2
    return size


class Device:
    """Something that judges segments in the namespace."""

    def __init__(self, name, family, flows):
        self.name, self.family, self.flows = name, family, flows
        # Beside the module itself, other builds of it: NAME.ko.
        self.module = f"/ttlpin/{'nf_ttlpin' if name == 'ttlpin' else name}.ko"
        if not os.path.exists(self.module):
            self.module = None
        sh(f"ip netns add {NS} && ip -n {NS} link set lo up")
        if self.module:
            sh(f"insmod {self.module} && ttlpinctl -N {NS} config max_flows={max_flows(flows)}")
        elif name == "nft-set":
            sh(f"ip netns exec {NS} nft -f -", input=nft_set(family))
        elif name == "nft-mark":
            sh(f"ip netns exec {NS} nft -f -", input=nft_mark(family))
            sh(f"ip netns exec {NS} sysctl -q net.netfilter.nf_conntrack_max=2000000")
            sh("echo 1048576 > /sys/module/nf_conntrack/parameters/hashsize")
        else:
            ask(f"device {name} {flows}")

    def measure(self, kind, packets=0, ts=0, cpus=1):
        """Nanoseconds a packet: in the best slice, in all; and how many passed. Where the
        store fills as it goes, each slice by itself."""
        packets = packets or max(LEAST_PACKETS, self.flows)
        best, mean, accepted, *slices = ask(
            f"run {kind} {self.family} {ts} {cpus} {self.flows} {packets}")
        value = {"best": best / 1000, "mean": mean / 1000, "accepted": accepted}
        if kind == "new":
            value["slices"] = [ps / 1000 for ps in slices]
        return value

    def ctl(self, words, **more):
        return sh(f"ttlpinctl -N {NS} -j {words}", **more)

    def end(self):
        """Returns how many octets its store held: 16 KiB of them are locks."""
        held = allocated()
        if self.name in ("none", "hook", "floor"):
            ask("device none 0")
        sh(f"ip netns del {NS}")
        time.sleep(0.1)
        if not self.module:
            return 0
        deadline = time.monotonic() + 10
        while allocated() == held and time.monotonic() < deadline:
            time.sleep(0.1)
        held += 16384 - allocated()
        sh("rmmod nf_ttlpin")
        return held


def allocated():
    """Octets of pages that the flow stores of all namespaces hold."""
    with open("/proc/vmallocinfo", encoding="ascii") as info:
        return sum(int(line.split()[1]) for line in info if "ttlpin_table_new" in line)


class Bench:
    """What was measured, by row."""

    def __init__(self):
        self.result = {"rows": {}, "facts": {}}

    def note(self, row, family, flows, device, value):
        key = f"{row} {family} {flows}"
        self.result["rows"].setdefault(key, {}).setdefault(device, []).append(value)
        print(f"# {key}, {device}: {value['best']:.1f} at best,"
              f" {value.get('mean', value['best']):.1f} in all", flush=True)

    def fact(self, name, value):
        self.result["facts"].setdefault(name, []).append(value)
        print(f"# {name}: {value:.6g}", flush=True)

    def save(self):
        os.makedirs(OUT, exist_ok=True)
        with open(f"{OUT}/bench.json", "w", encoding="ascii") as out:
            json.dump(self.result, out, indent=1)

    def cost(self, name, family, flows):
        """All rows of one device with so many flows."""
        d = Device(name, family, flows)

        def row(row_name, kind, **more):
            self.note(row_name, family, flows, name, d.measure(kind, **more))

        if flows == 1000 and family == 4:
            row("udp", "udp")
            row("other", "other")
        row("new", "new", packets=flows)
        row("segment", "segment")
        row("outbound", "outbound")
        if d.module:
            self.own(d, row)
        # Last, for it leaves suspects behind.
        row("forged", "forged")
        held = d.end()
        if held:
            limit = max_flows(flows)
            self.fact(f"octets a flow, {name}, max_flows {limit}", held / limit)

    def own(self, d, row):
        """What only ttlpin has."""
        counters = json.loads(d.ctl("stats"))["counters"]
        limit = max_flows(d.flows)
        self.fact(f"refused, {d.name}, at {d.flows} of {limit}, IPv{d.family}",
                  counters["table_full"] + counters["evicted"])
        if d.family == 4:
            text = "".join(f"198.{18 + (n >> 15)}.{n >> 7 & 255}.{n << 1 & 255 | 1}\n"
                           for n in range(PREFIXES))
            d.ctl("whitelist load -", input=text)
            d.measure("segment")
            row("whitelist", "segment")
            d.ctl("whitelist flush")
            d.measure("segment")
        began = time.monotonic()
        d.ctl("flows flush")
        self.fact(f"seconds to flush {d.flows} flows", time.monotonic() - began)
        row("unknown", "segment")
        if d.family == 4 and d.flows == 1000000:
            self.sweep(d)
        row("new-ts", "new", packets=d.flows, ts=1)
        row("segment-ts", "segment", ts=1)

    def sweep(self, d):
        """How long a real-time task waits while the sweeper removes a whole store."""
        quiet = ask("latency 1000")
        d.measure("new", packets=d.flows)
        d.ctl("config idle_timeout=1")
        time.sleep(1)
        busy = ask("latency 3000")
        left = json.loads(d.ctl("stats"))["flows"]
        d.ctl("config idle_timeout=900")
        for what, late in (("nobody", quiet), ("the sweeper", busy)):
            for n, name in enumerate(("median", "99 %", "longest")):
                self.fact(f"us that a task wakes late, {what} at work, {name}", late[n] / 1000)
        self.fact("flows that the sweeper left after 4 s", left)


def cost(rounds, sizes, devices):
    bench = Bench()
    for n in range(rounds):
        for flows in sizes:
            for family in (4, 6):
                for name in devices:
                    if family == 6 and (flows not in SIZES_V6 or name in DEVICES
                                        and name not in DEVICES_V6):
                        continue
                    began = time.monotonic()
                    bench.cost(name, family, flows)
                    print(f"# round {n + 1} of {rounds}: {name}, IPv{family}, {flows} flows:"
                          f" {time.monotonic() - began:.1f} s", flush=True)
        bench.save()


def cpus(rounds):
    bench = Bench()
    for n in range(rounds):
        for name in ("none", "ttlpin"):
            d = Device(name, 4, 10000)
            d.measure("new", packets=10000)
            for count in (1, 2):
                bench.note(f"cpus-{count}", 4, 10000, name,
                           d.measure("segment", packets=200000, cpus=count))
            d.end()
        bench.save()


SEND = """
import socket
s = socket.create_server(("198.51.100.2", 25))
while True:
    c = s.accept()[0]
    block = bytes(1 << 20)
    for _ in range({mb}):
        c.sendall(block)
    c.close()
"""

RECEIVE = """
import socket, time
began = time.monotonic()
s = socket.create_connection(("198.51.100.2", 25))
got = 0
while True:
    n = len(s.recv(1 << 20))
    if not n:
        break
    got += n
print(got, time.monotonic() - began)
"""


def forward(rounds, mb=1536):
    """A server's octets, 1500 to a packet, through a gateway with and without."""
    bench = Bench()
    sh("""
for ns in inner gate outer; do ip netns add $ns; ip -n $ns link set lo up; done
ip -n gate link add in type veth peer name eth0 netns inner
ip -n gate link add out type veth peer name eth0 netns outer
for dev in in out; do ip -n gate link set $dev up; done
for ns in inner outer; do ip -n $ns link set eth0 up; done
ip -n gate addr add 192.0.2.1/24 dev in; ip -n gate addr add 198.51.100.1/24 dev out
ip -n inner addr add 192.0.2.2/24 dev eth0; ip -n outer addr add 198.51.100.2/24 dev eth0
ip -n inner route add default via 192.0.2.1; ip -n outer route add default via 198.51.100.1
ip netns exec gate sysctl -q net.ipv4.ip_forward=1
for ns in inner outer; do ip netns exec $ns ethtool -K eth0 tso off gso off gro off; done
for dev in in out; do ip netns exec gate ethtool -K $dev tso off gso off gro off; done
""")
    server = subprocess.Popen(["ip", "netns", "exec", "outer", "python3", "-c",
                               SEND.format(mb=mb)])
    time.sleep(1)
    for n in range(2 * rounds):
        name = "ttlpin" if n & 1 else "none"
        if n & 1:
            sh("insmod /ttlpin/nf_ttlpin.ko")
        said = sh(f"ip netns exec inner python3 -c '{RECEIVE}'").split()
        if int(said[0]) != mb << 20:
            sys.exit(f"bench: {said[0]} octets came")
        if n & 1:
            stats = json.loads(sh("ttlpinctl -N gate -j stats"))["counters"]
            if stats["passed"] < (mb << 20) / 1500:
                sys.exit(f"bench: not judged: {stats}")
            sh("rmmod nf_ttlpin")
        bench.note("forward", 4, 1, name, {"best": float(said[1])})
    server.kill()
    bench.save()


def sweep(rounds, flows=1000000):
    """How long the sweeper keeps softirqs off, as the build of tests/bench/stretch.h tells."""
    bench = Bench()
    for _ in range(rounds):
        d = Device("stretch", 4, flows)
        d.measure("new", packets=flows)
        d.ctl("config idle_timeout=1")
        deadline = time.monotonic() + 30
        while json.loads(d.ctl("stats"))["flows"]:
            if time.monotonic() > deadline:
                sys.exit("bench: the sweeper does not end")
            time.sleep(0.5)
        with open("/sys/module/nf_ttlpin/parameters/stretch", encoding="ascii") as file:
            longest, *classes = [int(n) for n in file.read().split(",")]
        # Four flows to a bucket, so that many stretches at least.
        if sum(classes) < flows / 8:
            sys.exit(f"bench: {sum(classes)} stretches are not what removes {flows} flows")
        bench.fact("stretches of the sweeper", sum(classes))
        # The clock of User-mode Linux ticks once a microsecond: no less can be told.
        for share in (0.999, 0.99999):
            n = next(n for n in range(32) if sum(classes[:n]) >= share * sum(classes))
            bench.fact(f"us that {share * 100:g} % of them are below", (1 << n) / 1000)
        bench.fact("us, the longest", longest / 1000)
        # What began below 2^17 ns is below 131 us.
        bench.fact("of them beyond 131 us", sum(classes[17:]))
        d.end()
        bench.save()


def main():
    verb, rounds = sys.argv[1], int(sys.argv[2])
    # Modules in some kernels, part of others.
    sh("modprobe -a nf_defrag_ipv4 nf_defrag_ipv6 || true")
    sh("insmod /ttlpin/ttlpin_bench.ko")
    if verb == "cost":
        cost(rounds, [int(n) for n in sys.argv[3].split(",")],
             sys.argv[4].split(",") if len(sys.argv) > 4 else DEVICES)
    elif verb == "cpus":
        cpus(rounds)
    elif verb == "sweep":
        sweep(rounds)
    else:
        forward(rounds)


main()
