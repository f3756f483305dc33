"""Accept the predictions that the accuracy promise allows, and take back those it no longer does.

Accepting only marks a prediction: the photo gets no label, so no network is trained with it until a
person confirms it. A random sample of the accepted predictions still goes to the review queue, to
check that the promise is kept.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from recognition.core.locks import lock_photos, lock_predictions
from recognition.labels.tree import LabelTree
from recognition.models import Decision, ModelVersion, Photo, Prediction, Promise, Report, Review
from recognition.review import promise, reviewed
from recognition.review.promise import Checks
from recognition.versions import registry

CHECKED = 20_000  # the latest accepted predictions that checks are taken from
RECOUNT_EVERY_S = 30  # at most, while people keep deciding
_CHUNK = 1000


@dataclass(frozen=True)
class Rules:
    """Which predictions of which version are accepted.

    floors: the least confidence by label id, which is a string as in JSON.
    check_rate: the share of them that people check, 0 to 1.
    """

    version_id: int
    floors: dict[str, float]
    check_rate: float

    def allow(self, prediction: Prediction) -> bool:
        """Whether the prediction is accepted."""
        floor = self.floors.get(str(prediction.label_id), float("inf"))
        return (
            prediction.model_version_id == self.version_id
            and (prediction.confidence or 0.0) >= floor
        )


def apply_promise() -> None:
    """The analyst's job: bring what is accepted in line with the promise and the latest reviews."""
    version = registry.live_version()
    report = promise.report()
    recounted = _recount_if_due(report, version)
    rules = _rules(report, version)
    changed = promise.settings().applied != asdict(rules)
    if changed:
        # The new rules are stored at the end: if this is broken off, it must start again.
        _note_applied(None)
        for photo_ids in _accepted_photos():
            _reconsider(photo_ids, rules)
    accepted = sum(_accept(rules, label_id) for label_id in rules.floors)
    if recounted or changed or accepted:
        _note_applied(asdict(rules))
        report.data["checks"] = asdict(_checks(rules))
        report.save()


def is_drawn(photo_id: UUID, check_rate: float) -> bool:
    """Whether an accepted photo is in the sample that people check.

    A hash of its id decides: at random, but always the same, and a higher rate (0 to 1) only adds
    photos to the sample.
    """
    drawn = int.from_bytes(hashlib.sha256(b"check" + photo_id.bytes).digest()[:8], "big")
    return drawn < check_rate * 2**64


def _recount_if_due(report: Report, version: ModelVersion) -> bool:
    newest = Decision.objects.order_by("-at", "-id").values_list("id", flat=True).first()
    news = [version.id, str(newest)]
    known = report.data.get("news")
    now_s = time.time()
    if known == news:
        return False
    if known and known[0] == version.id and now_s < report.data["recounted_s"] + RECOUNT_EVERY_S:
        return False
    tallies = reviewed.tallies(version)
    report.data["tallies"] = {str(label_id): asdict(tally) for label_id, tally in tallies.items()}
    report.data.update(news=news, recounted_s=now_s)
    return True


def _note_applied(rules: dict[str, Any] | None) -> None:
    """By `update`: `changed` is when a person changed the promise."""
    row, _ = Promise.objects.get_or_create(pk=1)
    Promise.objects.filter(pk=row.pk).update(applied=rules)


def _rules(report: Report, version: ModelVersion) -> Rules:
    wanted = promise.settings()
    if not wanted.active:
        return Rules(version.id, {}, wanted.check_rate)
    chosen = promise.thresholds(promise.tallies_in(report), wanted.target)
    thresholds = {label.id: chosen.of(label.id) for label in LabelTree() if label.active}
    floors = {str(label_id): found.confidence for label_id, found in thresholds.items() if found}
    return Rules(version.id, floors, wanted.check_rate)


def _accept(rules: Rules, label_id: str) -> int:
    """Accept the waiting predictions of this label that are confident enough; return how many."""
    sure = Q(
        review__isnull=False,  # which leads along the queue's index
        review=Review.WAITING,
        suggested=None,  # the owner says otherwise
        label=int(label_id),
        confidence__gte=rules.floors[label_id],
        model_version=rules.version_id,
    )
    first = Prediction.objects.filter(sure).order_by("label_id", "-confidence", "id")
    accepted = 0
    while ids := list(first.values_list("id", flat=True)[:_CHUNK]):
        accepted += _accept_those(ids, sure, rules.check_rate)
    return accepted


@transaction.atomic
def _accept_those(ids: Sequence[UUID], sure: Q, check_rate: float) -> int:
    """Accept those that are still as `sure` says: a person may have decided about some meanwhile,
    or another answer has replaced them. Return how many."""
    photos = dict(lock_predictions(ids).filter(sure).values_list("id", "photo_id"))
    drawn = {key for key, photo_id in photos.items() if is_drawn(photo_id, check_rate)}
    now = timezone.now()
    Prediction.objects.filter(id__in=drawn).update(accepted=now, review=Review.CHECK)
    others = photos.keys() - drawn
    Prediction.objects.filter(id__in=others).update(accepted=now, review=None)
    return len(photos)


def _accepted_photos() -> Iterator[list[UUID]]:
    """The photos of all accepted predictions, the latest accepted first, in chunks."""
    rows = (
        Prediction.objects.filter(accepted__isnull=False)
        .order_by("-accepted", "id")
        .values_list("accepted", "id", "photo_id")
    )
    chunk = list(rows[:_CHUNK])
    while chunk:
        accepted, last_id, _photo_id = chunk[-1]
        yield [photo_id for _accepted, _id, photo_id in chunk]
        behind = rows.filter(accepted__lte=accepted)
        chunk = list(behind.exclude(accepted=accepted, id__lte=last_id)[:_CHUNK])


@transaction.atomic
def _reconsider(photo_ids: Sequence[UUID], rules: Rules) -> None:
    """Return the predictions that the rules do not allow to the queue, and sample the others for
    checking again. Those of labelled photos stay: they show whether the promise is kept.

    About what the photos show now, which may be another answer than a moment ago.
    """
    again: list[UUID] = []
    checked: list[UUID] = []
    unchecked: list[UUID] = []
    for photo in lock_photos(Photo.objects.filter(id__in=photo_ids, label=None)):
        prediction = photo.prediction
        if prediction is None or prediction.accepted is None:
            continue
        if not rules.allow(prediction):
            again.append(prediction.id)
        elif is_drawn(photo.id, rules.check_rate):
            checked.append(prediction.id)
        else:
            unchecked.append(prediction.id)
    Prediction.objects.filter(id__in=again).update(accepted=None, review=Review.WAITING)
    Prediction.objects.filter(id__in=checked).update(review=Review.CHECK)
    Prediction.objects.filter(id__in=unchecked).update(review=None)


def _checks(rules: Rules) -> Checks:
    """Only the sampled photos count as checked: what people choose to look at is no fair sample."""
    accepted = Prediction.objects.filter(accepted__isnull=False)
    newest = accepted.filter(model_version=rules.version_id).order_by("-accepted", "id")
    tree = LabelTree()
    outcomes = [
        tree.is_right(predicted, label)
        for photo_id, predicted, label in newest.values_list(
            "photo_id", "label_id", "photo__label_id"
        )[:CHECKED]
        if label and is_drawn(photo_id, rules.check_rate)
    ]
    return Checks(accepted.count(), len(outcomes), sum(outcomes))
