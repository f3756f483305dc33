"""Reads that more than one door needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from recognition.core import events
from recognition.core.statements.queries import Prepared
from recognition.labels.tree import LabelTree
from recognition.models import (
    Batch,
    Decision,
    Label,
    Photo,
    Prediction,
    State,
    Subject,
    Suggestion,
    View,
)
from recognition.models.names import plain
from recognition.models.photo import when

_MOST_FOUND = 1000
_VIEW_ALL = "recognition.view_all"
_FEW_SUBJECTS = 5000
_DECISIONS_SHOWN = 50
_DUPLICATES_SHOWN = 12
_LAST_CHARACTER = "\U0010ffff"


def photos_visible_to(user: User) -> QuerySet[Photo]:
    """A user's own photos, or everybody's for those who may see all; ready to be shown without
    further queries."""
    photos = _photos_to_answer()
    return photos if user.has_perm(_VIEW_ALL) else photos.filter(owner=user)


def _photos_to_answer() -> QuerySet[Photo]:
    related = ("label", "prediction__label", "prediction__model_version")
    return Photo.objects.select_related(*related).defer("prediction__embedding")


def photos_to_show(user: User) -> QuerySet[Photo]:
    """With the owners, and what they suggest: by queries of their own, for a join would lead SQLite
    to sort all photos. And with the subjects of the shown predictions."""
    suggested = Prefetch("suggestions", Suggestion.objects.select_related("label"))
    return with_subjects(photos_visible_to(user).prefetch_related("owner", suggested))


def with_subjects(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """The subjects of the shown predictions come along, by one query however many there are."""
    return photos.prefetch_related(Prefetch("prediction__subjects", _subjects_to_answer()))


def _subjects_to_answer() -> QuerySet[Subject]:
    return Subject.objects.select_related("label").defer("embedding").order_by("rank")


_photo_to_answer = Prepared(lambda id_: _photos_to_answer().filter(id=id_).order_by(), UUID)
_subjects_of = Prepared(lambda id_: _subjects_to_answer().filter(prediction=id_), UUID)


def photo_visible_to(user: User, photo_id: UUID) -> Photo:
    """One of `photos_visible_to`, with its subjects, by statements that are made once: somebody
    waits for it. Raises Photo.DoesNotExist."""
    for photo in _photo_to_answer(photo_id):
        if photo.owner_id == user.pk or user.has_perm(_VIEW_ALL):
            if photo.prediction:  # as `prefetch_related` does
                found = {"subjects": _subjects_of(photo.prediction.id)}
                photo.prediction._prefetched_objects_cache = found  # type: ignore[attr-defined]
            return photo
    raise Photo.DoesNotExist


def subjects(prediction: Prediction) -> list[Subject] | None:
    """What the prediction found in its photo, the main subject first; None if nobody has looked
    for subjects yet."""
    found = list(prediction.subjects.all())
    if found:
        return found
    version = prediction.model_version
    looks = version is not None and version.view == View.SUBJECTS
    return [] if looks and prediction.look_due is None else None


def find_photos(text: str) -> list[UUID]:
    """Photos with this id, or whose name begins so: an index holds these. At most _MOST_FOUND."""
    try:
        return [UUID(text)]
    except ValueError:
        start = plain(text)
        named = Photo.objects.filter(plain_name__startswith=start).order_by()
        if connection.vendor == "sqlite":  # which reads all of the index for a LIKE
            named = named.filter(plain_name__gte=start, plain_name__lt=start + _LAST_CHARACTER)
        return list(named.values_list("id", flat=True)[:_MOST_FOUND])


def may_delete(user: User, owned: Photo | Batch) -> bool:
    """Who may see everybody's photos may not therefore delete them."""
    return owned.owner_id == user.id or user.has_perm("recognition.delete_photo")


def batches_visible_to(user: User) -> QuerySet[Batch]:
    batches = Batch.objects.all()
    return batches if user.has_perm("recognition.view_all") else batches.filter(owner=user)


def batch_progress(batch: Batch) -> dict[str, int]:
    """How many photos of the batch there are, and how many of them are in which state."""
    counts = Photo.objects.filter(batch=batch).aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(prediction__state=State.DONE)),
        failed=Count("id", filter=Q(prediction__state=State.FAILED)),
    )
    counts["pending"] = counts["total"] - counts["done"] - counts["failed"]
    return counts


