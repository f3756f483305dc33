"""Whose request it is, behind proxies that are trusted and beside those that are not."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from recognition.core import client as client_of_request
from webapp.client_address import know_the_client

PROXIES = ["10.0.0.0/8", "127.0.0.1", "2001:db8::/32"]


@pytest.fixture(autouse=True)
def _trusted(settings: Settings) -> None:
    settings.ARK_TRUSTED_PROXIES = [ipaddress.ip_network(proxy) for proxy in PROXIES]


def _seen(**meta: str) -> HttpRequest:
    """The request as views see it; `address` is what is written into the audit log."""
    request = HttpRequest()
    request.META.update(meta)
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen["address"] = client_of_request.address.get()
        return HttpResponse()

    know_the_client(view)(request)
    assert client_of_request.address.get() is None
    request.address = seen["address"]
    return request


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),  # nobody in between
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # it says so itself
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1"),  # two proxies
        ("10.1.2.3", "198.51.100.1,203.0.113.5,10.9.9.9", "203.0.113.5"),  # the first is invented
        ("10.1.2.3", "10.7.7.7, 10.9.9.9", "10.7.7.7"),  # a client of the inner network
        ("10.1.2.3", "127.0.0.1, 203.0.113.5", "203.0.113.5"),
        ("10.1.2.3", "rubbish, 203.0.113.5", "203.0.113.5"),
        ("10.1.2.3", "198.51.100.1, rubbish", "10.1.2.3"),
        ("10.1.2.3", " , ,", "10.1.2.3"),
        ("2001:db8::1", "2400::7", "2400::7"),
        ("2400::1", "198.51.100.1", "2400::1"),
        ("", "198.51.100.1", "198.51.100.1"),  # through a Unix socket
        ("", "", ""),
    ],
)
def test_the_client_is_whom_the_last_trusted_proxy_names(peer: str, said: str, client: str) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": said} if said else {}
    request = _seen(REMOTE_ADDR=peer, **headers)
    assert request.META["REMOTE_ADDR"] == client
    assert request.address == (client or None)


@pytest.mark.parametrize(("peer", "is_secure"), [("10.1.2.3", True), ("203.0.113.9", False)])
def test_only_a_trusted_proxy_says_that_it_was_https(
    peer: str, is_secure: bool, settings: Settings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert _seen(REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https").is_secure() is is_secure


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.1.2.3"])
def test_https_is_asked_of_who_comes_without(peer: str, settings: Settings, client: Client) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    answer = client.get("/sign-in/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="http")
    assert answer.status_code == 301
    assert "Strict-Transport-Security" not in answer


@pytest.mark.django_db
def test_https_is_remembered_by_who_came_with_it(settings: Settings, client: Client) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    answer = client.get("/sign-in/", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_PROTO="https")
    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"].startswith("max-age=60")


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
@pytest.mark.parametrize("trusted", [["127.0.0.1"], []])
def test_what_a_proxy_let_through_is_not_from_this_machine(
    header: str, trusted: list[str], settings: Settings, client: Client
) -> None:
    """Whether that proxy is trusted or not, and whatever the client invents."""
    settings.ARK_TRUSTED_PROXIES = [ipaddress.ip_network(proxy) for proxy in trusted]
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
