"""One connection of a client: what uvicorn's protocol lacks in patience's limits and in hygiene."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from webapp.server import limits
from webapp.server.doorkeeper import doorkeeper

EXTENSION = "ark.connection"  # where an ASGI scope holds it


class Malformed(Exception):
    """A request that proxies and servers could understand differently."""


class Connection(HttpToolsProtocol):
    """`check` is called every second and cuts who is too slow."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_gone = False
        self.is_stopping = False
        self.news = asyncio.Event()  # set when waiting is over: what is waited for, gone, stopping
        self.sent_bytes = 0  # of answers, by the front
        self._is_reading_headers = True
        self._headers_since_s = self.loop.time()
        self._header_bytes = 0
        self._body_bytes = 0
        self._body_mark = self._sent_mark = (self._headers_since_s, 0)
        self._lingering_bytes: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._is_let_in = doorkeeper.enter(self._address)
        if not self._is_let_in:
            self._answer(b"503 Service Unavailable", b"Too many connections.\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_gone = True
        self.news.set()
        if self._is_let_in:
            doorkeeper.leave(self._address)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.is_stopping = True
        self.news.set()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self._lingering_bytes is not None:
            self._lingering_bytes += len(data)
            if self._lingering_bytes > limits.MAX_LINGER_BYTES:
                self.transport.abort()
            return
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._is_reading_headers:
            self._header_bytes += len(data)
            if self._header_bytes > limits.MAX_HEADER_BYTES:
                self._answer(b"431 Request Header Fields Too Large", b"The headers are too long.\n")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if len(self.pipeline) > limits.MAX_PIPELINED:
            raise Malformed
        self.scope[EXTENSION] = self  # type: ignore[literal-required]
        self._is_reading_headers = True
        self._header_bytes = 0
        self._headers_since_s = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_reading_headers:  # otherwise a trailer, which could pose as a header
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        _must_be_plain(self.headers, self.parser.get_http_version())
        self._is_reading_headers = False
        self._header_bytes = 0
        self._body_mark = (self.loop.time(), self._body_bytes)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        self._headers_since_s = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        self._answer(b"400 Bad Request", b"The request is not well-formed.\n")

    def linger(self) -> None:
        """Nothing more is sent, and what comes is thrown away: closed at once, a client that is
        still sending would never see its answer."""
        self._lingering_bytes = 0
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def check(self, now_s: float) -> None:
        """Cut the client if it lets us wait for too long."""
        if self._lingering_bytes is not None:
            return
        self._check_sending(now_s)
        if self.transport.is_closing():
            return
        if self._is_answering:
            self._check_body(now_s)
        elif now_s - self._headers_since_s > self._patience_s:
            if self._header_bytes or self.cycle is None:
                self._answer(b"408 Request Timeout", b"The request did not come in time.\n")
            else:
                self.transport.close()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _patience_s(self) -> float:
        """A connection that has done well so far may be silent for longer."""
        is_idle = self.cycle is not None and not self._header_bytes
        return self.timeout_keep_alive if is_idle else limits.SLOW_CLIENT_S

    def _check_body(self, now_s: float) -> None:
        since_s, before = self._body_mark
        is_our_turn = self.flow.read_paused or self.cycle.waiting_for_100_continue
        if not self.cycle.more_body or is_our_turn:
            self._body_mark = (now_s, self._body_bytes)
        elif now_s - since_s > limits.SLOW_CLIENT_S:
            if self._body_bytes - before < limits.LEAST_BYTES_PER_S * limits.SLOW_CLIENT_S:
                self._answer(b"408 Request Timeout", b"The request came too slowly.\n")
            self._body_mark = (now_s, self._body_bytes)

    def _check_sending(self, now_s: float) -> None:
        waiting = self.transport.get_write_buffer_size()
        taken = self.sent_bytes - waiting
        since_s, before = self._sent_mark
        if not waiting:
            self._sent_mark = (now_s, taken)
        elif now_s - since_s > limits.SLOW_CLIENT_S:
            if taken - before < limits.LEAST_BYTES_PER_S * limits.SLOW_CLIENT_S:
                self.transport.abort()
            self._sent_mark = (now_s, taken)

    def _answer(self, status: bytes, text: bytes) -> None:
        """End it with a short answer, unless another one has begun: they must not mix."""
        if (self._is_answering and self.cycle.response_started) or self.pipeline:
            self.transport.abort()
            return
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n"
        self.transport.write(head % (status, len(text)) + b"connection: close\r\n\r\n" + text)
        self.transport.close()


def _must_be_plain(headers: list[tuple[bytes, bytes]], http_version: str) -> None:
    """httptools refuses what contradicts itself; these are legal, and smugglers' tools."""
    names = [name for name, _value in headers]
    total_bytes = sum(len(name) + len(value) for name, value in headers)
    if len(names) > limits.MAX_HEADERS or total_bytes > limits.MAX_HEADER_BYTES:
        raise Malformed
    if names.count(b"host") != 1 and (http_version != "1.0" or b"host" in names):
        raise Malformed
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or http_version == "1.0" or b"content-length" in names):
        raise Malformed
    if names.count(b"content-length") > 1:
        raise Malformed
