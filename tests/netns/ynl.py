#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Drives every command of the family with the kernel tree's own YNL library.

Usage: ynl.py YNL-FOLDER SPECIFICATION STAGE
Prints TAP lines without numbers. The library knows the specification only, so
what it reads and writes is what the specification says. Stages: "empty" before
any traffic, "flows" after it, "event" to wait for a notification.
"""
import ipaddress
import pathlib
import sys
import time

sys.path.insert(0, sys.argv[1])
from lib import NlError, YnlFamily  # noqa: E402

FAMILY = YnlFamily(sys.argv[2], "")
USED = set()


def ok(name, good, said=""):
    print(f"{'ok' if good else 'not ok'} {name}", flush=True)
    if not good:
        print(f"# {said}", flush=True)


def do(name, attrs=None):
    USED.add(name)
    return FAMILY.do(name, attrs or {})


def dump(name, attrs=None):
    USED.add(name)
    return FAMILY.dump(name, attrs or {})


def refused(name, command, attrs, error, text, dumped=False):
    """Whether a command is refused with that error and those words."""
    try:
        said = (dump if dumped else do)(command, attrs)
        ok(name, False, f"it was taken: {said}")
    except NlError as refusal:
        words = refusal.nl_msg.extack.get("msg", "") if refusal.nl_msg.extack else ""
        ok(name, -refusal.nl_msg.error == error and text in words,
           f"error {refusal.nl_msg.error}, '{words}'")


def packed(attrs):
    """Addresses as the library takes them: it reads text, but does not write it."""
    kinds = {"v4": int, "v6": lambda address: address.packed}
    return {key: kinds[key[-2:]](ipaddress.ip_address(value)) if key[-2:] in kinds else value
            for key, value in attrs.items()}


def counters(reply):
    return reply["counters"]


def empty():
    stats = do("stats-get")
    ok("stats-get", stats["mode"] == "enforce" and stats["flows"] == 0 and
       stats["max-flows"] == 4096 and counters(stats)["seen"] == 0 and
       "last-drop" not in stats, stats)
    ok("stats-get tells the settings", stats["config"] == do("config-get")["config"], stats)
    config = do("config-get")["config"]
    ok("config-get", config["ports"] == "25" and config["tolerance"] == 1 and
       config["protect"] == "client" and config["idle-timeout"] == 900, config)
    do("config-set", {"config": {"tolerance": 3, "ports": "25,587", "mode": "monitor"}})
    config = do("config-get")["config"]
    ok("config-set", (config["tolerance"], config["ports"], config["mode"]) ==
       (3, "25,587", "monitor"), config)
    refused("config-set is refused in words", "config-set",
            {"config": {"mode": "off", "tolerance": 33}}, 34, "accepted is 0..32")
    ok("and changes nothing", do("config-get")["config"] == config)
    do("config-set", {"config": {"tolerance": 1, "ports": "25", "mode": "enforce"}})
    for name in ("flow-get", "whitelist-get", "peer-get", "account-get"):
        ok(f"{name} of nothing", list(dump(name)) == [])


def flows():
    stats = do("stats-get")
    drop = stats["last-drop"]
    ok("stats-get after a drop", counters(stats)["dropped"] == 1 and
       counters(stats)["dropped-data"] == 1 and drop["reason"] == "ttl" and
       drop["kind"] == "data" and drop["ttl"] == 58 and drop["pin"] == [50, 40] and
       drop["remote-v4"] == "203.0.113.25" and drop["remote-port"] == 25, stats)
    listed = [entry["flow"] for entry in dump("flow-get")]
    ok("flow-get", sorted(f["phase"] for f in listed) == ["opening", "syn-sent", "talking"],
       listed)
    six = [f for f in listed if "remote-v6" in f]
    ok("flow-get of IPv6", len(six) == 2 and six[0]["remote-v6"] == "2001:db8:2::25" and
       six[0]["local-v6"] == "2001:db8:1::10", six)
    one = [f["flow"] for f in dump("flow-get", {"phase": "opening"})]
    ok("flow-get by phase", len(one) == 1 and one[0]["ttl"] == [50, 40] and
       one[0]["suspect-ttl"] == 58, one)
    some = list(dump("flow-get", {"prefix": [packed({"v4": "203.0.113.0", "len": 24})]}))
    ok("flow-get by peer", [f["flow"] for f in some] == one, some)
    refused("flow-get is refused in words", "flow-get",
            {"prefix": [packed({"v4": "203.0.113.1", "len": 24})]}, 22,
            "bits set right of the prefix length", True)
    name = packed({key: one[0][key] for key in
                   ("remote-v4", "remote-port", "local-v4", "local-port")})
    do("flow-del", {"flow": name})
    ok("flow-del", len(list(dump("flow-get"))) == 2)
    refused("flow-del is refused in words", "flow-del", {"flow": name}, 2,
            "no such flow")
    do("flow-flush")
    ok("flow-flush", list(dump("flow-get")) == [])
    peers = [entry["peer"] for entry in dump("peer-get")]
    ok("peer-get", len(peers) == 1 and peers[0]["v4"] == "203.0.113.25" and
       peers[0]["ttl"] == 40, peers)
    do("peer-flush")
    ok("peer-flush", list(dump("peer-get")) == [])
    accounts = [entry["account"] for entry in dump("account-get")]
    ok("account-get", len(accounts) == 1 and accounts[0]["v4"] == "203.0.113.25" and
       accounts[0]["condemned"] == 1 and accounts[0]["ttl"] == 58, accounts)
    was = do("stats-reset")
    ok("stats-reset", counters(was)["dropped"] == 1 and
       counters(do("stats-get"))["dropped"] == 0, was)


def whitelist():
    two = [{"v4": "192.0.2.0", "len": 24}, {"v6": "2001:db8::", "len": 32}]

    both = [packed(prefix) for prefix in two]

    def listed():
        return [entry["prefix"][0] for entry in dump("whitelist-get")]

    do("whitelist-add", {"prefix": both})
    ok("whitelist-add", listed() == two, listed())
    refused("whitelist-add is refused in words", "whitelist-add",
            {"prefix": both[:1]}, 17, "in the whitelist already")
    do("whitelist-del", {"prefix": both[:1]})
    ok("whitelist-del", listed() == two[1:], listed())
    do("whitelist-begin")
    do("whitelist-add", {"prefix": both[:1]})
    ok("whitelist-begin", listed() == two[1:], listed())
    do("whitelist-commit")
    ok("whitelist-commit", listed() == two[:1], listed())
    do("whitelist-begin")
    do("whitelist-add", {"prefix": both})
    do("whitelist-abort")
    ok("whitelist-abort", listed() == two[:1], listed())
    refused("whitelist-commit is refused in words", "whitelist-commit", {}, 2,
            "this socket has begun no whitelist")
    do("whitelist-flush")
    ok("whitelist-flush", listed() == [], listed())


def event():
    FAMILY.ntf_subscribe("events")
    print("# subscribed", flush=True)
    end = time.time() + 20
    while not FAMILY.async_msg_queue and time.time() < end:
        time.sleep(0.1)
        FAMILY.check_ntf()
    got = FAMILY.async_msg_queue
    seg = got[0]["msg"]["event"] if got else {}
    ok("a notification arrives", bool(got) and got[0]["name"] == "drop-ntf" and
       seg["reason"] == "ttl" and seg["kind"] == "data" and seg["ttl"] == 58 and
       bytes(seg["payload"]).startswith(b"500 error") and
       bytes(seg["packet"])[0] == 0x45, got)
    return ()


def main():
    stages = {"empty": (empty, whitelist), "flows": (flows,), "event": (event,)}
    for stage in stages[sys.argv[3]]:
        stage()
    seen = pathlib.Path(sys.argv[4])
    USED.update(seen.read_text().split() if seen.exists() else ())
    seen.write_text(" ".join(sorted(USED)))
    if sys.argv[3] == "flows":
        known = {name for name, op in FAMILY.ops.items() if op.modes}
        ok("every command was used", known - USED == set(), known - USED)


main()
