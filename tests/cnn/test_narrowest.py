"""An answer is as narrow as it can be."""

from __future__ import annotations

import pytest

from recognition.cnn.narrowest import CLEARLY, ENOUGH, Step, narrowest, promised, steps

UPWARDS = {
    "owl": ("owl", "bird-of-prey", "bird", "animal"),
    "eagle": ("eagle", "bird-of-prey", "bird", "animal"),
    "bird": ("bird", "animal"),
    "cat": ("cat", "mammal", "animal"),
    "neither": ("neither",),
}


def answered(*top: tuple[str, float]) -> str:
    return narrowest(steps(top, UPWARDS)).slug


def test_a_group_is_as_sure_as_its_labels_together() -> None:
    found = steps([("owl", 0.35), ("bird", 0.3), ("eagle", 0.2), ("cat", 0.1)], UPWARDS)
    assert [step.slug for step in found] == ["owl", "bird-of-prey", "bird", "animal"]
    assert [step.confidence for step in found] == pytest.approx([0.35, 0.55, 0.85, 0.95])


def test_a_label_that_stands_above_others_is_as_sure_as_all_of_them() -> None:
    assert steps([("bird", 0.5), ("owl", 0.2)], UPWARDS)[0] == ("bird", 0.7)


def test_a_label_that_is_sure_enough_is_answered() -> None:
    assert answered(("owl", ENOUGH), ("eagle", 0.9 - ENOUGH)) == "owl"


def test_the_nearest_group_that_is_clearly_sure_takes_its_place() -> None:
    unsure = ENOUGH - 0.01
    assert answered(("owl", unsure), ("eagle", CLEARLY - unsure + 0.01)) == "bird-of-prey"
    assert answered(("owl", unsure), ("bird", 0.25), ("eagle", 0.2)) == "bird"


def test_where_no_group_is_sure_either_the_best_label_is_answered() -> None:
    assert answered(("owl", ENOUGH - 0.01), ("neither", 0.28), ("eagle", 0.2)) == "owl"


def test_neither_has_nothing_above_it() -> None:
    assert answered(("neither", 0.3), ("cat", 0.29), ("owl", 0.28)) == "neither"


def test_a_label_that_the_tree_does_not_know_stands_alone() -> None:
    assert steps([("griffin", 0.2)], UPWARDS) == [("griffin", 0.2)]
    assert steps([], UPWARDS) == []


def test_rounded_numbers_are_no_more_than_certain() -> None:
    assert steps([("owl", 0.6), ("eagle", 0.5)], UPWARDS)[-1].confidence == 1.0


def test_the_promise_accepts_the_narrowest_that_reaches_its_floor() -> None:
    found = [Step("owl", 0.8), Step("bird-of-prey", 0.9), Step("bird", 0.99)]
    owl, of_prey, bird = {"owl": 0.9}, {"bird-of-prey": 0.9}, {"bird": 0.5}
    assert promised(found, owl, of_prey | bird) == found[1]
    assert promised(found, owl | of_prey, bird) == found[2]
    assert promised(found, owl | of_prey | bird, {}) is None
