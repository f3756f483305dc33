"""The rows of an export: labelled photos, each with what its labels are about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import IO, Any, NamedTuple, TypeVar

from django.db.models import Prefetch, QuerySet

from recognition.cnn.manifest import sha256_of_file
from recognition.cnn.pixels.exif.removing import Patch
from recognition.cnn.pixels.unreadable import Busy, UnreadablePhoto
from recognition.files import of_photos
from recognition.files.bucket import BucketAway
from recognition.labels import boxes
from recognition.models import Annotation, Label, Photo, State, Subject
from recognition.photos.capture import leaving
from recognition.photos.capture.columns import place_of

_PAGE = 500
_BROUGHT_AT_ONCE = 16
Item = TypeVar("Item")


class Spool:
    """Rows that wait on the disk until all photos have been written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def append(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row).encode() + b"\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)

    def present(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of photos whose original is there and whole, numbered from 1."""
        return enumerate((row for row in self if row["file"]), 1)


def with_all_there_is(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Ready to become rows without a query a photo."""
    mains = Subject.objects.filter(rank=0).only("prediction", "box", "rank").order_by()
    parts = Annotation.objects.select_related("label").order_by("id")
    return (
        photos.select_related(None)
        .select_related("owner", "labelled_by", "prediction__label")
        .defer("prediction__embedding", "prediction__top", "prediction__similar")
        .prefetch_related(
            Prefetch("prediction__subjects", mains, to_attr="mains"),
            Prefetch("annotations", parts),
        )
    )


def newest_first(photos: QuerySet[Photo]) -> Iterator[Photo]:
    """Read a page at a time, each starting behind the last photo of the one before, so that no
    database cursor stays open for as long as a download takes."""
    page = list(photos.order_by("-created", "-id")[:_PAGE])
    while page:
        yield from page
        last = page[-1]
        behind = photos.filter(created__lte=last.created).exclude(
            created=last.created, id__gte=last.id
        )
        page = list(behind.order_by("-created", "-id")[:_PAGE])


def row(photo: Photo, label: Label, file: str, with_place: bool) -> dict[str, Any]:
    """What photos.csv says of the photo, and for other tables `category`, `neither`, `box` and
    `parts`."""
    place = place_of(photo) if with_place else None
    done = photo.prediction if photo.prediction and photo.prediction.state == State.DONE else None
    box, box_by = _box(photo)
    left, top, right, bottom = box if box_by else [""] * 4
    return {
        "file": file,
        "label": label.slug,
        "name": photo.name,
        "sha256": photo.sha256,
        "width": photo.width,
        "height": photo.height,
        "owner": photo.owner.username,
        "labelled_by": photo.labelled_by.username if photo.labelled_by else "",
        "labelled_at": photo.labelled_at.isoformat() if photo.labelled_at else "",
        "split": photo.split,
        "prediction": done.label.slug if done and done.label else "",
        "confidence": done.confidence if done else "",
        "id": str(photo.id),
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
        "box_by": box_by,
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else "",
        "camera": photo.camera or "",
        "latitude": place[0] if place else "",
        "longitude": place[1] if place else "",
        "category": label.id,
        "kind": label.kind,
        "box": box,
        "parts": [_part(annotation) for annotation in photo.annotations.all()],
    }


def _box(photo: Photo) -> tuple[boxes.Box, str]:
    """What the label is about, and whether a person or the network said so; the whole photo if
    nobody did."""
    if photo.box is not None:
        return photo.box, "person"
    mains = photo.prediction.mains if photo.prediction else []  # type: ignore[attr-defined]
    return (mains[0].box, "network") if mains else (boxes.WHOLE, "")


def _part(annotation: Annotation) -> dict[str, Any]:
    label = annotation.label
    return {
        "label": label.slug,
        "category": label.id,
        "kind": label.kind,
        "box": annotation.box,
    }


def labels_of(photo: Photo) -> Iterator[Label]:
    """Of its further parts."""
    yield from (annotation.label for annotation in photo.annotations.all())


class Unusable(Exception):
    """Says what is wrong with an original."""


class Original(NamedTuple):
    """An open original, what takes its place out of it, and the sum of what leaves so."""

    stream: IO[bytes]
    patches: Sequence[Patch]
    sha256: str


def brought(items: Iterable[Item], photo_of: Callable[[Item], Photo]) -> Iterator[Item]:
    """The same, whose originals are on this machine by then: from elsewhere some come at once. What
    cannot be had is told when it is opened."""
    left = iter(items)
    while some := list(islice(left, _BROUGHT_AT_ONCE)):
        with suppress(BucketAway):
            of_photos.originals([photo_of(item) for item in some])
        yield from some


def open_original(photo: Photo, with_place: bool) -> Original:
    """Read once before, because nothing can be taken out of a streamed archive again. Raises
    Unusable if it is not what was uploaded."""
    try:
        path = of_photos.original(photo)
        if sha256_of_file(path) != photo.sha256:
            raise Unusable("damaged: its sha256 differs")
        patches = [] if with_place else leaving.patches(photo)
        stream = path.open("rb")
    except FileNotFoundError:
        raise Unusable("missing") from None
    except (UnreadablePhoto, Busy) as error:
        raise Unusable(f"left out: its place cannot be taken out ({error})") from error
    except BucketAway as error:
        raise Unusable(f"left out: it cannot be had just now ({error})") from error
    except OSError as error:
        raise Unusable(f"damaged: {error.strerror}") from error
    return Original(stream, patches, leaving.sha256(stream, patches) if patches else photo.sha256)
