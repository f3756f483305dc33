"""Merge a label into another one.

The label is closed at once: from then on it counts as the other one wherever it is met
(`labels.tree.LabelTree`), which versions of the network keep predicting and photos carry until
their turn comes. They follow a few hundred at a time; of many that is a job, with the parameters
{"source": a label's id, "target": another's, "rows": how many photos and predictions there are} and
the result {"photos": how many of these have followed, "rows", "doubts_after": the last doubt that
was looked at}.

A merge cannot be undone, but the photos' decisions tell which label each of them had.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from recognition.core import audit, jobs, steps
from recognition.core.counting import Counted, count_up_to
from recognition.core.locks import lock_all, lock_predictions
from recognition.labels import labelling
from recognition.labels.tree import COUNTED_FOR_A_LABEL, LabelTree, changing, count_photos
from recognition.models import (
    Annotation,
    Job,
    Kind,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    Subject,
    Suggestion,
    Suspect,
)

AT_ONCE = 200  # photos, and predictions, that follow before a request is answered
CHUNK = 500  # rows a transaction, at most
_DOUBTS = 1000  # of which few are settled


@dataclass(frozen=True)
class Consequences:
    """What a merge would change."""

    photos: Counted
    predictions: Counted
    versions: list[ModelVersion]
    children: list[Label]


def consequences(source: Label, target: Label) -> Consequences:
    """What merging `source` into `target` would change."""
    children = Label.objects.filter(parent=source).exclude(id=target.id)
    versions = ModelVersion.objects.only("number", "name", "labels")
    return Consequences(
        photos=count_photos(source),
        predictions=count_up_to(_newest(source), COUNTED_FOR_A_LABEL),
        versions=[version for version in versions if source.slug in version.labels],
        children=list(children.filter(merged_into=None)),
    )


def targets(source: Label) -> list[Label]:
    """All labels that this one can be merged into."""
    tree = LabelTree()
    return [label for label in tree if not _obstacle(source, label, tree)]


def merge(source: Label, target: Label, by: User) -> int:
    """Merge `source` into `target` and wait for it; return how many photos changed their label.

    Done again, it moves photos that got the merged label meanwhile. Raises ValidationError if the
    two cannot be merged.
    """
    source, target = close(source, target, by)
    photos, pace = 0, steps.Pace(CHUNK)
    started = time.perf_counter()
    while moved := _move_some(source, target, by, pace.size):
        pace.took(time.perf_counter() - started)
        photos += moved.photos
        steps.pause()
        started = time.perf_counter()
    after = ""
    while after := _settle_doubts(target, after):
        steps.pause()
    return photos


def ask(source: Label, target: Label, by: User) -> Job | int:
    """As `merge`; if there is much to do, the label is closed at once and a job does the rest."""
    found = [count_photos(source, AT_ONCE + 1), count_up_to(_newest(source), AT_ONCE + 1)]
    if all(counted.number <= AT_ONCE for counted in found):
        return merge(source, target, by)
    with transaction.atomic():
        source, target = close(source, target, by)
        rows = Photo.objects.filter(label=source).count() + _newest(source).count()
        parameters = {"source": source.id, "target": target.id, "rows": rows}
        return jobs.ask(Job.Kind.LABEL_MERGE, by, source.slug, parameters=parameters)


def merge_asked() -> None:
    """The teacher's job: let the photos of closed labels follow."""
    steps.work_off(Job.Kind.LABEL_MERGE, _step, CHUNK)


@changing()
def close(source: Label, target: Label, by: User) -> tuple[Label, Label]:
    """From now on nobody gives anything this label, and it counts as the other one."""
    labels = Label.objects.in_bulk([source.id, target.id])
    source, target = labels[source.id], labels[target.id]
    if obstacle := _obstacle(source, target, LabelTree()):
        raise ValidationError(obstacle)
    if source.merged_into_id is None:
        audit.record(audit.Action.LABEL_CHANGED, by, source.slug, merged_into=target.slug)
    Label.objects.filter(parent=source).update(parent=target)
    source.parent, source.merged_into, source.active = target, target, False
    source.kind = target.kind
    source.save()
    return source, target


@dataclass(frozen=True)
class _Moved:
    """rows: of one table. photos: how many of them are photos."""

    rows: int
    photos: int


