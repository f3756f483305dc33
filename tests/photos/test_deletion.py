"""A deleted photo is gone from everywhere but the trash; for ever, it is gone from there too."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from pytest_django import Settings

from recognition.models import (
    Batch,
    DataSet,
    ModelVersion,
    Photo,
    Prediction,
    Profile,
    TrainingExample,
    TrainingRun,
    TrashedPhoto,
)
from recognition.people import profiles
from recognition.photos import renditions
from recognition.photos.deletion import delete_photo, taught, uses
from tests.support.rows import add_photo, taught_version

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A photo with its original and all its renditions."""
    photo = add_photo(uploader, batch=Batch.objects.create(owner=uploader))
    for path in (photo.original_path, *photo.rendition_paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pixels")
    return photo


def files_of(photo: Photo) -> list[bool]:
    return [path.exists() for path in (photo.original_path, *photo.rendition_paths)]


def test_the_row_goes_into_the_trash_and_the_files_stay(
    photo: Photo, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        delete_photo(Photo.objects.get(), photo.owner)
    assert not Photo.objects.exists()
    assert not Prediction.objects.exists()
    row = TrashedPhoto.objects.get()
    assert (row.id, row.sha256, row.trashed_by) == (photo.id, photo.sha256, photo.owner)
    assert files_of(photo) == [True, True, True]


@pytest.mark.parametrize(("days", "for_ever"), [(30, True), (0, False)])
def test_rows_and_files_go(
    photo: Photo,
    days: int,
    for_ever: bool,
    settings: Settings,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.ARK_TRASH_DAYS = days
    profiles.add_stored(photo.owner_id, 5000, 5)
    with django_capture_on_commit_callbacks(execute=True):
        delete_photo(Photo.objects.get(), for_ever=for_ever)
    assert not Photo.objects.exists()
    assert not TrashedPhoto.objects.exists()
    assert files_of(photo) == [False, False, False]
    profile = profiles.of(photo.owner)
    assert (profile.stored_bytes, profile.stored_photos) == (4000, 4)


def test_the_files_stay_until_the_rows_are_surely_gone(photo: Photo) -> None:
    with transaction.atomic():
        delete_photo(Photo.objects.get(), for_ever=True)
        transaction.set_rollback(True)
    assert Photo.objects.exists()
    assert files_of(photo) == [True, True, True]


def test_files_that_were_never_made_are_not_missed(
    photo: Photo, django_capture_on_commit_callbacks: Any
) -> None:
    photo.rendition_path(renditions.THUMBNAIL_SIDE).unlink()
    with django_capture_on_commit_callbacks(execute=True):
        delete_photo(Photo.objects.get(), for_ever=True)
    assert files_of(photo) == [False, False, False]


def test_the_rest_of_its_batch_stays(photo: Photo) -> None:
    other = add_photo(photo.owner, batch=photo.batch)
    delete_photo(photo)
    assert Photo.objects.get() == other
    assert Batch.objects.count() == 1


def test_what_was_taught_with_a_photo_is_known_before(uploader: User, photo: Photo) -> None:
    version = taught_version(2, [photo, add_photo(uploader)])
    TrainingRun.objects.create(dataset=DataSet.objects.create())  # was given other photos
    assert [(use.run.model_version, use.photos) for use in uses(Photo.objects.all())] == [
        (version, 2)
    ]
    assert uses(Photo.objects.none()) == []


def test_a_version_knows_how_many_of_its_photos_are_gone(uploader: User, photo: Photo) -> None:
    version = taught_version(2, [photo, add_photo(uploader)])
    delete_photo(photo)
    assert taught(version) == (2, 1)
    delete_photo(Photo.objects.get())
    assert taught(version) == (2, 2)
    assert TrainingExample.objects.count() == 2
    assert taught(ModelVersion.objects.get(number=1)) is None


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_twice_is_taken_off_the_owners_account_once(
    uploader: User, photo: Photo
) -> None:
    Profile.objects.create(user=uploader, stored_bytes=5000, stored_photos=5)
    same = Photo.objects.get(id=photo.id)
    for one in (photo, same):
        delete_photo(one, for_ever=True)
    profile = Profile.objects.get(user=uploader)
    assert (profile.stored_bytes, profile.stored_photos) == (4000, 4)
