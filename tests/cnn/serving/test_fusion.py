"""What the recogniser and the finder say, as one opinion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recognition.cnn import taxonomy
from recognition.cnn.finder.coco import COCO_CLASSES
from recognition.cnn.serving.fusion import Fusion, labels_by_class
from recognition.cnn.taxonomy import Label
from tests.cnn.serving.said import KNOWN, class_scores, shares

FUSION = Fusion(KNOWN)


def of_subject(recogniser: Any, finder: Any, fusion: Fusion = FUSION, area: float = 0.2) -> Any:
    """The likeliest label, and all of them with their probabilities."""
    logs = fusion.of_subjects(recogniser[None], finder[None], np.array([area]))[0]
    said = {label.slug: float(np.exp(log)) for label, log in zip(fusion.labels, logs, strict=True)}
    return max(said, key=said.__getitem__), said


def of_photo(first: Any, main: Any, area: float) -> str:
    logs = FUSION.of_photo(first, np.log(FUSION.widened(main) + 1e-9), area)
    return FUSION.labels[int(logs.argmax())].slug


def test_what_the_finder_is_sure_of_decides_where_the_recogniser_wavers() -> None:
    assert of_subject(shares(dog=0.4, horse=0.3), class_scores(horse=0.7))[0] == "horse"


def test_the_recogniser_decides_between_labels_that_the_finder_does_not_know() -> None:
    assert of_subject(shares(tiger=0.9), class_scores(zebra=0.5))[0] == "tiger"


def test_where_the_finder_sees_nothing_the_recogniser_must_be_very_sure() -> None:
    assert of_subject(shares(dog=0.6, neither=0.3), class_scores(dog=0.05))[0] == "neither"


def test_a_label_below_one_that_the_finder_knows_has_its_score() -> None:
    label, said = of_subject(shares(sedan=0.5, dog=0.3), class_scores(car=0.6))
    assert label == "sedan"
    assert said["dog"] < 0.01


def test_a_label_that_the_finder_alone_knows_can_be_answered() -> None:
    assert "giraffe" not in {label.slug for label in KNOWN}
    assert of_subject(shares(tiger=0.2, neither=0.2), class_scores(giraffe=0.7))[0] == "giraffe"


def test_a_version_that_was_taught_such_a_label_says_it_itself() -> None:
    taught = (*KNOWN, Label("giraffe", "animal", "Giraffe", "长颈鹿", None, (7,)))
    assert Fusion(taught).labels == taught


def test_the_finder_does_not_speak_against_labels_of_another_kind() -> None:
    _label, said = of_subject(shares(rose=0.6, neither=0.3), class_scores(vase=0.5))
    assert said["rose"] == pytest.approx(2 * said["neither"], rel=0.1)


def test_a_photo_is_called_like_its_main_subject_though_the_first_look_saw_nothing() -> None:
    assert of_photo(shares(neither=0.9), shares(horse=0.97), area=0.1) == "horse"


def test_what_the_first_look_saw_counts_more_for_a_subject_that_fills_the_photo() -> None:
    first, main = shares(dog=0.7), shares(horse=0.75, dog=0.2)
    assert of_photo(first, main, area=0.001) == "horse"
    assert of_photo(first, main, area=1.0) == "dog"


def test_probabilities_sum_to_one() -> None:
    _label, said = of_subject(shares(dog=0.5), class_scores(dog=0.5))
    assert sum(said.values()) == pytest.approx(1)


def test_the_finders_labels_are_built_in_ones() -> None:
    assert labels_by_class().keys() <= set(COCO_CLASSES)
    named = frozenset[str]().union(*labels_by_class().values())
    assert named <= {label.slug for label in taxonomy.tree()}
