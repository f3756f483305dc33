"""The queue: claims, leases, and what happens when a worker is lost."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from recognition.models import ModelVersion, Prediction, State
from recognition.predictions.queue import (
    BATCH_SIZE,
    MAX_ATTEMPTS,
    claim,
    claim_backfill,
    recover,
    store,
)
from recognition.versions.registry import register
from tests.support.rows import add_photo, answer, manifest

PENDING, RUNNING, DONE, FAILED = State.PENDING, State.RUNNING, State.DONE, State.FAILED


def lost_row(owner: User, **fields: Any) -> Prediction:
    """A row that a worker claimed and never settled; its lease has run out."""
    gone = {
        "state": RUNNING,
        "lease_owner": "elsewhere:1",
        "lease_expires": timezone.now() - timedelta(seconds=1),
        "attempts": 1,
    }
    said = {f"prediction__{name}": value for name, value in {**gone, **fields}.items()}
    return add_photo(owner, **said).prediction


def test_the_oldest_are_claimed_first_and_a_batch_at_most(
    uploader: User, version: ModelVersion
) -> None:
    rows = [add_photo(uploader).prediction for _ in range(BATCH_SIZE + 3)]
    assert claim(version) == rows[:BATCH_SIZE]
    assert claim(version) == rows[BATCH_SIZE:]
    assert claim(version) == []


@pytest.mark.parametrize("state", [RUNNING, DONE, FAILED])
def test_only_pending_rows_are_claimed(state: State, uploader: User, version: ModelVersion) -> None:
    add_photo(uploader, prediction__state=state)
    assert claim(version) == []


def test_a_claim_takes_a_lease(uploader: User, version: ModelVersion, settings: Any) -> None:
    settings.ARK_LEASE_S = 100
    add_photo(uploader)
    before = timezone.now()
    claim(version)
    row = Prediction.objects.get()
    assert (row.state, row.attempts) == (RUNNING, 1)
    assert row.lease_owner == f"{socket.gethostname()}:{os.getpid()}"
    assert before <= row.lease_expires - timedelta(seconds=100) <= timezone.now()


def test_an_upload_names_the_version_that_answers(uploader: User, version: ModelVersion) -> None:
    add_photo(uploader)
    rows = claim(version)
    assert Prediction.objects.get().model_version is None
    store(rows, [answer()])
    assert Prediction.objects.get().model_version == version


def test_an_upload_whose_worker_died_may_be_answered_by_another_version(
    uploader: User, version: ModelVersion
) -> None:
    row = lost_row(uploader)
    recover()
    newer = register(2, manifest(name="Newer"))
    store(claim(newer), [answer()])
    row.refresh_from_db()
    assert row.model_version == newer


def test_what_is_to_be_predicted_again_is_claimed_by_its_version_alone(
    uploader: User, version: ModelVersion
) -> None:
    newer = register(2, manifest(name="Newer"))
    row = add_photo(uploader, prediction__model_version=newer).prediction
    assert claim(newer) == claim(version) == claim_backfill(version) == []
    assert claim_backfill(newer) == [row]


def test_what_is_to_be_predicted_again_keeps_its_version_when_its_worker_dies(
    uploader: User, version: ModelVersion
) -> None:
    row = lost_row(uploader, model_version=version)
    recover()
    row.refresh_from_db()
    assert (row.state, row.model_version) == (PENDING, version)


def test_a_row_that_was_tried_before_is_claimed_alone(
    uploader: User, version: ModelVersion
) -> None:
    first = add_photo(uploader, prediction__attempts=1).prediction
    second = add_photo(uploader).prediction
    third = add_photo(uploader, prediction__attempts=2).prediction
    assert [claim(version) for _ in range(3)] == [[first], [second], [third]]


@pytest.mark.django_db(transaction=True)
def test_two_claimers_never_get_the_same_row(uploader: User, version: ModelVersion) -> None:
    rows = {add_photo(uploader).prediction for _ in range(60)}

    def claim_all(_: int) -> list[Prediction]:
        claimed: list[Prediction] = []
        with contextlib.closing(connection):
            while more := claim(version):
                claimed += more
        return claimed

    with ThreadPoolExecutor(3) as threads:
        claimed = [row for mine in threads.map(claim_all, range(3)) for row in mine]
    assert len(claimed) == 60
    assert set(claimed) == rows


# Lost workers


def test_a_row_whose_lease_ran_out_waits_again(uploader: User, version: ModelVersion) -> None:
    row = lost_row(uploader)
    recover()
    row.refresh_from_db()
    assert (row.state, row.lease_owner, row.lease_expires) == (PENDING, "", None)
    assert row.attempts == 1


def test_a_row_whose_lease_holds_is_left_alone(uploader: User, version: ModelVersion) -> None:
    row = lost_row(uploader, lease_expires=timezone.now() + timedelta(minutes=10))
    recover()
    row.refresh_from_db()
    assert (row.state, row.lease_owner) == (RUNNING, "elsewhere:1")


def test_a_row_whose_process_died_here_waits_again_at_once(
    uploader: User, version: ModelVersion
) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    soon = timezone.now() + timedelta(minutes=10)
    names = [f"{socket.gethostname()}:{pid}" for pid in (dead.pid, os.getpid())]
    of_dead, of_living = (lost_row(uploader, lease_owner=n, lease_expires=soon) for n in names)
    recover()
    of_dead.refresh_from_db()
    of_living.refresh_from_db()
    assert (of_dead.state, of_living.state) == (PENDING, RUNNING)


def test_a_row_that_lost_too_many_workers_fails(uploader: User, version: ModelVersion) -> None:
    row = lost_row(uploader, attempts=MAX_ATTEMPTS)
    other = lost_row(uploader, attempts=MAX_ATTEMPTS - 1)
    recover()
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.error, other.state) == (FAILED, "crashed", PENDING)


@pytest.mark.django_db(transaction=True)
def test_a_lost_row_that_somebody_has_locked_holds_up_no_other(
    uploader: User, version: ModelVersion
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no single rows")
    locked, other = lost_row(uploader), lost_row(uploader)
    is_locked, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with contextlib.closing(connection), transaction.atomic():
            Prediction.objects.select_for_update().get(id=locked.id)
            is_locked.set()
            is_over.wait(30)

    with ThreadPoolExecutor() as pool:
        holding = pool.submit(hold)
        assert is_locked.wait(30)
        assert recover() == 1
        is_over.set()
        holding.result()
    assert Prediction.objects.get(state=PENDING) == other
    assert recover() == 1
