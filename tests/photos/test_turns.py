"""Owners take turns, whatever each has waiting."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recognition.models import ModelVersion, Photo, Prediction, State, Weight
from recognition.photos import intake
from recognition.photos.turns import Turns
from recognition.predictions import queue
from tests.support.files import arrived, encoded, picture
from tests.support.rows import answer

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def other() -> User:
    return User.objects.create_user("other")


def upload(owner: User, *seeds: int) -> list[Photo]:
    uploads = [(arrived(encoded(picture(seed=seed)), f"{seed}.jpg"), None) for seed in seeds]
    return [outcome.photo for outcome in intake.accept(uploads, owner) if outcome.photo]


def names(rows: list[Prediction]) -> list[str]:
    return [f"{row.photo.owner} {row.photo.name}" for row in rows]


def test_one_photo_passes_many_of_somebody_elses(
    uploader: User, other: User, version: ModelVersion
) -> None:
    upload(uploader, *range(40))
    [single] = upload(other, 100)
    claimed = queue.claim(version)
    assert single.prediction in claimed
    assert len(claimed) == queue.BATCH_SIZE


def test_an_owners_photos_keep_their_order(
    uploader: User, other: User, version: ModelVersion
) -> None:
    upload(uploader, *range(5))
    upload(other, *range(50, 53))
    upload(uploader, *range(5, 8))
    claimed = queue.claim(version)
    own = [row.photo.name for row in claimed if row.photo.owner == uploader]
    assert own == [f"{seed}.jpg" for seed in range(8)]
    assert [row.photo.owner for row in claimed][:6] == [uploader, other] * 3


def test_who_comes_late_need_not_wait_for_what_others_had_before(
    uploader: User, other: User, version: ModelVersion
) -> None:
    upload(uploader, *range(40))
    rows = queue.claim(version)
    queue.store(rows, [answer()] * len(rows))
    upload(other, *range(100, 108))
    claimed = queue.claim(version)
    assert sum(row.photo.owner == other for row in claimed) == 8


def test_what_costs_much_counts_as_many(uploader: User, other: User) -> None:
    turns = Turns(uploader)
    costs = [turns.take(cost_ms, Weight.LIGHT) for cost_ms in (0.1, 40.0, 4.0, 4.0)]
    assert costs == [0.0, 1.0, 11.0, 12.0]
    assert Turns(other).take(0.1, Weight.LIGHT) == 0.0


def test_what_a_lost_worker_held_comes_first(
    uploader: User, other: User, version: ModelVersion
) -> None:
    upload(uploader, *range(20))
    lost = queue.claim(version)[-1]
    Prediction.objects.filter(state=State.RUNNING).exclude(id=lost.id).delete()
    gone = {"lease_owner": "elsewhere:1", "lease_expires": lost.created}
    Prediction.objects.filter(id=lost.id).update(**gone)
    upload(other, *range(100, 130))
    assert queue.recover() == 1
    assert names(queue.claim(version)) == names([lost])


@pytest.mark.django_db
def test_claims_go_along_the_index(version: ModelVersion) -> None:
    with CaptureQueriesContext(connection) as queries:
        queue.claim(version)
    [select] = [each["sql"] for each in queries if "ORDER BY" in each["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {select}")
            plan = " ".join(str(row) for row in cursor.fetchall())
            assert "prediction_uploads" in plan
            assert "TEMP B-TREE" not in plan
