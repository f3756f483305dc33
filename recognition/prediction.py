"""Claim pending photos, run the classifier, store the results.

The table of predictions is the queue. A claim takes a few rows under a lease; results are stored
only while the lease is held, so that a worker that was thought dead cannot overwrite its successor.
Rows whose worker died wait again, and are then claimed one by one: if one of them killed its worker
it does not take the others along a second time.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from recognition import doorbell, memory, registry
from recognition.cnn.classifier import BATCH_SIZE, Answer, Classifier
from recognition.cnn.decoding import UnreadablePhoto
from recognition.labels import LabelTree
from recognition.locks import lock_predictions
from recognition.models import ModelVersion, Photo, Prediction, State
from recognition.review import labelling

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
MAX_DRAIN_S = 60  # then another ring, so that no task comes near its time limit

_SETTLED_FIELDS = (
    *("state", "lease_owner", "lease_expires", "label_id", "kind", "confidence", "top", "fine"),
    *("milliseconds", "embedding", "error", "margin", "review", "disagreement", "analysis_due"),
)


def predict_pending() -> int:
    """Predict until nothing is left to claim; return how many photos were settled."""
    doorbell.answer()
    version = registry.live_version()
    classifier = _load_classifier(version.folder)
    started = time.monotonic()
    ends = started + MAX_DRAIN_S
    claimed: deque[list[Prediction]] = deque()

    def batches() -> Iterator[list[Path]]:
        while time.monotonic() < ends and (rows := claim(version)):
            claimed.append(rows)
            yield [row.photo.original_path for row in rows]

    settled = 0
    for answers in classifier.stream(batches()):
        settled += store(claimed.popleft(), answers)
        memory.give_back()
        doorbell.beat_heart(worker_name())
    if settled:
        _log_drain(version, settled, 1000 * (time.monotonic() - started))
    else:  # to find nothing is a sign of life too
        doorbell.beat_heart(worker_name())
    if time.monotonic() >= ends:
        doorbell.ring()
    return settled


def _log_drain(version: ModelVersion, photos: int, milliseconds: float) -> None:
    facts = {"photos": photos, "milliseconds": round(milliseconds, 1), "version": version.number}
    logger.info("predicted %d photos in %.0f ms", photos, milliseconds, extra=facts)


@transaction.atomic
def recover() -> None:
    """Let rows whose worker is gone wait again, or fail if they lost MAX_ATTEMPTS workers."""
    is_lost = Q(lease_expires__lt=timezone.now()) | Q(lease_owner__in=_dead_workers_here())
    lost = Prediction.objects.filter(is_lost, state=State.RUNNING)
    no_lease = {"lease_owner": "", "lease_expires": None}
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(state=State.FAILED, error="crashed", **no_lease)
    lost.update(state=State.PENDING, model_version=None, **no_lease)


@transaction.atomic
def claim(version: ModelVersion) -> list[Prediction]:
    """Take the oldest pending rows, at most BATCH_SIZE, under a lease."""
    rows = list(
        Prediction.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("photo")
        .filter(Q(model_version=None) | Q(model_version=version), state=State.PENDING)
        .order_by("created", "id")[:BATCH_SIZE]
    )
    fresh = [row for row in rows if not row.attempts]
    rows = rows[:1] if rows and rows[0].attempts else fresh
    for row in rows:
        row.model_version = version
    Prediction.objects.filter(id__in=[row.id for row in rows]).update(
        model_version=version,
        state=State.RUNNING,
        lease_owner=worker_name(),
        lease_expires=timezone.now() + timedelta(seconds=settings.ARK_LEASE_S),
        attempts=F("attempts") + 1,
    )
    return rows


@transaction.atomic
def store(rows: Sequence[Prediction], outcomes: Sequence[Answer | UnreadablePhoto]) -> int:
    """Settle the rows whose lease this worker still holds; return how many these are."""
    held = _lock_held(rows)
    # Both are read when nobody can label these photos, or merge labels, any more.
    labels = dict(Photo.objects.filter(prediction__in=held).values_list("prediction", "label"))
    tree = LabelTree()
    settled = []
    for row, outcome in zip(rows, outcomes, strict=True):
        if row.id not in held:
            continue
        settled.append(row)
        if isinstance(outcome, UnreadablePhoto):
            _settle(row, State.FAILED)
            row.error = outcome.code
        else:
            _fill_in(row, outcome, tree)
            labelling.put_in_queue(row, labels.get(row.id), tree)
    # An upsert is the fastest way to give many rows different values in one statement.
    Prediction.objects.bulk_create(
        settled, update_conflicts=True, unique_fields=["id"], update_fields=_SETTLED_FIELDS
    )
    transaction.on_commit(lambda: doorbell.announce([row.photo_id for row in settled]))
    return len(settled)


def _lock_held(rows: Sequence[Prediction]) -> set[UUID]:
    locked = lock_predictions(row.id for row in rows)
    held = locked.filter(state=State.RUNNING, lease_owner=worker_name())
    return set(held.values_list("id", flat=True))


def _fill_in(row: Prediction, answer: Answer, tree: LabelTree) -> None:
    label = tree[answer.label]
    _settle(row, State.DONE)
    row.label_id = label.id
    row.kind = label.kind
    row.confidence = answer.confidence
    row.top = [{"label": slug, "confidence": confidence} for slug, confidence in answer.top]
    row.fine = answer.fine
    row.milliseconds = answer.milliseconds
    row.embedding = answer.embedding.astype("<f2").tobytes()
    row.analysis_due = timezone.now()


def _settle(row: Prediction, state: State) -> None:
    row.state = state
    row.lease_owner = ""
    row.lease_expires = None


def worker_name() -> str:
    """Who holds a lease: the machine and the process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _dead_workers_here() -> list[str]:
    """Holders of leases that were processes of this machine and are no more."""
    owners = Prediction.objects.filter(state=State.RUNNING).values_list("lease_owner", flat=True)
    here = socket.gethostname() + ":"
    return [
        owner
        for owner in set(owners)
        if owner.startswith(here) and not Path(f"/proc/{owner.removeprefix(here)}").exists()
    ]


@lru_cache(maxsize=1)
def _load_classifier(folder: Path) -> Classifier:
    classifier = Classifier.load(
        folder, settings.ARK_ENGINE, settings.ARK_DEVICE, settings.ARK_MAX_PIXELS
    )
    gc.freeze()  # what is loaded stays; the garbage collector need not look at it again
    return classifier
