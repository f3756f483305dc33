"""What contradicts the rest of a data set is found, and what does not is left alone."""

from __future__ import annotations

import numpy as np

from recognition.analysis.contradictions import Findings, find
from recognition.cnn.measures.folds import folds_of
from tests.support.real_answers import Shot

PHOTOS = 120
LABELS = 4


def clusters(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows around a centre for each label."""
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(LABELS, 32))
    labels = np.arange(PHOTOS) % LABELS
    rows = centres[labels] + 0.5 * draw.normal(size=(PHOTOS, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def judge(rows: np.ndarray, labels: np.ndarray, **options: np.ndarray) -> Findings:
    said = np.zeros((len(labels), LABELS), dtype=np.float32)
    plain = {
        "groups": np.arange(len(labels)),
        "network": said,
        "related": np.eye(LABELS, dtype=bool),
    }
    return find(rows, labels, **{**plain, **options})


def test_right_labels_are_not_contradicted() -> None:
    assert (judge(*clusters()).score < 0).all()


def test_a_wrong_label_is_contradicted_with_evidence() -> None:
    rows, labels = clusters()
    labels[0] = 2
    found = judge(rows, labels)
    assert found.score.argmax() == 0
    assert found.suggested[0] == 0
    assert found.probability_suggested[0] > found.probability_given[0]
    assert set(labels[found.neighbours[0]]) == {0}
    assert 0 not in found.neighbours[0]


def test_related_labels_do_not_contradict_each_other() -> None:
    rows, labels = clusters()
    labels[0] = 2
    related = np.eye(LABELS, dtype=bool)
    related[0, 2] = related[2, 0] = True
    assert judge(rows, labels, related=related).score[0] < 0


def test_near_duplicates_do_not_vouch_for_each_other() -> None:
    rows, labels = clusters()
    labels[[0, 4]] = 2
    rows[4] = rows[0]
    groups = np.arange(PHOTOS)
    groups[4] = groups[0]
    found = judge(rows, labels, groups=groups)
    assert found.score[0] > 0
    assert 4 not in found.neighbours[0]


def test_the_network_is_heard() -> None:
    rows, labels = clusters()
    said = np.zeros((PHOTOS, LABELS), dtype=np.float32)
    said[0, 3] = 1
    found = judge(rows, labels, network=said)
    assert found.score.argmax() == 0
    assert found.suggested[0] == 3


def test_labels_with_hardly_any_photos_break_nothing() -> None:
    rows, labels = clusters()
    labels[:] = 0
    labels[:3] = 1
    labels[3] = 2
    assert np.isfinite(judge(rows, labels).score).all()
    assert np.isfinite(judge(rows[:2], labels[:2]).score).all()


def test_folds_keep_groups_whole_and_spread_labels() -> None:
    labels = np.arange(100) % 4
    groups = np.arange(100) // 2
    folds = folds_of(labels, groups)
    assert (folds[::2] == folds[1::2]).all()
    of_even = np.bincount(folds[labels == 0], minlength=5)
    assert of_even.max() - of_even.min() <= 1


def embeddings_of(shots: list[Shot]) -> np.ndarray:
    rows = np.stack([shot.answer.embedding for shot in shots]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_swapped_labels_of_real_photos_come_first(shots: dict[str, list[Shot]]) -> None:
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
    swaps = round(0.05 * len(animals))
    shares = []
    for seed in range(10):
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
