"""Several people and workers at the same jobs, each with a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from recognition.core import jobs, leases
from recognition.models import Job, RunState

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Job.Kind
CURVE = Kind.LEARNING_CURVE


def test_two_who_ask_at_once_get_one_job() -> None:
    found = at_once(lambda: jobs.ask(CURVE, None).id)
    assert len(set(found)) == 1
    assert Job.objects.count() == 1


def test_two_workers_never_get_the_same_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "worker_name", lambda: f"elsewhere:{threading.get_ident()}")
    for subject in ("1 onnx", "2 onnx"):
        jobs.ask(Kind.EXPORT, None, subject)
    found = [job for job in at_once(lambda: jobs.claim(Kind.EXPORT)) if job]
    assert len(found) == 1
    assert Job.objects.filter(state=RunState.RUNNING).count() == 1


def test_a_job_that_is_cancelled_as_it_is_claimed_is_not_lost() -> None:
    job = jobs.ask(CURVE, None)
    at_once(lambda: jobs.claim(CURVE), lambda: jobs.cancel(job.id))
    if now(job).state == RunState.RUNNING:
        with jobs.working(job):
            jobs.write(job)
    assert now(job).state == RunState.CANCELLED


def now(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each in a thread of its own, with its own connection; one alone is done four times."""
    acts = acts if len(acts) > 1 else acts * 4
    barrier = threading.Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))
