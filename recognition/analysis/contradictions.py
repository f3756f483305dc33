"""Find the labels of a data set that the rest of it contradicts (confident learning).

This works on arrays and knows no tables. Only the analyst imports it: scikit-learn is heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from recognition.cnn.measures.folds import folds_of

EVIDENCE = 3  # neighbours that are shown
_VOTERS = 10  # neighbours that vote
# Weights of the mixture. The network also knows labels that nobody has used yet ("neither"), so it
# recognises photos that fit none of the labels in use.
_WEIGHT_OF_REGRESSION, _WEIGHT_OF_NEIGHBOURS, _WEIGHT_OF_NETWORK = 0.5, 0.2, 0.3
_SHARPNESS = 10.0  # a neighbour's vote is exp(sharpness x cosine similarity)
_REGULARISATION = 3.0  # on unit vectors; 1 to 30 rank about as well
_ITERATIONS = 100
_TOLERANCE = 1e-2
_ROWS = 500  # compared with all others at a time
_TINY = 1e-9
_SHARE_OF_REGRESSION = 0.6  # of the time, roughly

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]
OnProgress = Callable[[float], None]


class Findings(NamedTuple):
    """For each photo: its suggested label, how much likelier that is than the given one (a natural
    logarithm; above 0 contradicts), the probabilities of both, and the nearest other photos."""

    suggested: Integers
    score: Floats
    probability_given: Floats
    probability_suggested: Floats
    neighbours: Integers  # (N, up to EVIDENCE), nearest first


def find(
    embeddings: Floats,
    labels: Integers,
    groups: Integers,
    network: Floats,
    related: Booleans,
    on_progress: OnProgress = lambda progress: None,
) -> Findings:
    """Judge the label of each photo by all other photos and by the network.

    embeddings: (N, D), rows of length 1. labels: (N,), 0 to L - 1. groups: (N,), a number that
    near-duplicates share; they never judge each other. network: (N, L), the network's own
    probabilities. related: (L, L), True for labels that do not contradict each other, each with
    itself included. on_progress: is told the share that is done; raise in it to cancel.
    """
    number_of_labels = len(related)
    # More threads are hardly faster, and would slow down the processes that people wait for.
    with threadpool_limits(limits=1):
        folds = folds_of(labels, groups)
        regression = out_of_fold(embeddings, labels, folds, number_of_labels, on_progress)
        votes, neighbours = _ask_neighbours(
            embeddings, labels, groups, number_of_labels, on_progress
        )
    believed = (
        _WEIGHT_OF_REGRESSION * regression
        + _WEIGHT_OF_NEIGHBOURS * votes
        + _WEIGHT_OF_NETWORK * network
    )
    kin = related[labels]
    given = np.where(kin, believed, 0).sum(axis=1)
    others = np.where(kin, 0, believed)
    suggested = others.argmax(axis=1)
    best = others.max(axis=1)
    score = np.log(np.maximum(best, _TINY)) - np.log(np.maximum(given, _TINY))
    return Findings(suggested, score, given, best, neighbours)


def out_of_fold(
    embeddings: Floats,
    labels: Integers,
    folds: Integers,
    number_of_labels: int,
    on_progress: OnProgress,
) -> Floats:
    """(N, L): each photo's probabilities, from a logistic regression that never saw its fold."""
    probabilities = np.zeros((len(labels), number_of_labels), dtype=np.float32)
    numbers = np.unique(folds)
    for fold in numbers:
        on_progress(_SHARE_OF_REGRESSION * float(fold) / len(numbers))
        asked = np.flatnonzero(folds == fold)
        taught = np.flatnonzero(folds != fold)
        known = np.unique(labels[taught])
        if len(known) < 2:
            probabilities[np.ix_(asked, known)] = 1
            continue
        regression = LogisticRegression(
            C=_REGULARISATION, max_iter=_ITERATIONS, tol=_TOLERANCE
        ).fit(embeddings[taught], labels[taught])
        answers = regression.predict_proba(embeddings[asked])
        probabilities[np.ix_(asked, regression.classes_)] = answers
    return probabilities


def _ask_neighbours(
    embeddings: Floats,
    labels: Integers,
    groups: Integers,
    number_of_labels: int,
    on_progress: OnProgress,
) -> tuple[Floats, Integers]:
    votes = np.zeros((len(labels), number_of_labels), dtype=np.float32)
    voters = min(_VOTERS, len(labels) - 1)
    nearest = np.empty((len(labels), min(EVIDENCE, voters)), dtype=np.intp)
    for rows, similarities in _similarities(embeddings, groups):
        done = float(rows[-1] + 1) / len(embeddings)
        on_progress(_SHARE_OF_REGRESSION + (1 - _SHARE_OF_REGRESSION) * done)
        found = np.argpartition(-similarities, voters - 1, axis=1)[:, :voters]
        values = np.take_along_axis(similarities, found, axis=1)
        order = np.argsort(-values, axis=1)
        found = np.take_along_axis(found, order, axis=1)
        weights = np.exp(_SHARPNESS * np.take_along_axis(values, order, axis=1))
        for place in range(voters):
            votes[rows, labels[found[:, place]]] += weights[:, place]
        nearest[rows] = found[:, :EVIDENCE]
    return votes / np.maximum(votes.sum(axis=1, keepdims=True), _TINY), nearest


def _similarities(embeddings: Floats, groups: Integers) -> Iterator[tuple[Integers, Floats]]:
    """Cosine similarities of some rows at a time to all rows; -1 within a group."""
    for start in range(0, len(embeddings), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(embeddings)))
        similarities = embeddings[rows] @ embeddings.T
        similarities[groups[rows][:, None] == groups[None, :]] = -1
        yield rows, similarities
