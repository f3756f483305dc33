"""A teacher that is killed in the middle of deleting many photos: real processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.instance import Instance, wait_until
from webapp.preflight import answers

PHOTOS = 1500
FILL = f"""
from django.contrib.auth.models import User
from django.db import transaction
from recognition.models import Batch, Photo, Prediction
from recognition.photos import deletion
owner = User.objects.create_user("ursula")
batch = Batch.objects.create(owner=owner)
photos = [
    Photo(owner=owner, batch=batch, name="x.jpg", format="JPEG", sha256=f"{{number:064x}}",
          width=9, height=9, size_bytes=9)
    for number in range({PHOTOS})
]
for photo in photos:
    photo.prediction = Prediction(photo=photo)
with transaction.atomic():
    Photo.objects.bulk_create(photos)
    Prediction.objects.bulk_create([photo.prediction for photo in photos])
deletion.delete_batch(batch, owner)
"""


@pytest.fixture
def instance(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    database = f"sqlite:///{home}/db.sqlite3"  # which the test reads while it is written
    instance = Instance(home, network.parent, ARK_SWEEP_S="1", DATABASE_URL=database)
    instance.prepare()
    instance.start("redis")
    try:
        wait_until(lambda: answers(instance.home / "redis.sock"))
        yield instance
    finally:
        instance.stop()


def test_nothing_is_lost_and_nothing_is_there_twice(instance: Instance) -> None:
    instance.manage("shell", "-c", FILL)
    for _ in range(2):
        before = trashed(instance)
        instance.start("teacher")
        wait_until(lambda before=before: trashed(instance) > before)
        instance.kill("teacher")
        assert trashed(instance) + left(instance) == PHOTOS
    assert left(instance)
    instance.start("teacher")
    wait_until(lambda: one(instance, "SELECT state FROM recognition_job") == "succeeded")
    assert (trashed(instance), left(instance)) == (PHOTOS, 0)
    counted = "SELECT json_extract(result, '$.deleted') FROM recognition_job"
    assert one(instance, counted) == PHOTOS


def trashed(instance: Instance) -> Any:
    return one(instance, "SELECT count(*) FROM recognition_trashedphoto")


def left(instance: Instance) -> Any:
    return one(instance, "SELECT count(*) FROM recognition_photo")


def one(instance: Instance, query: str) -> Any:
    with closing(sqlite3.connect(instance.home / "db.sqlite3")) as database:
        return database.execute(query).fetchone()[0]
