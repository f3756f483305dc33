"""How much there is and how much is done: the figures of the front page and the review queue.

In a large instance the analyst counts them, never a page. Pages read the analyst's report, and
themselves count only what takes few index entries.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from recognition.core.counting import Counted, count_up_to
from recognition.labels.tree import LabelTree
from recognition.models import (
    REVIEWED_VIA,
    Decision,
    Label,
    Photo,
    Prediction,
    Report,
    Review,
    RunState,
    State,
    Suspect,
    TrainingRun,
    Via,
)
from recognition.review import blind

REPORT = "figures"
COUNTED_LIVE = 10_000  # rows that a page may count
SMALL = 2_000  # photos of an instance all of whose figures a page may count
DAYS = 30
AGREEMENT_DAYS = 90
REFRESH_S = 60
REFRESH_AT_LEAST_S = 3600
MAX_SHARE_OF_TIME = 1 / 30


@dataclass(frozen=True)
class Figures:
    """data: what `measure` returns. made: when it was measured; None for just now."""

    data: dict[str, Any]
    made: datetime | None = None


def to_review() -> Counted:
    """How many photos wait for a person, including those to check."""
    return _count("to_review", _in_queue())


def waiting() -> Counted:
    """How many photos wait for the network."""
    return _count("waiting", _in_state(State.PENDING, State.RUNNING))


def failed() -> Counted:
    """How many photos the network could not read."""
    return _count("failed", _in_state(State.FAILED))


def suspects() -> Counted:
    """How many labels the last search found suspect."""
    return count_up_to(Suspect.objects.order_by("-score", "photo_id"), COUNTED_LIVE)


def contradicted() -> Counted:
    """How many labels the live version contradicts, and nobody has looked at since."""
    doubted = Prediction.objects.filter(disagreement__gte=-1)  # the range leads along its index
    return count_up_to(doubted.order_by("-disagreement", "id"), COUNTED_LIVE)


def suggested() -> Counted:
    """Of how many photos a suggestion of the owner waits."""
    waiting = Prediction.objects.filter(suggested__isnull=False)
    return count_up_to(waiting.order_by("suggested", "id"), COUNTED_LIVE)


def new_labels() -> tuple[Counted, bool]:
    """How many labels people have set or changed since the photos of the last training were frozen,
    and whether there has been no training yet."""
    decisions = Decision.objects.standing().filter(to_label__isnull=False)
    decisions = decisions.exclude(from_label=F("to_label")).exclude(via__in=(Via.UNDO, Via.MERGE))
    done = TrainingRun.objects.filter(state=RunState.SUCCEEDED)
    last = done.select_related("dataset").order_by("-created").first()
    if last:
        decisions = decisions.filter(at__gt=last.dataset.created)
    return count_up_to(decisions.order_by("-at", "-id"), COUNTED_LIVE), last is None


def share_labelled() -> float | None:
    """The share of photos that have a label, 0 to 1. None if there is no photo, or so many that the
    analyst has yet to count them: the last time there was none, or it has never counted."""
    photos = count_up_to(Photo.objects.order_by("-created", "-id"), COUNTED_LIVE)
    if photos.is_exact:
        labelled = Photo.objects.filter(label__isnull=False).count()
        return labelled / photos.number if photos.number else None
    data = _report().data
    return data["labelled"] / data["photos"] if data.get("photos") else None


def current() -> Figures | None:
    """All figures; None if there are so many photos that the analyst has yet to count them."""
    if _is_small():
        return Figures(measure())
    report = _report()
    return Figures(report.data, report.made) if report.data else None


def refresh_if_due() -> bool:
    """The analyst's job: count everything again if something may have changed, at most once a
    minute and for at most MAX_SHARE_OF_TIME of the time. Returns whether it did."""
    report, signs = _report(), _signs()
    if report.data:
        age_s = (timezone.now() - report.made).total_seconds()
        if age_s < max(REFRESH_S, report.data["seconds"] / MAX_SHARE_OF_TIME):
            return False
        if report.data["signs"] == signs and age_s < REFRESH_AT_LEAST_S:
            return False
    started = time.monotonic()
    report.data = measure()
    report.data |= {"signs": signs, "seconds": round(time.monotonic() - started, 3)}
    report.save()
    return True


def measure() -> dict[str, Any]:
    """Count everything exactly, which takes the longer the more rows there are."""
    labels = _photos_by_label()
    accepted = Prediction.objects.filter(accepted__isnull=False)
    # The difference, because nearly all photos are without a label.
    unlabelled = accepted.count() - accepted.filter(photo__label__isnull=False).count()
    return {
        "photos": Photo.objects.count(),
        "labelled": sum(labels.values()),
        "to_review": _in_queue().count(),
        "to_check": accepted.filter(review=Review.CHECK).count(),
        "accepted": unlabelled,
        "waiting": _in_state(State.PENDING, State.RUNNING).count(),
        "failed": _in_state(State.FAILED).count(),
        "labels": labels,
        "days": _photos_by_day(),
        "sway": blind.measure(),
        "agreement": {"days": _agreement_by_day(), "labels": _agreement_by_label()},
    }


def _report() -> Report:
    return Report.named(REPORT)


def _count(name: str, rows: QuerySet) -> Counted:
    """Counted now, or if there are too many, as the analyst has counted them."""
    counted = count_up_to(rows, COUNTED_LIVE)
    if counted.is_exact:
        return counted
    known = _report().data.get(name, 0)
    return Counted(known, is_exact=False) if known > counted.number else counted


def _in_queue() -> QuerySet[Prediction]:
    return Prediction.objects.filter(review__isnull=False).order_by("margin", "id")


def _in_state(*states: State) -> QuerySet[Prediction]:
    return Prediction.objects.filter(state__in=states).order_by("state", "created", "id")


def _is_small() -> bool:
    newest_photos = Photo.objects.order_by("-created", "-id")
    newest_decisions = Decision.objects.filter(at__gte=midnight(AGREEMENT_DAYS))
    return all(count_up_to(rows, SMALL).is_exact for rows in (newest_photos, newest_decisions))


def _signs() -> list[Any]:
    """Values that change when the figures do, and that take few index entries."""
    newest_photo = Photo.objects.order_by("-created", "-id").values_list("id", flat=True).first()
    newest_decision = Decision.objects.values_list("id", flat=True).first()
    counts = [counted.number for counted in (to_review(), waiting(), failed())]
    return [str(timezone.localdate()), str(newest_photo), str(newest_decision), *counts]


def _photos_by_label() -> dict[str, int]:
    labelled = Photo.objects.filter(label__isnull=False).order_by()
    photos = dict(labelled.values_list("label").annotate(Count("id")))
    slugs = dict(Label.objects.values_list("id", "slug"))  # after the photos: none is missing
    return {slugs[label]: number for label, number in photos.items()}


def _photos_by_day() -> list[dict[str, Any]]:
    recent = Photo.objects.filter(created__gte=midnight(DAYS)).order_by()
    rows = recent.annotate(day=TruncDate("created")).values_list("day").annotate(Count("id"))
    photos = dict(rows)
    return [{"day": str(day), "photos": photos.get(day, 0)} for day in _days()]


def _agreement_by_day() -> list[dict[str, Any]]:
    rows = (
        _reviews(DAYS)
        .annotate(day=TruncDate("at"))
        .values_list("day", "predicted", "to_label")
        .annotate(Count("id"))
    )
    by_day = _agreement(rows)
    none = {"right": 0, "decisions": 0}
    return [{"day": str(day), **by_day.get(day, none)} for day in _days()]


def _agreement_by_label() -> list[dict[str, Any]]:
    """Agreement with the live version by the label that people set; the most corrected labels come
    first."""
    rows = (
        _reviews(AGREEMENT_DAYS)
        .filter(model_version__live=True)
        .values_list("to_label__slug", "predicted", "to_label")
        .annotate(Count("id"))
    )
    found = [{"label": slug, **counts} for slug, counts in _agreement(rows).items()]
    return sorted(found, key=lambda row: row["right"] - row["decisions"])


def _reviews(days: int) -> QuerySet[Decision]:
    """Decisions that were not undone, made with the photo and its prediction in view."""
    standing = Decision.objects.standing().filter(at__gte=midnight(days), via__in=REVIEWED_VIA)
    return standing.filter(predicted__isnull=False, to_label__isnull=False).order_by()


def _agreement(rows: Iterable[tuple[Any, int, int, int]]) -> dict[Any, dict[str, int]]:
    """Rows: what to group by, predicted label, label that people set, how often."""
    counted = list(rows)
    tree = LabelTree()  # after the decisions: no label of theirs is missing
    found: dict[Any, dict[str, int]] = {}
    for group, predicted_id, label_id, decisions in counted:
        counts = found.setdefault(group, {"right": 0, "decisions": 0})
        counts["decisions"] += decisions
        counts["right"] += decisions * tree.is_right(predicted_id, label_id)
    return found


def _days() -> list[date]:
    """The last DAYS days, today included, oldest first."""
    today = timezone.localdate()
    return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]


def midnight(days: int = 1) -> datetime:
    """When the first of the last `days` days began."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)
