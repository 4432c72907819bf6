# SPDX-License-Identifier: BSD-2-Clause
"""Exim: a listener that forks for each connection; listener and sessions take an update or none.

EXPN answers with the expansion of `text`, in which $smtp_command_argument is what came with it."""
import os
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import connect, free_port, wait_port

CONFIG = """primary_hostname = corpus.example
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/pid
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
smtp_accept_max_nonmail_hosts =
smtp_enforce_sync = false
tls_advertise_hosts =
rfc1413_hosts =
queue_only = true
{options}
acl_smtp_expn = expand
acl_smtp_rcpt = accept
acl_smtp_data = data
begin acl
expand:
  deny condition = ${{if match{{$smtp_command_argument}}{{^load}}}}
       message = <$smtp_command_argument>
  deny message = {text}
data:
{data}
{more}
"""


class Exim(Daemon):
    program = "exim"
    family = True
    user = "mail"
    text = "nothing"
    options = ""
    data = "  accept"
    more = ""

    def start(self):
        os.chmod(self.folder, 0o777)
        os.makedirs(os.path.join(self.folder, "spool"))
        os.chmod(os.path.join(self.folder, "spool"), 0o777)
        self.port = free_port()
        config = CONFIG.format(folder=self.folder, port=self.port, text=self.text,
                               options=self.options, data=self.data, more=self.more)
        self.spawn("-bdf", "-C", self.write("config", config))
        self.started(wait_port(self.port) and self.connect())

    # ---- the load ----

    def connect(self):
        connection = connect(self.port, 30)
        answer(connection)
        return connection

    def ask(self, connection, number):
        connection.sendall(b"EXPN load%d\r\n" % number)
        got = answer(connection)
        if got != b"550 <load%d>\r\n" % number:
            raise ValueError(f"answer {got[:60]!r}")

    # ---- for probes ----

    def talk(self, *lines):
        """One session; the answers as one text, as far as they came."""
        before = len(self.processes())
        with connect(self.port) as connection:
            got = b""
            try:
                got += answer(connection)
                for line in (*lines, b"QUIT"):
                    connection.sendall(line + b"\r\n")
                    got += answer(connection)
            except OSError:
                pass
        self._settle(before)
        return got

    def _settle(self, count):
        """Waits until the session's process is gone."""
        end = time.monotonic() + 5
        while len(self.processes()) > count and time.monotonic() < end:
            time.sleep(0.02)

    def expand(self, argument=b"x"):
        """What EXPN says, or None if the session ended instead."""
        got = self.talk(b"EXPN " + argument).split(b"\r\n")
        return got[1][4:].decode("latin1") if len(got) > 1 and got[1][:3] == b"550" else None

    def says(self, wanted, argument=b"x"):
        said = self.expand(argument)
        if said is None:
            return BAD, "the session ended without an answer"
        return (FIXED if said == wanted else BAD), f"expanded to {said[:60]!r}"


def answer(connection):
    """One answer of SMTP, of one or more lines."""
    got = b""
    while not got.endswith(b"\r\n") or got.rsplit(b"\r\n", 2)[-2][3:4] == b"-":
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("closed")
        got += data
    return got


@shows("exim4", "null-submatch")
class NullSubmatch(Exim):
    text = "${if match{$smtp_command_argument}{(a)?x}{<$1>}}"

    def probe(self):
        return self.says("<>")


@shows("exim4", "empty-variable")
class EmptyVariable(Exim):
    """An operator behind an empty variable."""
    text = "$sender_address${lc:$smtp_command_argument}"

    def probe(self):
        return self.says("x")


@shows("exim4", "tr-empty")
class TrEmpty(Exim):
    """${tr} of nothing behind an empty variable."""
    text = "$sender_address${tr{}{a}{b}}done"

    def probe(self):
        return self.says("done")


@shows("exim4", "run-arguments")
class RunArguments(Exim):
    """The arguments of ${run} ended at the first brace that was closed."""
    text = "${run{/usr/bin/test ab = ${lc:AB}}{ran}{status $runrc}}"

    def probe(self):
        return self.says("ran")


