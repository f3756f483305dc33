"""Who works on a run, and what happens when a worker is lost."""

from __future__ import annotations

import subprocess
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from recognition.core.process import worker_name
from recognition.models import Mode, ModelVersion, RunState, TrainingRun
from recognition.training import runs, watch
from recognition.training.executor import execute
from recognition.training.watch import (
    MAX_ATTEMPTS,
    Stopped,
    Watch,
    claim,
    end,
    put_back,
    recover,
    watched,
    write,
)
from tests.support.instance import wait_until
from tests.support.rows import training_run

QUEUED, RUNNING, FAILED, CANCELLED = (
    RunState.QUEUED,
    RunState.RUNNING,
    RunState.FAILED,
    RunState.CANCELLED,
)
TEACH = (Mode.TEACH,)

pytestmark = pytest.mark.usefixtures("version")


def lost_run(**fields: Any) -> TrainingRun:
    """One whose lease has run out."""
    gone = {
        "state": RUNNING,
        "lease_owner": "elsewhere:1",
        "lease_expires": timezone.now() - timedelta(seconds=1),
        "attempts": 1,
    }
    return training_run(**{**gone, **fields})


def after_recovery(run: TrainingRun) -> TrainingRun:
    recover()
    run.refresh_from_db()
    return run


def test_the_oldest_run_of_the_mode_is_claimed() -> None:
    training_run(mode=Mode.FINE_TUNE)
    older, newer = training_run(), training_run()
    assert [claim(TEACH), claim(TEACH), claim(TEACH)] == [older, newer, None]


@pytest.mark.parametrize("state", [RUNNING, FAILED, CANCELLED, RunState.SUCCEEDED])
def test_only_queued_runs_are_claimed(state: RunState) -> None:
    training_run(state=state)
    assert claim(TEACH) is None


def test_a_claim_takes_a_lease(settings: Any) -> None:
    settings.ARK_LEASE_S = 100
    training_run()
    before = timezone.now()
    run = claim(TEACH)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_owner) == (RUNNING, 1, worker_name())
    assert before <= run.lease_expires - timedelta(seconds=100) <= timezone.now()


def test_a_run_whose_lease_ran_out_waits_again() -> None:
    run = after_recovery(lost_run())
    assert (run.state, run.lease_owner, run.lease_expires, run.attempts) == (QUEUED, "", None, 1)


def test_a_run_whose_lease_holds_is_left_alone() -> None:
    run = after_recovery(lost_run(lease_expires=timezone.now() + timedelta(minutes=10)))
    assert (run.state, run.lease_owner) == (RUNNING, "elsewhere:1")


def test_a_run_whose_process_died_here_waits_again_at_once() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    owner = worker_name().replace(worker_name().split(":")[-1], str(dead.pid))
    soon = timezone.now() + timedelta(hours=1)
    assert after_recovery(lost_run(lease_owner=owner, lease_expires=soon)).state == QUEUED


def test_a_run_that_lost_too_many_workers_fails() -> None:
    run = after_recovery(lost_run(attempts=MAX_ATTEMPTS))
    assert (run.state, run.error) == (FAILED, "crashed")
    assert run.finished


def test_a_run_that_was_cancelled_while_its_worker_died_is_over() -> None:
    run = after_recovery(lost_run(cancel_asked=timezone.now()))
    assert (run.state, run.error) == (CANCELLED, "")


def test_who_lost_the_lease_writes_nothing() -> None:
    training_run()
    run = claim(TEACH)
    TrainingRun.objects.update(lease_owner="elsewhere:1")
    with pytest.raises(Stopped):
        write(run, progress=0.5)
    assert not end(run, FAILED, error="bug")
    run.refresh_from_db()
    assert (run.progress, run.state) == (0, RUNNING)


def test_a_run_that_is_put_back_counts_no_attempt() -> None:
    training_run()
    put_back(claim(TEACH))
    run = TrainingRun.objects.get()
    assert (run.state, run.attempts, run.finished) == (QUEUED, 0, None)


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_work_goes_on() -> None:
    training_run()
    run = claim(TEACH)
    soon = timezone.now()
    TrainingRun.objects.update(lease_expires=soon)
    with watched(run) as watch:
        wait_until(lambda: TrainingRun.objects.get().lease_expires > soon)
        recover()
        watch.check()
    assert TrainingRun.objects.get().state == RUNNING


@pytest.mark.django_db(transaction=True)
def test_the_work_stops_when_somebody_cancels(version: ModelVersion) -> None:
    training_run()
    run = claim(TEACH)
    stopped = threading.Event()
    with watched(run) as watch:
        watch.on_stop = stopped.set
        watch.check()
        runs.cancel(run)
        assert stopped.wait(60)
        with pytest.raises(Stopped):
            watch.check()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_ends_neither_the_watch_nor_the_run(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    training_run(labels=[{"slug": "dog"}])
    run = claim(TEACH)

    def away(run: TrainingRun) -> Any:
        raise error("the connection is closed")

    with monkeypatch.context() as patched:
        patched.setattr(watch, "held", away)
        patched.setattr(watch, "connection", Mock())  # it would close that of the test
        assert Watch(run)._may_go_on()

    def work(run: TrainingRun, watch: Watch) -> Path:
        raise error("the connection is closed")

    execute(run, work)
    assert TrainingRun.objects.get().state == RUNNING
