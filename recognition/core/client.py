"""Who is at the other end: for the audit log and other logs, far from the request; and as whom to
count them where many would be too much."""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

if TYPE_CHECKING:  # logging is set up with this module before there are tables
    from django.contrib.auth.models import User

# Set by webapp.client_address; None outside of requests.
address: ContextVar[str | None] = ContextVar("client_address", default=None)

# What pages ask for while nobody need be there: it is no sign of life of a person.
BY_ITSELF = ("/notices/",)


def shared_by(address: str) -> str:
    """The address, or of IPv6 the network of 64 bits: who has one has all that are beside it. What
    is no address (a Unix socket has none) stays as it is."""
    if ":" not in address:
        return address
    try:
        whole = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(whole.ipv4_mapped or ipaddress.ip_network((whole, 64), strict=False))


def known_user(request: HttpRequest) -> User | None:
    """Who is signed in, if something has asked that: to ask ourselves would cost a query."""
    user = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject):
        user = getattr(request, "_cached_user", None)
    return user if user is not None and user.is_authenticated else None
