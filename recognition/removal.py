"""Delete photos, with all that was made of them.

What a network was taught with is kept: the examples of its training run stay, without a photo.
"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet

from recognition.locks import lock_photos
from recognition.models import ModelVersion, Photo, TrainingExample, TrainingRun

RENDITION_SIDES = (320, 1280)


class Use(NamedTuple):
    """A training run that was given some of the photos in question."""

    run: TrainingRun
    photos: int


class Taught(NamedTuple):
    """What a version was taught with, and how much of it was deleted since."""

    photos: int
    deleted: int


def uses(photos: QuerySet[Photo]) -> list[Use]:
    """What is to be known before these photos are deleted, newest run first."""
    found = TrainingExample.objects.filter(photo__in=photos).order_by()
    counts = dict(found.values_list("run").annotate(Count("id")))
    runs = TrainingRun.objects.select_related("model_version").filter(id__in=counts)
    return [Use(run, counts[run.id]) for run in runs]


def taught(version: ModelVersion) -> Taught | None:
    """None for a version that was not taught here."""
    run = TrainingRun.objects.filter(model_version=version).first()
    if run is None:
        return None
    return Taught(run.examples.count(), run.examples.filter(photo=None).count())


@transaction.atomic
def delete_photo(photo: Photo) -> None:
    """Rows first; the files once that is certain."""
    paths = [photo.original_path, *map(photo.rendition_path, RENDITION_SIDES)]
    lock_photos(Photo.objects.filter(id=photo.id))  # before what hangs on it
    photo.delete()

    def delete_files() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(delete_files)


def delete_photos_of(owner: User) -> None:
    """One by one, so that a break loses no file: what is left is deleted the next time."""
    for photo in Photo.objects.filter(owner=owner).iterator():
        delete_photo(photo)
