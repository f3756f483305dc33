"""Evidence for the photos that reviewers see next keeps up with the labels.

For all others it stays as it was found. Their novelty is then an upper bound, because each label
can only make a photo less new: so the order by novelty is right once the photos at its head were
looked at again and still stand there (lazy greedy evaluation; Minoux, 1978). A label that is taken
back may make photos newer; of these only those at a head are looked at again.
"""

from __future__ import annotations

import time
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from recognition.analyst import analysis, embeddings
from recognition.models import Prediction

HEAD = 200  # of each order: more than anybody reviews between two refreshes
MAX_ROUNDS = 5
REFRESH_EVERY_S = 20
_CHUNK = 50

_WAITING = {"review__isnull": False, "novelty__isnull": False}


def refresh() -> None:
    """Look at the heads of all orders again."""
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
    """Find new evidence for the head, where it was not just looked at; return whose."""
    head = order.values_list("id", flat=True)[:HEAD]
    new = [prediction_id for prediction_id in head if prediction_id not in looked]
    remaining = iter(new)
    while chunk := list(islice(remaining, _CHUNK)):
        rows = list(
            Prediction.objects.filter(id__in=chunk, embedding__isnull=False).only(
                "photo_id", "embedding", "novelty", "similar"
            )
        )
        unit_rows = embeddings.normalised([row.embedding or b"" for row in rows])
        found = analysis.labelled.evidence([row.photo_id for row in rows], unit_rows)
        for row, (novelty, similar) in zip(rows, found, strict=True):
            row.novelty, row.similar = novelty, similar
        Prediction.objects.bulk_update(rows, ("novelty", "similar"))
    return set(new)


class Refresher:
    """Refreshes when labels have changed, now and then."""

    def __init__(self) -> None:
        self._news: int | None = None  # that the last refresh went by
        self._next_s = 0.0

    def refresh_if_due(self) -> None:
        analysis.labelled.catch_up()
        news = analysis.labelled.news
        if news != self._news and time.monotonic() >= self._next_s:
            refresh()
            self._news = news
            self._next_s = time.monotonic() + REFRESH_EVERY_S


refresh_if_due = Refresher().refresh_if_due
