"""What people and programs may ask of a training run."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NamedTuple

import pytest

from recognition.cnn.training.parameters import (
    MODES,
    TeachParameters,
    TrainingParameters,
    WrongParameter,
    estimate_seconds,
)


class Size(NamedTuple):
    multiply_adds: int


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("greyscale", [False, True])
def test_the_defaults_are_allowed(mode: str, greyscale: bool) -> None:
    defaults = TrainingParameters.defaults(mode, greyscale)
    assert TrainingParameters.from_dict(defaults.to_dict()) == defaults


def test_what_is_not_said_stays() -> None:
    base = TrainingParameters.defaults("from_scratch")
    changed = TrainingParameters.from_dict({"epochs": 3}, base)
    assert changed == replace(base, epochs=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 1.5),
        ("epochs", True),
        ("epochs", 10**400),
        ("learning_rate", "fast"),
        ("learning_rate", float("nan")),
        ("learning_rate", None),
        ("crop", 1.01),
        ("class_balancing", 1),
        ("trainable", "everything"),
        ("trainable", []),
        ("no_such", 1),
    ],
)
def test_the_wrong_one_is_named(name: str, value: Any) -> None:
    with pytest.raises(WrongParameter, match=f"^{name}: ") as caught:
        TrainingParameters.from_dict({name: value})
    assert caught.value.field == name


def test_teaching_has_a_seed() -> None:
    assert TeachParameters.from_dict({"seed": 3}).to_dict() == {"seed": 3}


def test_every_parameter_says_what_it_is() -> None:
    for parameter in (*fields(TrainingParameters), *fields(TeachParameters)):
        assert parameter.metadata["title"]
        assert parameter.metadata["help"]


def test_more_work_takes_longer() -> None:
    parameters = TrainingParameters()
    seconds = estimate_seconds(Size(400_000_000), 100, parameters)
    assert estimate_seconds(Size(400_000_000), 200, parameters) == pytest.approx(2 * seconds)
    assert estimate_seconds(Size(800_000_000), 100, parameters) > seconds
    assert estimate_seconds(Size(400_000_000), 100, parameters, cores=2) < seconds
    head_only = replace(parameters, trainable="head")
    assert estimate_seconds(Size(400_000_000), 100, head_only) < seconds


def test_what_an_earlier_run_needed_is_believed() -> None:
    parameters = replace(TrainingParameters(), epochs=10)
    seconds = estimate_seconds(Size(400_000_000), 100, parameters, seconds_per_photo=0.05)
    assert seconds == pytest.approx(50)
