# SPDX-License-Identifier: BSD-2-Clause
"""quick.py PID PATCH - asks for a patch and, in the same breath, for the status: prints how many
pieces of memory the update has left behind that nobody has looked at by then."""
import socket
import struct
import sys

APPLY, STATUS = 5, 2
PATH, UPDATE, HOLDERS = 13, 22, 20


def frame(kind, fields=b""):
    return b"RVCT" + struct.pack("<HHII", 2, kind, len(fields), 1) + fields


def field(tag, kind, value):
    return struct.pack("<HHI", tag, kind, len(value)) + value


def fields(at):
    while at:
        tag, _, size = struct.unpack_from("<HHI", at)
        yield tag, at[8:8 + size]
        at = at[8 + size:]


with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer, open(sys.argv[2], "rb") as patch:
    peer.connect("\0revector/" + sys.argv[1])
    peer.settimeout(20)
    socket.send_fds(peer, [frame(APPLY, field(PATH, 2, sys.argv[2].encode()))], [patch.fileno()])
    peer.send(frame(STATUS))
    applied, status = peer.recv(65536), peer.recv(65536)
    if struct.unpack_from("<H", applied, 6)[0] != 0x100:
        sys.exit(f"refused: {applied!r}")
    for tag, update in fields(status[16:]):
        if tag == UPDATE:
            print(struct.unpack("<Q", dict(fields(update))[HOLDERS])[0])
