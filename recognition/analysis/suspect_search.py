"""The analyst's search for labels that the rest of the data set contradicts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import QuerySet

from recognition.cnn.measures.folds import folds_of
from recognition.core import jobs
from recognition.labels.left_out import is_left_out
from recognition.labels.tree import LabelTree
from recognition.models import Decision, Job, Label, Photo, Prediction, State, Subject, Suspect, Via
from recognition.review import suspects
from recognition.versions import embeddings

logger = logging.getLogger(__name__)

MAX_SUSPECTS = 2000
AT_ONCE = 20_000  # photos that are compared with each other; more would take too much memory
MIN_OF_LABEL = 5  # photos of a label without which none of them can be suspect
# New decisions that make another search worthwhile: so many, or this share of all labels.
NEW_DECISIONS, NEW_SHARE = 20, 0.02
_CHUNK = 500


class LabelledPhoto(NamedTuple):
    """group: that of its near-duplicates, or the photo's own id."""

    photo_id: UUID
    label_id: int
    group: UUID


def search_if_due() -> None:
    """The analyst's job: search if somebody asked for it, or if enough has been decided since the
    last search and no prediction is waiting."""
    last = suspects.last_search()
    if not last.is_asked_for:
        if not _is_worth_while(last) or _predictions_wait():
            return
        suspects.ask_for_search(by=None)
    if job := jobs.claim(Job.Kind.SUSPECT_SEARCH):
        with jobs.working(job):
            _search(job)


def _search(job: Job) -> None:
    """Judge every label, and replace the suspects of the last search."""
    started = time.monotonic()
    labelled = list(_labelled())
    found = sorted(
        _find(labelled, lambda progress: jobs.write(job, progress=progress)),
        key=lambda suspect: -suspect.score,
    )
    stored = _store(job, _without_decided(found)[:MAX_SUSPECTS], len(labelled))
    seconds = time.monotonic() - started
    logger.info("%d of %d labels are suspect, %.0f s", stored, len(labelled), seconds)


@transaction.atomic
def _store(job: Job, found: Sequence[Suspect], photos: int) -> int:
    stored = _replace(found)
    jobs.succeed(job, result={"photos": photos, "suspects": stored})
    # There may be hundreds that the analyst began by itself; only the last one tells anything.
    by_itself = Job.objects.filter(kind=job.kind, by=None).exclude(state__in=jobs.OPEN)
    by_itself.exclude(id=job.id).delete()
    return stored


def _is_worth_while(last: suspects.LastSearch) -> bool:
    enough = max(NEW_DECISIONS, round(NEW_SHARE * last.photos))
    made = Decision.objects.order_by("-at", "-id")
    if last.begun:
        made = made.filter(at__gte=last.begun)
    return made[:enough].count() == enough


def _predictions_wait() -> bool:
    return Prediction.objects.filter(state__in=(State.PENDING, State.RUNNING)).exists()


def _labelled() -> Iterator[LabelledPhoto]:
    versions = embeddings.live_versions()
    rows = embeddings.labelled_photos().filter(~is_left_out()).order_by("id")
    fields = ("id", "label_id", "group", "prediction__model_version")
    for photo_id, label_id, group, version in rows.values_list(*fields).iterator(_CHUNK):
        if label_id is not None and version in versions:
            yield LabelledPhoto(photo_id, label_id, group or photo_id)


