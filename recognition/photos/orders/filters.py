"""Narrow stored photos by what people look for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from recognition.labels import finding
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo
from recognition.models.names import plain
from recognition.models.photo import when
from recognition.photos.contents import classes_called
from recognition.photos.selectors import containing

# As ConfidenceBand has them.
CONFIDENCE = {
    "guess": (0.0, 0.5),
    "perhaps": (0.5, 0.8),
    "probably": (0.8, 0.95),
    "sure": (0.95, 1.01),
    # Of addresses that people have kept.
    "low": (0.0, 0.6),
    "middle": (0.6, 0.9),
    "high": (0.9, 1.01),
}


@dataclass(frozen=True)
class Filters:
    """What to look for; what is empty does not narrow. contains: a label's slug, of a subject."""

    text: str = ""
    kind: str = ""
    label: str = ""
    state: str = ""
    confidence: str = ""
    batch: UUID | None = None
    owner: str = ""
    predicted: Label | None = None
    confidence_at_least: float | None = None
    uploaded_from: datetime | None = None
    uploaded_before: datetime | None = None
    to_review: bool = False
    contains: str = ""
    taken_from: datetime | None = None  # taken or, where nobody knows, uploaded
    taken_before: datetime | None = None
    camera: str = ""

    def __bool__(self) -> bool:
        return self != Filters()


# By what a list goes: when photos were uploaded, or `when` they were taken, as MOMENT.
UPLOADED, MOMENT = "created", "moment"


def along_indexes(photos: QuerySet[Photo], filters: Filters, by: str = UPLOADED) -> QuerySet[Photo]:
    """Narrow by what indexes hold photos in this order of."""
    if by == MOMENT:
        photos = _of_camera(_of_days(photos.annotate(moment=when()), filters), filters)
    if filters.batch:
        photos = photos.filter(batch=filters.batch)
    if filters.owner:
        # By key, because a join would lead SQLite to sort all of the owner's photos.
        owners = User.objects.filter(username=filters.owner)
        photos = photos.filter(owner__in=list(owners.values_list("id", flat=True)))
    if filters.uploaded_from:
        photos = photos.filter(created__gte=filters.uploaded_from)
    if filters.uploaded_before:
        photos = photos.filter(created__lt=filters.uploaded_before)
    return photos


def _of_days(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    wanted = {"moment__gte": filters.taken_from, "moment__lt": filters.taken_before}
    return photos.filter(**{field: value for field, value in wanted.items() if value})


def _of_camera(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    return photos.filter(camera=filters.camera) if filters.camera else photos


def narrow(
    photos: QuerySet[Photo], filters: Filters, by: str = UPLOADED, along_queue: bool = False
) -> QuerySet[Photo]:
    """By all else. Expressions stand where a plain comparison would lead the database to begin with
    all predictions that fit, and not with the window."""
    if by != MOMENT and (filters.taken_from or filters.taken_before):
        photos = _of_days(photos.alias(moment=when()), filters)
    if by != MOMENT and filters.camera:
        named = Coalesce("camera", Value(""))
        photos = photos.alias(named=named).filter(named=filters.camera)
    if filters.to_review and along_queue:
        photos = photos.filter(prediction__review__isnull=False)
    elif filters.to_review:
        photos = photos.alias(review=Coalesce("prediction__review", 0)).filter(review__gt=0)
    if filters.predicted and along_queue:
        photos = photos.filter(prediction__label=filters.predicted)
    elif filters.predicted:
        said = Coalesce("prediction__label", 0)
        photos = photos.alias(said=said).filter(said=filters.predicted.id)
    if filters.state:
        photos = photos.alias(state=Coalesce("prediction__state", Value(""))).filter(
            state=filters.state
        )
    if filters.contains:
        photos = photos.filter(containing(filters.contains))
    return _of_confidence(_of_label(photos, filters), filters)


def _of_label(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    if filters.kind:
        photos = _showing(photos, kind=filters.kind)
    if filters.label:
        photos = _showing_or_below(photos, filters.label)
    return photos.filter(_says(filters.text)) if filters.text else photos


def _of_confidence(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    if filters.confidence:
        at_least, below = CONFIDENCE[filters.confidence]
        photos = photos.filter(
            prediction__confidence__gte=at_least, prediction__confidence__lt=below
        )
    if filters.confidence_at_least:
        photos = photos.filter(prediction__confidence__gte=filters.confidence_at_least)
    return photos


def _showing(photos: QuerySet[Photo], **wanted: str) -> QuerySet[Photo]:
    """The label that people set counts; without one, what the network says."""
    return _showing_any(photos, list(Label.objects.filter(**wanted).values_list("id", flat=True)))


def _showing_or_below(photos: QuerySet[Photo], slug: str) -> QuerySet[Photo]:
    """Who asks for mammals asks for dogs too."""
    tree = LabelTree()
    if slug not in tree:
        return photos.none()
    return _showing_any(photos, [label.id for label in (tree[slug], *tree.below(tree[slug]))])


def _showing_any(photos: QuerySet[Photo], labels: Sequence[int]) -> QuerySet[Photo]:
    shown = Coalesce("label", "prediction__label")
    return photos.alias(shown=shown).filter(shown__in=labels)


def _says(text: str) -> Q:
    """The text is in the file's name, or in a name of what is shown, in either language."""
    ids = finding.containing(text)
    classes = classes_called(text)
    text = plain(text)
    return (
        Q(plain_name__contains=text)
        | Q(prediction__fine__icontains=text)
        | Q(prediction__fine__in=classes)
        | Q(label__in=ids)
        | Q(prediction__label__in=ids)
    )