@transaction.atomic
def _step(job: Job, most: int) -> bool:
    """Raises jobs.Stopped."""
    result = {"photos": 0, "rows": 0, "doubts_after": "", **job.result}
    source = Label.objects.get(id=job.parameters["source"])
    target = LabelTree().current(source)  # which may have been merged on meanwhile
    total = job.parameters["rows"] + 1
    if moved := _move_some(source, target, job.by, most):
        rows, photos = result["rows"] + moved.rows, result["photos"] + moved.photos
        steps.written(job, min(rows, total - 1), total, rows=rows, photos=photos)
        return True
    after = _settle_doubts(target, result["doubts_after"])
    steps.written(job, total - 1, total, doubts_after=after)
    return bool(after)


@transaction.atomic
def _move_some(source: Label, target: Label, by: User | None, most: int) -> _Moved | None:
    """Let some of what says `source` say `target`; None if nothing does any more.

    What was under way when the label was closed may still store it: at last nobody else writes.
    """
    for move in (_photos, _predictions, _subjects, _others):
        if moved := move(source, target, by, most):
            return _Moved(moved, moved if move is _photos else 0)
    lock_all()
    for move in (_photos, _predictions):
        if moved := move(source, target, by, most):
            return _Moved(moved, moved if move is _photos else 0)
    return None


def _photos(source: Label, target: Label, by: User | None, most: int) -> int:
    return labelling.merge_some(source, target, by, most)


def _predictions(source: Label, target: Label, by: User | None, most: int) -> int:
    ids = list(_newest(source).values_list("id", flat=True)[:most])
    locked = list(lock_predictions(ids).filter(label=source).values_list("id", flat=True))
    rows = Prediction.objects.filter(id__in=locked)
    return rows.update(label=target, kind=target.kind)


def _subjects(source: Label, target: Label, by: User | None, most: int) -> int:
    return _some_of(Subject.objects.filter(label=source), most).update(
        label=target, kind=target.kind
    )


def _others(source: Label, target: Label, by: User | None, most: int) -> int:
    doubted = Suspect.objects.filter(Q(label=source) | Q(suggested=source))
    return (
        _some_of(Annotation.objects.filter(label=source), most).update(label=target)
        + _some_of(Suggestion.objects.filter(label=source), most).update(label=target)
        + _some_of(doubted, most).delete()[0]
    )


def _some_of(rows: QuerySet[Any], most: int) -> QuerySet[Any]:
    """A few of them, all for a statement of their own."""
    ids = list(rows.order_by().values_list("pk", flat=True)[:most])
    some: QuerySet[Any] = rows.model._default_manager.filter(pk__in=ids)
    return some


def _obstacle(source: Label, target: Label, tree: LabelTree) -> str:
    """Why the two cannot be merged, if so."""
    if source.id == target.id:
        return _("A label cannot be merged into itself.")
    if source.merged_into_id and source.merged_into_id != target.id:
        return _("This label was merged into another one already.")
    if source.kind == Kind.NEITHER:
        return _("What is neither vehicle nor animal needs a label of its own.")
    if target.merged_into_id or not target.active:
        return _("Choose a label that is in use.")
    if source.merged_into_id:
        return ""
    below = tree.below(source)
    if target in below:
        return _("The other label stands below this one. Merge that one into this one instead.")
    if below and source.kind != target.kind:
        return _("The labels below this one are of another kind. Move them first.")
    return ""


def _newest(label: Label) -> QuerySet[Prediction]:
    return Prediction.objects.filter(label=label).order_by("-created", "-id")


@transaction.atomic
def _settle_doubts(target: Label, after: str) -> str:
    """Where prediction and label disagreed, they may not do so any more. It looks at some of those
    after the id `after`, and returns that of the last; "" at the end."""
    tree = LabelTree()
    doubts = Prediction.objects.filter(disagreement__isnull=False)
    doubts = doubts.filter(Q(label=target) | Q(photo__label=target))
    if after:
        doubts = doubts.filter(id__gt=UUID(after))
    rows = doubts.order_by("id").values_list("id", "label_id", "photo__label_id")
    chunk = list(rows[:_DOUBTS])
    settled = [id_ for id_, said, label in chunk if tree.is_right(said, label)]
    Prediction.objects.filter(id__in=settled).update(disagreement=None)
    return str(chunk[-1][0]) if len(chunk) == _DOUBTS else ""
