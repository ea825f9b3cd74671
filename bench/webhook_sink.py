"""A webhook that takes every alert at once and remembers what it was told last about each case."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec


class _Case(msgspec.Struct):
    case_id: str


class _Alert(msgspec.Struct):
    type: str
    data: _Case


_alerts = msgspec.json.Decoder(_Alert)


@dataclass
class Sink:
    """`last`: the type of the last alert by case; `received`: how many alerts there were."""

    url: str = ""
    received: int = 0
    last: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes) -> None:
        """Note one alert. Raises msgspec.ValidationError."""
        alert = _alerts.decode(body)
        with self._lock:
            self.received += 1
            self.last[alert.data.case_id] = alert.type

    def standing(self) -> set[str]:
        """The cases that the receiver holds to be open."""
        return {case for case, kind in self.last.items() if kind == "flag.raised"}


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink on a free port of this machine."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sink.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            server.shutdown()
