"""Look closer at photos in the background, for the subjects in them.

What was sure at first sight is answered at once, and looked at again when no upload waits; so is
what people have drawn a box into, and what was answered before there was a finder. Predictions
whose `look_due` has come are the queue, the newest first. A claim puts `look_due` off for as long
as a lease lasts, so that a lost worker's rows come again by themselves. Only shown predictions are
in the queue, and each is looked at by its own version.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from recognition.cnn.serving.classifier import Answer, Look, Outcome
from recognition.cnn.serving.closer_look import SURE
from recognition.core import events
from recognition.core.locks import lock_photos, lock_predictions
from recognition.labels import labelling, left_out
from recognition.labels.tree import LabelTree
from recognition.models import Kind, ModelVersion, Photo, Prediction, Report
from recognition.predictions import queue, subjects
from recognition.predictions.answering import Answering
from recognition.versions import looking

logger = logging.getLogger(__name__)

BATCH_SIZE = 4  # an upload waits for one batch at most
MAX_ATTEMPTS = 3
CHUNK = 1000
_AHEAD = 64  # of the newest, a version is chosen that is loaded
_NOT_NOW = timedelta(hours=1)
_GAINED_FIELDS = ("embedding", "analysis_due", "look_due", "attempts")


class Claim(NamedTuple):
    """due: what the claim has put `look_due` off to. Another value means that it is not this
    worker's any more, or that somebody wants another look."""

    prediction_id: UUID
    due: datetime
    look: Look


class _Seen(NamedTuple):
    """A photo with its shown prediction, both locked, and what was seen of it."""

    photo: Photo
    row: Prediction
    look: Look
    answer: Answer


def next_version(loaded: Collection[int]) -> ModelVersion | None:
    """Whose answers are to be looked at next, a loaded version's if there are such; None if none
    are due. loaded: ids."""
    newest = list(_due().values_list("model_version", flat=True)[:_AHEAD])
    chosen = next((id_ for id_ in newest if id_ in loaded), newest[0] if newest else None)
    return ModelVersion.objects.filter(id=chosen).first() if chosen else None


@transaction.atomic
def claim(version: ModelVersion) -> list[Claim]:
    """Take the newest of this version that are due. What its worker did not survive is taken alone
    the next time, and given up after MAX_ATTEMPTS."""
    newest = _due().select_for_update(skip_locked=True, of=("self",)).select_related("photo")
    light = newest.defer("embedding", "top", "similar")[:_AHEAD]
    rows = [row for row in light if row.model_version_id == version.id]
    _give_up([row for row in rows if row.attempts >= MAX_ATTEMPTS])
    rows = [row for row in rows if row.attempts < MAX_ATTEMPTS]
    fresh = [row for row in rows if not row.attempts][:BATCH_SIZE]
    taken = rows[:1] if rows and rows[0].attempts else fresh
    due = timezone.now() + timedelta(seconds=settings.ARK_LEASE_S)
    Prediction.objects.filter(id__in=[row.id for row in taken]).update(
        look_due=due, attempts=F("attempts") + 1
    )
    looks = looking.looks([row.photo for row in taken], closer=True)
    return [Claim(row.id, due, look) for row, look in zip(taken, looks, strict=True)]


@transaction.atomic
def store(claims: Sequence[Claim], outcomes: Sequence[Outcome]) -> int:
    """Store what was seen of photos that still are as they were claimed; return how many.

    An answer gains its subjects, and the embedding of the main one. What it says changes only where
    it was given without a finder and was not sure, and nobody has decided anything since.
    """
    shown = Photo.objects.filter(prediction__in=[claim.prediction_id for claim in claims])
    photos = lock_photos(shown)
    drawn = zip(photos, looking.looks(photos, closer=True), strict=True)
    as_now = {photo.prediction_id: (photo, look) for photo, look in drawn}
    seen: list[_Seen] = []
    left: list[Prediction] = []
    for claim, outcome in zip(claims, outcomes, strict=True):
        photo, look = as_now.get(claim.prediction_id, (None, None))
        row = photo.prediction if photo else None
        if photo is None or row is None or row.look_due != claim.due:
            continue
        row.attempts, row.look_due = 0, None
        if look != claim.look:
            row.look_due = timezone.now()  # people have drawn something meanwhile
        elif isinstance(outcome, Answer) and outcome.subjects is not None:
            seen.append(_Seen(photo, row, claim.look, outcome))
            continue
        elif isinstance(outcome, Answer):
            row.look_due = claim.due  # the finder is gone
        left.append(row)
    Prediction.objects.bulk_update(left, ("look_due", "attempts"))
    _store_seen(seen)
    transaction.on_commit(lambda: events.publish_settled([one.photo.id for one in seen]))
    return len(seen)


