"""Keep the evidence of the photos that reviewers see next up to date with the labels.

All other photos keep the evidence that was found when they were analysed. Their novelty is then an
upper bound, because another label can only make a photo less novel: so the order by novelty is
right once its first photos have been looked at again and still come first (lazy greedy evaluation;
Minoux, 1978). A label that is taken back may make photos more novel; only those among the first of
an order are corrected. Photos whose answer comes from another backbone keep what was found then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from recognition.analysis import analysis
from recognition.analysis.neighbours import Evidence
from recognition.core.locks import lock_predictions
from recognition.models import Prediction
from recognition.versions import embeddings

FIRST = 200  # photos of each order: more than anybody reviews between two refreshes
MAX_ROUNDS = 5
REFRESH_EVERY_S = 20
_CHUNK = 50

_WAITING = {"review__isnull": False, "novelty__isnull": False}


def refresh() -> None:
    """Find the evidence of the first photos of each order again."""
    waiting = Prediction.objects.filter(**_WAITING)
    doubted = Prediction.objects.filter(disagreement__isnull=False, novelty__isnull=False)
    looked: set[UUID] = set()
    for order in (
        waiting.order_by("margin", "id"),
        waiting.order_by("-created", "-id"),
        doubted.order_by("-disagreement", "id"),
        *[waiting.order_by("-novelty", "id")] * MAX_ROUNDS,
    ):
        looked |= _look_again(order, looked)


def _look_again(order: QuerySet[Prediction], looked: set[UUID]) -> set[UUID]:
    """Renew the evidence of the first predictions that are not in `looked`; return their ids."""
    first = order.values_list("id", flat=True)[:FIRST]
    new = [prediction_id for prediction_id in first if prediction_id not in looked]
    renew(new)
    return set(new)


def renew(predictions: Iterable[UUID]) -> None:
    """Find the evidence of these predictions again, as far as they are of the live backbone."""
    remaining = iter(predictions)
    while chunk := list(islice(remaining, _CHUNK)):
        there = Prediction.objects.filter(id__in=chunk, embedding__isnull=False)
        found = there.only("photo_id", "model_version_id", "embedding", "novelty", "similar")
        rows = [row for row in found if row.model_version_id in analysis.labelled.versions]
        if not rows:
            continue
        unit_rows = embeddings.normalised([row.embedding or b"" for row in rows])
        evidence = analysis.labelled.evidence([row.photo_id for row in rows], unit_rows)
        _store(dict(zip((row.id for row in rows), evidence, strict=True)))


@transaction.atomic
def _store(evidence: Mapping[UUID, Evidence]) -> None:
    """Without predictions that another answer has replaced meanwhile: they have no novelty."""
    rows = list(lock_predictions(evidence).filter(novelty__isnull=False).only("id"))
    for row in rows:
        row.novelty, row.similar = evidence[row.id]
    Prediction.objects.bulk_update(rows, ("novelty", "similar"))


class Refresher:
    """Refreshes after labels have changed, at most every REFRESH_EVERY_S seconds."""

    def __init__(self) -> None:
        self._changes: int | None = None  # as of the last refresh
        self._next_s = 0.0

    def refresh_if_due(self) -> None:
        analysis.labelled.catch_up()
        changes = analysis.labelled.changes
        if changes != self._changes and time.monotonic() >= self._next_s:
            refresh()
            self._changes = changes
            self._next_s = time.monotonic() + REFRESH_EVERY_S


refresh_if_due = Refresher().refresh_if_due
