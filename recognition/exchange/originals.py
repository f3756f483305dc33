"""The originals of some photos in one ZIP, which is written while it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from zipstream import ZIP_STORED, ZipStream

from recognition.exchange import export_rows
from recognition.exchange.export_names import UniqueNames, file_name
from recognition.models import Photo
from recognition.photos.capture import leaving

FILE_NAME = "ark-photos.zip"
ERRORS = "errors.txt"
_PAGE = 200


def archive(photos: QuerySet[Photo], photo_ids: Iterable[UUID], to: User) -> Iterator[bytes]:
    """In the order of their ids, under their own names, with the places that this person gets with
    single originals. ERRORS names those whose originals are missing or damaged; whoever is deleted
    meanwhile is left out."""
    stream, names, problems = ZipStream(), UniqueNames(), ""
    with_place: dict[int, bool] = {}  # by owner
    found = _some_at_a_time(photos, sorted(photo_ids))
    for photo in export_rows.brought(found, lambda photo: photo):
        name = names.take(file_name(photo))
        if photo.owner_id not in with_place:
            with_place[photo.owner_id] = leaving.with_place(to, photo, None)
        try:
            original = export_rows.open_original(photo, with_place[photo.owner_id])
        except export_rows.Unusable as problem:
            problems += f"{name}: the original of {photo.id} is {problem}\n"
            continue
        with original.stream:
            pieces = leaving.pieces(original.stream, original.patches)
            stream.add(pieces, name, compress_type=ZIP_STORED)
            yield from stream.all_files()
    if problems:
        stream.add(problems, names.take(ERRORS), compress_type=ZIP_STORED)
    yield from stream.finalize()


def _some_at_a_time(photos: QuerySet[Photo], photo_ids: list[UUID]) -> Iterator[Photo]:
    wanted = (
        photos.select_related(None)
        .only("id", "name", "format", "sha256", "owner_id")
        .order_by("id")
    )
    for first in range(0, len(photo_ids), _PAGE):
        yield from wanted.filter(id__in=photo_ids[first : first + _PAGE])
