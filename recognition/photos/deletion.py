"""Delete photos: into the trash, or for good where there is none.

The row leaves `Photo` with everything that was derived from it, and a row in `TrashedPhoto` keeps
what people said; the original stays until the trash is emptied. The examples of data sets stay,
without a photo, to tell what a network was trained with.

Many photos are a job. Its parameters are {"photos": ids, or "batch": an id with "newest": the id of
its last photo when it was asked for; "total": how many there were; "for_ever"}; its result is
{"next": where to go on among the ids, "deleted": how many were so far}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from recognition.core import audit, jobs, steps
from recognition.core.locks import lock_photos
from recognition.labels import keeping_one, remembered
from recognition.models import (
    Batch,
    Job,
    ModelVersion,
    Photo,
    TrainingExample,
    TrainingRun,
    TrashedPhoto,
)
from recognition.photos import trash

CHUNK = 100  # photos a transaction, at most
AT_ONCE = 200  # photos that a request deletes itself; more are a job


class Use(NamedTuple):
    """A training run that used some of the photos in question, and how many."""

    run: TrainingRun
    photos: int


class Taught(NamedTuple):
    """How many photos a version was trained with, and how many of them were deleted since."""

    photos: int
    deleted: int


class Deleted(NamedTuple):
    """How many photos a request has deleted, and when it began to."""

    photos: int
    since: datetime


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


def delete_photo(photo: Photo, by: User | None = None, for_ever: bool = False) -> Deleted:
    """Into the trash, or for good; doing it twice has no further effect."""
    since = timezone.now()
    return Deleted(_delete([photo.id], by, for_ever, tell=True), since)


def delete_many(photo_ids: Iterable[UUID], by: User, for_ever: bool = False) -> Job | Deleted:
    """Delete these photos, in the background if they are many; then return the job."""
    ids, since = sorted(photo_ids), timezone.now()
    if len(ids) > AT_ONCE:
        return _ask({"photos": [str(photo_id) for photo_id in ids]}, len(ids), by, for_ever)
    chunks = steps.chunks(ids, CHUNK)
    return Deleted(sum(_delete(chunk, by, for_ever, tell=True) for chunk in chunks), since)


def delete_batch(batch: Batch, by: User, for_ever: bool = False) -> Job | Deleted:
    """Delete the photos that are in the batch now, as `delete_many` does."""
    ids = list(Photo.objects.filter(batch=batch).order_by("id").values_list("id", flat=True))
    if len(ids) <= AT_ONCE:
        return delete_many(ids, by, for_ever)
    chosen = {"batch": str(batch.id), "newest": str(ids[-1])}
    return _ask(chosen, len(ids), by, for_ever)


def delete_asked() -> None:
    """The teacher's job: delete the photos that people want to be deleted."""
    steps.work_off(Job.Kind.PHOTO_DELETION, _step, CHUNK)


@transaction.atomic
def _ask(chosen: dict[str, Any], total: int, by: User | None, for_ever: bool) -> Job:
    parameters = {**chosen, "total": total, "for_ever": for_ever}
    audit.record(audit.Action.PHOTOS_DELETED, by, **parameters)
    return jobs.ask(Job.Kind.PHOTO_DELETION, by, chosen.get("batch", ""), parameters=parameters)


@transaction.atomic
def _step(job: Job, most: int) -> bool:
    total, result = job.parameters["total"], {"next": 0, "deleted": 0, **job.result}
    ids = _next_ids(job, result["next"], most)
    deleted = result["deleted"] + _delete(ids, job.by, job.parameters["for_ever"], tell=False)
    steps.written(job, deleted, total, next=result["next"] + len(ids), deleted=deleted)
    return len(ids) == most


def _next_ids(job: Job, first: int, most: int) -> list[UUID]:
    if "photos" in job.parameters:
        return [UUID(text) for text in job.parameters["photos"][first : first + most]]
    left = Photo.objects.filter(
        batch=job.parameters["batch"], id__lte=UUID(job.parameters["newest"])
    )
    return list(left.order_by("id").values_list("id", flat=True)[:most])


@transaction.atomic
def _delete(photo_ids: Sequence[UUID], by: User | None, for_ever: bool, tell: bool) -> int:
    """Of a few photos; how many there were. tell: the audit log, if that is not told already."""
    duplicates = keeping_one.left_out_for(photo_ids)
    concerned = Photo.objects.filter(id__in=[*photo_ids, *duplicates])
    locked = lock_photos(concerned)  # before what hangs on them
    if duplicates:
        keeping_one.let_take_part(duplicates)
    wanted = set(photo_ids)
    photos = [photo for photo in locked if photo.id in wanted]
    kept = remembered.remember(photos)
    now = timezone.now()
    gone_at = now if for_ever or not settings.ARK_TRASH_DAYS else None
    rows = [
        TrashedPhoto(
            **{column: getattr(photo, column) for column in trash.COPIED},
            trashed_at=now,
            trashed_by=by,
            for_ever=gone_at,
            kept=kept[photo.id],
        )
        for photo in photos
    ]
    TrashedPhoto.objects.bulk_create(rows)
    ids = [photo.id for photo in photos]
    Photo.objects.filter(id__in=ids).delete()
    if tell:
        _tell(rows, by)
    if gone_at:
        transaction.on_commit(lambda: trash.erase(ids))
    return len(photos)


def _tell(rows: Iterable[TrashedPhoto], by: User | None) -> None:
    """What staff deleted of others, and what is gone for good."""
    told = [row for row in rows if row.for_ever or (by and row.owner_id != by.id)]
    if by and told:
        trash.prefetch_owners(told)
        trash.record(audit.Action.PHOTOS_DELETED, by, told)
