"""A program that receives webhooks: a small HTTP server that can be taken down."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str) -> bool:
        """As the Standard Webhooks specification says, written once more."""
        key = base64.b64decode(secret.split("_", 1)[1])
        text = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        digest = hmac.digest(key, text.encode(), hashlib.sha256)
        wanted = "v1," + base64.b64encode(digest).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class Listener:
    """answer: the status for what is heard. What is answered with an error counts as not heard."""

    def __init__(self) -> None:
        self.answer: Callable[[Heard], int] = lambda _heard: 204
        self.heard: list[Heard] = []
        self.asked = 0
        self.more_headers: dict[str, str] = {}
        self.text = b""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=ark"

    def close(self) -> None:
        """Nobody answers at the address any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(listener) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard = Heard(self.headers, body)
                status = listener.answer(heard)
                if status < 300:
                    listener.heard.append(heard)
                self.send_response(status)
                for name, value in listener.more_headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if listener.text:
                    self.wfile.write(listener.text)

            def log_message(self, *_arguments: Any) -> None: ...

        return Handler
