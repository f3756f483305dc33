"""A connection that is slow, too large or ambiguous ends, and no other one notices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from tests.support.front import RawClient, serving
from webapp.server import limits
from webapp.server.doorkeeper import Doorkeeper

POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
seen: list[dict[str, Any]] = []


def respond(environ: dict[str, Any]) -> HttpResponseBase:
    seen.append(environ)
    return HttpResponse(environ["wsgi.input"].read() or b"nothing")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "SLOW_CLIENT_S", 2)
        with serving(respond) as port:
            yield port


@pytest.fixture
def client(port: int) -> Iterator[RawClient]:
    seen.clear()
    with RawClient(port) as client:
        yield client


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_headers_have_to_come_in_time(begun: bytes, client: RawClient) -> None:
    client.send(begun)
    assert client.answer()[0] == 408
    assert client.is_cut()


def test_a_byte_now_and_then_does_not_help(client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: a")
    with pytest.raises(ConnectionError):
        _trickle(client)
    assert not seen


def test_a_body_that_trickles_is_cut(client: RawClient) -> None:
    client.send(POST + b"Content-Length: 1000\r\n\r\n")
    with pytest.raises(ConnectionError):
        _trickle(client)
    assert not seen


def test_a_body_at_a_fair_rate_is_taken(client: RawClient) -> None:
    client.send(POST + b"Content-Length: 12000\r\n\r\n")
    for _ in range(12):
        client.send(b"a" * 1000)
        time.sleep(0.25)
    assert client.answer()[0] == 200


def test_a_connection_that_has_done_well_may_be_silent_for_longer(client: RawClient) -> None:
    for silent_s in (0, 2 * limits.SLOW_CLIENT_S):
        time.sleep(silent_s)
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[0] == 200


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        POST + b"Content-Length: +3\r\n\r\nabc",
        POST + b"Content-Length: -3\r\n\r\nabc",
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3;\nx\r\nabc\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nName: b\0c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nName: b\rc\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_could_be_understood_in_two_ways_is_refused(
    request_: bytes, client: RawClient
) -> None:
    client.send(request_)
    assert client.answer()[0] == 400
    assert client.is_cut()
    assert not seen


def test_a_header_cannot_pose_as_another(client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n")
    assert client.answer()[0] == 200
    assert "HTTP_X_FORWARDED_FOR" not in seen[0]


def test_a_trailer_is_no_header(client: RawClient) -> None:
    client.send(
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"
    )
    assert client.answer()[0] == 200
    assert "HTTP_X_FORWARDED_FOR" not in seen[0]


@pytest.mark.parametrize(
    "headers",
    [
        b"Name: " + b"v" * limits.MAX_HEADER_BYTES,
        b"".join(b"N%d: v\r\n" % number for number in range(limits.MAX_HEADERS + 1)),
        b"".join(b"N%d: %b\r\n" % (number, b"v" * 1000) for number in range(40)),
    ],
)
def test_headers_are_bounded(headers: bytes, client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + headers)
    client.send(b"\r\n\r\n")
    assert client.answer()[0] in (400, 431)
    assert not seen


def test_an_endless_header_is_cut(client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: ")
    with pytest.raises(ConnectionError):
        _trickle(client, b"a" * 10_000, every_s=0.01)


def test_requests_without_end_are_not_queued(client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 5000)
    assert client.is_cut()
    assert len(seen) <= limits.MAX_PIPELINED + 1


def test_an_address_has_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS_PER_ADDRESS", 2)
    door = Doorkeeper()
    assert [door.enter("203.0.113.1") for _ in range(3)] == [True, True, False]
    assert door.enter("203.0.113.2")
    door.leave("203.0.113.1")
    assert door.enter("203.0.113.1")


def test_one_ipv6_address_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS_PER_ADDRESS", 1)
    door = Doorkeeper()
    assert door.enter("2001:db8::1")
    assert not door.enter("2001:db8::2")
    assert door.enter("2001:db8:0:1::1")
    assert door.enter("::ffff:203.0.113.1")
    assert not door.enter("203.0.113.1")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", ""])
def test_a_trusted_proxy_speaks_for_many(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS_PER_ADDRESS", 1)
    door = Doorkeeper()
    assert [door.enter(address) for _ in range(3)] == [True] * 3


def test_all_together_leave_descriptors_for_files() -> None:
    door = Doorkeeper()
    door.most = 3
    assert [door.enter(f"203.0.113.{last}") for last in range(4)] == [True, True, True, False]


def _trickle(client: RawClient, piece: bytes = b"a", every_s: float = 0.2) -> None:
    """Until the connection is cut."""
    ends_s = time.monotonic() + 60
    while time.monotonic() < ends_s:
        client.send(piece)
        time.sleep(every_s)
