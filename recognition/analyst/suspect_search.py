"""The analyst's search for labels that the rest of the data set contradicts."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.utils import timezone

from recognition.analyst import embeddings
from recognition.labels import LabelTree
from recognition.models import Decision, Label, Photo, Prediction, Report, State, Suspect, Via
from recognition.review import suspects

logger = logging.getLogger(__name__)

MAX_SUSPECTS = 2000
AT_ONCE = 20_000  # photos that are compared with each other; more would not fit into memory
MIN_OF_LABEL = 5  # photos of a label, to tell what does not belong there
NEWS, NEWS_SHARE = 20, 0.02  # decisions that make another search worth while
_CHUNK = 500


class Labelled(NamedTuple):
    photo_id: UUID
    label_id: int
    group: UUID


def search_if_due() -> None:
    """Search if somebody asked for it, or if enough was decided and nothing is on its way."""
    last = suspects.last_search()
    if last.is_asked_for or (_is_worth_while(last) and not _predictions_wait()):
        search()


def search() -> int:
    """Compare all labels with each other, and replace what was suspect before; return how many
    are."""
    started = time.monotonic()
    photos = suspects.last_search().photos
    # Written first: a search that was broken off does not begin again at once.
    _note(begun=timezone.now().isoformat(), photos=photos)
    labelled = list(_labelled())
    found = sorted(_find(labelled), key=lambda suspect: -suspect.score)
    stored = _replace(_without_decided(found)[:MAX_SUSPECTS])
    _note(photos=len(labelled))
    seconds = time.monotonic() - started
    logger.info("%d of %d labels are suspect, %.0f s", stored, len(labelled), seconds)
    return stored


@transaction.atomic
def _note(photos: int, begun: str = "") -> None:
    """What is asked for while a search is under way, the next one does."""
    report, _ = Report.objects.select_for_update().get_or_create(name=suspects.REPORT)
    report.data["photos"] = photos
    if begun:
        report.data.update(begun=begun, asked=False)
    report.save()


def _is_worth_while(last: suspects.LastSearch) -> bool:
    enough = max(NEWS, round(NEWS_SHARE * last.photos))
    made = Decision.objects.order_by("-at", "-id")
    if last.begun:
        made = made.filter(at__gte=last.begun)
    return made[:enough].count() == enough


def _predictions_wait() -> bool:
    return Prediction.objects.filter(state__in=(State.PENDING, State.RUNNING)).exists()


def _labelled() -> Iterator[Labelled]:
    """All labelled photos that have been predicted."""
    rows = (
        Photo.objects.filter(label__isnull=False, prediction__embedding__isnull=False)
        .order_by("id")
        .values_list("id", "label_id", "group")
    )
    for photo_id, label_id, group in rows.iterator(_CHUNK):
        if label_id is not None:  # as the filter says
            yield Labelled(photo_id, label_id, group or photo_id)


def _find(labelled: Sequence[Labelled]) -> Iterator[Suspect]:
    from recognition.analyst.contradictions import folds_of  # scikit-learn: not for a web process

    parts = -(-len(labelled) // AT_ONCE)
    labels = np.array([it.label_id for it in labelled], dtype=np.intp)
    part_of = folds_of(labels, _numbered([it.group for it in labelled]), max(1, parts))
    for part in range(parts):
        yield from _find_in([it for it, its in zip(labelled, part_of, strict=True) if its == part])


def _find_in(labelled: Sequence[Labelled]) -> Iterator[Suspect]:
    from recognition.analyst import contradictions

    tree = LabelTree()
    known = list(tree)
    place_of = {label.id: place for place, label in enumerate(known)}
    said = _what_the_network_says([it.photo_id for it in labelled], place_of, tree)
    labelled = [it for it in labelled if it.photo_id in said]
    labels = np.array([place_of[it.label_id] for it in labelled], dtype=np.intp)
    photos_of = np.bincount(labels, minlength=len(known))
    if (photos_of >= MIN_OF_LABEL).sum() < 2:
        return
    found = contradictions.find(
        embeddings.normalised([said[it.photo_id].embedding for it in labelled]),
        labels,
        _numbered([it.group for it in labelled]),
        np.stack([said[it.photo_id].probabilities for it in labelled]),
        _related(known, tree),
    )
    is_learnt = photos_of[labels] >= MIN_OF_LABEL
    for place in np.flatnonzero((found.score > 0) & is_learnt):
        neighbours = [labelled[other] for other in found.neighbours[place]]
        suggested = known[found.suggested[place]]
        if suggested.active:
            yield Suspect(
                photo_id=labelled[place].photo_id,
                label_id=labelled[place].label_id,
                suggested=suggested,
                score=float(found.score[place]),
                evidence={
                    "given": round(float(found.probability_given[place]), 4),
                    "suggested": round(float(found.probability_suggested[place]), 4),
                    "similar": [
                        {"photo": str(it.photo_id), "label": known[place_of[it.label_id]].slug}
                        for it in neighbours
                    ],
                },
            )


class Said(NamedTuple):
    """embedding: float16 bytes. probabilities: float32 (L,)."""

    embedding: bytes
    probabilities: npt.NDArray[np.float32]


def _what_the_network_says(
    photo_ids: Sequence[UUID], place_of: dict[int, int], tree: LabelTree
) -> dict[UUID, Said]:
    """Of each photo that is still there."""
    said = {}
    for start in range(0, len(photo_ids), _CHUNK):
        rows = Photo.objects.filter(id__in=photo_ids[start : start + _CHUNK]).values_list(
            "id", "prediction__embedding", "prediction__top"
        )
        for photo_id, embedding, top in rows:
            if embedding is None:
                continue
            probabilities = np.zeros(len(place_of), dtype=np.float32)
            for entry in top:
                probabilities[place_of[tree[entry["label"]].id]] += entry["confidence"]
            said[photo_id] = Said(bytes(embedding), probabilities)
    return said


def _related(known: Sequence[Label], tree: LabelTree) -> npt.NDArray[np.bool_]:
    """Whether one of two labels stands above the other, or they are the same."""
    above = np.array([[tree.is_right(a.id, b.id) for b in known] for a in known])
    return above | above.T


def _numbered(groups: Sequence[UUID]) -> npt.NDArray[np.intp]:
    numbers: dict[UUID, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.intp)


def _without_decided(found: Sequence[Suspect]) -> list[Suspect]:
    """Without those about which a person decided when they were suspect, and it still stands."""
    decided: dict[UUID, str] = {}
    for start in range(0, len(found), _CHUNK):
        photo_ids = [it.photo_id for it in found[start : start + _CHUNK]]
        standing = Decision.objects.filter(photo__in=photo_ids, undone_by=None)
        made = standing.exclude(via__in=(Via.UNDO, Via.MERGE)).order_by("at", "id")
        decided |= dict(made.values_list("photo_id", "via"))
    return [it for it in found if decided.get(it.photo_id) != Via.SUSPECTS]


@transaction.atomic
def _replace(found: Sequence[Suspect]) -> int:
    """Whoever decided about one of them during the search has the last word."""
    photos = Photo.objects.select_for_update().filter(id__in=[it.photo_id for it in found])
    labels = dict(photos.order_by("id").values_list("id", "label_id"))
    still = [it for it in found if labels.get(it.photo_id) == it.label_id]
    Suspect.objects.all().delete()
    Suspect.objects.bulk_create(still, batch_size=_CHUNK)
    return len(still)
