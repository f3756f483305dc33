"""The queue of the predictors: claim what waits, store the answers.

The table of predictions is the queue. A claim takes a few rows under a lease; results are stored
only while the lease is held, so that a worker that was thought dead cannot overwrite its successor.
Rows whose worker died wait again, and are then claimed one by one: if one of them killed its worker
it does not take the others along a second time. Owners take turns (photos/turns.py); photos that
take long to decode are claimed apart, so that they hold up nobody else's.

An upload waits without a version, and gets the one that answers. A row that has a version from the
beginning belongs to a backfill: that version predicts it, whenever no upload waits.

An answer without subjects, of a version that knows some, is looked at again in the background
(`closer_look`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from recognition.cnn.pixels.boxes import WHOLE
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import BATCH_SIZE, Answer, HeavyPhoto, OutcomeOrLater
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.core import events, leases
from recognition.core.locks import lock_predictions
from recognition.core.process import worker_name
from recognition.core.statements.queries import Prepared, PreparedOfIds
from recognition.core.statements.writes import update
from recognition.labels import labelling, left_out
from recognition.labels.tree import LabelTree
from recognition.models import Decision, ModelVersion, Photo, Prediction, State, View, Weight
from recognition.notifications import happened
from recognition.predictions import subjects
from recognition.predictions.answering import Answering
from recognition.versions import looking

MAX_ATTEMPTS = 3
HEAVY_LEASE_S = 300  # longer than any photo may take to decode, and to wait for that

ANSWER_FIELDS = (
    *("label_id", "kind", "top", "confidence", "fine", "milliseconds", "embedding"),
    *("margin", "review", "disagreement", "analysis_due", "look_due", "attempts"),
)
_SETTLED_FIELDS = (
    *("state", "model_version_id", "lease_owner", "lease_expires", "error"),
    *ANSWER_FIELDS,
)


def recover() -> int:
    """Let rows whose worker is gone wait again, or fail if they lost MAX_ATTEMPTS workers; return
    how many wait again. What somebody has locked has its turn later: it may be by a host that fell
    silent, which the database does not know yet."""
    lost = leases.lost(Prediction.objects.filter(state=State.RUNNING))
    if not lost.exists():  # nearly always: then nothing is locked
        return 0
    with transaction.atomic():
        free = lost.select_for_update(skip_locked=True, of=("self",)).values_list("id", flat=True)
        lost = Prediction.objects.filter(id__in=list(free), state=State.RUNNING)
        _fail(lost.filter(attempts__gte=MAX_ATTEMPTS))
        return lost.update(state=State.PENDING, turn=0.0, **leases.NO_LEASE)


@transaction.atomic
def give_back(counts: bool = True) -> int:
    """After work that failed: what this worker has claimed waits again, or fails if that was its
    last attempt; return how many wait again.

    counts: whether it was an attempt; not if it was the database that failed.
    """
    held = leases.held(Prediction.objects.filter(state=State.RUNNING))
    if not counts:
        return held.update(state=State.PENDING, attempts=F("attempts") - 1, **leases.NO_LEASE)
    _fail(held.filter(attempts__gte=MAX_ATTEMPTS))
    return held.update(state=State.PENDING, **leases.NO_LEASE)


def _fail(crashed: QuerySet[Prediction]) -> None:
    """Those whose workers died too often."""
    of_uploads = crashed.filter(model_version=None).values_list("photo_id", flat=True)
    happened.photos_failed(of_uploads, "crashed")
    crashed.update(state=State.FAILED, error="crashed", **leases.NO_LEASE)


@transaction.atomic
def claim(version: ModelVersion, weight: Weight = Weight.LIGHT) -> list[Prediction]:
    """Take the uploads whose turn it is, at most BATCH_SIZE, under a lease, for this version to
    answer; or one of the heavy ones."""
    rows = _take(_uploads(weight), weight)
    for row in rows:
        row.model_version = version
    return rows


@transaction.atomic
def claim_backfill(version: ModelVersion, weight: Weight = Weight.LIGHT) -> list[Prediction]:
    """Take, as `claim` does, the rows of this version's backfill, if their turn has come: one
    version's rows after the other's."""
    oldest = list(_pending(weight).filter(model_version__isnull=False)[:BATCH_SIZE])
    rows = _take([row for row in oldest if row.model_version_id == version.id], weight)
    for row in rows:
        row.model_version = version
    return rows


def has_heavy() -> bool:
    """Whether uploads wait that take long to decode."""
    return bool(_heavy())


def _pending(weight: int) -> QuerySet[Prediction]:
    rows = Prediction.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.annotate(has_parts=looking.has_parts("photo")).select_related("photo")
    return rows.filter(state=State.PENDING, weight=weight).order_by("turn", "created", "id")


def _heavy_uploads() -> QuerySet[Prediction]:
    uploads = Prediction.objects.filter(model_version=None)
    return uploads.filter(state=State.PENDING, weight=Weight.HEAVY).only("id").order_by()[:1]


_heavy = Prepared(_heavy_uploads)
_uploads = Prepared(lambda weight: _pending(weight).filter(model_version=None)[:BATCH_SIZE], int)


def _take(rows: list[Prediction], weight: Weight) -> list[Prediction]:
    is_heavy = weight == Weight.HEAVY
    fresh = [row for row in rows if not row.attempts]
    rows = rows[:1] if rows and (is_heavy or rows[0].attempts) else fresh
    lease_s = max(settings.ARK_LEASE_S, HEAVY_LEASE_S if is_heavy else 0)
    leases.claim(rows, timedelta(seconds=lease_s))
    for row in rows:
        row.state = State.RUNNING
    update(rows, ("state", *leases.FIELDS))
    return rows


@transaction.atomic
def store(rows: Sequence[Prediction], outcomes: Sequence[OutcomeOrLater]) -> int:
    """Settle the rows whose lease this worker still holds; return how many these are."""
    held = lock_held(rows)
    _put_apart(held, rows, outcomes)
    # Both are read when nobody can label these photos, or merge labels, any more.
    found = _shown(*held) if held else []
    shown = {photo.prediction_id: photo for photo in found}
    no_part = left_out.among(photo.id for photo in shown.values())
    tree = LabelTree.for_reading()
    in_use = labels_in_use(outcomes, tree)
    answering = Answering.of(rows[0].model_version_id if rows else None, tree)
    settled, answered = [], {}
    for row, outcome in zip(rows, outcomes, strict=True):
        if row.id not in held or isinstance(outcome, HeavyPhoto):
            continue
        settled.append(row)
        if isinstance(outcome, UnreadablePhoto):
            _settle(row, State.FAILED)
            row.error = outcome.code
        else:
            answered[row] = outcome
            fill_in(row, outcome.grouped(in_use), answering)
            if row.id in shown:
                labelling.put_in_queue(row, shown[row.id].label_id, tree, no_part)
                row.analysis_due = timezone.now()
    _forget_settled_doubts(settled)
    _ask_for_closer_looks(shown, answered)
    update(settled, _SETTLED_FIELDS)
    subjects.add(answered, in_use, answering)
    happened.photos_predicted((row for row in settled if row.id in shown), tree.slugs)
    transaction.on_commit(lambda: events.publish_settled([row.photo_id for row in settled]))
    return len(settled)


def _put_apart(
    held: set[UUID], rows: Sequence[Prediction], outcomes: Sequence[OutcomeOrLater]
) -> None:
    """Let those wait again, as heavy ones, whose photos take long to decode."""
    found = zip(rows, outcomes, strict=True)
    heavy = [row.id for row, outcome in found if isinstance(outcome, HeavyPhoto)]
    if heavy:
        Prediction.objects.filter(id__in=held & set(heavy)).update(
            state=State.PENDING, weight=Weight.HEAVY, attempts=0, **leases.NO_LEASE
        )


def _forget_settled_doubts(rows: Sequence[Prediction]) -> None:
    """Who decided with an earlier prediction of the photo in view, before it was deleted and
    restored, is not asked again what the network doubts."""
    doubted = {row.photo_id: row for row in rows if row.disagreement is not None}
    if not doubted:  # nearly always
        return
    seen = Decision.objects.filter(photo__in=doubted, predicted__isnull=False).order_by()
    for photo_id in Decision.objects.reviewed(seen.values_list("photo_id", flat=True)):
        doubted[photo_id].disagreement = None


def lock_held(rows: Sequence[Prediction]) -> set[UUID]:
    """The ids of the rows whose lease this worker still holds, locked."""
    ids = [row.id for row in rows]
    return {row.id for row in _held(worker_name(), *ids)} if ids else set()


def _rows_held(worker: str, *ids: UUID) -> QuerySet[Prediction]:
    running = lock_predictions(ids).filter(state=State.RUNNING)
    return leases.held_by(worker, running).only("id")


def _photos_that_show(*prediction_ids: UUID) -> QuerySet[Photo]:
    photos = Photo.objects.filter(prediction__in=prediction_ids).order_by()
    return photos.only("prediction", "label", "box").annotate(has_parts=looking.has_parts("id"))


_held = PreparedOfIds(_rows_held, str)
_shown = PreparedOfIds(_photos_that_show)


def labels_in_use(outcomes: Sequence[OutcomeOrLater], tree: LabelTree) -> LabelGroups:
    """How what these answers, all of one version, can say goes into the labels in use."""
    known = next((outcome.labels for outcome in outcomes if isinstance(outcome, Answer)), ())
    return LabelGroups(known, tree.in_use_by_slug)


def fill_in(row: Prediction, answer: Answer, answering: Answering) -> None:
    """What the answer says, in labels in use. The caller saves the row."""
    label, confidence = answering(answer.top)
    _settle(row, State.DONE)
    row.attempts = 0  # from now on those to look closer
    row.label_id = label.id
    row.kind = label.kind
    row.confidence = confidence
    row.top = [{"label": slug, "confidence": confidence} for slug, confidence in answer.top]
    row.fine = answer.fine
    row.milliseconds = answer.milliseconds
    row.embedding = answer.embedding.astype("<f2").tobytes()


def _ask_for_closer_looks(
    shown: Mapping[UUID | None, Any], answered: Mapping[Prediction, Answer]
) -> None:
    """At what was sure at first sight, and at what people have drawn since it was claimed. All
    answers are of one version. shown: photos by what they show; other answers stay as they are."""
    of_shown = {row: answer for row, answer in answered.items() if row.id in shown}
    version = next((row.model_version for row in of_shown), None)
    if version is None or version.view != View.SUBJECTS:
        return
    photos = [shown[row.id] for row in of_shown]
    with_parts = [photo.id for photo in photos if photo.has_parts]
    looks = looking.looks(photos, with_parts=with_parts)
    for (row, answer), look in zip(of_shown.items(), looks, strict=True):
        seen = {subject.box for subject in answer.subjects or ()}
        drawn = {look.main, *look.others} - {None, WHOLE}
        row.look_due = None if answer.subjects is not None and drawn <= seen else timezone.now()


def _settle(row: Prediction, state: State) -> None:
    row.state = state
    row.lease_owner = ""
    row.lease_expires = None
