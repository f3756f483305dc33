"""What a run has so far: checkpoints, and what it was asked to do.

With a bucket any trainer can go on with it; what only the one that trains needs stays on its disk.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from recognition.files import bucket, copies, folders
from recognition.models import Photo, TrainingRun

PHOTOS = "photos"  # the folder of a run for the originals that it trains with, with a bucket


def fetch(run: TrainingRun) -> None:
    """Its folder is there, as it was shared last by whoever it was. Raises bucket.BucketAway."""
    if bucket.is_used():
        shutil.rmtree(run.folder, ignore_errors=True)
        folders.fetch(_key(run), run.folder)
    run.folder.mkdir(parents=True, exist_ok=True)


def share(run: TrainingRun) -> None:
    """Others could go on with it from here. Raises bucket.BucketAway."""
    folders.share(run.folder, _key(run))


def is_there(run: TrainingRun) -> bool:
    """Whether it has been begun. Raises bucket.BucketAway."""
    if bucket.is_used():
        return any(True for _entry in bucket.entries(f"{_key(run)}/"))
    return run.folder.is_dir()


def mark(run: TrainingRun, name: str, is_set: bool) -> None:
    """Put an empty file into the folder of a run that was begun, or take it away."""
    if bucket.is_used():
        _mark_in_bucket(f"{_key(run)}/{name}", is_set)
    elif run.folder.is_dir():
        path = run.folder / name
        path.touch() if is_set else path.unlink(missing_ok=True)


def remove(run: TrainingRun) -> None:
    """All of it. Raises bucket.BucketAway."""
    folders.forget(_key(run))
    shutil.rmtree(run.folder, ignore_errors=True)


def place_of_original(photo_id: UUID) -> Path:
    """As photos.csv has it: in the run's folder if it starts with nothing."""
    if bucket.is_used():
        return Path(PHOTOS) / photo_id.hex
    return Photo(id=photo_id).original_path


def bring_originals(run: TrainingRun, photo_ids: Iterable[UUID]) -> None:
    """Those that are still there lie where `place_of_original` says, until `drop_originals`. Raises
    bucket.BucketAway."""
    if bucket.is_used():
        bucket.each(lambda photo_id: _bring(run, photo_id), photo_ids)


def drop_originals(run: TrainingRun) -> None:
    shutil.rmtree(run.folder / PHOTOS, ignore_errors=True)


def _bring(run: TrainingRun, photo_id: UUID) -> None:
    path = run.folder / place_of_original(photo_id)
    if not path.exists():
        with suppress(FileNotFoundError):
            bucket.fetch(copies.key(Photo(id=photo_id).original_path), path)


def _mark_in_bucket(key: str, is_set: bool) -> None:
    if is_set:
        bucket.put_empty(key)
    else:
        bucket.remove([key])


def _key(run: TrainingRun) -> str:
    return f"training/{run.id}"
