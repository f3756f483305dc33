"""Comparisons: asked for, made by the teacher, stored whole or not at all.

The rows that are queued are the queue. One that was being made when its teacher died is made again.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import leases, steps, wakeups
from recognition.core.locks import retry_if_deleted
from recognition.labels.tree import LabelTree
from recognition.models import (
    ComparedPhoto,
    Comparison,
    Mode,
    ModelVersion,
    Photo,
    RunState,
    TrainingRun,
)
from recognition.versions.comparison import measuring, selection, side_by_side

logger = logging.getLogger(__name__)

REPLAYS = (100, 500, 2000, 10_000)  # of the latest uploads
MAX_ATTEMPTS = 3
# Errors of comparisons. Crashed: it lost as many teachers.
CRASHED, DAMAGED, NO_ENGINE, NO_MEMORY, BUG = "crashed", "damaged", "engine", "memory", "bug"
_LEASE = timedelta(minutes=30)
_CHUNK = 500
_TOGETHER = 2000  # rows a transaction

Part, State, Outcome = ComparedPhoto.Part, Comparison.State, ComparedPhoto.Outcome
_TOLD = (Outcome.FIXED, Outcome.BROKEN, Outcome.FINER, Outcome.BROADER, Outcome.BROAD)


@transaction.atomic
def request(
    candidate: ModelVersion,
    baseline: ModelVersion,
    replay: int | None = None,
    by: User | None = None,
) -> Comparison:
    """Queue a comparison, or queue it again; one that is waiting already is not queued twice.

    by: who is told when it ends.
    replay: how many of the latest uploads both versions shall answer; by default as last time.
    """
    comparison, created = Comparison.objects.select_for_update().get_or_create(
        candidate=candidate, baseline=baseline
    )
    replay = replay or comparison.replay
    waits = comparison.state in (State.QUEUED, State.RUNNING)
    if created or not waits or replay != comparison.replay:
        comparison.state, comparison.replay = State.QUEUED, replay
        comparison.attempts, comparison.error = 0, ""
        comparison.by, comparison.ended = by, None
        comparison.save()
    transaction.on_commit(wakeups.wake_teacher)
    return comparison


def compare_pending() -> None:
    """The teacher's job: make every comparison that waits, unless somebody waits to teach."""
    while comparison := _claim():
        try:
            _make(comparison)
        except Exception as error:
            logger.exception("versions could not be compared: %s", comparison)
            failed = {"error": _code(error), "ended": timezone.now(), **leases.NO_LEASE}
            _held(comparison).update(state=State.FAILED, **failed)
        if TrainingRun.objects.filter(state=RunState.QUEUED, mode=Mode.TEACH).exists():
            wakeups.wake_teacher()  # who then comes back to the rest
            return


@transaction.atomic
def _claim() -> Comparison | None:
    """The oldest that waits, or whose teacher is gone."""
    running = Comparison.objects.filter(state=State.RUNNING)
    unfinished = leases.given_up(running)
    unfinished.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=State.FAILED, error=CRASHED, ended=timezone.now(), **leases.NO_LEASE
    )
    unfinished.update(state=State.QUEUED, **leases.NO_LEASE)
    waiting = Comparison.objects.filter(state=State.QUEUED)
    row = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("id").first()
    if row is not None:
        Comparison.objects.filter(id=row.id).update(state=State.RUNNING, **leases.claimed(_LEASE))
        row.refresh_from_db()
    return row


def _held(comparison: Comparison) -> Any:
    """The row while this process holds its lease; no row after that."""
    return leases.held(Comparison.objects.filter(id=comparison.id, state=State.RUNNING))


def _code(error: Exception) -> str:
    from recognition.cnn.serving.engine import BrokenEngine

    if isinstance(error, CorruptCheckpoint):
        return DAMAGED
    if isinstance(error, MemoryError):
        return NO_MEMORY
    return NO_ENGINE if isinstance(error, BrokenEngine) else BUG


def _make(comparison: Comparison) -> None:
    started = time.monotonic()
    tree = LabelTree()
    findings, rows = _on_test_photos(comparison, tree)
    replayed, more = _on_latest_uploads(comparison, tree)
    findings |= {
        "replay": replayed,
        **_known_labels(comparison, tree),
        "speed": _speed(comparison),
        "seconds": round(time.monotonic() - started, 2),
    }
    others = measuring.along_with(comparison)
    _store(comparison, findings, [*rows, *more])
    comparison.refresh_from_db()
    if comparison.state == State.DONE:
        measuring.measure_along(comparison, others)