@transaction.atomic
def put_off(version: ModelVersion) -> None:
    """This version cannot be loaded now: let the newest of its answers wait for an hour."""
    newest = _due().values_list("id", "model_version")[:CHUNK]
    locked = lock_predictions(row_id for row_id, version_id in newest if version_id == version.id)
    _set_due(locked, timezone.now() + _NOT_NOW)


def put_labelled_first(finder: str) -> bool:
    """Once after a finder came, with which perhaps everything is due: move up what is labelled,
    because networks are taught with it. Returns whether CHUNK of what is due was looked through;
    False after the last.

    finder: its sha256.
    """
    if _noted(Report.named("closer_look"), finder)["before"] is None:
        return False
    _put_labelled_first(finder)
    return True


@transaction.atomic
def _put_labelled_first(finder: str) -> None:
    Report.objects.get_or_create(name="closer_look")
    report = Report.objects.select_for_update().get(name="closer_look")
    report.data = _noted(report, finder)
    if report.data["before"] is None:  # another predictor has done it
        return
    before = datetime.fromisoformat(report.data["before"])
    due = _due().filter(look_due__lte=before)
    if last_id := report.data["last"]:
        due = due.exclude(look_due=before, id__gte=UUID(last_id))
    chunk = list(due.values_list("look_due", "id", "photo__label")[:CHUNK])
    labelled = [row_id for _look_due, row_id, label_id in chunk if label_id]
    _set_due(lock_predictions(labelled), timezone.now())
    look_due, row_id, _label_id = chunk[-1] if len(chunk) == CHUNK else (None, None, None)
    report.data["before"] = look_due and look_due.isoformat()
    report.data["last"] = row_id and str(row_id)
    report.save()


def _noted(report: Report, finder: str) -> dict[str, Any]:
    """How far it was put in order after this finder came: {"finder": its sha256, "before" and
    "last": `look_due` and id of the last row that was looked through, or null after the end}."""
    if report.data.get("finder") == finder:
        return dict(report.data)
    return {"finder": finder, "before": timezone.now().isoformat(), "last": None}


def _due() -> QuerySet[Prediction]:
    # "Is not null" is the only condition for which SQLite uses the partial index.
    due = Prediction.objects.filter(look_due__isnull=False, look_due__lte=timezone.now())
    return due.order_by("-look_due", "-id")


def _set_due(locked: QuerySet[Prediction], due: datetime) -> None:
    """Of those that are due still, now that they are locked."""
    ids = list(locked.filter(look_due__lte=timezone.now()).values_list("id", flat=True))
    Prediction.objects.filter(id__in=ids).update(look_due=due)


def _give_up(rows: Sequence[Prediction]) -> None:
    for row in rows:
        logger.error("photo %s is not looked at: %d workers were lost", row.photo_id, row.attempts)
    Prediction.objects.filter(id__in=[row.id for row in rows]).update(look_due=None, attempts=0)


def _store_seen(seen: Sequence[_Seen]) -> None:
    tree = LabelTree()
    groups = queue.labels_in_use([one.answer for one in seen], tree)
    answering = Answering.of(seen[0].row.model_version_id if seen else None, tree)
    no_part = left_out.among(one.photo.id for one in seen)
    renewed: list[Prediction] = []
    gained: list[Prediction] = []
    for photo, row, look, answer in seen:
        if _may_change(photo, row, look):
            queue.fill_in(row, answer.grouped(groups), answering)
            labelling.put_in_queue(row, photo.label_id, tree, no_part)
            renewed.append(row)
        else:
            row.embedding = answer.embedding.astype("<f2").tobytes()
            gained.append(row)
        row.analysis_due = timezone.now()
    Prediction.objects.bulk_update(renewed, queue.ANSWER_FIELDS)
    Prediction.objects.bulk_update(gained, _GAINED_FIELDS)
    subjects.replace({one.row: one.answer for one in seen}, groups, answering)


def _may_change(photo: Photo, row: Prediction, look: Look) -> bool:
    is_decided = photo.label_id or row.accepted or look.main or look.others
    # The best label's own confidence: the answer may be a broader one.
    is_sure = row.kind != Kind.NEITHER and row.top[0]["confidence"] >= SURE
    return not (is_decided or is_sure)
