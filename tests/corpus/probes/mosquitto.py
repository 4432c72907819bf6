# SPDX-License-Identifier: BSD-2-Clause
"""Mosquitto's broker: one process, one event loop."""
import struct
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import connect, free_port, receive_exactly, wait_port

CONFIG = """listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
log_type all
user root
{more}
"""
CONNACK, PUBLISH, PUBACK, PUBREC, SUBACK, DISCONNECT = 0x20, 0x30, 0x40, 0x50, 0x90, 0xe0
NO_SUBSCRIBERS = 0x10


# ---- packets of MQTT 5 ----

def number(value):
    """MQTT's variable length."""
    out = b""
    while True:
        value, digit = divmod(value, 128)
        out += bytes([digit | (128 if value else 0)])
        if not value:
            return out


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


def packet(head, body):
    return bytes([head]) + number(len(body)) + body


def connect_packet(client, properties=b""):
    return packet(0x10, text("MQTT") + bytes([5, 2]) + struct.pack(">H", 600) +
                  number(len(properties)) + properties + text(client))


def publish_packet(topic, payload, qos=0, identifier=1, again=False):
    name = struct.pack(">H", identifier) if qos else b""
    return packet(PUBLISH | qos << 1 | again << 3, text(topic) + name + b"\0" + payload)


def subscribe_packet(topic, qos, identifier):
    return packet(0x82, struct.pack(">H", identifier) + b"\0" + text(topic) + bytes([qos]))


def receive(connection):
    """(kind, flags, body) of the next packet."""
    head = receive_exactly(connection, 1)[0]
    length = shift = 0
    while True:
        digit = receive_exactly(connection, 1)[0]
        length |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return head & 0xf0, head & 15, receive_exactly(connection, length)


class Mosquitto(Daemon):
    program = "mosquitto"
    config = ""

    def start(self):
        self.port = free_port()
        config = self.write("config", CONFIG.format(port=self.port, more=self.config))
        self.spawn("-c", config)
        self.started(wait_port(self.port))

    def client(self, name):
        """A connection that the broker has welcomed."""
        connection = connect(self.port)
        connection.settimeout(30)
        connection.sendall(connect_packet(name))
        kind, _, _ = receive(connection)
        if kind != CONNACK:
            raise ConnectionError(f"{kind:#x} instead of CONNACK")
        return connection

    # Each client of the load hears itself: two packets for each that it sends.
    def connect(self):
        connection = connect(self.port)
        topic = f"load/{connection.getsockname()[1]}"
        connection.close()
        connection = self.client(topic.replace("/", "-"))
        connection.sendall(subscribe_packet(topic, 0, 1))
        if receive(connection)[0] != SUBACK:
            raise ConnectionError("no SUBACK")
        return connection, topic

    def ask(self, connection, number):
        channel, topic = connection
        payload = b"%d" % number
        channel.sendall(publish_packet(topic, payload, 1, number % 65535 + 1))
        got = {kind: body for kind, _, body in (receive(channel), receive(channel))}
        if PUBACK not in got or not got.get(PUBLISH, b"").endswith(b"\0" + payload):
            raise ValueError(f"answer {got}")


@shows("mosquitto", "CVE-2021-41039")
class UserProperties(Mosquitto):
    """The time for a CONNECT grows with the square of its user properties."""
    count = 45000

    def probe(self):
        begun = time.monotonic()
        with connect(self.port) as connection:
            connection.settimeout(60)
            connection.sendall(connect_packet("many", b"\x26\0\1a\0\1b" * self.count))
            receive(connection)
        took = time.monotonic() - begun
        return (BAD if took > 1 else FIXED), f"{self.count} properties took {took:.2f} s"


@shows("mosquitto", "CVE-2023-0809")
class FirstPacket(Mosquitto):
    """Memory for a first packet that is no CONNECT."""

    def probe(self):
        with connect(self.port) as connection:
            connection.sendall(b"\x30\xff\xff\xff\x7f" + b"x" * 1000)
            connection.settimeout(1.5)
            try:
                return FIXED, f"disconnected at once: {connection.recv(10)!r}"
            except TimeoutError:
                return BAD, "a PUBLISH of 256 MB as first packet is waited for"
            except ConnectionError:
                return FIXED, "reset at once"


@shows("mosquitto", "CVE-2023-28366")
class Duplicates(Mosquitto):
    """Duplicates of one QoS 2 message identifier."""

    def probe(self):
        answered = 0
        with self.client(f"twice-{time.monotonic()}") as connection:
            for _ in range(10):
                connection.sendall(publish_packet("topic", b"message", 2, 1, True))
                try:
                    kind, _, _ = receive(connection)
                except ConnectionError:
                    kind = DISCONNECT
                if kind == DISCONNECT:
                    return FIXED, f"disconnected after {answered} answers"
                answered += kind == PUBREC
        return BAD, f"{answered} duplicates answered"


@shows("mosquitto", "CVE-2023-28366-regression")
class Unlimited(Mosquitto):
    """max_queued_messages 0 means no limit, and not that nothing may be sent."""
    config = "max_queued_messages 0"

    # The unfixed broker answers nobody, so the load only keeps pinging a TCP door.
    def connect(self):
        return None

    def ask(self, connection, number):
        connect(self.port).close()

    def probe(self):
        with connect(self.port) as connection:
            connection.sendall(connect_packet("unlimited"))
            connection.settimeout(1.5)
            try:
                kind, _, _ = receive(connection)
            except (TimeoutError, ConnectionError):
                return BAD, "no CONNACK"
        return FIXED, f"CONNACK ({kind:#x})"


class Subscribers(Mosquitto):
    """What the publisher is told of a topic that somebody has subscribed to."""

    def code(self):
        with self.client("subscriber") as subscriber, self.client("publisher") as publisher:
            subscriber.sendall(subscribe_packet("$share/g/other", 1, 1))
            receive(subscriber)
            subscriber.sendall(subscribe_packet("topic", 1, 2))
            receive(subscriber)
            publisher.sendall(publish_packet("topic", b"x", 1, 7))
            _, _, body = receive(publisher)
        return body[2] if len(body) > 2 else 0


@shows("mosquitto", "publish-no-subscribers")
class NoSubscribers(Subscribers):
    def probe(self):
        code = self.code()
        return (BAD if code == NO_SUBSCRIBERS else FIXED), f"PUBACK says {code:#x}"


@shows("mosquitto", "CVE-2024-8376")
class TwoTrees(Subscribers):
    """Shown by a side effect that a later patch takes away again: with two trees the
    publisher is told that nobody has subscribed."""

    def probe(self):
        code = self.code()
        return (FIXED if code == NO_SUBSCRIBERS else BAD), f"PUBACK says {code:#x}"
