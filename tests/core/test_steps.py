"""Long work lets others write in between."""

from __future__ import annotations

import time
from unittest.mock import Mock

import pytest
from django.db import connection, transaction

from recognition.core import steps


def test_a_pace_follows_the_machine() -> None:
    pace = steps.Pace(100)
    for _ in range(9):
        pace.took(0.001)
    assert pace.size == 100
    for _ in range(9):
        pace.took(5)
    assert pace.size == 1


def test_chunks_hold_everything_once_with_a_pause_between(monkeypatch: pytest.MonkeyPatch) -> None:
    pause = Mock()
    monkeypatch.setattr(steps, "pause", pause)
    chunks = list(steps.chunks(range(50), 10))
    assert [item for chunk in chunks for item in chunk] == list(range(50))
    assert max(map(len, chunks)) <= 10
    assert pause.call_count == len(chunks) - 1
    assert list(steps.chunks([], 10)) == []


@pytest.mark.django_db(transaction=True)
def test_a_pause_is_longer_than_who_waits_for_sqlite_sleeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sleep = Mock()
    monkeypatch.setattr(time, "sleep", sleep)
    with transaction.atomic():
        steps.pause()
    assert not sleep.called  # nobody else could write
    steps.pause()
    assert [call.args[0] > 0.1 for call in sleep.call_args_list] == (
        [True] if connection.vendor == "sqlite" else []
    )
