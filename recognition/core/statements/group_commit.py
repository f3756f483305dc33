"""Group commit: what several threads want to write at the same time is one transaction.

SQLite has one writer at a time, and who has to wait for it sleeps and tries again. With one writer
a process, few have to; and a commit costs as much as the rows of several uploads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import OperationalError, transaction

Item = TypeVar("Item")
MOST = 16  # together


class _Entry(Generic[Item]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_done = False
        self.error: Exception | None = None


class GroupCommit(Generic[Item]):
    """commit: writes some items in one transaction, all or none of them."""

    def __init__(self, commit: Callable[[Sequence[Item]], None]) -> None:
        self._commit = commit
        self._waiting: list[_Entry[Item]] = []
        self._writing = threading.Lock()

    def write(self, item: Item) -> bool:
        """Returns when the item is written, or raises what kept it from that: whether it was this
        thread that wrote, or another one that took it along."""
        if transaction.get_connection().in_atomic_block:  # only tests are in a transaction here
            self._commit([item])
            return True
        mine = _Entry(item)
        self._waiting.append(mine)
        with self._writing:
            is_ours = not mine.is_done
            if is_ours:
                self._write_those_who_wait(mine)
        if mine.error:
            raise mine.error
        return is_ours

    def _write_those_who_wait(self, mine: _Entry[Item]) -> None:
        entries = [mine, *(entry for entry in self._waiting if entry is not mine)][:MOST]
        try:
            self._write(entries)
        finally:
            for entry in entries:
                if entry is mine or entry.is_done:
                    self._waiting.remove(entry)

    def _write(self, entries: list[_Entry[Item]]) -> None:
        try:
            self._commit([entry.item for entry in entries])
        except OperationalError as error:  # the database is busy or away: all have waited for it
            for entry in entries:
                entry.error = error
        except Exception as error:
            if len(entries) == 1:
                entries[0].error = error
            else:  # one of them is to blame, and nothing was written
                for entry in entries:
                    self._write([entry])
        for entry in entries:
            entry.is_done = True
