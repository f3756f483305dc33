"""Review without the network's answer in view: where a person wants that, and always for a sample
of photos, which shows how far the answer sways people.

Which photos are in the sample is a pure function of the photo: looking again reveals nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count
from django.utils import timezone

from recognition.cnn.measures.intervals import Z_SHOWN, Interval, difference
from recognition.labels.tree import LabelTree
from recognition.models import Blind, Decision, Photo, Profile, State, Suggestion, Via
from recognition.review.shares import Share

DAYS = 90
FEW = 30  # decisions of either kind, with fewer of which nothing is said


def is_sampled(photo_id: UUID) -> bool:
    drawn = hashlib.sha256(b"review without the answer" + photo_id.bytes).digest()
    percent: int = settings.ARK_BLIND_PERCENT
    return int.from_bytes(drawn[:8], "big") % 100 < percent


def is_wanted(reviewer: User) -> bool:
    """Whether this person has chosen to see no answer before they decide."""
    return Profile.objects.filter(user=reviewer, reviews_blind=True).exists()


def reason(photo: Photo, is_wanted: bool, suggestions: Sequence[Suggestion]) -> Blind | None:
    """Why the photo is shown without its answer; None if it is shown with it.

    What people or its owner have said of a photo is about the answer, and cannot be judged without.
    """
    prediction = photo.prediction
    if prediction is None or prediction.state != State.DONE or photo.label_id or suggestions:
        return None
    if is_wanted:
        return Blind.CHOSEN
    return Blind.SAMPLE if is_sampled(photo.id) else None


@dataclass(frozen=True)
class Sway:
    """How often people decided as the network answered, with and without the answer in view.

    interval: of the difference, which is how far the answer sways them.
    """

    shown: Share
    hidden: Share

    @property
    def is_few(self) -> bool:
        return min(self.shown.number, self.hidden.number) < FEW

    @property
    def difference(self) -> float:
        return self.shown.share - self.hidden.share

    @property
    def interval(self) -> Interval:
        shown, hidden = self.shown, self.hidden
        return difference((shown.right, shown.number), (hidden.right, hidden.number), Z_SHOWN)


def measure() -> dict[str, Any]:
    """The counts for a `Sway`: of first labels that were set in the review queue, by people who
    have not chosen to see no answers. A photo is in the sample by chance: nothing else differs."""
    rows = (
        Decision.objects.standing()
        .filter(
            at__gte=timezone.now() - timedelta(days=DAYS),
            via=Via.QUEUE,
            from_label=None,
            to_label__isnull=False,
            predicted__isnull=False,
        )
        .order_by()
        .values_list("blind", "predicted", "to_label")
        .annotate(Count("id"))
    )
    counted = list(rows)
    tree = LabelTree()
    counts = {"shown": [0, 0], "hidden": [0, 0]}
    for blind, predicted, label, decisions in counted:
        if blind != Blind.CHOSEN:
            of_kind = counts["shown" if blind is None else "hidden"]
            of_kind[0] += decisions * tree.is_right(predicted, label)
            of_kind[1] += decisions
    return counts


def sway(data: dict[str, Any]) -> Sway | None:
    """From the figures that were counted; None if they are older than this measure."""
    counts = data.get("sway")
    return Sway(Share(*counts["shown"]), Share(*counts["hidden"])) if counts else None
