"""What several threads write at the same time is one transaction, and yet each one's own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from django.db import OperationalError, connection

from recognition.core.statements.group_commit import GroupCommit
from tests.support.instance import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Writer:
    """Writes numbers, none below zero. The first time it waits until it may go on."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.may_go_on = Event()
        self.has_begun = Semaphore(0)
        self.group = GroupCommit[int](self.commit)

    def commit(self, numbers: Sequence[int]) -> None:
        self.has_begun.release()
        assert self.may_go_on.wait(60)
        if bad := [number for number in numbers if number < 0]:
            raise ValueError(bad)
        self.written.append(list(numbers))

    def write(self, number: int) -> bool:
        try:
            return self.group.write(number)
        finally:
            connection.close()


def _all_at_once(writer: Writer, *numbers: int) -> list[bool | Exception]:
    """The first one begins to write, and the others come meanwhile."""
    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(writer.write, numbers[0])
        assert writer.has_begun.acquire(timeout=60)
        others = [pool.submit(writer.write, number) for number in numbers[1:]]
        wait_until(lambda: len(writer.group._waiting) == len(numbers))
        writer.may_go_on.set()
        futures = (first, *others)
        return [future.exception() or future.result() for future in futures]


def test_those_who_come_meanwhile_are_written_together() -> None:
    writer = Writer()
    led = _all_at_once(writer, 1, 2, 3, 4)
    assert [sorted(numbers) for numbers in writer.written] == [[1], [2, 3, 4]]
    assert sum(led) == 2


def test_one_who_comes_alone_is_written_alone() -> None:
    writer = Writer()
    writer.may_go_on.set()
    assert writer.write(1)
    assert writer.write(2)
    assert writer.written == [[1], [2]]


def test_one_who_is_refused_takes_nobody_else_along() -> None:
    writer = Writer()
    _first, refused, *others = _all_at_once(writer, 1, -2, 3, 4)
    assert isinstance(refused, ValueError)
    assert refused.args == ([-2],)
    assert not any(isinstance(one, Exception) for one in others)
    assert sorted(number for numbers in writer.written for number in numbers) == [1, 3, 4]


def test_who_has_waited_for_a_busy_database_does_not_wait_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = Writer()
    tries: list[list[int]] = []

    def locked(numbers: Sequence[int]) -> None:
        tries.append(list(numbers))
        raise OperationalError("database is locked")

    real = writer.commit
    monkeypatch.setattr(
        writer.group, "_commit", lambda numbers: (real if 1 in numbers else locked)(numbers)
    )
    _first, *others = _all_at_once(writer, 1, 2, 3)
    assert all(isinstance(one, OperationalError) for one in others)
    assert [sorted(numbers) for numbers in tries] == [[2, 3]]


def test_nobody_is_written_twice_after_an_error() -> None:
    writer = Writer()
    _all_at_once(writer, -1, 2, 3)
    writer.write(4)
    assert sorted(number for numbers in writer.written for number in numbers) == [2, 3, 4]
