# SPDX-License-Identifier: BSD-2-Clause
"""noise.py PID - talks nonsense to an agent in every way that a socket allows."""
import os
import random
import socket
import struct
import sys

address = "\0revector/" + sys.argv[1]
random.seed(1)


def connect():
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    peer.connect(address)
    peer.settimeout(5)
    return peer


def frame(kind, fields=b"", version=2, size=None):
    size = len(fields) if size is None else size
    return b"RVCT" + struct.pack("<HHII", version, kind, size, 1) + fields


def kind_of(answer):
    return struct.unpack_from("<H", answer, 6)[0]


def field(tag, kind, value):
    return struct.pack("<HHI", tag, kind, len(value)) + value


HELLO, APPLY, ANSWER, ERROR = 1, 5, 0x100, 0x101


def expect(kind, packet, descriptors=()):
    with connect() as peer:
        if descriptors:
            socket.send_fds(peer, [packet], descriptors)
        else:
            peer.send(packet)
        answer = peer.recv(65536)
        if len(answer) < 16 or kind_of(answer) != kind:
            sys.exit(f"packet {packet[:40]!r}: expected {kind:#x}, got {answer[:120]!r}")


expect(ANSWER, frame(HELLO))
expect(ERROR, b"x")
expect(ERROR, b"GET / HTTP/1.0\r\n\r\n")
expect(ERROR, frame(HELLO, version=1))
expect(ERROR, frame(HELLO, size=5))
expect(ERROR, frame(999))
expect(ERROR, frame(HELLO) + b"\0" * 70000)
expect(ERROR, frame(APPLY))
expect(ERROR, frame(APPLY, field(13, 2, b"/nowhere")))
with open("/dev/null") as null, open("/proc/self/status") as text:
    expect(ERROR, frame(APPLY, field(13, 2, b"/nowhere")), [null.fileno()])
    expect(ERROR, frame(APPLY, field(13, 2, b"/nowhere")), [null.fileno(), text.fileno()])
    expect(ANSWER, frame(HELLO), [null.fileno()] * 100)
pipe = os.pipe()
expect(ERROR, frame(APPLY, field(13, 2, b"/nowhere")), [pipe[0]])
folder = os.open("/", os.O_RDONLY)
expect(ERROR, frame(APPLY, field(13, 2, b"/")), [folder])
for _ in range(2000):
    packet = bytearray(frame(random.choice([1, 2, 3, 4, 6, 7]), field(11, 1, b"\1" * 8)))
    packet[random.randrange(len(packet))] ^= 1 << random.randrange(8)
    with connect() as peer:
        peer.send(bytes(packet))
        if len(peer.recv(65536)) < 16:
            sys.exit("no answer to a damaged packet")

# silent ones take all places; somebody new is served at once all the same
silent = [connect() for _ in range(60)]
expect(ANSWER, frame(HELLO))
# asks and never reads: loses the connection, nobody waits
greedy = connect()
greedy.settimeout(0.2)
try:
    while True:
        greedy.send(frame(3))
except OSError:
    pass
expect(ANSWER, frame(HELLO))
fds = len(os.listdir(f"/proc/{sys.argv[1]}/fd"))
if fds > 8:
    sys.exit(f"the program has {fds} descriptors")