def _find(
    labelled: Sequence[LabelledPhoto], on_progress: Callable[[float], None]
) -> Iterator[Suspect]:
    """on_progress: is told the share that is done; raise in it to cancel."""
    parts = -(-len(labelled) // AT_ONCE)
    labels = np.array([photo.label_id for photo in labelled], dtype=np.intp)
    part_of = folds_of(labels, _numbered([photo.group for photo in labelled]), max(1, parts))
    for part in range(parts):

        def show(share: float, part: int = part) -> None:
            on_progress((part + share) / parts)

        chosen = [
            photo for photo, its_part in zip(labelled, part_of, strict=True) if its_part == part
        ]
        yield from _find_in(chosen, show)


def _find_in(
    labelled: Sequence[LabelledPhoto], on_progress: Callable[[float], None]
) -> Iterator[Suspect]:
    from recognition.analysis import contradictions

    tree = LabelTree()
    known = list(tree)
    place_of = {label.id: place for place, label in enumerate(known)}
    answers = _answers([photo.photo_id for photo in labelled], place_of, tree)
    labelled = [photo for photo in labelled if photo.photo_id in answers]
    labels = np.array([place_of[photo.label_id] for photo in labelled], dtype=np.intp)
    photos_of = np.bincount(labels, minlength=len(known))
    if (photos_of >= MIN_OF_LABEL).sum() < 2:
        return
    found = contradictions.find(
        embeddings.normalised([answers[photo.photo_id].embedding for photo in labelled]),
        labels,
        _numbered([photo.group for photo in labelled]),
        np.stack([answers[photo.photo_id].probabilities for photo in labelled]),
        _related(known, tree),
        on_progress,
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
                        {"photo": str(near.photo_id), "label": known[place_of[near.label_id]].slug}
                        for near in neighbours
                    ],
                },
            )


class _Answer(NamedTuple):
    """The network's. embedding: float16 bytes. probabilities: float32 (L,)."""

    embedding: bytes
    probabilities: npt.NDArray[np.float32]


def _answers(
    photo_ids: Sequence[UUID], place_of: dict[int, int], tree: LabelTree
) -> dict[UUID, _Answer]:
    """The network's answers about these photos, without those that are gone."""
    answers = {}
    versions = embeddings.live_versions()
    for start in range(0, len(photo_ids), _CHUNK):
        chunk = Photo.objects.filter(id__in=photo_ids[start : start + _CHUNK])
        of_boxes = _said_of_boxes(chunk)
        rows = chunk.values_list(
            "id", "prediction__model_version", "prediction__embedding", "prediction__top"
        )
        for photo_id, version, embedding, top in rows:
            if embedding is None or version not in versions:
                continue
            probabilities = np.zeros(len(place_of), dtype=np.float32)
            for label, share in tree.said_in_use(of_boxes.get(photo_id, top)):
                probabilities[place_of[label.id]] = share
            answers[photo_id] = _Answer(bytes(embedding), probabilities)
    return answers


def _said_of_boxes(photos: QuerySet[Photo]) -> dict[UUID, list[dict[str, Any]]]:
    """The top five of what the labels of these photos are about, where people have drawn that: the
    embedding is of the same box, and the answer for the photo may be about something else."""
    drawn = photos.filter(box__isnull=False, prediction__isnull=False)
    shown = dict(drawn.values_list("prediction", "id"))
    main = Subject.objects.filter(prediction__in=shown, rank=0, found="")
    return {shown[row_id]: top for row_id, top in main.values_list("prediction", "top")}


def _related(known: Sequence[Label], tree: LabelTree) -> npt.NDArray[np.bool_]:
    """(L, L): whether two labels are the same, or one is an ancestor of the other."""
    above = np.array([[tree.is_right(a.id, b.id) for b in known] for a in known])
    return above | above.T


def _numbered(groups: Sequence[UUID]) -> npt.NDArray[np.intp]:
    numbers: dict[UUID, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.intp)


def _without_decided(found: Sequence[Suspect]) -> list[Suspect]:
    """Without the suspects about which a person has already decided as such."""
    decided: dict[UUID, str] = {}
    for start in range(0, len(found), _CHUNK):
        photo_ids = [suspect.photo_id for suspect in found[start : start + _CHUNK]]
        decided |= Decision.objects.last_via(photo_ids)
    return [suspect for suspect in found if decided.get(suspect.photo_id) != Via.SUSPECTS]


@transaction.atomic
def _replace(found: Sequence[Suspect]) -> int:
    """Store the suspects instead of the old ones, without those whose label has changed since."""
    photo_ids = [suspect.photo_id for suspect in found]
    photos = Photo.objects.select_for_update().filter(id__in=photo_ids)
    labels = dict(photos.order_by("id").values_list("id", "label_id"))
    still = [suspect for suspect in found if labels.get(suspect.photo_id) == suspect.label_id]
    Suspect.objects.all().delete()
    Suspect.objects.bulk_create(still, batch_size=_CHUNK)
    return len(still)
