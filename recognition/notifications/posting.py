"""One HTTP request to an address that an administrator wrote down, under limits.

The address that is connected to is checked, not the name: a name may lead somewhere else a moment
later. Redirects are not followed, no proxy is asked, little of the answer is read, and the whole
must be over within TOTAL_S. http.client, for no library for this is among the requirements.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_S = 5.0
TOTAL_S = 15.0
MOST_READ_BYTES = 2048
_PORTS = {"https": 443, "http": 80}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unsent(Exception):
    """There is no answer. code: refused_address, unknown_host, timeout, tls, no_connection or
    no_http."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Answer:
    """text: its beginning. retry_after_s: so long nothing is to be sent, if it says so."""

    status: int
    text: str
    retry_after_s: int = 0


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def shown_host(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """Raises ValueError for what is no address of a webhook."""
    if not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        raise ValueError("characters")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("scheme")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("user")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    return Target(parts.scheme, parts.hostname, port, path)


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Raises Unsent."""
    try:
        target = parse(url)
    except ValueError as error:
        raise Unsent("refused_address", str(error)) from error
    addresses = _allowed(target)
    deadline = _Deadline(TOTAL_S)
    try:
        with deadline:
            return _exchange(_connect(target, addresses, deadline), target, headers, body)
    except Unsent:
        raise
    except ssl.SSLError as error:
        raise _unsent("timeout" if deadline.is_over else "tls", error) from error
    except http.client.HTTPException as error:
        code = "timeout" if deadline.is_over else "no_http"
        if isinstance(error, http.client.RemoteDisconnected) and not deadline.is_over:
            code = "no_connection"
        raise _unsent(code, error) from error
    except (OSError, ValueError) as error:
        is_late = deadline.is_over or isinstance(error, TimeoutError)
        raise _unsent("timeout" if is_late else "no_connection", error) from error


def _unsent(code: str, error: Exception) -> Unsent:
    return Unsent(code, f"{type(error).__name__}: {error}"[:200])


def _exchange(
    sock: socket.socket, target: Target, headers: Mapping[str, str], body: bytes
) -> Answer:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = sock
    try:
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        sent = {"Host": target.shown_host, **headers, "Content-Length": str(len(body))}
        for name, value in {**sent, "Connection": "close"}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        text = _read(response).decode("utf-8", "replace")
        wait = response.headers.get("Retry-After", "")
        wait_s = int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 8 else 0
        return Answer(response.status, text.replace("\0", "\ufffd"), wait_s)
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse) -> bytes:
    """As much as is kept. Whoever has said yes has, even if the rest does not come in time."""
    try:
        return response.read(MOST_READ_BYTES)
    except (OSError, http.client.HTTPException):
        return b""


def _allowed(target: Target) -> list[_Address]:
    """The addresses that the name leads to, if all of them may be spoken to."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsent("unknown_host", str(error)) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not may_reach(address, target.scheme):
            raise Unsent("refused_address", str(address))
    return list(dict.fromkeys(addresses))


def may_reach(address: _Address, scheme: str) -> bool:
    """Public addresses by HTTPS alone; others only in ARK_WEBHOOK_NETWORKS."""
    plain = _unwrapped(address)
    if any(plain in network for network in settings.ARK_WEBHOOK_NETWORKS):
        return True
    is_odd = plain.is_multicast or plain.is_reserved
    return scheme == "https" and plain.is_global and not is_odd


def _unwrapped(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address leads to, if it does (mapped, 6to4, NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _connect(target: Target, addresses: list[_Address], deadline: _Deadline) -> socket.socket:
    """To the first of the checked addresses that answers."""
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            sock = socket.create_connection((str(address), target.port), timeout=CONNECT_S)
        except OSError as error:
            failure = error
            continue
        deadline.watch(sock)
        sock.settimeout(TOTAL_S)
        if target.scheme == "http":
            return sock
        return _secured(sock, target, deadline)
    raise failure


def _secured(sock: socket.socket, target: Target, deadline: _Deadline) -> socket.socket:
    context = ssl.create_default_context()
    secure = context.wrap_socket(sock, server_hostname=target.host, do_handshake_on_connect=False)
    deadline.watch(secure)
    try:
        secure.do_handshake()
    except BaseException:
        secure.close()
        raise
    return secure


class _Deadline:
    """Breaks a connection off however slowly it still sends."""

    def __init__(self, after_s: float) -> None:
        self.is_over = False
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(after_s, self._end)
        self._timer.daemon = True

    def watch(self, sock: socket.socket) -> None:
        self._sock = sock

    def _end(self) -> None:
        self.is_over = True
        if self._sock:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._timer.cancel()
