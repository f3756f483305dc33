"""How many connections an address may hold to this process."""

from __future__ import annotations

import resource
from collections import Counter

from recognition.core.client import shared_by
from webapp.client_address import is_trusted
from webapp.server import limits

_LEFT_FOR_FILES = 256  # file descriptors for all that is no connection


class Doorkeeper:
    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self.most = 0

    def enter(self, address: str) -> bool:
        """Whether one more may come in; proxies that are trusted speak for many."""
        key = shared_by(address)
        is_full = self.most and self._inside.total() >= self.most
        is_many = self._inside[key] >= limits.CONNECTIONS_PER_ADDRESS and not is_trusted(address)
        if is_full or is_many:
            return False
        self._inside[key] += 1
        return True

    def leave(self, address: str) -> None:
        key = shared_by(address)
        self._inside[key] -= 1
        if not self._inside[key]:
            del self._inside[key]

    def use_all_descriptors(self) -> None:
        """Some thousand connections, where the system lets us have them."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        self.most = max(wanted, soft) - _LEFT_FOR_FILES


doorkeeper = Doorkeeper()
