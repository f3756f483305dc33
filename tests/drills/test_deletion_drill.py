"""A worker that is killed in the middle of deleting many photos: real processes."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.models import Job, Photo, RunState, TrashedPhoto
from recognition.photos import deletion
from tests.support.deleting import add_many, deleting
from tests.support.instance import wait_until

PHOTOS = 1500
KILLS = 4  # more than a job is tried without getting any further


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it is told which file to open")
@pytest.mark.usefixtures("version")
def test_nothing_is_lost_and_nothing_is_there_twice(uploader: User) -> None:
    photos = add_many(uploader, PHOTOS)
    deletion.delete_many([photo.id for photo in photos], uploader)
    for _ in range(KILLS):
        before = TrashedPhoto.objects.count()
        deleter = deleting()
        wait_until(lambda before=before: TrashedPhoto.objects.count() > before)
        deleter.kill()
        deleter.wait()
        assert TrashedPhoto.objects.count() + Photo.objects.count() == PHOTOS
        assert Job.objects.get().result["deleted"] == TrashedPhoto.objects.count()
    assert Photo.objects.exists()
    while Photo.objects.exists():  # a slice of it each
        deleting().wait()
    assert TrashedPhoto.objects.count() == PHOTOS
    assert Job.objects.get().state == RunState.SUCCEEDED
