# SPDX-License-Identifier: BSD-2-Clause
"""nginx: a master and its workers, all of which take an update or none. How a
server is set up for the rows of nginx_http, nginx_media and nginx_mail."""
import os
import re
import time

from corpus.daemon import Daemon
from corpus.net import connect, exchange, free_port, receive_until, wait_port

CONFIG = """{modules}
daemon off; user root; worker_processes {workers}; pid nginx.pid; error_log errors info;
events {{ worker_connections 256; }}
http {{
    access_log off; default_type text/html;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
    scgi_temp_path t5;
    server {{
        listen 127.0.0.1:{load}; keepalive_requests 100000000; keepalive_timeout 600;
        location / {{ return 200 "load $arg_n."; }}
    }}
    {http}
}}
{mail}
"""


class Nginx(Daemon):
    """`http` and `mail` are pieces of configuration with the places PORT, BACKEND and FOLDER."""
    program = "nginx"
    family = True
    workers = 2
    http = mail = ""
    modules = ()
    backend = None

    def start(self):
        self.port, self.load_port = free_port(), free_port()
        os.chmod(self.folder, 0o777)
        os.makedirs(os.path.join(self.folder, "html"), 0o777)
        self.prepare()
        loads = " ".join(f"load_module {self.states}/{name};" for name in self.modules)
        config = CONFIG.format(modules=loads, workers=self.workers, load=self.load_port,
                               http=self._placed(self.http), mail=self._placed(self.mail))
        self.spawn("-p", self.folder + "/", "-c", self.write("config", config), "-e", "errors")
        self.started(wait_port(self.port) and wait_port(self.load_port))

    def prepare(self):
        """Files and backends of a row, before the server starts."""

    def _placed(self, text):
        backend = self.backend.port if self.backend else 0
        for name, value in (("PORT", self.port), ("BACKEND", backend), ("FOLDER", self.folder)):
            text = text.replace(name, str(value))
        return text

    def stop(self):
        if self.backend:
            self.backend.close()
        super().stop()

    # ---- the load ----

    def connect(self):
        connection = connect(self.load_port)
        connection.settimeout(30)
        return connection

    def ask(self, connection, number):
        connection.sendall(b"GET /?n=%d HTTP/1.1\r\nHost: load\r\n\r\n" % number)
        wanted = b"load %d." % number
        got = receive_until(connection, wanted)
        if not got.startswith(b"HTTP/1.1 200"):
            raise ValueError(f"answer {got[:60]!r}")

    # ---- for probes ----

    def errors(self):
        return self.output("errors")

    def get(self, path, headers=b"", method=b"GET", limit=1.5):
        return exchange(self.port, method + b" " + path + b" HTTP/1.1\r\nHost: a\r\n"
                        b"Connection: close\r\n" + headers + b"\r\n", limit)

    def crashed(self):
        """How a worker ended, or None."""
        time.sleep(0.3)
        found = re.search(r"worker process \d+ exited on signal \d+", self.errors())
        return re.sub(r" \d+ ", " ", found.group(0), count=1) if found else None


def body(answer):
    return answer.split(b"\r\n\r\n", 1)[-1]
