"""From an ASGI scope to the environ that Django's WSGI handler takes."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import unquote_to_bytes

_WITHOUT_PREFIX = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


class FileWrapper:
    """A file to send; `close` is set by Django and ends the request."""

    def __init__(self, file: Any, block_bytes: int) -> None:
        self.file = file
        self.close = file.close

    def __iter__(self) -> FileWrapper:
        return self

    def __next__(self) -> bytes:
        if piece := self.file.read(64 * 1024):
            return piece
        raise StopIteration


def environ_of(scope: dict[str, Any]) -> dict[str, Any]:
    """Without `wsgi.input`."""
    client, server = scope["client"], scope["server"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0] if server else "localhost",
        "SERVER_PORT": str(server[1] or 0) if server else "0",
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name, value in scope["headers"]:
        _add(environ, name, value.decode("latin-1"))
    return environ


def _add(environ: dict[str, Any], name: bytes, value: str) -> None:
    if b"_" in name:  # X_Forwarded_For would pose as X-Forwarded-For
        return
    key = _WITHOUT_PREFIX.get(name) or f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
    if key in environ:
        value = f"{environ[key]}{'; ' if name == b'cookie' else ','}{value}"
    environ[key] = value
