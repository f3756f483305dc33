"""What people said of a photo, written down when it is deleted and read when it is restored.

As JSON: {"label": its id, "labelled_by": a person's, "labelled_at", "box", "group", "event",
"taken_at", "camera", "decisions", "annotations", "suggestions", "notes", "questions": rows by their
columns (not named: none), "examples": the ids of those of data sets}. Where it was taken is not
written down, but read from the original again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import ForeignKey, Model
from django.utils import timezone

from recognition.labels import suggestions
from recognition.labels.tree import LabelTree
from recognition.models import (
    Annotation,
    Decision,
    Label,
    Photo,
    PhotoNote,
    Question,
    Suggestion,
    TrainingExample,
    Via,
)

# With the columns that the database fills in when a row is made, and that must be as they were.
_TABLES: dict[str, tuple[type[Model], str]] = {
    "decisions": (Decision, "at"),
    "annotations": (Annotation, "at"),
    "suggestions": (Suggestion, "created"),
    "notes": (PhotoNote, "at"),
    "questions": (Question, "at"),
}
_CHUNK = 500  # rows a statement


def remember(photos: Sequence[Photo]) -> dict[UUID, dict[str, Any]]:
    """By the id of each of these photos, which are locked."""
    kept = {photo.id: _of_photo(photo) for photo in photos}
    for name, (model, _column) in _TABLES.items():
        for row in model._default_manager.filter(photo__in=photos).order_by("id"):
            kept[row.photo_id][name].append(_columns(row))  # type: ignore[attr-defined]
    examples = TrainingExample.objects.filter(photo__in=photos).order_by("id")
    for example_id, photo_id in examples.values_list("id", "photo_id"):
        kept[photo_id]["examples"].append(example_id)
    return kept


def bring_back(photo: Photo, kept: Mapping[str, Any]) -> None:
    """Fill in what the photo itself had, which the caller saves before `bring_back_rows`.

    A label that was merged meanwhile comes back as what it became.
    """
    label = Label.objects.filter(id=kept["label"]).first() if kept["label"] else None
    photo.label = LabelTree().current(label) if label else None
    photo.labelled_by = User.objects.filter(id=kept["labelled_by"]).first() if label else None
    photo.labelled_at = _time(kept["labelled_at"])
    photo.box = kept["box"]
    photo.group = UUID(kept["group"]) if kept["group"] else None
    photo.event = UUID(kept["event"]) if kept.get("event") else None
    photo.taken_at, photo.camera = _time(kept.get("taken_at")), kept.get("camera")


def bring_back_rows(photo: Photo, kept: Mapping[str, Any], by: User | None) -> None:
    """The decisions, further labels and suggestions, and the photo's places in data sets."""
    for name, (model, column) in _TABLES.items():
        if not kept.get(name):  # mostly
            continue
        rows = _rows(model, photo, kept[name])
        times = [getattr(row, column) for row in rows]
        model._default_manager.bulk_create(rows, batch_size=_CHUNK)
        for row, at in zip(rows, times, strict=True):
            setattr(row, column, at)
        model._default_manager.bulk_update(rows, [column], batch_size=_CHUNK)
    _follow_merge(photo, kept["label"], by)
    if kept["suggestions"]:
        suggestions.put_in_front([photo])
    TrainingExample.objects.filter(id__in=kept["examples"], photo=None).update(photo=photo)


def _of_photo(photo: Photo) -> dict[str, Any]:
    return {
        "label": photo.label_id,
        "labelled_by": photo.labelled_by_id,
        "labelled_at": _plain(photo.labelled_at),
        "box": photo.box,
        "group": _plain(photo.group),
        "event": _plain(photo.event),
        "taken_at": _plain(photo.taken_at),
        "camera": photo.camera,
        "examples": [],
        **{name: [] for name in _TABLES},
    }


def _columns(row: Model) -> dict[str, Any]:
    columns = (field.attname for field in row._meta.concrete_fields if field.name != "photo")
    return {column: _plain(getattr(row, column)) for column in columns}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _rows(model: type[Model], photo: Photo, kept: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Not yet saved. What they point at and is no more, such as a person, is left out."""
    rows: list[Any] = [model(photo=photo, **_values(model, columns)) for columns in kept]
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model not in (Photo, Label, model):
            pointed = {getattr(row, field.attname) for row in rows} - {None}
            there = field.related_model._default_manager.filter(pk__in=pointed)
            gone = pointed - set(there.values_list("pk", flat=True))
            for row in rows:
                if getattr(row, field.attname) in gone:
                    setattr(row, field.attname, None)
    if model in (Decision, PhotoNote, Question):
        return rows  # decisions tell which label it was; the others are about none
    tree = LabelTree()
    labels = {label.id: tree.current(label) for label in tree}
    for row in rows:
        row.label = labels[row.label_id]
    return rows


def _values(model: type[Model], columns: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {column: fields[column].to_python(value) for column, value in columns.items()}


def _follow_merge(photo: Photo, former_label_id: int | None, by: User | None) -> None:
    """As for the photos that had the label when it was merged."""
    if photo.label_id == former_label_id:
        return
    Decision.objects.create(
        photo=photo,
        by=by,
        at=timezone.now(),
        via=Via.MERGE,
        from_label_id=former_label_id,
        to_label=photo.label,
        from_box=photo.box,
        to_box=photo.box,
    )
