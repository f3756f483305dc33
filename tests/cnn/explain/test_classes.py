from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recognition.cnn.explain.classes import (
    ChildShare,
    children_of,
    class_probabilities,
    classes_of,
    shares_of,
)
from recognition.cnn.taxonomy import Label
from tests.support.rows import manifest

LOGITS = np.array([1.0, 2.0, 0.5, 0.0], np.float32)


def label(slug: str, parent: str | None, *classes: int) -> Label:
    return Label(slug, "vehicle", slug, slug, parent, classes)


CARS = (label("car", None, 0), label("suv", "car", 1), label("sedan", "car", 2, 4))
LABELS = (*CARS, label("estate", "sedan", 5), label("bus", None, 3))


def test_a_label_has_the_classes_of_all_below_it() -> None:
    assert classes_of("car", LABELS) == [0, 1, 2, 4, 5]
    assert classes_of("sedan", LABELS) == [2, 4, 5]
    assert classes_of("bus", LABELS) == [3]
    assert classes_of("giraffe", LABELS) == []


def test_a_group_that_no_network_says_has_the_classes_of_its_labels() -> None:
    parents = {"car": "on-roads", "bus": "on-roads", "suv": "car", "on-roads": None}
    assert classes_of("on-roads", LABELS, parents) == [0, 1, 3]


def test_a_tree_that_bites_its_tail_is_walked_once() -> None:
    ring = (label("one", "two", 0), label("two", "one", 1))
    assert classes_of("one", ring) == [0, 1]


def test_the_classes_of_a_label_share_its_probability() -> None:
    version = manifest(temperature=0.5, class_weights=(1.0, 2.0, 1.0, 1.0))
    probabilities = class_probabilities(LOGITS, version)
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[1] / probabilities[2] == pytest.approx(2 * np.exp(1.5 / 0.5))
    first, second = shares_of(LOGITS, version, [2, 1])
    assert (first.number, first.name, second.name) == (1, "sports car", "cab")
    assert first.share + second.share == pytest.approx(1)
    assert first.share == pytest.approx(probabilities[1] / probabilities[1:3].sum())
    assert second.probability == pytest.approx(probabilities[2])


def test_the_classes_of_an_impossible_label_have_shares_all_the_same() -> None:
    far = np.array([2000.0, 1.0, 0.0, 0.0])
    first, second = shares_of(far, manifest(), [1, 2])
    assert first.share == pytest.approx(np.e / (1 + np.e))
    assert second.share == pytest.approx(1 / (1 + np.e))


def test_children_that_share_what_is_said_of_their_parent_are_undecided() -> None:
    children = children_of("car", CARS, np.array([0.02, 0.3, 0.28]))
    assert children.undecided == ("suv", "sedan")
    assert children.shares[0] == ChildShare("suv", pytest.approx(0.5))
    assert sum(child.share for child in children.shares) == pytest.approx(1)


def test_a_child_that_holds_nearly_all_is_decided() -> None:
    assert children_of("car", CARS, np.array([0.02, 0.57, 0.01])).undecided == ()


def test_nothing_is_undecided_where_nothing_was_said() -> None:
    assert children_of("car", CARS, np.zeros(3)) == ((), ())


def test_a_childs_own_children_are_told_apart_too() -> None:
    labels = (*CARS, replace(CARS[1], slug="compact-suv", parent="suv", classes=(5,)))
    children = children_of("suv", labels, np.array([0.5, 0.1, 0.1, 0.1]))
    assert children.undecided == ("suv", "compact-suv")
