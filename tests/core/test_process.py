"""Processes in the background are heard while they work."""

from __future__ import annotations

import pytest

from recognition.core import doorbell, process
from recognition.core.workers import worker_name
from tests.support.instance import wait_until


def test_who_works_long_stays_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_BEAT_S", 0.05)
    with process.heard_as(doorbell.TEACHER):
        for _ in range(2):
            wait_until(lambda: doorbell.workers_heard(doorbell.TEACHER) == [worker_name()], 5)
            doorbell.connection().delete("ark:heartbeats:teacher")


@pytest.mark.usefixtures("no_redis")
def test_without_redis_the_work_goes_on() -> None:
    with process.heard_as(doorbell.TEACHER):
        pass
