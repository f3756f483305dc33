"""The queue: claims, leases, and what happens when a worker is lost."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from recognition.models import ModelVersion, Prediction, State
from recognition.prediction import BATCH_SIZE, MAX_ATTEMPTS, claim, recover
from tests.rows import add_photo

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
    claim(version)
    row = Prediction.objects.get()
    assert (row.state, row.attempts) == (RUNNING, 1)
    assert row.lease_owner == f"{socket.gethostname()}:{os.getpid()}"
    assert timedelta(seconds=90) < row.lease_expires - timezone.now() <= timedelta(seconds=100)


def test_a_row_without_a_version_is_claimed_for_the_live_one(
    uploader: User, version: ModelVersion
) -> None:
    add_photo(uploader, prediction__model_version=None)
    assert claim(version)[0].model_version == version
    assert Prediction.objects.get().model_version == version


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
    row = lost_row(uploader, lease_expires=timezone.now() + timedelta(seconds=30))
    recover()
    row.refresh_from_db()
    assert (row.state, row.lease_owner) == (RUNNING, "elsewhere:1")


def test_a_row_whose_process_died_here_waits_again_at_once(
    uploader: User, version: ModelVersion
) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    soon = timezone.now() + timedelta(seconds=30)
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
