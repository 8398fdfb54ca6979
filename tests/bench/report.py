#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a table, a picture and one JSON file of what the guests measured.

    report.py FOLDER

FOLDER holds cost/bench.json, and the same of cpus, forward and sweep if those were
measured; bench.json and cost.svg are written there.
"""
import json
import os
import sys

DEVICES = [("hook", "hook that returns at once"), ("floor", "floor: hash, one line"),
           ("ttlpin", "ttlpin"), ("nft-set", "nftables, set of tuple and TTL"),
           ("nft-mark", "nftables, TTL in the connection mark")]
# What a row is held against where the empty chain has no row of that name.
LIKE = {"segment-ts": "segment", "whitelist": "segment", "unknown": "segment", "new-ts": "new"}


def load(path):
    if not os.path.exists(path):
        return {"rows": {}, "facts": {}}
    with open(path, encoding="ascii") as file:
        return json.load(file)


class Figures:
    """Nanoseconds a packet, above the empty chain of the same run."""

    def __init__(self, rows):
        self.rows = rows
        self.sizes = sorted({int(key.split()[2]) for key in rows})

    def samples(self, row, family, flows, device):
        """A figure a round: its best slice, for noise only adds. A flow that begins costs
        more the more there are: of each of those slices the best of all rounds counts,
        and of them the mean."""
        runs = self.rows.get(f"{row} {family} {flows}", {}).get(device, [])
        if not runs or "slices" not in runs[0]:
            return [run["best"] for run in runs]
        least = [min(same) for same in zip(*(run["slices"] for run in runs))]
        return [sum(least) / len(least)] + [run["mean"] for run in runs]

    def base(self, row, family):
        row = LIKE.get(row, row)
        # A chain without hooks knows no flows: all sizes measure the same.
        return min(min(self.samples(row, family, n, "none") or [float("inf")])
                   for n in self.sizes)

    def cost(self, row, family, flows, device):
        """The minimum over the rounds, or None."""
        found = self.samples(row, family, flows, device)
        return min(found) - self.base(row, family) if found else None

    def spread(self, row, family, flows, device):
        found = self.samples(row, family, flows, device)
        return max(found) - min(found) if found else None


def name_of(row, family, flows):
    names = {"udp": "UDP", "other": "TCP, port not guarded", "new": "new flow, SYN and SYN-ACK",
             "segment": "guarded segment", "outbound": "outbound data", "forged": "dropped segment",
             "whitelist": "guarded, 65,536 prefixes listed", "unknown": "segment of no known flow",
             "new-ts": "new flow, timestamps", "segment-ts": "guarded segment, timestamps"}
    return f"{names[row]}, IPv{family}, {flows:,} flows"


def table(fig):
    print("\nns a packet above an empty chain: minimum over the rounds, (spread)\n")
    print(" " * 54 + "".join(f"{name:>16}" for name, _ in DEVICES))
    for key in fig.rows:
        row, family, flows = key.split()
        line = f"{name_of(row, family, int(flows)):54}"
        for device, _ in DEVICES:
            cost = fig.cost(row, family, int(flows), device)
            spread = fig.spread(row, family, int(flows), device)
            line += f"{'' if cost is None else f'{cost:.1f} ({spread:.0f})':>16}"
        print(line)
    print(f"\nempty chain, with making and freeing the packet: "
          f"{fig.base('segment', 4):.0f} ns IPv4, {fig.base('segment', 6):.0f} ns IPv6")


def ratios(fig):
    """What is wanted: name, cost, of what, at most."""
    few, many = fig.sizes[0], fig.sizes[-1]
    c = fig.cost
    hook = c("other", 4, few, "hook")
    wanted = [
        ("UDP / empty hook", c("udp", 4, few, "ttlpin"), c("udp", 4, few, "hook"), 2),
        ("TCP, other port / empty hook", c("other", 4, few, "ttlpin"), hook, 2),
        (f"guarded, {few:,} flows / nftables set", c("segment", 4, few, "ttlpin"),
         c("segment", 4, few, "nft-set"), 0.30),
        (f"guarded, {many:,} flows / nftables set", c("segment", 4, many, "ttlpin"),
         c("segment", 4, many, "nft-set"), 0.36),
        (f"guarded, {many:,} flows / floor", c("segment", 4, many, "ttlpin"),
         c("segment", 4, many, "floor"), 1.1),
        (f"IPv6 / IPv4, {few:,} flows", c("segment", 6, few, "ttlpin"),
         c("segment", 4, few, "ttlpin"), 1.3),
        (f"IPv6 / IPv4, {many:,} flows", c("segment", 6, many, "ttlpin"),
         c("segment", 4, many, "ttlpin"), 1.3),
        (f"dropped / passed, {few:,} flows", c("forged", 4, few, "ttlpin"),
         c("segment", 4, few, "ttlpin"), 1.2),
        (f"dropped / passed, {many:,} flows", c("forged", 4, many, "ttlpin"),
         c("segment", 4, many, "ttlpin"), 1.2),
        (f"new flow, {many:,} flows / nftables set", c("new", 4, many, "ttlpin"),
         c("new", 4, many, "nft-set"), 0.5),
        ("outbound data / empty hook", c("outbound", 4, few, "ttlpin"),
         c("outbound", 4, few, "hook"), 2),
        (f"65,536 prefixes / none, {few:,} flows", c("whitelist", 4, few, "ttlpin"),
         c("segment", 4, few, "ttlpin"), 1.15),
        (f"65,536 prefixes / none, {many:,} flows", c("whitelist", 4, many, "ttlpin"),
         c("segment", 4, many, "ttlpin"), 1.15),
        (f"growth from {few:,} to {many:,} flows / the floor's",
         diff(c("segment", 4, many, "ttlpin"), c("segment", 4, few, "ttlpin")),
         diff(c("segment", 4, many, "floor"), c("segment", 4, few, "floor")), 1.1),
    ]
    print(f"\n{'ratio':52}{'measured':>10}{'at most':>10}")
    result = []
    for what, cost, of, most in wanted:
        if cost is None or of is None:
            continue
        ratio = cost / of if of > 0 else float("inf")
        result.append({"ratio": what, "measured": ratio, "wanted": most})
        print(f"{what:52}{ratio:10.2f}{most:10.2f}{'' if ratio <= most else '   missed'}")
    return result


def diff(a, b):
    return None if a is None or b is None else a - b


def facts(cost, cpus, forward, sweep):
    for name, values in [*cost["facts"].items(), *sweep["facts"].items()]:
        print(f"{name}: {min(values):.5g}" + (f" to {max(values):.5g}" if min(values) != max(values) else ""))
    rows = cpus["rows"]
    for device in ("none", "ttlpin"):
        runs = [min(r["best"] for r in rows[f"cpus-{n} 4 10000"][device]) for n in (1, 2)
                if f"cpus-{n} 4 10000" in rows]
        if len(runs) == 2:
            print(f"two CPUs pass {2 * runs[0] / runs[1]:.2f} times what one does ({device})")
    runs = forward["rows"].get("forward 4 1")
    if runs:
        best = {name: min(r["best"] for r in runs[name]) for name in ("none", "ttlpin")}
        print(f"forwarding 1500-octet packets takes {best['ttlpin'] / best['none']:.4f} times"
              " as long with the module")


def picture(fig, path):
    """Cost over flows, the flows in powers of ten."""
    import math
    width, height, left, bottom, top = 760, 440, 70, 50, 20
    lines = {device: [(n, fig.cost("segment", 4, n, device)) for n in fig.sizes
                      if fig.cost("segment", 4, n, device) is not None]
             for device, _ in DEVICES}
    highest = max(y for points in lines.values() for _, y in points)
    step = next(s for s in (10, 20, 50, 100, 200, 500, 1000) if highest / s <= 8)
    ceiling = math.ceil(highest / step) * step
    low, high = math.log10(fig.sizes[0]), math.log10(fig.sizes[-1])

    def at(n, y):
        x = left + (math.log10(n) - low) / ((high - low) or 1) * (width - left - 250)
        return x, height - bottom - y / ceiling * (height - bottom - top)

    colours = {"hook": "#888888", "floor": "#2b8a3e", "ttlpin": "#d9480f",
               "nft-set": "#1864ab", "nft-mark": "#862e9c"}
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
           ' font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for y in range(0, ceiling + 1, step):
        x0, py = at(fig.sizes[0], y)
        x1, _ = at(fig.sizes[-1], y)
        svg.append(f'<line x1="{x0}" x2="{x1}" y1="{py:.1f}" y2="{py:.1f}" stroke="#dddddd"/>')
        svg.append(f'<text x="{x0 - 8}" y="{py + 4:.1f}" text-anchor="end">{y}</text>')
    for n in fig.sizes:
        x, y = at(n, 0)
        svg.append(f'<text x="{x:.1f}" y="{y + 20:.1f}" text-anchor="middle">{n:,}</text>')
    svg.append(f'<text x="{left}" y="{height - 8}">flows, visited in shuffled order;'
               ' ns a segment above an empty chain</text>')
    named = []
    for device, name in DEVICES:
        points = lines[device]
        if not points:
            continue
        path_points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*p) for p in points))
        svg.append(f'<polyline points="{path_points}" fill="none" stroke-width="2.5"'
                   f' stroke="{colours[device]}"/>')
        named.append([at(*points[-1]), name, colours[device]])
    # Names stand at the ends of their lines, but not on one another.
    named.sort(key=lambda n: -n[0][1])
    last = float("inf")
    for (x, y), name, colour in named:
        last = min(y + 4, last - 17)
        svg.append(f'<text x="{x + 8:.1f}" y="{last:.1f}" fill="{colour}">{name}</text>')
    svg.append("</svg>")
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(svg) + "\n")


def main():
    folder = sys.argv[1]
    parts = ("cost", "cpus", "forward", "sweep")
    cost, cpus, forward, sweep = (load(f"{folder}/{part}/bench.json") for part in parts)
    found = []
    if cost["rows"]:
        fig = Figures(cost["rows"])
        table(fig)
        found = ratios(fig)
        picture(fig, f"{folder}/cost.svg")
    print()
    facts(cost, cpus, forward, sweep)
    with open(f"{folder}/bench.json", "w", encoding="ascii") as out:
        json.dump({"cost": cost, "cpus": cpus, "forward": forward, "sweep": sweep,
                   "ratios": found}, out, indent=1)
    print(f"\n{folder}/bench.json" + (f", {folder}/cost.svg" if cost["rows"] else ""))


main()
