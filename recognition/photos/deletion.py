"""Delete photos with everything that was derived from them.

The examples of data sets stay, without a photo, to tell what a network was trained with.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, QuerySet

from recognition.core.locks import lock_photos
from recognition.models import ModelVersion, Photo, TrainingExample, TrainingRun
from recognition.people import profiles
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
    profiles.lock(photo.owner_id)  # before the photo, as whoever stores some
    if not lock_photos(Photo.objects.filter(id=photo.id)):  # before what hangs on it
        return  # somebody else was quicker
    photo.delete()
    profiles.add_stored(photo.owner_id, -photo.size_bytes, -1)

    def delete_files() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(delete_files)
