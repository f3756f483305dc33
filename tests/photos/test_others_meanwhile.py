"""While somebody deletes thousands of photos, another's upload hardly waits: two processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from recognition.models import Photo, Prediction, State, TrashedPhoto
from recognition.photos import deletion, intake
from recognition.versions.registry import live_version
from tests.support.files import arrived, encoded, picture
from webapp.home import BASE_DIR

MANY = 3000
AT_MOST_S = 2.0

PROGRAM = """
import django
django.setup()
from recognition.photos import deletion
print("ready", flush=True)
input()
deletion.delete_asked()
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL locks rows")
@pytest.mark.usefixtures("version")
def test_an_upload_waits_no_longer_than_a_moment(uploader: User, other_uploader: User) -> None:
    photos = _many(uploader)
    deletion.delete_many([photo.id for photo in photos], uploader)
    uploads = [arrived(encoded(picture(seed=seed))) for seed in range(12)]
    deleter = _process()
    waited = []
    while uploads and deleter.poll() is None:
        started = time.monotonic()
        [outcome] = intake.accept([(uploads.pop(), None)], other_uploader)
        waited.append(time.monotonic() - started)
        assert outcome.photo
        time.sleep(0.1)
    deleter.terminate()
    deleter.wait()
    assert TrashedPhoto.objects.exists()
    assert len(waited) > 3
    assert max(waited) < AT_MOST_S


def _many(owner: User) -> list[Photo]:
    version = live_version()
    photos = [
        Photo(
            owner=owner,
            name="x.jpg",
            format="JPEG",
            sha256=f"{number:064x}",
            width=9,
            height=9,
            size_bytes=9,
        )
        for number in range(MANY)
    ]
    rows = [
        Prediction(photo=photo, model_version=version, state=State.DONE, embedding=bytes(2560))
        for photo in photos
    ]
    for photo, row in zip(photos, rows, strict=True):
        photo.prediction = row
    with transaction.atomic():
        Photo.objects.bulk_create(photos)
        Prediction.objects.bulk_create(rows)
    return photos


def _process() -> subprocess.Popen[str]:
    """That deletes as the teacher does."""
    database = f"sqlite:///{connection.settings_dict['NAME']}"
    deleter = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert deleter.stdout
    assert deleter.stdout.readline() == "ready\n"
    assert deleter.stdin
    deleter.stdin.write("go\n")
    deleter.stdin.flush()
    return deleter