def filter_photos(
    photos: QuerySet[Photo],
    state: str = "",
    kind: str = "",
    label: str = "",
    predicted: str = "",
    batch: UUID | None = None,
    contains: str = "",
    taken_after: datetime | None = None,
    taken_before: datetime | None = None,
    camera: str = "",
) -> QuerySet[Photo]:
    """Narrow by what the shown prediction says and by the label that people set (slugs). Where the
    file does not say when it was taken, the upload counts."""
    if contains:
        photos = photos.filter(containing(contains))
    photos = photos.alias(moment=when()) if taken_after or taken_before else photos
    wanted: dict[str, Any] = {
        "prediction__state": state,
        "prediction__kind": kind,
        "label__slug": label,
        "prediction__label__slug": predicted,
        "batch": batch,
        "camera": camera,
        "moment__gte": taken_after,
        "moment__lt": taken_before,
    }
    return photos.filter(**{field: value for field, value in wanted.items() if value})


def containing(slug: str) -> Q | Exists:
    """Of photos: a subject of the shown prediction has this label, or one below it."""
    tree = LabelTree()
    labels = [tree[slug], *tree.below(tree[slug])] if slug in tree else []
    subjects = Subject.objects.filter(label__in=labels)
    few = list(subjects.order_by().values_list("prediction", flat=True)[: _FEW_SUBJECTS + 1])
    if len(few) <= _FEW_SUBJECTS:  # looked up, however many photos there are besides
        return Q(prediction__in=few)
    # Looked for in one photo after the other: a page of them is found soon.
    return Exists(subjects.filter(prediction=OuterRef("prediction")))


def wait_until_settled(photo_id: UUID, timeout_s: float) -> None:
    """Return when the photo's prediction is done or failed, when it is deleted, or time is up."""
    events.wait_for(photo_id, lambda: not is_waited_for(photo_id), timeout_s)


def is_waited_for(photo_id: UUID) -> bool:
    """Whether the photo is there, and its prediction neither done nor failed."""
    return bool(_waited_for(photo_id))


def _not_settled(photo_id: UUID) -> QuerySet[Photo]:
    waits = Photo.objects.filter(id=photo_id, prediction__state__in=(State.PENDING, State.RUNNING))
    return waits.only("id").order_by()


_waited_for = Prepared(_not_settled, UUID)


def is_settled(photo: Photo) -> bool:
    return photo.prediction is not None and photo.prediction.is_settled


def top_labels(prediction: Prediction | Subject | None) -> list[tuple[Label, float]]:
    """The labels that fit best, with their confidence."""
    if not prediction or not prediction.top:
        return []
    return LabelTree().said(prediction.top)


def other_answers(photo: Photo) -> QuerySet[Prediction]:
    """What other versions than the one that is shown said of the photo, the newest first."""
    others = photo.predictions.filter(state=State.DONE)
    if photo.prediction_id is not None:
        others = others.exclude(id=photo.prediction_id)
    return (
        others.select_related("label", "model_version")
        .defer("embedding")
        .order_by("-model_version__number")
    )


def neighbours(photo: Photo) -> tuple[Photo | None, Photo | None]:
    """The next newer and the next older photo of the same owner."""
    others = Photo.objects.filter(owner=photo.owner_id).only("id", "name")
    newer = others.filter(created__gte=photo.created).exclude(
        created=photo.created, id__lte=photo.id
    )
    older = others.filter(created__lte=photo.created).exclude(
        created=photo.created, id__gte=photo.id
    )
    return newer.order_by("created", "id").first(), older.order_by("-created", "-id").first()


@dataclass(frozen=True)
class VisibleDecision:
    """A decision as a viewer may see it. who: empty if the person's account was deleted."""

    decision: Decision
    who: str
    is_undone: bool


def decisions_about(photo: Photo, viewer: User) -> list[VisibleDecision]:
    """The latest decisions about a photo, newest first."""
    made = photo.decisions.select_related("by", "from_label", "to_label", "undone_by")
    return [
        VisibleDecision(
            decision, name_shown(decision.by, photo, viewer), hasattr(decision, "undone_by")
        )
        for decision in made[:_DECISIONS_SHOWN]
    ]


def last_decisions(photo_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The id of the last decision about each photo that has one."""
    made = Decision.objects.filter(photo__in=list(photo_ids)).order_by("at", "id")
    return dict(made.values_list("photo_id", "id"))


def name_shown(person: User | None, photo: Photo, viewer: User) -> str:
    """A viewer who may not review learns no names but their own and the owner's."""
    if person is None:
        return ""
    known = person.id in (viewer.id, photo.owner_id) or viewer.has_perm("recognition.review")
    return person.get_username() if known else _("staff")


def near_duplicates(photo: Photo, viewer: User) -> list[Photo]:
    """The near-duplicates of a photo that the viewer may see."""
    if photo.group is None:
        return []
    same = photos_visible_to(viewer).filter(group=photo.group).exclude(id=photo.id)
    return list(same.order_by("id")[:_DUPLICATES_SHOWN])
