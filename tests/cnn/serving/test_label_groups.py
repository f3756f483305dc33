"""What a version knows, in the labels that are in use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recognition.cnn.serving.classifier import Answer, Classifier
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.cnn.taxonomy import Label

DOG, CAR, TAXI, NEITHER = (
    Label("dog", "animal", "Dog", "狗", None, (0, 4)),
    Label("car", "vehicle", "Car", "汽车", None, (1,)),
    Label("taxi", "vehicle", "Taxi", "出租车", "car", (2, 5)),
    Label("neither", "neither", "Neither", "都不是", None, (3,)),
)
KNOWN = (DOG, CAR, TAXI, NEITHER)
EACH_AS_ITSELF = {label.slug: label.slug for label in KNOWN}
PROBABILITIES = np.array([0.4, 0.1, 0.3, 0.2])


def grouped(**changes: str | None) -> dict[str, float]:
    counts_as = {**EACH_AS_ITSELF, **changes}
    groups = LabelGroups(KNOWN, {slug: other for slug, other in counts_as.items() if other})
    found = groups.probabilities(PROBABILITIES)
    return {label.slug: round(float(p), 9) for label, p in zip(groups.labels, found, strict=True)}


def test_the_probability_of_a_label_that_counts_as_another_is_added_to_it() -> None:
    assert grouped(taxi="car") == {"dog": 0.4, "car": 0.4, "neither": 0.2}


def test_the_others_share_what_counts_as_nothing_in_proportion() -> None:
    assert grouped(dog=None) == {
        "car": pytest.approx(1 / 6),
        "taxi": 0.5,
        "neither": pytest.approx(1 / 3),
    }


def test_a_label_may_count_as_one_that_the_version_does_not_know() -> None:
    assert grouped(dog="animal") == {"animal": 0.4, "car": 0.1, "taxi": 0.3, "neither": 0.2}


def test_a_version_none_of_whose_labels_counts_says_them_all_the_same() -> None:
    assert LabelGroups(KNOWN, {}).is_identity


def test_a_group_has_the_classes_of_all_its_labels() -> None:
    groups = LabelGroups(KNOWN, {**EACH_AS_ITSELF, "taxi": "car"})
    assert {label.slug: label.classes for label in groups.labels}["car"] == (1, 2, 5)


def test_many_photos_are_grouped_at_once() -> None:
    rows = np.stack([PROBABILITIES, PROBABILITIES[::-1]])
    groups = LabelGroups(KNOWN, {**EACH_AS_ITSELF, "taxi": "car"})
    assert np.allclose(groups.probabilities(rows), [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])


def test_a_real_answer_is_grouped_before_its_top_five_are_cut(
    classifier: Classifier, photos: list[Path]
) -> None:
    [answer] = classifier.predict(photos[:1])
    assert isinstance(answer, Answer)
    labels = answer.labels
    last = labels[answer.probabilities.argmin()]  # never among the five
    counts_as = {label.slug: label.slug for label in labels} | {answer.label: last.slug}
    changed = answer.grouped(LabelGroups(labels, counts_as))
    assert changed.label == last.slug
    assert changed.confidence >= answer.confidence
    assert dict(changed.top[1:]) == pytest.approx(dict(answer.top[1:]))
    assert changed.fine == answer.fine
