# SPDX-License-Identifier: BSD-2-Clause
"""nginx: rows of modules that change or store content: SSI, charset, MP4, WebDAV."""
import struct
import time

from corpus.daemon import BAD, FIXED, shows
from corpus.net import Backend

from .nginx_server import Nginx, body


@shows("nginx", "bug-1024605")
class Inclusion(Nginx):
    """An included page whose SSI filter looks at the state of the page around it."""
    http = """server { listen 127.0.0.1:PORT; root html;
        location = /main.html { addition_types text/html; add_after_body /part.html; }
        location = /part.html { ssi on; } }"""

    def probe(self):
        self.write("html/main.html", "MAIN")
        self.write("html/part.html", '<!--# set var="x" value="VAL" -->[<!--# echo var="x" -->]')
        got = self.get(b"/main.html")
        crashed = self.crashed()
        if crashed:
            return BAD, crashed
        return (FIXED if b"[VAL]" in got else BAD), repr(body(got)[:60])


@shows("nginx", "CVE-2026-42934")
class Recoding(Nginx):
    """A character of UTF-8 that comes in three pieces."""
    http = """charset_map koi8-r utf-8 { C0 D18E; C1 D0B0; }
        server { listen 127.0.0.1:PORT; location / { proxy_pass http://127.0.0.1:BACKEND;
        proxy_buffering off; charset koi8-r; source_charset utf-8; override_charset on; } }"""

    def prepare(self):
        self.backend = Backend(self._answer)

    @staticmethod
    def _answer(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nA")
        for piece in (b"\xe2", b"\x82", b"\xac", b"Z"):
            time.sleep(0.12)
            connection.sendall(piece)

    def probe(self):
        got = body(self.get(b"/", limit=2.5))
        right = b"&#8364;" in got and b"\0" not in got
        return (FIXED if right else BAD), f"recoded to {got[-60:]!r}"


@shows("nginx", "CVE-2026-27654")
class Copy(Nginx):
    """COPY to a destination that is shorter than the location's prefix."""
    http = """server { listen 127.0.0.1:PORT; location /files/long/prefix/ {
        alias FOLDER/html/; dav_methods PUT DELETE COPY MOVE; create_full_put_path on; } }"""

    def probe(self):
        self.write("html/a.txt", "hello")
        got = self.get(b"/files/long/prefix/a.txt", b"Destination: /x\r\n", b"COPY")
        crashed = self.crashed()
        if crashed:
            return BAD, crashed
        refused = b" 400 " in got[:20] and 'invalid "Destination"' in self.errors()
        return (FIXED if refused else BAD), repr(got[:24])


# ---- MP4 ----

def box(kind, *parts):
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def words(*values):
    return struct.pack(f">{len(values)}I", *values)


def film(chunk_runs, samples, chunks):
    """A file of `samples` samples of 10 bytes, with these entries in its stsc table."""
    table = [box(b"stts", words(0, 1, samples, 1000)),
             box(b"stsc", words(0, len(chunk_runs)), *[words(*run) for run in chunk_runs]),
             box(b"stsz", words(0, 0, samples), words(*[10] * samples))]
    duration = words(0, 0, 0, 1000, samples * 1000)

    def made(offsets):
        places = box(b"stco", words(0, chunks), words(*offsets))
        media = box(b"mdia", box(b"mdhd", duration, words(0)), box(
            b"minf", box(b"vmhd", bytes(12)), box(b"stbl", *table, places)))
        header = box(b"tkhd", words(0, 0, 0, 1, 0, samples * 1000), bytes(60))
        track = box(b"trak", header, media)
        return (box(b"ftyp", b"isom", words(0), b"isom") +
                box(b"moov", box(b"mvhd", duration, bytes(80)), track))

    begin = len(made([0] * chunks)) + 8
    step = 10 * max(1, samples // chunks)
    return made([begin + i * step for i in range(chunks)]) + box(b"mdat", b"M" * 10 * samples)


@shows("nginx", "CVE-2024-7347")
class Unordered(Nginx):
    """A stsc table whose chunks go backwards."""
    http = "server { listen 127.0.0.1:PORT; root html; location / { mp4; } }"
    sign = "unordered mp4 stsc chunks"

    def probe(self):
        self.write("html/film.mp4", film([(1, 1, 1), (7, 1, 1), (3, 5, 1)], 20, 8))
        told = self.errors().count(self.sign)
        got = self.get(b"/film.mp4?start=2&end=12")
        crashed = self.crashed()
        if self.errors().count(self.sign) > told:
            return FIXED, f"refused: {self.sign}"
        return BAD, crashed or f"processed: {got[:15].decode('latin1')}"
