"""Who is at the other end: the address of the browser, not of a proxy in between.

A proxy is believed only if its own address is among ARK_TRUSTED_PROXIES. What else says of itself
that it speaks for others is taken for what its connection says, and may not say that it came by
HTTPS. Afterwards REMOTE_ADDR is the client's address for everything that asks.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from recognition.core import client

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IS_FORWARDED = (
    "ark.is_forwarded"  # in request.META: whether any proxy, believed or not, was between
)
_HEADERS_OF_PROXIES = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")
_SAID_BY_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


def know_the_client(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, to stand above all others."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        address = _know_client(request.META)
        token = client.address.set(address or None)
        try:
            return get_response(request)
        finally:
            client.address.reset(token)

    return middleware


def client_of(meta: dict[str, Any]) -> str:
    """The client's address; empty for a Unix socket."""
    peer: str = meta.get("REMOTE_ADDR", "")
    if not is_trusted(peer):
        return peer
    said = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    # Each proxy adds, at the right, from whom it has the request.
    for address in reversed([part for part in said if part]):
        if _parsed(address) is None:
            break
        peer = address
        if not is_trusted(address):
            break
    return peer


def _know_client(meta: dict[str, Any]) -> str:
    """The client's address, which becomes REMOTE_ADDR."""
    meta[IS_FORWARDED] = any(header in meta for header in _HEADERS_OF_PROXIES)
    if not is_trusted(meta.get("REMOTE_ADDR", "")):
        for header in _SAID_BY_PROXIES:
            meta.pop(header, None)
    address = client_of(meta)
    if address:
        meta["REMOTE_ADDR"] = address
    return address


def is_trusted(address: str) -> bool:
    """Whether a proxy at this address is believed; a Unix socket is this machine's own."""
    parsed = _parsed(address)
    if parsed is None:
        return not address
    networks: list[_Network] = settings.ARK_TRUSTED_PROXIES
    return any(parsed in network for network in networks)


@lru_cache(maxsize=1024)
def _parsed(address: str) -> _Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
