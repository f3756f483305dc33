"""Teach on growing parts of the labelled photos, and count the errors on the others.

This works on arrays and knows no tables. Only the teacher imports it: torch is heavy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.measures.evaluation import right_answers
from recognition.cnn.measures.folds import folds_of
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.teach import Embeddings, Examples, teach

FOLDS = 3  # each photo is tested once, by what the other two thirds taught
HALVINGS = 5  # parts of these two thirds: all, a half, a quarter …
STEPS = 1 + HALVINGS  # the first step is without any photo

Labels = tuple[Label, ...]
Integers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]
OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class Start:
    """The version that is taught, what it shall know, and photos without a label (M, D)."""

    manifest: Manifest
    head: GroupedHead
    labels: Labels
    anchors: Embeddings


class Errors(NamedTuple):
    """At each step, the smallest part first, and of each label: (STEPS, L).

    taught: photos it was taught with, a mean over the folds. wrong: photos that were wrong.
    tested: (L,), of how many. slugs: of the L labels.
    """

    slugs: list[str]
    taught: Counts
    wrong: Integers
    tested: Integers


def load(folder: Path, grow: Callable[[Labels], Labels], anchors: Embeddings) -> Start:
    """grow: the labels to know, given those of the version. Raises CorruptCheckpoint."""
    manifest, model = load_network(folder)
    if not len(anchors):
        anchors = np.empty((0, model.head.fine.in_features), np.float32)
    return Start(manifest, model.head, grow(manifest.labels), anchors)


def count_errors(
    start: Start,
    photos: Mapping[str, Embeddings],
    on_progress: OnProgress,
    patience_s: float = float("inf"),
) -> Errors:
    """photos: embeddings of each label's photos, by slug.

    on_progress: is told the share that is done, at least each second; raise in it to cancel.
    patience_s: folds that would end later than this are left out, except for the first one.
    """
    began_s = time.monotonic()
    slugs = [label.slug for label in start.labels]
    examples = Examples(
        np.concatenate(list(photos.values())),
        np.repeat([slugs.index(slug) for slug in photos], [len(rows) for rows in photos.values()]),
    )
    folds = folds_of(examples.labels.astype(np.intp), np.arange(len(examples.labels)), FOLDS)
    counts = []
    for fold in range(FOLDS):
        if fold and (time.monotonic() - began_s) * (fold + 1) / fold > patience_s:
            break
        show = _part(on_progress, fold / FOLDS, (fold + 1) / FOLDS)
        rest, test = _chosen(examples, folds != fold), _chosen(examples, folds == fold)
        counts.append(_count_fold(start, rest, test, show))
    return Errors(
        slugs,
        np.mean([fold.taught for fold in counts], axis=0),
        np.sum([fold.wrong for fold in counts], axis=0),
        np.sum([fold.tested for fold in counts], axis=0),
    )


def _count_fold(start: Start, rest: Examples, test: Examples, on_progress: OnProgress) -> Errors:
    slugs = [label.slug for label in start.labels]
    number = len(slugs)
    taught = np.zeros((STEPS, number))
    wrong = np.zeros((STEPS, number), dtype=np.int64)
    # Before any photo; what the version does not know yet is wrong.
    wrong[0] = _wrong(start.head, start.labels, test)
    lessons = list(_lessons(rest))
    ends = np.cumsum([len(lesson.labels) for lesson in lessons])
    begun = 0.0
    for step, (lesson, end) in enumerate(zip(lessons, ends / ends[-1], strict=True), 1):
        head, labels = _taught(start, lesson, _part(on_progress, begun, float(end)))
        wrong[step] = _wrong(head, labels, test)
        taught[step] = np.bincount(lesson.labels, minlength=number)
        begun = float(end)
    return Errors(slugs, taught, wrong, np.bincount(test.labels, minlength=number))


def _lessons(photos: Examples) -> Iterator[Examples]:
    """Nested parts of the photos, the smallest first; each label is spread evenly over them."""
    photos = _chosen(photos, np.random.default_rng(0).permutation(len(photos.labels)))
    share = _place_in_label(photos.labels)
    for step in range(HALVINGS):
        yield _chosen(photos, share < 0.5 ** (HALVINGS - 1 - step))


def _place_in_label(labels: Integers) -> Counts:
    """(N,): each photo's place among those of its label, from 0 to 1. The first one's is 0, so that
    every part has a photo of every label."""
    place = np.zeros(len(labels))
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        place[rows] = np.arange(len(rows)) / len(rows)
    return place


def _taught(start: Start, photos: Examples, on_progress: OnProgress) -> tuple[GroupedHead, Labels]:
    """Without validation photos lambda is the default for so many photos, which is nearly always
    what validation would choose, in a quarter of the time."""
    none = _chosen(photos, np.zeros(len(photos.labels), dtype=bool))
    taught = teach(
        start.manifest, start.head, start.labels, photos, none, start.anchors, 0, on_progress
    )
    return taught.head, taught.manifest.labels


def _wrong(head: GroupedHead, labels: Labels, photos: Examples) -> Integers:
    """(L,): how many photos of each label get another one that is not below it either."""
    with torch.inference_mode():
        log_probabilities, _fine = head(torch.from_numpy(photos.embeddings))
    answers = log_probabilities.argmax(1).numpy()
    is_wrong = ~right_answers(labels)[photos.labels, answers]
    return np.bincount(photos.labels[is_wrong], minlength=len(labels))


def _chosen(photos: Examples, places: Integers | npt.NDArray[np.bool_]) -> Examples:
    return Examples(photos.embeddings[places], photos.labels[places])


def _part(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """For work that goes from `start` to `end` of the whole; it reports its own share, 0 to 1."""
    return lambda share: on_progress(start + share * (end - start))
