"""Decoding processes that take turns: a lane.

Threads wait for a process to be free. People take turns too: who has many photos waiting is served
no more often than who has one.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from recognition.cnn.pixels.children import Child, Died, Limits, Reply
from recognition.cnn.pixels.unreadable import Busy, UnreadablePhoto


class Lane:
    """Processes start when they are first needed, and again when they have died.

    A lane belongs to the process that uses it: forked, it begins without any.
    """

    def __init__(self, size: int, limits: Limits, apart: bool, most_waiting: int) -> None:
        """size: how many processes at most. apart: whether they decode what takes long.
        most_waiting: photos of one person."""
        self._size = size
        self._limits = limits
        self._apart = apart
        self._most_waiting = most_waiting
        self._idle: list[Child] = []
        self._begin()
        _lanes.add(self)

    def ask(self, request: dict[str, Any], file: int, share: Hashable = None) -> Reply:
        """share: whose photo it is.

        Raises UnreadablePhoto, Busy, CannotStart.
        """
        with self._turn(share):
            try:
                return self._ask(request, file)
            except Died:  # perhaps somebody has ended it: the next one will tell
                pass
            try:
                return self._ask(request, file)
            except Died:
                raise UnreadablePhoto("truncated") from None

    def start(self) -> None:
        """Start the first process now, so that the first photo need not wait for it."""
        with self._turn(None):
            self._keep(self._child())

    def close(self) -> None:
        """End all processes that do nothing."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def forget(self) -> None:
        """Just forked: those processes are the parent's."""
        for child in self._idle:
            child.forget()
        self._begin()

    def _begin(self) -> None:
        self._idle = []
        self._free = self._size
        self._lock = threading.Lock()
        self._waiting: OrderedDict[Hashable, deque[threading.Event]] = OrderedDict()

    def _ask(self, request: dict[str, Any], file: int) -> Reply:
        child = self._child()
        try:
            return child.ask(request, file)
        finally:
            self._keep(child)

    def _child(self) -> Child:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        return child or Child(self._limits, self._apart)

    def _keep(self, child: Child) -> None:
        if child.is_used_up:
            child.close()
            return
        with self._lock:
            self._idle.append(child)

    @contextmanager
    def _turn(self, share: Hashable) -> Iterator[None]:
        if event := self._line_up(share):
            try:
                event.wait()
            except BaseException:  # this thread is told to stop
                self._leave(share, event)
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _line_up(self, share: Hashable) -> threading.Event | None:
        """What to wait for; None if it is one's turn."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            line = self._waiting.get(share, deque())
            if len(line) >= self._most_waiting:
                raise Busy
            event = threading.Event()
            line.append(event)
            self._waiting[share] = line
            return event

    def _pass_on(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            share, line = self._waiting.popitem(last=False)
            event = line.popleft()
            if line:
                self._waiting[share] = line  # behind all others
        event.set()

    def _leave(self, share: Hashable, event: threading.Event) -> None:
        with self._lock:
            line = self._waiting.get(share, deque())
            is_waiting = event in line
            if is_waiting:
                line.remove(event)
                if not line:
                    del self._waiting[share]
        if not is_waiting:
            self._pass_on()


_lanes: weakref.WeakSet[Lane] = weakref.WeakSet()


def _after_fork() -> None:
    for lane in list(_lanes):
        lane.forget()


os.register_at_fork(after_in_child=_after_fork)
