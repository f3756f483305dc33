"""The accuracy promise: which predictions are sure enough to be accepted without a person.

A prediction is accepted as its label or, where that is not sure enough, as a group above it. The
reviewed photos tell how sure that is (`reviewed`, `levels`, `thresholds`). The analyst stores its
counts, which serve all targets; so a page can say at once what any target would mean.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction

from recognition.cnn.measures.intervals import Z_SHOWN, Interval, wilson
from recognition.core import audit, wakeups
from recognition.labels.tree import LabelTree
from recognition.models import Label, Promise, Report
from recognition.review import levels
from recognition.review.levels import Cell, Counts, Evidence, Thresholds
from recognition.review.thresholds import Tally, Threshold, needed

REPORT = "promise"
TARGETS = (0.9, 0.95, 0.98, 0.99)


class Level(StrEnum):
    """How narrow what is accepted is: a label as the network says it, a group above it, or the kind
    alone."""

    LABEL = "label"
    GROUP = "group"
    KIND = "kind"


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
    """What a target would mean for the predictions of one label or, if it is a group, for those of
    what stands below it that are not accepted as anything narrower."""

    label: Label
    is_group: bool
    threshold: Threshold | None


@dataclass(frozen=True)
class AtLevel:
    """How many uploads are accepted at a level, and how often that is right at least; None if none
    are."""

    level: Level
    accepted: int
    bound: float | None


@dataclass(frozen=True)
class Outlook(_Effect):
    """What a target would mean for the latest uploads. shared: the threshold of the labels that
    have none of their own."""

    rows: list[Row]
    levels: list[AtLevel]
    shared: Threshold | None

    @property
    def can_be_kept(self) -> bool:
        """Whether the reviewed photos show a confidence from which on the target is reached."""
        return self.shared is not None or any(row.threshold for row in self.rows)


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


class CannotBeKept(Exception):
    """The reviewed photos do not show that such a promise would be kept."""


def settings() -> Promise:
    """The promise as it is set, or its defaults."""
    return Promise.objects.filter(pk=1).first() or Promise(pk=1)


def ask(active: bool, target: float, check_rate: float, by: User) -> None:
    """As `change`, but what cannot be kept is not promised: raises CannotBeKept."""
    now = settings()
    is_new = active and (not now.active or now.target != target)
    if is_new and not outlook(evidence_in(report()), target).can_be_kept:
        raise CannotBeKept
    change(active, target, check_rate, by)


def change(active: bool, target: float, check_rate: float, by: User) -> None:
    """Switch the promise on or off, or change its settings; the analyst then applies it."""
    with transaction.atomic():
        wanted = {"active": active, "target": target, "check_rate": check_rate}
        changed = audit.changes(settings(), wanted)
        Promise(pk=1, **wanted, changed_by=by).save()
        audit.record(audit.Action.SETTING_CHANGED, by, "accuracy promise", **changed)
        transaction.on_commit(wakeups.wake_analyst)


def report() -> Report:
    """The analyst's last findings; empty before the first."""
    return Report.named(REPORT)


def evidence_in(found: Report) -> dict[Cell, Counts]:
    """The counts in a report."""
    return levels.from_json(found.data.get("evidence", []))


def checks_in(found: Report) -> Checks:
    """The checks in a report."""
    return Checks(**found.data.get("checks", {"accepted": 0, "checked": 0, "right": 0}))


def outlook(evidence: Evidence, target: float) -> Outlook:
    """What this target precision (0 to 1, exclusive) would mean."""
    tree = LabelTree()
    chosen = levels.thresholds(evidence, tree.heights, target)
    accepted = _accepted(evidence, chosen)
    rows = [
        _row(label, is_best, chosen, target, accepted[label.id, is_best])
        for label in tree.in_reading_order()
        for is_best in (False, True)
        if label.id in _tallies(chosen, label.id, is_best)
    ]
    reviewed = sum(counts.reviewed for counts in evidence.values())
    return Outlook(
        rows=rows,
        levels=_levels(evidence, chosen, tree),
        shared=chosen.labels.shared,
        reviewed=reviewed,
        missing=max(0, needed(target) - reviewed),
        uploads=sum(counts.uploads for counts in evidence.values()),
        accepted=sum(accepted.values()),
    )


def _accepted(evidence: Evidence, chosen: Thresholds) -> Counter[tuple[int, bool]]:
    """How many uploads are accepted as each label or group, by its id and whether it is the best
    label."""
    accepted = Counter[tuple[int, bool]]()
    for cell, counts in evidence.items():
        if (place := chosen.accepted_at(cell)) is not None:
            accepted[cell.path[place], not place] += counts.uploads
    return accepted


def _levels(evidence: Evidence, chosen: Thresholds, tree: LabelTree) -> list[AtLevel]:
    labels = {label.id: label for label in tree}
    accepted = Counter[Level]()
    bounds: dict[Level, float] = {}
    for cell, counts in evidence.items():
        place = chosen.accepted_at(cell)
        if place is None or not counts.uploads:
            continue
        level = level_of(labels[cell.path[place]], place)
        accepted[level] += counts.uploads
        if threshold := chosen.of(cell.path[place], is_best=not place):
            bounds[level] = min(threshold.bounds.low, bounds.get(level, 1.0))
    return [AtLevel(level, accepted[level], bounds.get(level)) for level in Level]


def level_of(label: Label, place: int) -> Level:
    """How narrow an answer is. place: how many steps above the best label."""
    if not place:
        return Level.LABEL
    return Level.KIND if label.slug == label.kind else Level.GROUP


def _tallies(chosen: Thresholds, label_id: int, is_best: bool) -> dict[int, Tally]:
    group = chosen.groups.get(chosen.heights.get(label_id, 0))
    if is_best:
        return chosen.labels.tallies
    return group.tallies if group else {}


def _row(label: Label, is_best: bool, chosen: Thresholds, target: float, accepted: int) -> Row:
    tally = _tallies(chosen, label.id, is_best)[label.id]
    reviewed = sum(tally.reviewed)
    return Row(
        label=label,
        is_group=not is_best,
        threshold=chosen.of(label.id, is_best),
        reviewed=reviewed,
        missing=max(0, needed(target) - reviewed),
        uploads=sum(tally.uploads),
        accepted=accepted,
    )
