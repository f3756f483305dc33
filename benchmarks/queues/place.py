"""Where a measurement takes place, known to the workers through their environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER, _DATABASE = "QUEUES_FOLDER", "QUEUES_DATABASE"
_IS_LATE, _IS_SWEPT = "QUEUES_IS_LATE", "QUEUES_IS_SWEPT"


@dataclass(frozen=True)
class Place:
    """folder: for the broker, the network and what SQLite and the workers write.
    database: the address of a PostgreSQL database; empty for SQLite.
    is_late: messages are acknowledged when their work is done, not when it begins.
    is_swept: a worker looks for what was missed when it starts, and whenever a clock says so.
    """

    folder: Path
    database: str
    is_late: bool = False
    is_swept: bool = False

    @property
    def socket(self) -> Path:
        return self.folder / "redis.sock"

    @property
    def version(self) -> Path:
        return self.folder / "store" / "1"

    @property
    def begun(self) -> Path:
        """A file that gets a line with the photo's id whenever a prediction begins."""
        return self.folder / "begun"

    def environment(self) -> dict[str, str]:
        return {
            _FOLDER: str(self.folder),
            _DATABASE: self.database,
            _IS_LATE: "yes" if self.is_late else "",
            _IS_SWEPT: "yes" if self.is_swept else "",
        }


@lru_cache(maxsize=1)
def place() -> Place:
    """Of the worker that this process is."""
    is_late, is_swept = (bool(os.environ.get(name)) for name in (_IS_LATE, _IS_SWEPT))
    return Place(Path(os.environ[_FOLDER]), os.environ[_DATABASE], is_late, is_swept)
