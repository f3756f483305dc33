"""Files of numbers that take their room on the disk at once.

prometheus_client makes its files longer and writes into them through memory. On a full disk the
system ends the process for that (SIGBUS), and with it all requests that it serves.
"""

from __future__ import annotations

import os
from typing import Any

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

_FIRST_BYTES = 1024 * 1024
_LONGEST_ENTRY_BYTES = 4096


class AllocatedFile(MmapedDict):
    """Raises OSError where there is no room, before anything is changed."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            with open(filename, "ab") as file:
                if file.tell() == 0:
                    os.posix_fallocate(file.fileno(), 0, _FIRST_BYTES)
        super().__init__(filename, read_mode)

    def _init_value(self, key: str) -> Any:
        if self._used + _LONGEST_ENTRY_BYTES > self._capacity:
            os.posix_fallocate(self._f.fileno(), 0, 2 * self._capacity)
        return super()._init_value(key)


def use() -> None:
    """From now on, in this process."""
    values.MmapedDict = AllocatedFile  # type: ignore[misc]
