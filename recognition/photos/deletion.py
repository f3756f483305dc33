"""Delete photos with everything that was derived from them.

The examples of data sets stay, without a photo, to tell what a network was trained with.
"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet

from recognition.core.locks import lock_photos
from recognition.models import ModelVersion, Photo, TrainingExample, TrainingRun
from recognition.photos import renditions


class Use(NamedTuple):
    """A training run that used some of the photos in question, and how many."""

    run: TrainingRun
    photos: int


class Taught(NamedTuple):
    """How many photos a version was trained with, and how many of them were deleted since."""

    photos: int
    deleted: int


def uses(photos: QuerySet[Photo]) -> list[Use]:
    """The training runs that used any of these photos, newest first."""
    found = TrainingExample.objects.filter(photo__in=photos).order_by()
    counts = dict(found.values_list("dataset").annotate(Count("photo", distinct=True)))
    runs = TrainingRun.objects.select_related("model_version").filter(dataset__in=counts)
    return [Use(run, counts[run.dataset_id]) for run in runs]


def taught(version: ModelVersion) -> Taught | None:
    """What the version was trained with; None if it was not trained here."""
    run = TrainingRun.objects.filter(model_version=version).first()
    if run is None:
        return None
    examples = run.dataset.examples
    return Taught(examples.count(), examples.filter(photo=None).count())


@transaction.atomic
def delete_photo(photo: Photo) -> None:
    """Delete the rows, and the files once the transaction has committed."""
    paths = [photo.original_path, *renditions.paths(photo)]
    lock_photos(Photo.objects.filter(id=photo.id))  # before what hangs on it
    photo.delete()

    def delete_files() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(delete_files)


def delete_photos_of(owner: User) -> None:
    """One by one, so that an interruption leaves no file without its row."""
    for photo in Photo.objects.filter(owner=owner).iterator():
        delete_photo(photo)
