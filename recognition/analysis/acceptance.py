"""Accept the predictions that the accuracy promise allows, and take back those it no longer does.

Accepting marks a prediction, and answers with a group above its label where only that is sure
enough; the photo gets no label, so no network is trained with it until a person confirms it. A
random sample of the accepted predictions still goes to the review queue, to
check that the promise is kept.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from recognition.core.locks import lock_photos, lock_predictions
from recognition.labels.tree import LabelTree
from recognition.models import Decision, ModelVersion, Photo, Prediction, Promise, Report, Review
from recognition.notifications import happened
from recognition.predictions.answering import Answering
from recognition.review import levels, promise, reviewed
from recognition.review.promise import Checks
from recognition.versions import registry

CHECKED = 20_000  # the latest accepted predictions that checks are taken from
RECOUNT_EVERY_S = 30  # at most, while people keep deciding
_CHUNK = 1000
_ANSWER = ("label", "kind", "confidence")


@dataclass(frozen=True)
class Rules:
    """Which predictions of which version are accepted.

    floors: the least confidence of an answer that is the best label, by its id, which is a string
    as in JSON. groups: likewise of one that stands above the best label.
    check_rate: the share of them that people check, 0 to 1.
    """

    version_id: int
    floors: dict[str, float]
    check_rate: float
    groups: dict[str, float] = field(default_factory=dict)

    def answering(self, tree: LabelTree, version_id: int | None) -> Answering:
        """Chooses the answers of this version by these rules."""
        if version_id != self.version_id:
            return Answering(tree, {}, {})
        return Answering(tree, self.floors, self.groups)


def apply_promise() -> None:
    """The analyst's job: bring what is accepted in line with the promise and the latest reviews."""
    version, tree = registry.live_version(), LabelTree()
    report = promise.report()
    recounted = _recount_if_due(report, version, tree)
    rules = _rules(report, version, tree)
    before = promise.settings().applied
    changed, may_be_broad = before != asdict(rules), False
    if changed:
        # The new rules are stored at the end: if this is broken off, it must start again.
        _note_applied(None)
        for photo_ids in _accepted_photos():
            _reconsider(photo_ids, rules)
        may_be_broad = bool(before is None or before.get("groups") or rules.groups)
        if may_be_broad:
            _answer_again(rules)
    accepted = sum(_accept(rules, label_id, True, tree) for label_id in rules.floors)
    accepted += sum(_accept(rules, label_id, False, tree) for label_id in rules.groups)
    if recounted or changed or accepted:
        _note_applied(asdict(rules))
        _report(report, _checks(rules, tree))
    if may_be_broad:  # what was stored meanwhile, by no rules at all
        _answer_again(rules, analysis_due__isnull=False)


def is_drawn(photo_id: UUID, check_rate: float) -> bool:
    """Whether an accepted photo is in the sample that people check.

    A hash of its id decides: at random, but always the same, and a higher rate (0 to 1) only adds
    photos to the sample.
    """
    drawn = int.from_bytes(hashlib.sha256(b"check" + photo_id.bytes).digest()[:8], "big")
    return drawn < check_rate * 2**64


def _recount_if_due(report: Report, version: ModelVersion, tree: LabelTree) -> bool:
    newest = Decision.objects.order_by("-at", "-id").values_list("id", flat=True).first()
    news = [version.id, str(newest), _signature(tree)]
    known = report.data.get("news")
    now_s = time.time()
    if known == news:
        return False
    is_same = known and [known[0], *known[2:]] == [news[0], *news[2:]]
    if is_same and now_s < report.data["recounted_s"] + RECOUNT_EVERY_S:
        return False
    evidence = reviewed.evidence(version, tree)
    report.data.pop("tallies", None)  # of before there was a tree
    report.data.update(evidence=levels.as_json(evidence), news=news, recounted_s=now_s)
    return True


def _signature(tree: LabelTree) -> int:
    """Changes whenever the tree does."""
    rows = sorted((label.id, label.parent_id or 0, label.active) for label in tree)
    return zlib.crc32(repr(rows).encode())


def _note_applied(rules: dict[str, Any] | None) -> None:
    """By `update`: `changed` is when a person changed the promise."""
    row, _ = Promise.objects.get_or_create(pk=1)
    Promise.objects.filter(pk=row.pk).update(applied=rules)


def _rules(report: Report, version: ModelVersion, tree: LabelTree) -> Rules:
    wanted = promise.settings()
    if not wanted.active:
        return Rules(version.id, {}, wanted.check_rate)
    evidence = promise.evidence_in(report)
    chosen = levels.thresholds(evidence, tree.heights, wanted.target)
    floors, groups = (
        {
            str(label_id): found.confidence
            for label_id in tree.heights
            if (found := chosen.of(label_id, is_best))
        }
        for is_best in (True, False)
    )
    return Rules(version.id, floors, wanted.check_rate, groups)