def _on_test_photos(
    comparison: Comparison, tree: LabelTree
) -> tuple[dict[str, Any], list[ComparedPhoto]]:
    import numpy as np

    from recognition.cnn.measures import evaluation  # NumPy and scikit-learn: not for a web process

    pair = (comparison.candidate, comparison.baseline)
    chosen = selection.test_photos((*pair, *measuring.along_with(comparison)), tree)
    both = side_by_side.look_at(comparison, chosen.labels, tree)
    labels = side_by_side.as_taxonomy(both.labels)
    places = both.places
    truth = np.array([places[label] for label in both.truth if label is not None], dtype=np.intp)
    rows = side_by_side.compared_photos(both, Part.TEST, evaluation.right_answers(labels))
    outcomes = Counter(row.outcome for row in rows)
    left_out = chosen.left_out + Counter(unreadable=both.unreadable, unread=both.unread)
    return {
        "baseline": evaluation.measure(both.before, truth, labels, both.answers_before.answers),
        "candidate": evaluation.measure(both.after, truth, labels, both.answers_after.answers),
        **{outcome.value: outcomes[outcome] for outcome in _TOLD},
        "test_set": measuring.set_of(dict(zip(both.photo_ids, both.truth, strict=True))),
        "left_out": dict(left_out),  # adding counters leaves zeros out
        "is_capped": chosen.is_capped,
    }, rows


def _on_latest_uploads(
    comparison: Comparison, tree: LabelTree
) -> tuple[dict[str, int], list[ComparedPhoto]]:
    """Only the photos that the two versions answer differently."""
    from recognition.cnn.measures import evaluation

    in_use = tree.in_use_by_id()
    latest = selection.latest_uploads(comparison.replay)
    truth = {photo_id: in_use.get(label) if label else None for photo_id, label in latest.items()}
    both = side_by_side.look_at(comparison, truth, tree)
    is_right = evaluation.right_answers(side_by_side.as_taxonomy(both.labels))
    rows = side_by_side.compared_photos(both, Part.REPLAY, is_right)
    different = [row for row in rows if row.before_id != row.after_id]
    counts = {
        "photos": len(rows),
        "different": len(different),
        "left_out": len(latest) - len(rows),
    }
    return counts, different


def _known_labels(comparison: Comparison, tree: LabelTree) -> dict[str, list[str]]:
    """A label that is retired, or merged into one that the other version knows, is neither lost nor
    gained."""
    in_use = tree.in_use_by_slug

    def known(version: ModelVersion) -> set[str]:
        return {in_use[slug] for slug in version.labels if slug in in_use}

    before, after = known(comparison.baseline), known(comparison.candidate)
    return {"lost": sorted(before - after), "gained": sorted(after - before)}


def _speed(comparison: Comparison) -> dict[str, Any] | None:
    candidate, baseline = comparison.candidate, comparison.baseline
    if candidate.backbone_sha256 == baseline.backbone_sha256:
        return None
    from recognition.versions.comparison import speed

    found = speed.side_by_side(candidate, baseline)
    return {"side_by_side": found is not None, **(found or {})}


def _store(comparison: Comparison, findings: dict[str, Any], rows: list[ComparedPhoto]) -> None:
    """Replace what an earlier comparison found, unless the lease was lost meanwhile. There may be
    tens of thousands of rows; they count once the comparison is done."""
    while _forget_some(comparison):
        steps.pause()
    for chunk in steps.chunks(rows, _TOGETHER):
        if not retry_if_deleted(partial(_keep, comparison, chunk)):
            return
    now = timezone.now()
    done = {"state": State.DONE, "made": now, "ended": now, "findings": findings, "error": ""}
    with transaction.atomic():
        if _held(comparison).update(**done, **leases.NO_LEASE):
            measuring.keep(comparison, findings)


@transaction.atomic
def _forget_some(comparison: Comparison) -> int:
    """Rows of an earlier comparison, as long as this process holds the lease; how many."""
    if not _held(comparison).exists():
        return 0
    old = ComparedPhoto.objects.filter(comparison=comparison)
    ids = list(old.values_list("id", flat=True)[:_TOGETHER])
    return ComparedPhoto.objects.filter(id__in=ids).delete()[0]


def _keep(comparison: Comparison, rows: Sequence[ComparedPhoto]) -> bool:
    """Store some of the rows; whether the lease is held still."""
    if not _held(comparison).update(lease_expires=timezone.now() + _LEASE):
        return False
    photos = Photo.objects.filter(id__in=[row.photo_id for row in rows])
    there = set(photos.values_list("id", flat=True))
    for row in rows:
        row.id, row.comparison = None, comparison
    kept = [row for row in rows if row.photo_id in there]
    ComparedPhoto.objects.bulk_create(kept, batch_size=_CHUNK)
    return True
