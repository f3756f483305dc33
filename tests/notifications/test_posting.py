"""Requests go where they may, and are over in time."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from recognition.notifications import posting
from tests.support.listening import Listener


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "//example.org", "https://", "example.org"),
        *("https://user:word@example.org/", "https://example.org/#part", "https://exa mple.org/"),
        *(
            "https://example.org/\r\nHost: other",
            "https://example.org:99999/",
            "https://b\u00fccher.example/",
        ),
    ],
)
def test_what_is_no_address_of_a_webhook(url: str) -> None:
    with pytest.raises(ValueError, match=r"characters|scheme|user|[Pp]ort"):
        posting.parse(url)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1"),
    ],
)
def test_addresses_inside_are_refused(address: str, settings: Settings) -> None:
    settings.ARK_WEBHOOK_NETWORKS = []
    assert not posting.may_reach(ipaddress.ip_address(address), "https")


def test_public_addresses_are_reached_by_https_alone(settings: Settings) -> None:
    address = ipaddress.ip_address("93.184.216.34")
    assert posting.may_reach(address, "https")
    assert not posting.may_reach(address, "http")


def test_an_operator_may_allow_networks(settings: Settings) -> None:
    settings.ARK_WEBHOOK_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
    assert posting.may_reach(ipaddress.ip_address("10.1.2.3"), "http")
    assert posting.may_reach(ipaddress.ip_address("::ffff:10.1.2.3"), "http")
    assert not posting.may_reach(ipaddress.ip_address("192.168.1.1"), "https")


def test_the_address_that_a_name_leads_to_is_checked(
    listener: Listener, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARK_WEBHOOK_NETWORKS = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    with pytest.raises(posting.Unsent, match="refused_address"):
        posting.post(f"https://public.example:{listener.port}/", {}, b"{}")
    assert not listener.asked


def test_the_checked_address_is_the_one_connected_to(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere the second time it is asked for is asked for once."""
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(host: str, *arguments: object, **options: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "public.example" else host, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert posting.post(f"http://public.example:{listener.port}/", {}, b"{}").status == 204
    assert asked.count("public.example") == 1
    assert listener.heard[0].headers["Host"] == f"public.example:{listener.port}"


def test_redirects_are_not_followed(listener: Listener) -> None:
    listener.answer = lambda _heard: 302
    listener.more_headers = {"Location": listener.url}
    assert posting.post(listener.url, {}, b"{}").status == 302
    assert listener.asked == 1


@pytest.fixture
def slow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of somebody who says this at once, and then goes on letter by letter."""
    monkeypatch.setattr(posting, "TOTAL_S", 0.3)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drip, args=(server, request.param, over))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        thread.join()


@pytest.mark.parametrize("slow", [b"", b"X" * 100], indirect=True)
def test_whoever_answers_too_slowly_is_left(slow: str) -> None:
    with pytest.raises(posting.Unsent, match="timeout"):
        posting.post(slow, {}, b"{}")


@pytest.mark.parametrize("slow", [b"HTTP/1.1 200 OK\r\n\r\n"], indirect=True)
def test_who_says_yes_and_does_not_end_has_said_yes(slow: str) -> None:
    assert posting.post(slow, {}, b"{}").status == 200


def _drip(server: socket.socket, said: bytes, over: threading.Event) -> None:
    connection, _address = server.accept()
    with connection:
        connection.sendall(said)
        while not over.wait(0.05):
            try:
                connection.sendall(b"X")
            except OSError:
                return


def test_who_speaks_no_tls(listener: Listener) -> None:
    with pytest.raises(posting.Unsent, match="tls"):
        posting.post(listener.url.replace("http:", "https:"), {}, b"{}")
