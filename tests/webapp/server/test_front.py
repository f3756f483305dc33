"""What clients send reaches the handler as it is meant, and what it answers reaches them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from recognition.core import events
from recognition.photos.uploads import ASKS, MAY_SEND
from tests.support.front import RawClient, serving
from tests.support.instance import wait_until
from webapp.server.waiting import CAN_WAIT, Wait

GET = b"GET /%s HTTP/1.1\r\nHost: ark\r\n\r\n"
BIG = bytes(range(256)) * 12_000


def echo(environ: dict[str, Any]) -> HttpResponseBase:
    """The body comes back; a question is answered with yes."""
    if ASKS in environ:
        return HttpResponse(status=MAY_SEND)
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return HttpResponse(body, headers={"Path": environ["PATH_INFO"], "Host": environ["HTTP_HOST"]})


def gone(environ: dict[str, Any]) -> HttpResponseBase:
    raise AssertionError


@pytest.fixture
def client() -> Iterator[RawClient]:
    with serving(echo) as port, RawClient(port) as client:
        yield client


def test_requests_sent_at_once_are_answered_in_turn(client: RawClient) -> None:
    client.send(GET % b"first" + GET % b"second" + GET % b"third")
    paths = [client.answer()[1]["path"] for _ in range(3)]
    assert paths == ["/first", "/second", "/third"]


def test_a_body_arrives_whole(client: RawClient) -> None:
    for body in (b"", b"a", BIG[:100_000], BIG):
        client.send(
            b"POST / HTTP/1.1\r\nHost: ark\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        assert client.answer()[2] == body


def test_a_chunked_body_arrives_whole(client: RawClient) -> None:
    client.send(b"POST / HTTP/1.1\r\nHost: ark\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, len(BIG), 300_000):
        piece = BIG[start : start + 300_000]
        client.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
    client.send(b"0\r\nHost: trailer\r\n\r\n")
    status, headers, content = client.answer()
    assert (status, headers["host"], content) == (200, "ark", BIG)


def test_who_asks_is_told_to_continue(client: RawClient) -> None:
    client.send(
        b"POST / HTTP/1.1\r\nHost: ark\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    )
    assert client.answer()[0] == 100
    client.send(b"body")
    assert client.answer()[2] == b"body"


def test_a_path_is_what_was_sent(client: RawClient) -> None:
    client.send(GET % b"a%20b%C3%A9")
    assert client.answer()[1]["path"] == "/a bé"


def test_head_has_no_content(client: RawClient) -> None:
    client.send(b"HEAD / HTTP/1.1\r\nHost: ark\r\n\r\n" + GET % b"next")
    assert client.answer(has_content=False)[0] == 200
    assert client.answer()[1]["path"] == "/next"


def test_an_error_is_500_and_the_server_goes_on() -> None:
    with serving(gone) as port:
        for _ in range(2):
            with RawClient(port) as client:
                client.send(GET % b"")
                assert client.answer()[0] == 500


def test_a_file_is_sent_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(BIG)
    respond = partial(_file, tmp_path / "file")
    with serving(respond) as port, RawClient(port) as client:
        client.send(GET % b"")
        assert client.answer()[2] == BIG


def test_a_stream_is_sent_by_the_thread_that_began_it() -> None:
    threads = set()

    def pieces() -> Iterator[bytes]:
        for _ in range(3):
            threads.add(threading.get_ident())
            yield BIG

    def respond(environ: dict[str, Any]) -> HttpResponseBase:
        threads.add(threading.get_ident())
        length = {"Content-Length": str(3 * len(BIG))}
        return StreamingHttpResponse(pieces(), headers=length)

    with serving(respond) as port, RawClient(port) as client:
        client.send(GET % b"")
        assert client.answer()[2] == 3 * BIG
    assert len(threads) == 1


def test_a_stream_that_fails_does_not_end_as_if_it_were_whole() -> None:
    def pieces() -> Iterator[bytes]:
        yield BIG
        raise ValueError

    with _streaming(pieces) as port, RawClient(port) as client:
        client.send(GET % b"")
        assert client.answer()[0] == 200
        assert client.is_cut()


def test_a_stream_that_nobody_takes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.server.limits.SLOW_CLIENT_S", 1)
    is_over = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield BIG
        finally:
            is_over.set()

    with _streaming(pieces) as port, RawClient(port, receive_buffer=4096) as client:
        client.send(GET % b"")
        assert is_over.wait(60)


def test_health_is_answered_though_all_threads_are_busy() -> None:
    may_end = threading.Event()

    def respond(environ: dict[str, Any]) -> HttpResponseBase:
        may_end.wait(60)
        return HttpResponse()

    with serving(respond, threads=1) as port, RawClient(port) as busy, RawClient(port) as client:
        busy.send(GET % b"")
        for _ in range(3):
            client.send(GET % b"healthz")
            assert client.answer()[0::2] == (200, b"ok\n")
        may_end.set()
        assert busy.answer()[0] == 200


def test_no_client_has_all_threads() -> None:
    """Three quarters are the most, whatever its requests wait for."""
    at_work, may_end = [], threading.Event()

    def respond(environ: dict[str, Any]) -> HttpResponseBase:
        at_work.append(environ["PATH_INFO"])
        may_end.wait(60)
        return HttpResponse()

    with serving(respond, threads=4) as port:
        clients = [RawClient(port) for _ in range(5)]
        for client in clients[:4]:
            client.send(b"GET /many HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.1\r\n\r\n")
        wait_until(lambda: len(at_work) == 3)
        clients[4].send(b"GET /one HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.2\r\n\r\n")
        wait_until(lambda: len(at_work) == 4)
        assert at_work[-1] == "/one"
        may_end.set()
        assert [client.answer()[0] for client in clients] == [200] * 5


def test_who_waits_holds_no_thread() -> None:
    photo_id, settled = uuid.uuid4(), threading.Event()
    waiting = []

    def respond(environ: dict[str, Any]) -> HttpResponseBase:
        response = HttpResponse("not yet")
        if environ["PATH_INFO"] == "/wait":
            assert environ[CAN_WAIT]
            response.wait = Wait(photo_id, 60, settled.is_set, lambda: (201, b"settled"))
            waiting.append(1)
        return response

    with serving(respond, threads=1) as port, RawClient(port) as other:
        clients = [RawClient(port) for _ in range(30)]
        for client in clients:
            client.send(GET % b"wait")
        wait_until(lambda: len(waiting) == 30)
        other.send(GET % b"other")
        assert other.answer()[2] == b"not yet"
        settled.set()
        events.publish_settled([photo_id])
        assert {client.answer()[0::2] for client in clients} == {(201, b"settled")}


def test_waiting_ends_when_time_is_up() -> None:
    def respond(environ: dict[str, Any]) -> HttpResponseBase:
        response = HttpResponse()
        response.wait = Wait(uuid.uuid4(), 0.2, lambda: False, lambda: (202, b"pending"))
        return response

    with serving(respond) as port, RawClient(port) as client:
        started = time.monotonic()
        client.send(GET % b"")
        assert client.answer()[0::2] == (202, b"pending")
        assert time.monotonic() - started >= 0.2


def _streaming(pieces: Callable[[], Iterator[bytes]]) -> AbstractContextManager[int]:
    return serving(lambda environ: StreamingHttpResponse(pieces()))


def _file(path: Path, environ: dict[str, Any]) -> HttpResponseBase:
    """As Django's handler makes it."""
    response = FileResponse(path.open("rb"))
    response.file_to_stream.close = response.close
    wrapped: Any = environ["wsgi.file_wrapper"](response.file_to_stream, response.block_size)
    wrapped.status_code, wrapped.items = 200, response.items
    return wrapped
