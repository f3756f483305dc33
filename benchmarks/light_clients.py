"""Many clients in one thread, each with a connection that stays open: they take hardly any of the
processors that they share with what they measure. What they send is put together beforehand."""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks import load

_PIECE_BYTES = 64 * 1024


class Taken(NamedTuple):
    """seconds: from the first request to the last answer. each_ms: of each request, sorted."""

    seconds: float
    each_ms: list[float]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.each_ms)

    @property
    def p99_ms(self) -> float:
        return self.each_ms[min(len(self.each_ms) * 99 // 100, len(self.each_ms) - 1)]


def upload_request(path: str, field: str, photo: load.Photo, headers: Mapping[str, str]) -> bytes:
    """An HTTP request that sends one photo as a form."""
    body = load.multipart([(field, *photo)])
    said = {
        "Host": "127.0.0.1",
        "Content-Type": load.CONTENT_TYPE,
        "Content-Length": str(len(body)),
        **headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, requests: Sequence[bytes], clients: int) -> Taken:
    """Send all requests, at most `clients` at once. Raises RuntimeError if one is refused."""
    left, each_ms = iter(requests), []
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(min(clients, len(requests))):
            _Client(port, selector).send_next(left)
        while selector.get_map():
            for key, events in selector.select():
                each_ms += key.data.go_on(events, left)
    return Taken(time.perf_counter() - started, sorted(each_ms))


class _Client:
    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._selector = selector
        selector.register(self._socket, selectors.EVENT_READ, self)

    def send_next(self, left: Iterator[bytes]) -> None:
        """Or close the connection, if there is nothing left."""
        request = next(left, None)
        if request is None:
            self._selector.unregister(self._socket)
            self._socket.close()
            return
        self._unsent, self._answer = memoryview(request), b""
        self._since_s = time.perf_counter()
        self._send()

    def go_on(self, events: int, left: Iterator[bytes]) -> list[float]:
        """How many milliseconds a request took, if its answer is here now."""
        if events & selectors.EVENT_WRITE:
            self._send()
        if not events & selectors.EVENT_READ:
            return []
        piece = self._socket.recv(_PIECE_BYTES)
        self._answer += piece
        if not piece:
            raise RuntimeError(f"closed after {self._answer[:200]!r}")
        if not _is_whole(self._answer):
            return []
        if self._answer[9:12] not in (b"200", b"202"):
            raise RuntimeError(f"refused: {self._answer[:200]!r}")
        taken_ms = (time.perf_counter() - self._since_s) * 1e3
        self.send_next(left)
        return [taken_ms]

    def _send(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        more = selectors.EVENT_WRITE if self._unsent else 0
        self._selector.modify(self._socket, selectors.EVENT_READ | more, self)


def _is_whole(answer: bytes) -> bool:
    """All servers measured here say how long their answers are."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return bool(end) and len(body) >= int(length)