def _answer_again(rules: Rules, **which: Any) -> None:
    """Answer what waits as narrowly as the rules accept it."""
    waiting = Prediction.objects.filter(
        review__isnull=False, review=Review.WAITING, model_version=rules.version_id, **which
    ).order_by("-created", "-id")
    rows = waiting.values_list("created", "id")
    while chunk := list(rows[:_CHUNK]):
        _answer_those_again([key for _created, key in chunk], rules)
        created, last_id = chunk[-1]
        behind = waiting.filter(created__lte=created)
        rows = behind.exclude(created=created, id__gte=last_id).values_list("created", "id")


@transaction.atomic
def _answer_those_again(ids: Sequence[UUID], rules: Rules) -> None:
    """Those that nobody has decided about meanwhile."""
    locked = list(lock_predictions(ids).filter(review=Review.WAITING).defer("embedding"))
    answered = rules.answering(LabelTree(), rules.version_id)  # while nobody can merge labels
    changed = [prediction for prediction in locked if _answer(prediction, answered)]
    Prediction.objects.bulk_update(changed, _ANSWER)


def _answer(prediction: Prediction, answered: Answering) -> bool:
    """Answer as it would be answered now; whether that changes anything. The caller saves it."""
    now = answered.stored(prediction)
    if now is None or (now.label.id, now.confidence) == (
        prediction.label_id,
        prediction.confidence,
    ):
        return False
    prediction.label, prediction.kind, prediction.confidence = now.label, now.label.kind, now[1]
    return True


def _accept(rules: Rules, label_id: str, is_best: bool, tree: LabelTree) -> int:
    """Accept the waiting predictions of this label, or those of what stands below it that are
    answered so, if they are confident enough; return how many."""
    floors = rules.floors if is_best else rules.groups
    sure = Q(
        review__isnull=False,  # which leads along the queue's index
        review=Review.WAITING,
        suggested=None,  # the owner says otherwise
        label=int(label_id),
        confidence__gte=floors[label_id],
        model_version=rules.version_id,
    )
    if tree.heights.get(int(label_id)):  # the same label may be either
        in_use = tree.in_use_by_id()
        slugs = [label.slug for label in tree if in_use.get(label.id) == int(label_id)]
        is_own = Q(top=[]) | Q(top__0__label__in=slugs)
        sure &= is_own if is_best else ~is_own
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


@transaction.atomic
def _report(report: Report, checks: Checks) -> None:
    """Note what checks say; once it is that the promise is broken, who wants to know is told."""
    report.data["checks"] = asdict(checks)
    wanted = promise.settings()
    is_broken = wanted.active and checks.verdict(wanted.target) == "broken"
    if is_broken and not report.data.get("is_broken"):
        happened.promise_broken(checks.checked, checks.right, wanted.target)
    report.data["is_broken"] = is_broken
    report.save()


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
    """Answer as narrowly as the rules accept it. Return the predictions that the rules do not allow
    to the queue, and sample the others for checking again. Those of labelled photos stay: they show
    whether the promise is kept.

    About what the photos show now, which may be another answer than a moment ago.
    """
    again: list[UUID] = []
    checked: list[UUID] = []
    unchecked: list[UUID] = []
    changed: list[Prediction] = []
    photos = lock_photos(Photo.objects.filter(id__in=photo_ids, label=None))
    tree = LabelTree()  # while nobody can merge labels
    for photo in photos:
        prediction = photo.prediction
        if prediction is None or prediction.accepted is None:
            continue
        answered = rules.answering(tree, prediction.model_version_id)
        if _answer(prediction, answered):
            changed.append(prediction)
        if not answered.accepts(prediction):
            again.append(prediction.id)
        elif is_drawn(photo.id, rules.check_rate):
            checked.append(prediction.id)
        else:
            unchecked.append(prediction.id)
    Prediction.objects.bulk_update(changed, _ANSWER)
    Prediction.objects.filter(id__in=again).update(accepted=None, review=Review.WAITING)
    Prediction.objects.filter(id__in=checked).update(review=Review.CHECK)
    Prediction.objects.filter(id__in=unchecked).update(review=None)


def _checks(rules: Rules, tree: LabelTree) -> Checks:
    """Only the sampled photos count as checked: what people choose to look at is no fair sample."""
    accepted = Prediction.objects.filter(accepted__isnull=False)
    newest = accepted.filter(model_version=rules.version_id).order_by("-accepted", "id")
    outcomes = [
        tree.is_right(predicted, label)
        for photo_id, predicted, label in newest.values_list(
            "photo_id", "label_id", "photo__label_id"
        )[:CHECKED]
        if label and is_drawn(photo_id, rules.check_rate)
    ]
    return Checks(accepted.count(), len(outcomes), sum(outcomes))
