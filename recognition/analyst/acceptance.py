"""Accept what the promise allows, and take back what it does not allow any more.

A prediction that is accepted is marked, and no more: the photo gets no label, so nothing is ever
taught with it until a person confirms it. Some of the accepted ones, drawn at random, come up in
the review queue all the same: they show whether the promise is kept.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from recognition import registry
from recognition.labels import LabelTree
from recognition.locks import lock_predictions
from recognition.models import (
    Decision,
    ModelVersion,
    Photo,
    Prediction,
    Report,
    Review,
)
from recognition.review import promise, reviewed
from recognition.review.promise import Checks

CHECKED = 20_000  # the latest accepted ones say whether the promise is kept
RECOUNT_EVERY_S = 30  # while people decide
_CHUNK = 1000


@dataclass(frozen=True)
class Rules:
    """Which predictions are accepted. floors: the least confidence, by id of the label; as text,
    as JSON has it."""

    version_id: int = 0
    floors: dict[str, float] = field(default_factory=dict)
    check_rate: float = 0.0

    def allow(self, prediction: Prediction) -> bool:
        floor = self.floors.get(str(prediction.label_id), float("inf"))
        return (
            prediction.model_version_id == self.version_id
            and (prediction.confidence or 0.0) >= floor
        )


def keep() -> None:
    """For the analyst: all that the promise, and what was reviewed, ask for by now."""
    version = registry.live_version()
    found = promise.report()
    recounted = _recount_if_due(found, version)
    rules = _rules(found, version)
    changed = found.data.get("rules") != asdict(rules)
    if changed:
        # Not yet the new ones: broken off half-way, this must begin again.
        found.data["rules"] = None
        found.save()
        for predictions in _accepted():
            _reconsider(predictions, rules)
    accepted = sum(_accept(rules, label_id) for label_id in rules.floors)
    if recounted or changed or accepted:
        found.data["rules"] = asdict(rules)
        found.data["checks"] = asdict(_checks(rules))
        found.save()


def is_drawn(photo_id: UUID, check_rate: float) -> bool:
    """Whether a photo is checked if it is accepted: by chance, but always the same way, so that a
    higher rate adds to what was drawn before."""
    drawn = int.from_bytes(hashlib.sha256(b"check" + photo_id.bytes).digest()[:8], "big")
    return drawn < check_rate * 2**64


def _recount_if_due(found: Report, version: ModelVersion) -> bool:
    newest = Decision.objects.order_by("-at", "-id").values_list("id", flat=True).first()
    news = [version.id, str(newest)]
    known = found.data.get("news")
    now_s = time.time()
    if known == news:
        return False
    if known and known[0] == version.id and now_s < found.data["recounted_s"] + RECOUNT_EVERY_S:
        return False
    tallies = reviewed.tallies(version)
    found.data["tallies"] = {str(label_id): asdict(it) for label_id, it in tallies.items()}
    found.data.update(news=news, recounted_s=now_s)
    return True


def _rules(found: Report, version: ModelVersion) -> Rules:
    wanted = promise.settings()
    if not wanted.active:
        return Rules(version.id, {}, wanted.check_rate)
    chosen = promise.thresholds(promise.tallies_in(found), wanted.target)
    thresholds = {label.id: chosen.of(label.id) for label in LabelTree() if label.active}
    floors = {str(label_id): it.confidence for label_id, it in thresholds.items() if it}
    return Rules(version.id, floors, wanted.check_rate)


def _accept(rules: Rules, label_id: str) -> int:
    """Accept what waits with this predicted label; return how many these are."""
    sure = Prediction.objects.filter(
        review__isnull=False,  # which leads along the queue's index
        review=Review.WAITING,
        label=int(label_id),
        confidence__gte=rules.floors[label_id],
        model_version=rules.version_id,
    ).order_by("label_id", "-confidence", "id")
    accepted = 0
    while ids := list(sure.values_list("id", "photo_id")[:_CHUNK]):
        drawn = [key for key, photo_id in ids if is_drawn(photo_id, rules.check_rate)]
        now = timezone.now()
        with transaction.atomic():
            # Whatever a person decided meanwhile does not wait any more, and stays as it is.
            list(lock_predictions(key for key, _ in ids).values_list("id"))
            waiting = Prediction.objects.filter(review=Review.WAITING)
            waiting.filter(id__in=drawn).update(accepted=now, review=Review.CHECK)
            others = [key for key, _ in ids if key not in set(drawn)]
            waiting.filter(id__in=others).update(accepted=now, review=None)
        accepted += len(ids)
    return accepted


def _accepted() -> Iterator[list[Prediction]]:
    """All accepted predictions whose photo has no label, some at a time, newest first."""
    rows = (
        Prediction.objects.filter(accepted__isnull=False)
        .order_by("-accepted", "id")
        .only("photo_id", "model_version_id", "label_id", "confidence", "review", "accepted")
    )
    chunk = list(rows[:_CHUNK])
    while chunk:
        last = chunk[-1]
        yield chunk
        behind = rows.filter(accepted__lte=last.accepted)
        chunk = list(behind.exclude(accepted=last.accepted, id__lte=last.id)[:_CHUNK])


@transaction.atomic
def _reconsider(predictions: Sequence[Prediction], rules: Rules) -> None:
    """Let those wait again that the rules do not allow, and draw anew which of the others are
    checked. What people labelled meanwhile stays: it tells whether the promise is kept."""
    photos = Photo.objects.select_for_update().filter(
        id__in=[it.photo_id for it in predictions], label=None
    )
    unlabelled = set(photos.order_by("id").values_list("id", flat=True))
    again: list[UUID] = []
    checked: list[UUID] = []
    unchecked: list[UUID] = []
    for it in predictions:
        if it.photo_id in unlabelled:
            if not rules.allow(it):
                again.append(it.id)
            elif is_drawn(it.photo_id, rules.check_rate):
                checked.append(it.id)
            else:
                unchecked.append(it.id)
    list(lock_predictions(again + checked + unchecked).values_list("id"))
    Prediction.objects.filter(id__in=again).update(accepted=None, review=Review.WAITING)
    Prediction.objects.filter(id__in=checked).update(review=Review.CHECK)
    Prediction.objects.filter(id__in=unchecked).update(review=None)


def _checks(rules: Rules) -> Checks:
    """Of the latest accepted photos those count as checked that were drawn to be: what people look
    at of their own accord is no fair sample."""
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