@shows("exim4", "srs-timestamp")
class SrsTimestamp(Exim):
    """A timestamp of an SRS address has two characters, no more."""
    text = "${if inbound_srs {$smtp_command_argument}{}{taken for <$srs_recipient>}{refused}}"

    def probe(self):
        letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        day = int(time.time()) // 86400 & 0x3ff
        stamp = bytes([letters[0], letters[day >> 5], letters[day & 31]])
        return self.says("refused", b"SRS0=ABCD=" + stamp + b"=a.example=user")


@shows("exim4", "utf8-surrogate")
class Utf8Surrogate(Exim):
    """Half of a surrogate pair is no UTF-8."""
    text = "${utf8clean:$smtp_command_argument}"

    def probe(self):
        return self.says("<?>", b"<\xed\xa0\x80>")


@shows("exim4", "CVE-2023-42117")
class IsIp(Exim):
    """What is no address, but begins like one."""
    text = "${if isip{$smtp_command_argument}{an address}{no address}}"

    def probe(self):
        return self.says("no address", b"fe80::1%no/such*scope")


@shows("exim4", "utf8-cut")
class Utf8Cut(Exim):
    """A character whose last bytes are missing: it was made up from what came behind it."""
    text = "${from_utf8:$smtp_command_argument}"

    def probe(self):
        said = self.talk(b"EXPN " + b"y" * 200, b"EXPN cut\xfc").split(b"\r\n")[2]
        return (FIXED if said == b"550 cut" else BAD), f"answer {said!r}"


class Data(Exim):
    """What is said of a message."""
    message = b"Subject: x\r\n\r\nbody"

    def send(self, message):
        """The answers from that to DATA on."""
        got = self.talk(b"HELO load", b"MAIL FROM:<>", b"RCPT TO:<one@corpus.example>", b"DATA",
                        message + b"\r\n.")
        return got.split(b"354 ", 1)[-1].split(b"\r\n")[1:]


class Recipients(Data):
    """$recipients in the ACL of DATA."""
    expected = b"550 <one@corpus.example>"

    def probe(self):
        said = self.send(self.message)[0]
        return (FIXED if said == self.expected else BAD), f"answer {said!r}"


@shows("exim4", "recipients-after-run")
class RecipientsAfterRun(Recipients):
    data = "  deny message = ${run{/usr/bin/true}}<$recipients>"


@shows("exim4", "recipients-in-run")
class RecipientsInRun(Recipients):
    """The patch changes the loop of a session too, for a command that the load does not use."""
    apply_options = ("--consistency", "call")
    data = "  deny message = ${run{/usr/bin/printf <%s> $recipients}{$value}}"


@shows("exim4", "malformed-header-address")
class MalformedAddress(Data):
    """A session that rewrites addresses ended when a header had none that can be read."""
    more = "begin rewrite\n*@old.example $1@new.example h"
    data = "  deny message = seen"

    def probe(self):
        said = self.send(b"From: a@@b\r\nSubject: x\r\n\r\nbody")
        return (FIXED if said and said[0] == b"550 seen" else BAD), f"answers {said[:2]}"


@shows("exim4", "CVE-2023-51766")
class Smuggling(Data):
    """A line that ends in a bare LF must not make the dot after it the end of the message."""
    data = "  deny message = seen"

    def probe(self):
        said = self.send(b"Subject: x\r\n\r\nbody\n.\r\nMAIL FROM:<smuggled@corpus.example>")
        taken = [line for line in said if line.startswith(b"250")]
        return (BAD if taken else FIXED), f"answers {said[:3]}"


@shows("exim4", "long-log-line")
class LongLogLine(Exim):
    """A line as long as the buffer for it."""
    text = "logged\n       logwrite = $smtp_command_argument"

    def probe(self):
        ended = [length for length in range(8164, 8172) if self.expand(b"y" * length) is None]
        return (BAD if ended else FIXED), f"sessions that ended when the line was to be: {ended}"
