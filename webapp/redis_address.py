"""Where Redis is: a server, or the one that sentinels have made the master.

Sentinels are named as sentinel://[user:password@]host:port,host:port/MASTER[/DATABASE]; the user
and the password are the servers'. Sentinels that have a password of their own get it as
?sentinel_password=...
"""

from __future__ import annotations

import re
import socket
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

_PORT = 26379
_LOGIN = ("username", "password")
# Who waits for a message hears of nothing else: not of a server that fell silent or moved.
_PROBED = {
    "socket_keepalive": True,
    "socket_keepalive_options": {  # tcp(7): seconds until the first probe, between them, how many
        getattr(socket, name): value
        for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 5))
        if hasattr(socket, name)
    },
}
_SENTINELS = re.compile(
    r"sentinel://((?P<user>[^:@/]*)(:(?P<password>[^@/]*))?@)?"
    r"(?P<hosts>[^@/?]+)/(?P<master>[^/?]+)(/(?P<database>\d+))?(\?(?P<query>.*))?"
)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:]+\]|[^:,\[\]]+)(:(?P<port>\d+))?", re.IGNORECASE)


class Sentinels(NamedTuple):
    """login: username and password of the servers, where they have any; own: the sentinels'."""

    hosts: list[tuple[str, int]]
    master: str
    database: int
    login: dict[str, str]
    own: dict[str, str]


def sentinels(url: str) -> Sentinels | None:
    """None of an address that names a server. Raises ValueError, without the address, which may
    hold a password."""
    if not url.startswith("sentinel:"):
        return None
    found = _SENTINELS.fullmatch(url)
    hosts = [_HOST.fullmatch(host) for host in found["hosts"].split(",")] if found else [None]
    if not found or not all(hosts):
        raise ValueError("expected sentinel://[user:password@]host:port,host:port/MASTER")
    login = dict(zip(_LOGIN, (found["user"], found["password"]), strict=True))
    [own, *_] = parse_qs(found["query"] or "").get("sentinel_password", [""])
    return Sentinels(
        [(host["name"].strip("[]"), int(host["port"] or _PORT)) for host in hosts if host],
        unquote(found["master"]),
        int(found["database"] or 0),
        {name: unquote(value) for name, value in login.items() if value},
        {"password": own} if own else {},
    )


class Pool:
    """Named by the settings of Django's cache, which asks it for connections."""

    @staticmethod
    def from_url(url: str, **options: Any) -> redis.ConnectionPool:
        """Connections to whichever server is the master when they are opened. options: of
        redis.Connection."""
        if not url.startswith("unix:"):
            options |= _PROBED
        if not (named := sentinels(url)):
            return redis.ConnectionPool.from_url(url, **options)
        asked = Sentinel(named.hosts, sentinel_kwargs=_of_sentinels(named))
        return SentinelConnectionPool(
            named.master, asked, db=named.database, **named.login, **options
        )


def for_celery(url: str) -> str:
    """The same address as its transport for Redis wants it."""
    if url.startswith("unix://"):
        return f"redis+socket://{url.removeprefix('unix://')}"
    if not (named := sentinels(url)):
        return url
    user, password = (quote(named.login.get(name, ""), safe="") for name in _LOGIN)
    login = f"{user}:{password}@" if password else ""
    places = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in named.hosts]
    return ";".join(f"sentinel://{login}{place}/{named.database}" for place in places)


def options_for_celery(url: str) -> dict[str, Any]:
    """What its transport wants to know besides."""
    options = {"socket_connect_timeout": 1, "socket_timeout": 5, **_PROBED}
    if not (named := sentinels(url)):
        return options
    return {
        **options,
        "master_name": named.master,
        "sentinel_kwargs": _of_sentinels(named),
    }


def _of_sentinels(named: Sentinels) -> dict[str, Any]:
    """Options of the connections to them. One that does not answer is not asked again, but the
    next."""
    timeouts = {"socket_connect_timeout": 1, "socket_timeout": 1}
    return {**timeouts, "retry": Retry(NoBackoff(), 0), **named.own}
