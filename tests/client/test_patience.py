"""What the Python client does when a server is busy, or away for a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from ark_client import Ark, ArkError, client

Answers = list[tuple[int, dict[str, str], bytes]]
LABELS = b'[{"slug": "dog", "name": "Dog", "kind": "animal", "parent": null, "newer": 1}]'


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSE_S", 0.02)


@pytest.fixture
def serving() -> Callable[[Answers], str]:
    """Serves these answers, one a request, at the address that it returns."""
    return _serving


@contextmanager
def _serving(answers: Answers) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers.pop(0)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Not to standard error."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_busy_server_is_asked_again_when_it_says(serving: Callable) -> None:
    answers = [(429, {"Retry-After": "1"}, b"{}"), (503, {}, b"<p>"), (200, {}, LABELS)]
    started = time.monotonic()
    with serving(answers) as url:
        [label] = Ark(url, "token").labels()
    assert label.slug == "dog"
    assert time.monotonic() - started >= 1


def test_patience_ends(serving: Callable) -> None:
    answers = [(503, {}, b'{"code": "busy", "detail": "Later."}')] * 200
    with serving(answers) as url, pytest.raises(ArkError, match="Later"):
        Ark(url, "token", patience_s=0.2).labels()
    assert len(answers) < 199  # it was asked again


def test_what_is_refused_is_not_asked_again(serving: Callable) -> None:
    answers = [(403, {}, b"no JSON"), (200, {}, LABELS)]
    with serving(answers) as url, pytest.raises(ArkError) as refused:
        Ark(url, "token").labels()
    assert (refused.value.status, refused.value.detail) == (403, "403 Forbidden")
    assert len(answers) == 1


def test_a_server_that_is_away_is_told_as_such() -> None:
    with pytest.raises(requests.ConnectionError):
        Ark("http://127.0.0.1:9", "token", patience_s=0.1).labels()
