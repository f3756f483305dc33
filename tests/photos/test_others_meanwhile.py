"""While somebody deletes thousands of photos, another's upload hardly waits: two processes."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.models import TrashedPhoto
from recognition.photos import deletion, intake
from tests.support.deleting import add_many, deleting
from tests.support.files import arrived, encoded, picture

MANY = 3000
AT_MOST_S = 2.0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows")
@pytest.mark.usefixtures("version")
def test_an_upload_waits_no_longer_than_a_moment(uploader: User, other_uploader: User) -> None:
    photos = add_many(uploader, MANY)
    deletion.delete_many([photo.id for photo in photos], uploader)
    uploads = [arrived(encoded(picture(seed=seed))) for seed in range(12)]
    deleter = deleting()
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
