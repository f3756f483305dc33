"""Typed readers of environment variables. A value that makes no sense stops the start."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """A list whose items are separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def hosts(name: str) -> list[str]:
    """Names of hosts as Django wants them: alone, an IPv6 address in brackets."""
    values = words(name)
    for value in values:
        if "*" in value:
            raise ImproperlyConfigured(f"{name}={value}: name the hosts one by one.")
        if not _HOST.fullmatch(value):
            raise ImproperlyConfigured(
                f"{name}={value}: expected names like example.com or [::1], without scheme or port."
            )
    return values


def networks(name: str, default: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses (10.0.0.7) and networks (10.0.0.0/8)."""
    try:
        return [ipaddress.ip_network(word) for word in words(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def boolean(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise ImproperlyConfigured(f"{name}={value}: expected true or false.")


def integer(name: str, default: int, at_least: int = 0) -> int:
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value}: expected a whole number.") from None
    if number < at_least:
        raise ImproperlyConfigured(f"{name}={value}: expected at least {at_least}.")
    return number


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value}: expected one of {', '.join(choices)}.")
    return value


def url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    value = text(name, default)
    if urlsplit(value).scheme not in schemes:
        # The value is not repeated: it may hold a password.
        raise ImproperlyConfigured(
            f"{name}: expected an address that begins with one of "
            f"{', '.join(f'{scheme}://' for scheme in schemes)}."
        )
    return value


def path(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()
