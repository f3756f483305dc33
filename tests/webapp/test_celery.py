"""A worker's connection to the database."""

from __future__ import annotations

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_prerun
from django.db import connection

from recognition.tasks import analyse
from webapp.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> DjangoWorkerFixup:
    """What Celery does to a worker's connections before and after each task."""
    return DjangoWorkerFixup(app)


def _run_a_task(worker: DjangoWorkerFixup) -> None:
    worker.on_task_prerun(analyse)
    task_prerun.send(analyse)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    worker.on_task_postrun(analyse)


def test_it_lasts_from_task_to_task(worker: DjangoWorkerFixup) -> None:
    _run_a_task(worker)
    before = connection.connection
    assert before is not None
    for _ in range(3):
        _run_a_task(worker)
    assert connection.connection is before


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there is no server that could go away")
def test_one_that_broke_meanwhile_is_opened_anew(worker: DjangoWorkerFixup) -> None:
    _run_a_task(worker)
    connection.connection.close()
    _run_a_task(worker)
