"""What can wait begins when no upload has come for a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from recognition.workers import quiet as module
from recognition.workers.quiet import AtMostEvery, Quiet


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time, in seconds."""
    monkeypatch.setattr(module, "QUIET_S", 1.0)
    monkeypatch.setattr(module, "LONGEST_WAIT_S", 10.0)

    def set_to(now_s: float) -> None:
        monkeypatch.setattr(time, "monotonic", lambda: now_s)

    set_to(100.0)
    return set_to


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]) -> Quiet:
    monkeypatch.setattr(Quiet, "_call_soon", lambda self: None)
    return Quiet(lambda: None)


def test_it_is_quiet_before_the_first_upload(quiet: Quiet) -> None:
    assert quiet.is_now()


def test_it_is_not_quiet_right_after_an_upload(
    quiet: Quiet, clock: Callable[[float], None]
) -> None:
    quiet.upload_came()
    assert not quiet.is_now()
    clock(101.0)
    assert quiet.is_now()


def test_where_it_never_gets_quiet_one_batch_is_done_now_and_then(
    quiet: Quiet, clock: Callable[[float], None]
) -> None:
    done = []
    for tenth in range(250):
        clock(100.0 + tenth / 10)
        quiet.upload_came()
        if quiet.is_now():
            done.append(tenth)
    assert done == [100, 200]


def test_whoever_must_wait_is_woken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_S", 0.2)
    woken = threading.Event()
    times: list[float] = []

    def wake() -> None:
        times.append(time.monotonic())
        woken.set()

    quiet = Quiet(wake)
    quiet.upload_came()
    assert not quiet.is_now()
    assert not quiet.is_now()
    assert woken.wait(10)
    assert len(times) == 1


def test_what_need_not_be_done_each_time_is_due_after_a_pause(
    clock: Callable[[float], None],
) -> None:
    pause = AtMostEvery(1.0)
    due = []
    for now_s in (100.0, 100.5, 101.0, 101.5, 102.0):
        clock(now_s)
        due.append(pause.is_due())
    assert due == [True, False, True, False, True]
