"""Originals and their rows, compared in both directions.

Memory stays small however many there are: a page of rows, or one of the 256 folders. A file is
moved before its row is committed and removed after its row is gone; so what has a row is there,
and what has none may only be young.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings

from recognition.cnn.manifest import sha256_of_file
from recognition.files import of_photos
from recognition.files.listed import Listed
from recognition.models import Photo
from recognition.storage import tables
from recognition.storage.findings import DAMAGED, MISSING, ORPHANED, Findings
from recognition.storage.tables import Kept

PAGE = 500
YOUNG_S = 24 * 60 * 60  # an upload, or whatever else is written, may still be on its way


def compare_rows(after: str, findings: Findings) -> Iterator[str]:
    """Each row has its file, as long as the row says. Yields where it is, to go on from there."""
    start, _colon, last = after.partition(":")
    for table in range(int(start or 0), len(tables.all_of_them())):
        after_id = UUID(last) if last else None
        last = ""
        while page := tables.page(table, after_id, PAGE):
            sizes = of_photos.sizes([Photo(id=kept.id) for kept in page])
            found = list(zip(page, sizes, strict=True))
            for kept, size_bytes in found:
                _compare_row(kept, size_bytes, findings)
            _look_again([kept for kept, size in found if _is_missing(size)], findings)
            after_id = page[-1].id
            yield f"{table}:{after_id}"
        yield f"{table + 1}:"


def _compare_row(kept: Kept, size_bytes: int | OSError, findings: Findings) -> None:
    findings.see("photos")
    if _is_missing(size_bytes):
        return  # which is looked at again
    if isinstance(size_bytes, OSError):
        findings.add(DAMAGED, str(kept.id), str(size_bytes))
    elif size_bytes != kept.size_bytes:
        findings.add(DAMAGED, str(kept.id), f"{size_bytes} != {kept.size_bytes}")


def _look_again(missing: list[Kept], findings: Findings) -> None:
    """They may have been deleted meanwhile."""
    there = tables.find([kept.id for kept in missing])
    photos = [Photo(id=kept.id) for kept in missing if kept.id in there]
    for photo, size_bytes in zip(photos, of_photos.sizes(photos), strict=True):
        if _is_missing(size_bytes):
            findings.add(MISSING, str(photo.id))


def _is_missing(size_bytes: int | OSError) -> bool:
    return isinstance(size_bytes, FileNotFoundError)


def compare_files(after: str, findings: Findings, digests: Collection[int]) -> Iterator[str]:
    """Each file has its row; in the folders whose numbers are in `digests`, its sha256 is looked
    at."""
    number, _slash, last = after.partition("/")
    first = int(number or 0)
    for shard in of_photos.shards("originals", first):
        behind = last if shard == first else ""
        files = (file for file in of_photos.listed("originals", shard) if file.path.name > behind)
        while some := list(islice(files, PAGE if shard not in digests else 20)):
            _compare_files(some, findings, shard in digests)
            yield f"{shard}/{some[-1].path.name}"
        yield f"{shard + 1}/"


def _compare_files(files: list[Listed], findings: Findings, with_digests: bool) -> None:
    ids = {file: id_of(file.path.name) for file in files}
    kept = tables.find([id_ for id_ in ids.values() if id_])
    if with_digests:
        # What differs in length is told of by its row.
        pairs = [(kept[id_], file) for file, id_ in ids.items() if id_ in kept]
        whole = [row for row, file in pairs if row.size_bytes == file.size_bytes]
        _compare_digests(whole, findings)
    without = [file for file in files if ids[file] not in kept and not is_young(file)]
    known = tables.known([id_ for file in without if (id_ := ids[file])])
    orphaned = {file.path: _name(file) for file in without if ids[file] not in known}
    findings.left_over(ORPHANED, orphaned, of_photos.remove_listed)
    findings.use("originals", sum(file.size_bytes for file in files))


def _compare_digests(rows: list[Kept], findings: Findings) -> None:
    originals = of_photos.originals([Photo(id=kept.id) for kept in rows])
    for kept, path in zip(rows, originals, strict=True):
        _compare_digest(kept, path, findings)


def _compare_digest(kept: Kept, path: Path, findings: Findings) -> None:
    findings.see("digests")
    try:
        if sha256_of_file(path) == kept.sha256:
            return
        why = "sha256"
    except FileNotFoundError:
        return
    except OSError as error:
        why = str(error)
    if tables.find([kept.id]):
        findings.add(DAMAGED, str(kept.id), why)


def compare_renditions(after: str, findings: Findings) -> Iterator[str]:
    """Each small picture has its photo."""
    for shard in of_photos.shards("renditions", int(after or 0)):
        files = of_photos.listed("renditions", shard)
        while some := list(islice(files, PAGE)):
            ids = {file: id_of(file.path.name.partition(".")[0]) for file in some}
            known = tables.known([id_ for id_ in ids.values() if id_])
            without = {
                file.path: _name(file)
                for file, id_ in ids.items()
                if id_ not in known and not is_young(file)
            }
            findings.left_over("renditions", without, of_photos.remove_listed)
            findings.use("renditions", sum(file.size_bytes for file in some))
        yield str(shard + 1)


def is_young(file: Listed) -> bool:
    """It may still be on its way."""
    return file.changed_s > time.time() - YOUNG_S


def _name(file: Listed) -> str:
    """As people are told: below media."""
    return str(file.path.relative_to(settings.MEDIA_ROOT))


def id_of(name: str) -> UUID | None:
    try:
        return UUID(name) if len(name) == 32 else None
    except ValueError:
        return None
