"""The web server's front in a thread of the test, before a handler of the test's own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvloop
from django.http.response import HttpResponseBase
from uvicorn.config import Config
from uvicorn.server import Server

from webapp.server.front import Front
from webapp.server.worker import Worker, watch

Respond = Callable[[dict[str, Any]], HttpResponseBase]


@contextlib.contextmanager
def serving(respond: Respond, threads: int = 4) -> Iterator[int]:
    """The port at which `respond`, which is called with a WSGI environ, answers."""

    def handler(environ: dict[str, Any], start_response: Callable[..., None]) -> Any:
        response = respond(environ)
        start_response(f"{response.status_code} As said", list(response.items()))
        return response

    listener = socket.create_server(("127.0.0.1", 0))
    config = Config(app="", log_config=None, timeout_keep_alive=30, **Worker.CONFIG_KWARGS)
    server = Server(config)

    async def serve() -> None:
        config.app = Front(handler, threads)
        watching = asyncio.create_task(watch(server))
        await server.serve(sockets=[listener])
        watching.cancel()

    thread = threading.Thread(target=uvloop.run, args=(serve(),))
    port = listener.getsockname()[1]
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(60)


class RawClient:
    """A connection on which a test sends exactly what it says."""

    def __init__(self, port: int, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", port))
        self._stream = self.socket.makefile("rb")

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()
        self.socket.close()

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def answer(self, has_content: bool = True) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and content of the next answer; status 0 if the connection was cut."""
        try:
            line = self._stream.readline()
            if not line:
                return 0, {}, b""
            status = int(line.split()[1])
            headers = {}
            while (line := self._stream.readline().strip()) != b"":
                name, _colon, value = line.decode().partition(": ")
                headers[name.lower()] = value
            length = int(headers.get("content-length", 0)) if has_content else 0
            content = self._stream.read(length)
        except ConnectionError:
            return 0, {}, b""
        return status, headers, content

    def is_cut(self) -> bool:
        """Whether nothing comes any more. Waits for that."""
        try:
            while self._stream.read(65536):
                pass
        except ConnectionError:
            return True
        return True
