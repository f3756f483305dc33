"""Clients that upload photos one by one, several at once, over connections that stay open."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

_BOUNDARY = "benchmark-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={_BOUNDARY}"
Photo = tuple[str, bytes]


class Client:
    """One connection to a server; `post` sends one file as a form."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = headers

    def post(self, path: str, field: str, photo: Photo) -> bytes:
        return self.post_body(path, multipart([(field, *photo)]))

    def post_body(self, path: str, body: bytes) -> bytes:
        """`body` is what `multipart` made."""
        return self._send("POST", path, body, 200, 202)

    def get(self, path: str) -> bytes:
        return self._send("GET", path, None, 200)

    def _send(self, method: str, path: str, body: bytes | None, *expected: int) -> bytes:
        content = {"Content-Type": CONTENT_TYPE} if body else {}
        self.connection.request(method, path, body, {**self.headers, **content})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status not in expected:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:200]!r}")
        return answer


def answers(port: int, path: str) -> bool:
    """Whether a server is there and answers 200."""
    try:
        Client(port, {}).get(path)
    except (OSError, RuntimeError):
        return False
    return True


def multipart(files: list[tuple[str, str, bytes]]) -> bytes:
    """Field, name and content of each file as a multipart/form-data body."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for field, name, content in files
    ]
    return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])


def upload_at_once(
    new_client: Callable[[], Client],
    upload: Callable[[Client, Photo], object],
    photos: list[Photo],
    clients: int,
) -> float:
    """Upload all photos by `clients` threads; seconds until the last one was answered."""
    waiting: SimpleQueue[Photo] = SimpleQueue()
    for photo in photos:
        waiting.put(photo)

    def work() -> None:
        client = new_client()
        while True:
            try:
                photo = waiting.get_nowait()
            except Empty:
                return
            upload(client, photo)

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(work) for _ in range(clients)]:
            done.result()
    return time.perf_counter() - started
