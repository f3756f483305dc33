"""All decoding of strangers' bytes, in processes of their own and within limits.

Light photos go to as many processes as there are processors. What takes long goes to a lane of its
own, so that it holds up nothing else. One pool serves a process and all its threads.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

from recognition.cnn.pixels.children import Limits, Reply, shared_file
from recognition.cnn.pixels.lane import Lane
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS

_MB = 1 << 20
LIGHT = Limits(address_bytes=1024 * _MB, cpu_s=5, wall_s=20, requests=5000)
# 16-bit pictures take the most: Pillow's four bytes a pixel and NumPy's copies of them.
HEAVY = Limits(
    address_bytes=512 * _MB + 20 * DEFAULT_MAX_PIXELS,
    cpu_s=30,
    wall_s=90,
    requests=100,
    idle_s=60,
)
MOST_LIGHT_WAITING = 16  # of one person, in one process
MOST_HEAVY_WAITING = 4
_MAX_PROCESSES = 16


class HeavyPhoto(Exception):
    """It takes long: ask `heavy`."""


class Pool:
    """light, heavy: the processes. See `shared`."""

    def __init__(self, size: int, heavy_size: int = 1) -> None:
        self._light = Lane(size, LIGHT, apart=False, most_waiting=MOST_LIGHT_WAITING)
        self._heavy = Lane(heavy_size, HEAVY, apart=True, most_waiting=MOST_HEAVY_WAITING)

    def light(
        self, operation: str, source: Path | bytes, share: Hashable = None, **arguments: Any
    ) -> Reply:
        """Do this (`operations.py`) with a photo. share: whose it is.

        Raises HeavyPhoto, UnreadablePhoto, Busy, CannotStart, and OSError if it cannot be read.
        """
        reply = self._ask(self._light, operation, source, share, arguments)
        if "heavy" in reply.fields:
            raise HeavyPhoto
        return reply

    def heavy(
        self, operation: str, source: Path | bytes, share: Hashable = None, **arguments: Any
    ) -> Reply:
        """The same for one that takes long."""
        return self._ask(self._heavy, operation, source, share, arguments)

    def run(
        self, operation: str, source: Path | bytes, share: Hashable = None, **arguments: Any
    ) -> Reply:
        """The same for any, in whichever lane."""
        try:
            return self.light(operation, source, share, **arguments)
        except HeavyPhoto:
            return self.heavy(operation, source, share, **arguments)

    def start(self) -> None:
        self._light.start()

    def close(self) -> None:
        self._light.close()
        self._heavy.close()

    def _ask(
        self,
        lane: Lane,
        operation: str,
        source: Path | bytes,
        share: Hashable,
        arguments: dict[str, Any],
    ) -> Reply:
        request = {"do": operation, **arguments}
        if isinstance(source, bytes):
            with shared_file(0) as file:
                file.write(source)
                file.flush()
                return lane.ask(request, file.fileno(), share)
        with source.open("rb") as file:
            return lane.ask(request, file.fileno(), share)


@cache
def shared() -> Pool:
    """This process' own."""
    pool = Pool(min(processors(), _MAX_PROCESSES))
    atexit.register(pool.close)
    return pool


def processors() -> int:
    """That this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
