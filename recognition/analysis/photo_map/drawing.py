"""The analyst's job: draw the map of the photos when somebody has asked for it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from recognition.analysis.photo_map import map_file, placer
from recognition.analysis.photo_map.map_file import About
from recognition.core import jobs
from recognition.core.jobs import JobFailed
from recognition.labels.left_out import is_left_out
from recognition.models import Job, ModelVersion, Photo, Prediction
from recognition.versions import embeddings

MOST = 20_000  # photos; the labelled ones come first, and of each the newest
_CHUNK = 500
_DRAFT = "draft-"
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def draw_if_asked() -> None:
    if job := jobs.claim(Job.Kind.PHOTO_MAP):
        with jobs.working(job):
            _draw(job)


def _draw(job: Job) -> None:
    live = ModelVersion.objects.filter(live=True).first()
    if live is None:
        raise JobFailed("no_version")
    made = timezone.now()
    chosen = list(islice(_newest(embeddings.of_backbone(live)), MOST + 1))
    draft = _draft()
    try:
        rows = draft / "rows"
        ids = _write_embeddings(chosen[:MOST], rows, lambda: jobs.write(job))
        places = placer.places(rows, len(ids), lambda: jobs.write(job))
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    is_all = len(chosen) <= MOST
    about = About(made, live.number, live.backbone_sha256, len(ids), is_all)
    map_file.keep(about, ids, places)
    jobs.succeed(job, result={"photos": len(ids)})


def _draft() -> Path:
    """A new folder. Others are left of analysts that were killed: one job is done at a time."""
    settings.ARK_PHOTO_MAP.mkdir(parents=True, exist_ok=True)
    for left in settings.ARK_PHOTO_MAP.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=_DRAFT, dir=settings.ARK_PHOTO_MAP))


def _newest(versions: frozenset[int]) -> Iterator[UUID]:
    """The labelled photos, then those that wait for review, as far as there are embeddings of these
    versions."""
    labelled: set[UUID] = set()
    photos = embeddings.labelled_photos().filter(~is_left_out()).order_by("-created", "-id")
    rows = photos.values_list("id", "prediction__model_version").iterator(_CHUNK)
    for photo_id, version in rows:
        if version in versions:
            labelled.add(photo_id)
            yield photo_id
    # The range makes SQLite follow the index of the newest.
    waiting = Prediction.objects.filter(
        ~is_left_out("photo"), review__isnull=False, embedding__isnull=False, created__lt=_FOREVER
    ).order_by("-created", "-id")
    for photo_id, version in waiting.values_list("photo", "model_version").iterator(_CHUNK):
        if version in versions and photo_id not in labelled:
            yield photo_id


def _write_embeddings(
    photo_ids: Sequence[UUID], target: Path, while_working: Callable[[], None]
) -> list[UUID]:
    """Of those that are still there, a few at a time, so that the analyst stays small."""
    written: list[UUID] = []
    with target.open("wb") as file:
        for start in range(0, len(photo_ids), _CHUNK):
            chunk = photo_ids[start : start + _CHUNK]
            photos = Photo.objects.filter(id__in=chunk, prediction__embedding__isnull=False)
            said = dict(photos.order_by().values_list("id", "prediction__embedding"))
            there = [photo_id for photo_id in chunk if photo_id in said]
            file.writelines(said[photo_id] or b"" for photo_id in there)
            written += there
            while_working()
    return written
