"""Files that appear whole or not at all, and together with the rows that tell of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)


@contextmanager
def whole_file(path: Path, draft: Path) -> Iterator[None]:
    """Inside, the draft is written; then it takes its place at `path`, on the same disk.

    Nothing is left of it if that fails, because the disk is full or for whatever other reason.
    """
    try:
        yield
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Moves:
    """Files that were moved in a transaction (`transaction_with_files`)."""

    def __init__(self) -> None:
        self._moved: list[tuple[Path, Path]] = []
        self._is_committed = False

    def move(self, source: Path, target: Path) -> None:
        """On the same disk. The target's folder is made where it is missing."""
        try:
            source.replace(target)
        except FileNotFoundError:  # the first file of this folder
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        self._moved.append((source, target))

    def keep(self) -> None:
        self._is_committed = True

    def undo(self) -> None:
        if self._is_committed:  # it was something else that failed, after the commit
            return
        for source, target in reversed(self._moved):
            if target.exists():
                target.replace(source)


@contextmanager
def transaction_with_files() -> Iterator[Moves]:
    """A transaction whose moved files lie again where they lay before if it is rolled back, be it
    by an error at its very end.

    No other transaction may be around it, which could be rolled back later. What a killed process
    leaves is found by the storage check: a file without a row, never a row without a file.
    """
    moves = Moves()
    is_ending = False
    try:
        with transaction.atomic(durable=True):
            transaction.on_commit(moves.keep)
            yield moves
            is_ending = True
    except BaseException as error:
        if is_ending and may_be_committed(error):
            logger.warning("The files of a transaction that broke off stay until the next check.")
        else:
            moves.undo()
        raise


def may_be_committed(error: BaseException) -> bool:
    """Whether an error at the end leaves open what became of the transaction: a server that is gone
    could not tell, and a signal may have come just after. Then a file without a row is better than
    a row without a file."""
    if not isinstance(error, DatabaseError):
        return True
    if connection.vendor == "sqlite":
        return False
    return connection.connection is None or bool(connection.connection.closed)
