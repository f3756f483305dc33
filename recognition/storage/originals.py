"""Originals and their rows, compared in both directions.

Memory stays small however many there are: a page of rows, or one of the 256 folders. A file is
moved before its row is committed and removed after its row is gone; so what has a row is there,
and what has none may only be young.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from itertools import islice
from uuid import UUID

from django.conf import settings

from recognition.cnn.manifest import sha256_of_file
from recognition.files import of_photos
from recognition.files.listed import Listed
from recognition.models import Photo
from recognition.storage import tables
from recognition.storage.findings import DAMAGED, MISSING, ORPHANED, Findings
from recognition.storage.tables import Kept

SHARDS = 256
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
            for kept, size_bytes in zip(page, sizes, strict=True):
                _compare_row(kept, size_bytes, findings)
            after_id = page[-1].id
            yield f"{table}:{after_id}"
        yield f"{table + 1}:"


def _compare_row(kept: Kept, size_bytes: int | OSError, findings: Findings) -> None:
    findings.see("photos")
    if isinstance(size_bytes, FileNotFoundError):
        # Otherwise it was deleted meanwhile.
        if tables.find([kept.id]) and not of_photos.exists(Photo(id=kept.id)):
            findings.add(MISSING, str(kept.id))
    elif isinstance(size_bytes, OSError):
        findings.add(DAMAGED, str(kept.id), str(size_bytes))
    elif size_bytes != kept.size_bytes:
        findings.add(DAMAGED, str(kept.id), f"{size_bytes} != {kept.size_bytes}")


def compare_files(after: str, findings: Findings, digests: Collection[int]) -> Iterator[str]:
    """Each file has its row; in the folders whose numbers are in `digests`, its sha256 is looked
    at."""
    number, _slash, last = after.partition("/")
    for shard in range(int(number or 0), SHARDS):
        files = (file for file in of_photos.listed("originals", shard) if file.path.name > last)
        while some := list(islice(files, PAGE if shard not in digests else 20)):
            _compare_files(some, findings, shard in digests)
            yield f"{shard}/{some[-1].path.name}"
        last = ""
        yield f"{shard + 1}/"


def _compare_files(files: list[Listed], findings: Findings, with_digests: bool) -> None:
    ids = {file: id_of(file.path.name) for file in files}
    kept = tables.find([id_ for id_ in ids.values() if id_])
    for file, id_ in ids.items():
        findings.use("originals", file.size_bytes)
        if id_ in kept:
            if with_digests:
                _compare_digest(file, kept[id_], findings)
        elif not is_young(file) and not (id_ and tables.known([id_])):
            findings.left_over(ORPHANED, file.path, _name(file), of_photos.remove_listed)


def _compare_digest(file: Listed, kept: Kept, findings: Findings) -> None:
    if file.size_bytes != kept.size_bytes:
        return  # told of by its row
    findings.see("digests")
    try:
        if sha256_of_file(of_photos.original(Photo(id=kept.id))) == kept.sha256:
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
    for shard in range(int(after or 0), SHARDS):
        files = of_photos.listed("renditions", shard)
        while some := list(islice(files, PAGE)):
            ids = {file: id_of(file.path.name.partition(".")[0]) for file in some}
            known = tables.known([id_ for id_ in ids.values() if id_])
            for file, id_ in ids.items():
                findings.use("renditions", file.size_bytes)
                if id_ not in known and not is_young(file):
                    findings.left_over(
                        "renditions", file.path, _name(file), of_photos.remove_listed
                    )
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
