"""The accuracy promise: which predictions are sure enough to be accepted without a person.

The reviewed photos tell how sure that is (`reviewed`, `thresholds`). The analyst stores its counts,
which serve all targets; so a page can say at once what any target would mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from recognition.cnn.measures.intervals import Z_SHOWN, Interval, wilson
from recognition.core import wakeups
from recognition.labels.tree import LabelTree
from recognition.models import Label, Promise, Report
from recognition.review.thresholds import (
    Tally,
    Threshold,
    needed,
    together,
)

REPORT = "promise"
TARGETS = (0.9, 0.95, 0.98, 0.99)


class Thresholds(NamedTuple):
    """Thresholds by label.

    own: of the labels with enough reviewed photos, by id; None where no confidence keeps the
    promise. shared: the one of all other labels together.
    """

    own: dict[int, Threshold | None]
    shared: Threshold | None

    def of(self, label_id: int) -> Threshold | None:
        """The label's threshold; None if none of its predictions is accepted."""
        return self.own.get(label_id, self.shared)


@dataclass(frozen=True)
class _Effect:
    """What a target would mean. missing: photos to review before there is a threshold."""

    reviewed: int
    missing: int
    uploads: int
    accepted: int

    @property
    def share(self) -> float | None:
        """The share of the uploads that is accepted, 0 to 1; None if there are no uploads."""
        return self.accepted / self.uploads if self.uploads else None


@dataclass(frozen=True)
class Row(_Effect):
    """What a target would mean for the predictions of one label."""

    label: Label
    threshold: Threshold | None


@dataclass(frozen=True)
class Outlook(_Effect):
    """What a target would mean for the latest uploads; `shared` as in Thresholds."""

    rows: list[Row]
    shared: Threshold | None


@dataclass(frozen=True)
class Checks:
    """How many photos were accepted, how many of them people checked, and how many were right."""

    accepted: int
    checked: int
    right: int

    @property
    def wrong(self) -> int:
        return self.checked - self.right

    @property
    def precision(self) -> Interval:
        return wilson(self.right, self.checked, Z_SHOWN)

    def verdict(self, target: float) -> str:
        """Whether the promise is kept, broken, or still open because too few were checked."""
        if self.precision.low >= target:
            return "kept"
        return "broken" if self.precision.high < target else "open"


def settings() -> Promise:
    """The promise as it is set, or its defaults."""
    return Promise.objects.filter(pk=1).first() or Promise(pk=1)


def change(active: bool, target: float, check_rate: float, by: User) -> None:
    """Switch the promise on or off, or change its settings; the analyst then applies it."""
    with transaction.atomic():
        Promise(pk=1, active=active, target=target, check_rate=check_rate, changed_by=by).save()
        transaction.on_commit(wakeups.wake_analyst)


def report() -> Report:
    """The analyst's last findings; empty before the first."""
    return Report.named(REPORT)


def tallies_in(found: Report) -> dict[int, Tally]:
    """The counts in a report, by the id of the predicted label."""
    return {int(key): Tally(**counts) for key, counts in found.data.get("tallies", {}).items()}


def checks_in(found: Report) -> Checks:
    """The checks in a report."""
    return Checks(**found.data.get("checks", {"accepted": 0, "checked": 0, "right": 0}))


def thresholds(tallies: Mapping[int, Tally], target: float) -> Thresholds:
    """Thresholds for a target precision (0 to 1, exclusive). Labels with too few reviewed photos
    share one."""
    enough = {key: tally for key, tally in tallies.items() if sum(tally.reviewed) >= needed(target)}
    others = [tally for key, tally in tallies.items() if key not in enough]
    own = {key: tally.threshold(target) for key, tally in enough.items()}
    return Thresholds(own, together(others).threshold(target))


def outlook(tallies: Mapping[int, Tally], target: float) -> Outlook:
    """What this target precision (0 to 1, exclusive) would mean."""
    chosen = thresholds(tallies, target)
    rows = [
        _row(label, tallies[label.id], chosen, target)
        for label in LabelTree().in_order()
        if label.id in tallies
    ]
    reviewed = sum(row.reviewed for row in rows)
    return Outlook(
        rows=sorted(rows, key=lambda row: (-row.uploads, -row.reviewed)),
        shared=chosen.shared,
        reviewed=reviewed,
        missing=max(0, needed(target) - reviewed),
        uploads=sum(row.uploads for row in rows),
        accepted=sum(row.accepted for row in rows),
    )


def _row(label: Label, tally: Tally, chosen: Thresholds, target: float) -> Row:
    threshold = chosen.of(label.id) if label.active else None
    reviewed = sum(tally.reviewed)
    return Row(
        label=label,
        threshold=threshold,
        reviewed=reviewed,
        missing=max(0, needed(target) - reviewed),
        uploads=sum(tally.uploads),
        accepted=tally.accepted_uploads(threshold.confidence) if threshold else 0,
    )
