"""Jobs: asked for, claimed under a lease, written while it is held, cancelled, taken up again."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone

from recognition.core import jobs, leases, wakeups
from recognition.core.jobs import JobFailed, Stopped
from recognition.models import Job, RunState

Kind = Job.Kind
CURVE = Kind.LEARNING_CURVE
QUEUED, RUNNING, SUCCEEDED = RunState.QUEUED, RunState.RUNNING, RunState.SUCCEEDED
FAILED, CANCELLED = RunState.FAILED, RunState.CANCELLED


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Go on as the worker of this name."""

    def be(name: str) -> None:
        monkeypatch.setattr(leases, "worker_name", lambda: name)

    return be


@pytest.fixture
def claimed(db: None) -> Job:
    jobs.ask(CURVE, None)
    return jobs.claim(CURVE)


def now(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def expire(job: Job) -> None:
    Job.objects.filter(id=job.id).update(lease_expires=timezone.now() - timedelta(seconds=1))


# Asking


@pytest.mark.parametrize(
    ("kind", "wake"),
    [
        (Kind.EXPORT, "wake_teacher"),
        (Kind.IMPORT, "wake_teacher"),
        (Kind.LEARNING_CURVE, "wake_teacher"),
        (Kind.SUSPECT_SEARCH, "wake_analyst"),
        (Kind.BACKFILL, "wake_predictor"),
        (Kind.PHOTO_MAP, "wake_analyst"),
        (Kind.EXPLANATION, "wake_explainer"),
        (Kind.WALK, "wake_explainer"),
    ],
)
def test_to_ask_wakes_the_worker_of_the_kind(
    kind: Job.Kind,
    wake: str,
    reviewer: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    woken = []
    for name in ("wake_teacher", "wake_analyst", "wake_predictor", "wake_explainer"):
        monkeypatch.setattr(wakeups, name, lambda name=name: woken.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask(kind, reviewer)
        assert woken == []  # before the job can be seen
    assert woken == [wake]
    assert (job.state, job.by) == (QUEUED, reviewer)


def test_of_the_same_subject_one_job_waits(db: None) -> None:
    first = jobs.ask(Kind.EXPORT, None, "3 onnx")
    assert jobs.ask(Kind.EXPORT, None, "3 onnx") == first
    assert jobs.ask(Kind.EXPORT, None, "3 openvino") != first


def test_what_is_asked_for_while_it_runs_comes_after_it(claimed: Job) -> None:
    assert jobs.ask(CURVE, None) != claimed
    assert Job.objects.count() == 2


def test_a_form_that_is_sent_twice_makes_one_job(db: None) -> None:
    form_id = uuid4()
    first = jobs.ask(CURVE, None, form_id=form_id)
    jobs.claim(CURVE)  # a worker is quicker than the second click
    assert jobs.ask(CURVE, None, form_id=form_id) == first
    assert Job.objects.count() == 1


def test_a_form_that_is_sent_again_about_something_else_makes_another_job(db: None) -> None:
    form_id = uuid4()
    first = jobs.ask(Kind.BACKFILL, None, "1 7", form_id=form_id)
    assert jobs.ask(Kind.BACKFILL, None, "1 8", form_id=form_id) != first


# Claiming


def test_the_oldest_job_of_the_kind_is_claimed(db: None) -> None:
    jobs.ask(CURVE, None)
    first = jobs.ask(Kind.EXPORT, None, "1 onnx")
    jobs.ask(Kind.EXPORT, None, "2 onnx")
    job = jobs.claim(Kind.EXPORT)
    assert (job, job.state, job.attempts) == (first, RUNNING, 1)
    assert job.started


def test_one_job_of_a_kind_is_worked_on_at_a_time(db: None, be: Callable[[str], None]) -> None:
    for subject in ("1 onnx", "2 onnx"):
        jobs.ask(Kind.EXPORT, None, subject)
    be("elsewhere:1")
    jobs.claim(Kind.EXPORT)
    be("elsewhere:2")
    assert jobs.claim(Kind.EXPORT) is None
    assert jobs.claim(CURVE) is None


def test_a_job_whose_lease_ran_out_is_taken_up_again(db: None, be: Callable[[str], None]) -> None:
    be("elsewhere:1")
    jobs.ask(CURVE, None)
    job = jobs.claim(CURVE)
    be("elsewhere:2")
    expire(job)
    again = jobs.claim(CURVE)
    assert (again, again.attempts, again.started) == (job, 2, job.started)


def test_a_job_whose_process_died_is_taken_up_again_at_once(claimed: Job) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    Job.objects.update(lease_owner=f"{socket.gethostname()}:{dead.pid}")
    assert jobs.claim(CURVE).attempts == 2


def test_what_a_worker_has_given_up_it_takes_up_again(claimed: Job) -> None:
    with pytest.raises(DatabaseError), jobs.working(claimed):
        raise DatabaseError("gone away")
    assert now(claimed).state == RUNNING
    assert jobs.claim(CURVE).attempts == 2


def test_a_job_that_killed_three_workers_fails(claimed: Job, be: Callable[[str], None]) -> None:
    for number in (2, 3):
        expire(claimed)
        be(f"elsewhere:{number}")
        assert jobs.claim(CURVE).attempts == number
    expire(claimed)
    assert jobs.claim(CURVE) is None
    assert (now(claimed).state, now(claimed).error) == (FAILED, "crashed")
    assert now(claimed).finished


def test_behind_a_job_that_failed_the_next_one_is_claimed(claimed: Job) -> None:
    after = jobs.ask(CURVE, None)
    Job.objects.filter(id=claimed.id).update(attempts=jobs.MAX_ATTEMPTS)
    assert jobs.claim(CURVE) == after


# Writing


def test_progress_is_written_and_renews_the_lease(claimed: Job) -> None:
    soon = timezone.now() + timedelta(seconds=5)
    Job.objects.update(lease_expires=soon)
    jobs.write(claimed, progress=0.5)
    assert now(claimed).progress == 0.5
    assert now(claimed).lease_expires > soon


def test_a_worker_that_lost_its_lease_disturbs_its_successor_in_nothing(
    claimed: Job, be: Callable[[str], None]
) -> None:
    expire(claimed)
    be("elsewhere:2")
    jobs.claim(CURVE)
    be("elsewhere:1")
    for act in (jobs.write, jobs.hand_on, jobs.succeed):
        with pytest.raises(Stopped):
            act(claimed, result={"from": "the first"})
    with jobs.working(claimed):
        raise RuntimeError
    job = now(claimed)
    assert (job.state, job.lease_owner, job.result) == (RUNNING, "elsewhere:2", {})


def test_what_is_handed_on_is_gone_on_with_by_anybody(
    claimed: Job, be: Callable[[str], None]
) -> None:
    jobs.hand_on(claimed, progress=0.5)
    be("elsewhere:2")
    job = jobs.claim(CURVE)
    assert (job, job.progress, job.attempts) == (claimed, 0.5, 1)


def test_a_job_that_succeeded_has_its_result(claimed: Job) -> None:
    jobs.succeed(claimed, result={"photos": 7})
    job = now(claimed)
    assert (job.state, job.progress, job.result) == (SUCCEEDED, 1.0, {"photos": 7})
    assert (job.lease_owner, job.lease_expires) == ("", None)


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (JobFailed("too_few"), "too_few", ""),
        (JobFailed("disk", "no space left"), "disk", "no space left"),
        (ValueError("of 3"), "bug", "ValueError: of 3"),
    ],
)
def test_what_goes_wrong_is_noted(claimed: Job, error: Exception, code: str, detail: str) -> None:
    with jobs.working(claimed):
        raise error
    job = now(claimed)
    assert (job.state, job.error, job.error_detail) == (FAILED, code, detail)


# Cancelling


def test_a_job_that_waits_is_cancelled_at_once(db: None) -> None:
    job = jobs.ask(CURVE, None)
    jobs.cancel(job.id)
    assert (now(job).state, now(job).started) == (CANCELLED, None)
    assert now(job).finished
    assert jobs.claim(CURVE) is None


def test_a_running_job_stops_at_its_next_step(claimed: Job) -> None:
    jobs.cancel(claimed.id)
    assert now(claimed).state == RUNNING
    with jobs.working(claimed):
        jobs.write(claimed, progress=0.5)
        pytest.fail("it goes on")
    assert (now(claimed).state, now(claimed).progress) == (CANCELLED, 0.0)


def test_a_running_job_that_nobody_works_on_is_cancelled_at_once(claimed: Job) -> None:
    expire(claimed)
    jobs.cancel(claimed.id)
    assert now(claimed).state == CANCELLED


def test_a_cancelled_job_whose_worker_died_is_not_taken_up_again(claimed: Job) -> None:
    jobs.cancel(claimed.id)
    expire(claimed)
    assert jobs.claim(CURVE) is None
    assert now(claimed).state == CANCELLED


@pytest.mark.parametrize("state", [SUCCEEDED, FAILED, CANCELLED])
def test_a_job_that_is_over_stays_as_it_is(claimed: Job, state: RunState) -> None:
    Job.objects.update(state=state)
    before = Job.objects.values().get()
    jobs.cancel(claimed.id)
    jobs.fail(Job.objects.all(), "crashed", "")
    assert Job.objects.values().get() == before


def test_a_job_that_is_not_there_any_more_is_no_trouble(db: None) -> None:
    jobs.cancel(uuid4())
