# SPDX-License-Identifier: GPL-2.0
"""What the tests of captures share: TAP, the tool, captures and parts of them."""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

import jsonschema

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(HERE + "/../..")
BUILD = os.path.realpath(sys.argv[1])
TOOL = BUILD + "/captures/asan/bin/ttlpinctl"
SEG2PCAP = BUILD + "/captures/seg2pcap"
MAILS = BUILD + "/captures/mails"
SHARED = os.environ.get("SHARED", TOP + "/../shared")
SCHEMA = json.load(open(TOP + "/Documentation/schema/analyze.json"))
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
ENV = dict(os.environ, TZ="UTC", ASAN_OPTIONS="detect_leaks=1")
TMP = tempfile.mkdtemp()
SMTP500 = TOP + "/tests/scenarios/smtp-500.seg"
# Whoever may read everything is told by no file that he may not.
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] \
    if os.geteuid() == 0 else []

tests = failures = 0


class Failed(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Failed(" ".join(str(w) for w in what))


def ok(name, test, *args):
    global tests, failures
    tests += 1
    try:
        skip = test(*args)
        print(f"ok {tests} {name}" + (f" # SKIP {skip}" if skip else ""))
    except Exception as e:  # whatever went wrong, the others are run
        failures += 1
        print(f"not ok {tests} {name}")
        for line in (str(e) or repr(e)).splitlines():
            print("#", line)
    sys.stdout.flush()


def call(*args, stdin=b"", wanted=0, before=(), **kw):
    """Runs the tool; a sanitizer's complaint is a failure whatever is wanted."""
    p = subprocess.run([*before, TOOL, *args], input=stdin, env=ENV,
                       stdout=kw.pop("stdout", subprocess.PIPE),
                       stderr=subprocess.PIPE, timeout=300)
    said = p.stderr.decode(errors="replace")
    check("Sanitizer" not in said and "runtime error" not in said, said)
    check(p.returncode == wanted, "exit", p.returncode, "instead of", wanted, said)
    return p.stdout, said


def analyze(*args, **kw):
    out, said = call("-j", "analyze", *args, **kw)
    tree = json.loads(out)
    errors = list(VALIDATOR.iter_errors(tree))
    check(not errors, "against the schema:", *errors[:2])
    counters = tree["counters"]
    check(counters["seen"] == sum(counters[k] for k in (
        "passed", "dropped", "would_drop", "whitelisted", "unpinned")), counters)
    condemned = counters["dropped"] + counters["would_drop"]
    check(condemned == sum(counters["dropped_" + k] for k in (
        "ttl", "timestamp", "synack", "burst")) == sum(counters["dropped_" + k]
        for k in ("rst", "fin", "data", "ack", "handshake")), counters)
    check(counters["seen"] == sum(f["segments"] for f in tree["flows"]),
          "segments of flows")
    return tree


def capture(script, *args, name="capture.pcap"):
    """A capture of a script; its path, and what each packet expects."""
    path = f"{TMP}/{name}"
    with open(path, "wb") as out:
        p = subprocess.run([SEG2PCAP, "-v", *args], input=script.encode(),
                           stdout=out, stderr=subprocess.PIPE, check=True)
    fates = [line.split() for line in p.stderr.decode().splitlines()]
    return path, {int(n): fate for n, _, fate in fates}


def script(path=SMTP500):
    with open(path) as f:
        return f.read()


def directive(text, which):
    found = []
    for line in re.findall(rf"^# {which}: (.*)$", text, re.M):
        found += line.split()
    return found


def dropped(tree):
    return sorted(d["packet"] for f in tree["flows"] for d in f["drops"])


def told(tree):
    """What must not depend on the way in which it was captured."""
    def plain(o):
        if isinstance(o, dict):
            return {k: plain(v) for k, v in o.items()
                    if k not in ("packet", "file", "files", "met", "pinned_by",
                                 "confirmed_by", "other", "overlaps", "name",
                                 "format")}
        return [plain(v) for v in o] if isinstance(o, list) else o
    return plain({"flows": tree["flows"], "counters": tree["counters"]})


def packets_of(path):
    """Header and packets, each with its own header, of a pcap."""
    data = open(path, "rb").read()
    at, found = 24, []
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at:at + 16 + size])
        at += 16 + size
    return data[:24], found


def write(name, *parts):
    path = f"{TMP}/{name}"
    with open(path, "wb") as out:
        for part in parts:
            out.write(part)
    return path


def block(order, kind, body):
    size = 12 + len(body)
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def pcapng_of(packets, order, interfaces, option=b"", ticks=1000000):
    """Packets as pcapng, each with the number of its interface."""
    out = block(order, 0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1))
    for linktype in interfaces:
        out += block(order, 1, struct.pack(order + "HHI", linktype, 0, 65535) + option)
    for i, (interface, p) in enumerate(packets):
        s, us, size, full = struct.unpack("<IIII", p[:16])
        stamp = s * ticks + us * ticks // 1000000
        out += block(order, 6, struct.pack(order + "IIIII", interface, stamp >> 32,
                     stamp & 0xffffffff, size, full) + p[16:] + bytes(-size % 4))
    return out


def refused(words, *args, wanted=1, **kw):
    _, said = call("analyze", *args, wanted=wanted, **kw)
    check(words in said, "said", said)
    check(said.count("\n") == 1, "not one line:", said)
