"""Jobs of a worker, one after another."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest

from recognition.core import heartbeats, leases
from recognition.workers import loop
from recognition.workers.loop import run_each

NOTHING: list[Callable[[], object]] = []


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Called when the process would begin anew."""
    begun = Mock()
    monkeypatch.setattr(loop.process, "begin_anew", begun)
    return begun


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """For longer than a worker keeps what it has loaded."""
    monkeypatch.setattr(loop, "IDLE_S", 900.0)
    long_ago = time.monotonic() - loop.IDLE_S - 60
    monkeypatch.setattr(loop, "_worked_s", long_ago)
    monkeypatch.setattr(leases, "_claimed_s", long_ago)


@pytest.fixture(params=["torch", "openvino"])
def heavy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has loaded one of what networks are worked on with."""
    for name in ("torch", "openvino"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, request.param, Mock())


def test_the_jobs_are_done_in_order() -> None:
    done: list[int] = []
    run_each([lambda: done.append(1), lambda: done.append(2)], "analyst")
    assert done == [1, 2]


def test_a_job_that_fails_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Mock(side_effect=RuntimeError("out of order")), Mock()
    with caplog.at_level(logging.ERROR):
        run_each([broken, sound], "analyst")
    sound.assert_called_once()
    assert "the analyst failed" in caplog.text
    assert "out of order" in caplog.text


@pytest.mark.usefixtures("idle", "heavy")
def test_a_large_process_that_had_nothing_to_do_for_long_begins_anew(begun: Mock) -> None:
    loop.work(NOTHING, heartbeats.TEACHER)
    begun.assert_called_once()


@pytest.mark.usefixtures("idle")
def test_a_small_process_goes_on(monkeypatch: pytest.MonkeyPatch, begun: Mock) -> None:
    for name in ("torch", "openvino"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    loop.work(NOTHING, heartbeats.TEACHER)
    begun.assert_not_called()


@pytest.mark.usefixtures("idle", "heavy")
def test_who_has_just_had_something_to_do_is_not_idle(begun: Mock) -> None:
    loop.work([lambda: leases.claimed(timedelta(minutes=1))], heartbeats.TEACHER)
    loop.work(NOTHING, heartbeats.TEACHER)
    begun.assert_not_called()
