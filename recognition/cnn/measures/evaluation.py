"""How good a version is on photos whose labels are known.

An answer is right when it is the photo's label or a descendant of it: a car that is called a
sedan is right, a sedan that is called a car is not. The latter is right but broad, which is no
mistake either: it is counted by itself. Torch-free; scikit-learn is imported when
something is measured.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from recognition.cnn.measures.intervals import wilson
from recognition.cnn.taxonomy import NEITHER, Label

BINS = 10  # of confidence, equally wide
_RESAMPLES = 1000
_SEED = 0
_Z_95 = 1.96  # two-sided, in standard deviations

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.intp]


def measure(
    log_probabilities: Floats,
    truth: npt.NDArray[np.integer],
    labels: tuple[Label, ...],
    answers: Indices | None = None,
) -> dict[str, Any]:
    """What a version reaches on N photos, as JSON knows it; shares are 0 to 1.

    log_probabilities: (N, L), natural logarithms; -inf for a label that the version does not know.
    truth: (N,), indices into `labels`.
    answers: (N,), likewise, what is answered; by default the best label.

    The answer:
        photos: N.
        accuracy, accuracy_interval: the share that is right, and Wilson's 95 % interval.
        broad: the share whose answer stands above the photo's label.
        macro_f1, macro_f1_interval: the mean F1 of the labels that have photos, and the 95 %
            interval of 1,000 seeded bootstrap samples (percentiles; Efron 1979).
        per_label: {slug: {"precision", "recall", "f1", "photos"}} of these labels; precision is
            None if the version never answered the label.
        confusion: [[slug of the truth, slug of the answer, photos], ...], most photos first.
        calibration: {"bins": [{"low", "high", "photos", "confidence", "accuracy"}], "ece"}: bins
            of the best label's confidence that have photos; the expected calibration error (Guo
            et al. 2017, arXiv:1706.04599) is their mean gap between confidence and accuracy.
        neither: {"photos": of the label neither, "rejected": the share of them that was answered
            so, "wrongly_rejected": the share of all others that was answered so}.
    Without photos every share is None.
    """
    true: Indices = truth.astype(np.intp)
    probabilities = np.exp(log_probabilities.astype(np.float64))
    best = probabilities.argmax(axis=1)
    answers = best if answers is None else answers
    confidences = probabilities.max(axis=1) / probabilities.sum(axis=1)
    below = right_answers(labels)
    is_right = below[true, answers]
    is_broad = below[answers, true] & ~is_right
    photos, right = len(true), int(is_right.sum())
    # An answer below the truth counts as the truth: nobody knows whether it is the right child.
    counted = np.where(is_right, true, answers)
    return {
        "photos": photos,
        "accuracy": right / photos if photos else None,
        "accuracy_interval": list(wilson(right, photos, _Z_95)) if photos else None,
        "broad": float(is_broad.mean()) if photos else None,
        **_f1_scores(true, counted, labels),
        "confusion": _confusion(true, answers, labels),
        "calibration": _calibration(confidences, below[true, best]),
        "neither": _neither(true, answers, labels),
    }


def right_answers(labels: tuple[Label, ...]) -> npt.NDArray[np.bool_]:
    """(L, L): whether a photo of the row's label is right when it is called by the column's."""
    place = {label.slug: index for index, label in enumerate(labels)}
    is_right = np.eye(len(labels), dtype=bool)
    for index, label in enumerate(labels):
        above = label.parent
        while above in place and not is_right[place[above], index]:
            is_right[place[above], index] = True
            above = labels[place[above]].parent
    return is_right


def _f1_scores(truth: Indices, counted: Indices, labels: tuple[Label, ...]) -> dict[str, Any]:
    if not len(truth):
        return {"macro_f1": None, "macro_f1_interval": None, "per_label": {}}
    from sklearn.metrics import precision_recall_fscore_support

    present = np.unique(truth)
    scores = precision_recall_fscore_support(truth, counted, labels=present, zero_division=np.nan)
    per_label = {
        labels[label].slug: {
            "precision": None if np.isnan(precision) else float(precision),
            "recall": float(recall),
            "f1": float(f1),
            "photos": int(photos),
        }
        for label, precision, recall, f1, photos in zip(present, *scores, strict=True)
    }
    return {
        "macro_f1": float(scores[2].mean()),
        "macro_f1_interval": _bootstrap(truth, counted, len(labels)),
        "per_label": per_label,
    }


def _bootstrap(truth: Indices, counted: Indices, labels: int) -> list[float]:
    """The 95 % interval of the macro-F1.

    Photos drawn with replacement are a multinomial sample of the confusion matrix's cells, so that
    all samples are drawn at once.
    """
    photos = len(truth)
    cells, sizes = np.unique(truth * labels + counted, return_counts=True)
    random = np.random.default_rng(_SEED)
    drawn = random.multinomial(photos, sizes / photos, size=_RESAMPLES).astype(np.float64)
    truths, answers = np.divmod(cells, labels)
    of_truth, of_answer = np.eye(labels)[truths], np.eye(labels)[answers]
    hits = drawn @ (of_truth * of_answer)
    support = drawn @ of_truth
    f1 = 2 * hits / np.maximum(support + drawn @ of_answer, 1)
    is_there = support > 0
    macro = (f1 * is_there).sum(axis=1) / is_there.sum(axis=1)
    low, high = np.percentile(macro, (2.5, 97.5))
    return [float(low), float(high)]


def _confusion(truth: Indices, answers: Indices, labels: tuple[Label, ...]) -> list[list[Any]]:
    cells, sizes = np.unique(truth * len(labels) + answers, return_counts=True)
    rows = [
        [labels[cell // len(labels)].slug, labels[cell % len(labels)].slug, int(size)]
        for cell, size in zip(cells, sizes, strict=True)
    ]
    return sorted(rows, key=lambda row: -row[2])


def _calibration(confidences: Floats, is_right: npt.NDArray[np.bool_]) -> dict[str, Any]:
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    bins = [
        {
            "low": place / BINS,
            "high": (place + 1) / BINS,
            "photos": int((places == place).sum()),
            "confidence": float(confidences[places == place].mean()),
            "accuracy": float(is_right[places == place].mean()),
        }
        for place in np.unique(places).tolist()
    ]
    gaps = [row["photos"] * abs(row["confidence"] - row["accuracy"]) for row in bins]
    return {"bins": bins, "ece": sum(gaps) / len(is_right) if bins else None}


def _neither(truth: Indices, answers: Indices, labels: tuple[Label, ...]) -> dict[str, Any]:
    slugs = np.array([label.slug for label in labels])
    should, does = slugs[truth] == NEITHER, slugs[answers] == NEITHER
    return {
        "photos": int(should.sum()),
        "rejected": float(does[should].mean()) if should.any() else None,
        "wrongly_rejected": float(does[~should].mean()) if (~should).any() else None,
    }
