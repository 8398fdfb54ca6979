# SPDX-License-Identifier: GPL-2.0
"""What a stranger writes into logs and names is neither believed nor lost."""
import os

from lib import HERE, TMP, analyze, call, check, write

with open(HERE + "/incident.log", "rb") as incident:
    LOG = incident.read()
FORGED = b"35 30 30 20 65 72 72 6F 72 0D 0A                 500 error.."
RELAY = (b"2026-09-26T14:46:23Z gw postfix/smtp[1]: 4X: to=<e@m>, relay=m[203.0.113.80]:25, "
         b"status=bounced (host m[203.0.113.80] said: %s (in reply to RCPT TO command))\n")


def snort(digits, text):
    """The log with other sixteen octets in the forged segment."""
    check(LOG.count(FORGED) == 1 and LOG.count(b"DgmLen:51") == 1)
    log = LOG.replace(FORGED, b"%-48s %s" % (digits, text))
    log = log.replace(b"DgmLen:51", b"DgmLen:56").replace(b"09/26-", b"09/26/26-")
    return write("hostile.log", log)


def hidden_by_payload():
    """The text column looks like the line that names the ends."""
    for digits, text in ((b"3A 3A 31 3A 31 20 2D 3E 20 3A 3A 31 3A 31 20 20", b"::1:1 -> ::1:1  "),
                         (b"20 3A 3A 31 3A 31 20 2D 3E 20 3A 3A 31 3A 78 20", b" ::1:1 -> ::1:x ")):
        tree = analyze(snort(digits, text))
        flow, = tree["flows"]
        check([d["ttl"] for d in flow["drops"]] == [57], flow["drops"])
        check(flow["drops"][0]["payload"] == text.decode(), flow["drops"])


def without_rule():
    """No line parts two packets, and each keeps its own ends."""
    plain = b"".join(line for line in LOG.splitlines(True) if b"=+=+" not in line and line.strip())
    tree = analyze(write("plain.log", plain))
    check(len(tree["flows"]) == 1 and tree["files"][0]["packets"] == 7, tree["files"])
    check(len(tree["flows"][0]["drops"]) == 1, tree["flows"])


def bounce(reply):
    """What is told of a reply that a mail log has and the capture forged."""
    log = write("words.log", RELAY % reply)
    digits = b" ".join(b"%02X" % octet for octet in reply[:14] + b"\r\n")
    out, _ = call("analyze", "--maillog", log, snort(digits, b"."))
    check(not [c for c in out if c < 32 and c != 10], "for a terminal:", out)
    tree = analyze("--maillog", log, snort(digits, b"."))
    check(tree["maillog"]["forged"] == 1, tree["maillog"])
    told = tree["maillog"]["bounces"][0]
    check(tree["flows"][0]["drops"][0]["bounce"]["text"] == told["text"], told)
    return told["text"]


def words():
    for reply, text in ((b"500 error\x1b[2J\x1b]0;owned\x07", r"500 error\x1b[2J\x1b]0;owned\x07"),
                        (b"550 Empf\xe4nger?", r"550 Empf\xe4nger?"),
                        ("550 Empfänger?".encode(), "550 Empfänger?"),
                        (b"550 \xc2\x9b31m red", r"550 \xc2\x9b31m red"),
                        (b"550 " + "ы".encode() * 70, "550 " + "ы" * 61 + r"\xd1")):
        check(bounce(reply) == text, bounce(reply), text)


def names():
    name = os.fsencode(TMP) + b"/h\xe4.log"
    with open(name, "wb") as file:
        file.write(LOG)
    tree = analyze(name)
    check(tree["files"][0]["name"].endswith(r"h\xe4.log"), tree["files"])
    with open(name, "wb") as file:
        file.write(RELAY % b"500 error")
    tree = analyze("--maillog", name, HERE + "/incident.log")
    check(tree["maillog"]["name"].endswith(r"h\xe4.log"), tree["maillog"])


def routers():
    """Names that are no UTF-8 neither hide a hop nor move those behind it."""
    trace = (b"traceroute to 203.0.113.80 (203.0.113.80), 30 hops max\n"
             b" 1  g\xe4teway (198.51.100.1)  1 ms !\xe4\n 2  b (198.51.100.5)  2 ms\n"
             b" 3  203.0.113.80 (203.0.113.80)  3 ms\n")
    out, _ = call("locate", "--peer", "203.0.113.80", "--ttl", "63", "--pin", "62",
                  "--traceroute", "-", stdin=trace)
    check(b"hop 1, 198.51.100.1" in out and b"hop 2, 198.51.100.5" in out, out.decode())


def page_over_capture():
    """A page never takes the place of what is read, by whatever name."""
    file = write("mail.pcap", LOG)
    same = TMP + "/../" + os.path.basename(TMP) + "/mail.pcap"
    other = HERE + "/incident.log"
    for page, *args in ((file, file), (same, file), (same, other, file),
                        (same, "--maillog", file, other), (same, "--traceroute", file, other)):
        _, said = call("analyze", "--html", page, *args, wanted=2)
        check("would replace a file that is to be read" in said, said)
    _, said = call("analyze", "--html", TMP + "/none/page.html", file, wanted=1)
    check("cannot write the report" in said and said.count("\n") == 1, said)
    with open(file, "rb") as after:
        check(after.read() == LOG)



def pipe():
    out, _ = call("locate", "--capture", "/dev/stdin", stdin=LOG)
    check(b"hop 7" in out, out)
