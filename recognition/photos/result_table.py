"""All that Ark has found out about photos as a CSV table, for whoever wants to take it along.

The table is written while it is read, a few hundred photos at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from recognition.models import Label, Photo, Prediction, State, Subject
from recognition.photos.folders.dataset_tables import csv_lines
from recognition.photos.orders import history
from recognition.photos.orders.filters import Filters

TYPE = "text/csv; charset=utf-8"
FILE_NAME = "ark-results.csv"
COLUMNS = (
    *("name", "id", "state", "answer", "kind", "confidence", "label", "subjects", "date"),
    "version",
)
_PAGE = 500
_PIECE_BYTES = 32 * 1024
_SUBJECTS = Prefetch("prediction__subjects", Subject.objects.only("prediction", "rank", "label"))


def table(
    photos: QuerySet[Photo], filters: Filters, names: Mapping[int, str] | None = None
) -> Iterator[bytes]:
    """The photos that match, in the order of `history`, in pieces of some kilobytes.

    names: what labels are called, by their ids; without it they stand there by their slugs.
    """
    photos = photos.defer("prediction__embedding", "prediction__top", "prediction__similar")
    called = names or dict(Label.objects.values_list("id", "slug"))
    rows = (
        _row(photo, called)
        for page in history.all_pages(photos, filters, _PAGE)
        for photo in _with_subjects(page)
    )
    return in_pieces(csv_lines(COLUMNS, rows))


def _with_subjects(photos: list[Photo]) -> list[Photo]:
    prefetch_related_objects(photos, _SUBJECTS)
    return photos


def _row(photo: Photo, called: Mapping[int, str]) -> dict[str, Any]:
    prediction = photo.prediction
    answer = prediction if prediction and prediction.state == State.DONE else None
    return {
        "name": photo.name,
        "id": photo.id,
        "state": prediction.state if prediction else State.PENDING,
        "answer": _name(answer.label, called) if answer else "",
        "kind": answer.kind if answer else "",
        "confidence": f"{answer.confidence:.4f}" if answer and answer.confidence else "",
        "label": _name(photo.label, called),
        "subjects": _subjects(answer, called) if answer else "",
        "date": photo.created.isoformat(timespec="seconds"),
        "version": answer.model_version.number if answer and answer.model_version else "",
    }


def _subjects(prediction: Prediction, called: Mapping[int, str]) -> str:
    """Such as "2 dog, 1 car", in the order in which the subjects rank."""
    counts = Counter(called.get(subject.label_id, "") for subject in prediction.subjects.all())
    return ", ".join(f"{count} {name}" for name, count in counts.items() if name)


def _name(label: Label | None, called: Mapping[int, str]) -> str:
    """A label that is newer than the names has its slug."""
    return called.get(label.id, label.slug) if label else ""


def in_pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """A server writes each piece by itself: a line at a time would take it long."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
