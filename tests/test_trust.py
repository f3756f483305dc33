"""Promise and suspects on real photographs, whose folders are the truth."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from recognition.analyst.contradictions import find
from recognition.cnn.classifier import Answer, Classifier
from recognition.review.thresholds import Z_SHOWN, Tally, wilson

SETS = ("animals", "vehicles", "neither")
SWAPPED = 0.05
SEEDS = 10


class Shot(NamedTuple):
    label: str
    answer: Answer

    @property
    def is_right(self) -> bool:
        return self.answer.label == self.label


@pytest.fixture(scope="module")
def shots(shared_photos: Path, network: Path) -> dict[str, list[Shot]]:
    classifier = Classifier.load(network)
    found: dict[str, list[Shot]] = {}
    for name in SETS:
        paths = sorted(path for path in (shared_photos / name).rglob("*") if path.is_file())
        labels = ["neither" if name == "neither" else path.parent.name for path in paths]
        answers = zip(labels, classifier.predict(paths), strict=True)
        found[name] = [Shot(label, it) for label, it in answers if isinstance(it, Answer)]
    return found


def embeddings_of(shots: list[Shot]) -> np.ndarray:
    rows = np.stack([shot.answer.embedding for shot in shots]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("target", [0.95, 0.98])
def test_the_promise_holds_on_the_other_half(shots: dict[str, list[Shot]], target: float) -> None:
    everything = [shot for name in SETS for shot in shots[name]]
    kept = []
    for seed in range(200):
        random.Random(seed).shuffle(everything)
        middle = len(everything) // 2
        seen = Tally()
        for shot in everything[:middle]:
            seen.review(shot.answer.confidence, shot.is_right)
        for shot in everything:
            seen.upload(shot.answer.confidence)
        threshold = seen.threshold(target)
        if threshold:  # where too little was reviewed, nothing is promised
            confidence = threshold.confidence
            accepted = [it for it in everything[middle:] if it.answer.confidence >= confidence]
            right = sum(shot.is_right for shot in accepted)
            kept.append(wilson(right, len(accepted), Z_SHOWN).high >= target)
    assert sum(kept) >= 0.99 * len(kept)
    if target == 0.95:
        assert len(kept) > 190


def test_swapped_labels_stand_at_the_top(shots: dict[str, list[Shot]]) -> None:
    animals = shots["animals"]
    rows = embeddings_of(animals)
    known = sorted({slug for shot in animals for slug, _ in shot.answer.top})
    used = sorted({shot.label for shot in animals})
    known += [slug for slug in used if slug not in known]
    true = np.array([known.index(shot.label) for shot in animals])
    network = np.zeros((len(animals), len(known)), dtype=np.float32)
    for row, shot in enumerate(animals):
        for slug, probability in shot.answer.top:
            network[row, known.index(slug)] = probability
    swaps = round(SWAPPED * len(animals))
    shares = []
    for seed in range(SEEDS):
        draw = np.random.default_rng(seed)
        swapped = draw.choice(len(animals), swaps, replace=False)
        labels = true.copy()
        for place in swapped:
            others = [slug for slug in used if slug != known[true[place]]]
            labels[place] = known.index(draw.choice(others))
        found = find(rows, labels, np.arange(len(animals)), network, np.eye(len(known), dtype=bool))
        top = np.argsort(-found.score)[:swaps]
        shares.append(np.isin(top, swapped).mean())
    assert min(shares) >= 0.88
    assert np.mean(shares) >= 0.95
