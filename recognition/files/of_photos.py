"""The files of photos: originals, and the small pictures that are drawn of them.

They lie below MEDIA_ROOT. Where there is a bucket they lie there, and below MEDIA_ROOT are copies
of what this machine has used lately (`copies`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from recognition.files import bucket, copies, of_explanations
from recognition.files.listed import Listed, look_at
from recognition.files.moving import may_be_committed, transaction_with_files
from recognition.models import Photo, TrashedPhoto
from recognition.models.photo import StoredPicture

SHARDS = 256


def original(photo: StoredPicture) -> Path:
    """A file on this machine, fetched if need be. Without a bucket it may not be there.

    Raises FileNotFoundError and bucket.BucketAway.
    """
    path = photo.original_path
    return copies.fetched(path) if bucket.is_used() else path


def originals(photos: Sequence[StoredPicture]) -> list[Path]:
    """As `original`, of some at once; what is nowhere is missing at its place."""
    paths = [photo.original_path for photo in photos]
    if bucket.is_used():
        bucket.each(copies.fetch_if_there, paths)
    return paths


def rendition(photo: StoredPicture, longest_side: int) -> Path | None:
    """None if it was not drawn yet. Raises bucket.BucketAway."""
    return renditions([photo], longest_side)[0]


def renditions(photos: Sequence[StoredPicture], longest_side: int) -> list[Path | None]:
    """As `rendition`, of some at once."""
    paths = [photo.rendition_path(longest_side) for photo in photos]
    if bucket.is_used():
        bucket.each(copies.fetch_if_there, paths)
    return [path if path.exists() else None for path in paths]


def rendition_drawn(path: Path) -> None:
    """It lies in its place on this machine; the others get it, too. Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.put(path, copies.key(path))


def remove_renditions(photos: Iterable[StoredPicture]) -> None:
    """Those that were drawn. Raises bucket.BucketAway."""
    _remove([path for photo in photos for path in photo.rendition_paths])


def are_wanted(photo_id: UUID) -> bool:
    """Whether files of this photo may stay. To be asked when one was written.

    Whoever deletes a photo for good first commits that it is to go, then removes its files. So
    either a file was there to be removed, or this is false by now.
    """
    in_trash = TrashedPhoto.objects.filter(id=photo_id, for_ever=None)
    return Photo.objects.filter(id=photo_id).exists() or in_trash.exists()


def sizes(photos: Sequence[StoredPicture]) -> list[int | OSError]:
    """Of the originals in bytes, or why there is none. Raises bucket.BucketAway."""
    paths = [photo.original_path for photo in photos]
    if bucket.is_used():
        found = bucket.sizes([copies.key(path) for path in paths])
        return [FileNotFoundError() if size is None else size for size in found]
    return [_size(path) for path in paths]


def remove(photos: Iterable[StoredPicture]) -> None:
    """Originals, pictures and explanations; done twice, it has no further effect.

    Copies on other machines are used by nobody any more, and go with time. Raises
    bucket.BucketAway.
    """
    photos = list(photos)
    remove_renditions(photos)
    of_explanations.remove(photos)
    _remove([photo.original_path for photo in photos])


@contextmanager
def stored(files: Sequence[tuple[Path, StoredPicture]]) -> Iterator[None]:
    """Inside, their rows are written: one transaction, after which these files are the originals of
    the photos. If it fails, the files lie where they lay before.

    No transaction may be around it. A file without a row may be left by a process that is killed,
    never a row without a file. Raises bucket.BucketAway.
    """
    if not bucket.is_used():
        with transaction_with_files() as moves:
            yield
            for path, photo in files:
                moves.move(path, photo.original_path)
        return
    keys = [copies.key(photo.original_path) for _path, photo in files]
    is_ending = False
    try:
        paths = [path for path, _photo in files]
        bucket.each(lambda file: bucket.put(*file), zip(paths, keys, strict=True))
        with transaction.atomic(durable=True):
            yield
            is_ending = True
    except BaseException as error:
        if not (is_ending and may_be_committed(error)):
            bucket.remove(keys)
        raise


def shards(kind: str, first: int) -> list[int]:
    """Those of the SHARDS folders of "originals" or "renditions", from this one on, in which
    something may lie. Raises bucket.BucketAway."""
    every = range(first, SHARDS)
    if not bucket.is_used():
        return list(every)
    there = bucket.folders(f"{kind}/")
    return [shard for shard in every if f"{shard:02x}" in there]


def listed(kind: str, shard: int) -> Iterator[Listed]:
    """The files in one of the SHARDS folders of "originals" or "renditions", in the order of their
    names. Raises bucket.BucketAway."""
    folder = settings.MEDIA_ROOT / kind / f"{shard:02x}"
    if bucket.is_used():
        for entry in bucket.entries(f"{copies.key(folder)}/"):
            yield Listed(settings.MEDIA_ROOT / entry.key, entry.size_bytes, entry.modified_s)
        return
    for name in sorted(_names(folder)):
        if found := look_at(folder / name):
            yield found


def remove_listed(paths: Sequence[Path]) -> None:
    """Raises bucket.BucketAway."""
    _remove(paths)


def share_originals(photos: Iterable[StoredPicture]) -> None:
    """Those that lie in their places here, as from a backup. Raises bucket.BucketAway."""
    if bucket.is_used():
        there = [path for photo in photos if (path := photo.original_path).exists()]
        bucket.each(lambda path: bucket.put(path, copies.key(path)), there)


def link(photo: StoredPicture, file_name: str) -> str | None:
    """Where a browser gets the original from the bucket itself, if it can."""
    if not bucket.is_used():
        return None
    return bucket.link(copies.key(photo.original_path), file_name)


def _remove(paths: Sequence[Path]) -> None:
    if bucket.is_used():
        bucket.remove([copies.key(path) for path in paths])
    for path in paths:
        path.unlink(missing_ok=True)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _size(path: Path) -> int | OSError:
    try:
        return path.stat().st_size
    except OSError as error:
        return error
