"""The model card says what a version is for, how it was made, how good it is, and its limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from recognition.cnn.measures.evaluation import measure
from recognition.cnn.store.card import model_card
from tests.support.rows import manifest


def measured(**fields: Any) -> str:
    labels = manifest().labels
    truth = np.array([0] * 12 + [1] * 3 + [3] * 10)
    answers = np.full((25, len(labels)), 0.01)
    answers[np.arange(25), truth] = 0.97
    return model_card(manifest(metrics=measure(np.log(answers), truth, labels), **fields))


def test_it_names_every_label_by_kind() -> None:
    card = model_card(manifest())
    assert "- animal: Dog\n- vehicle: Car, Taxi\n- neither: Neither" in card


def test_a_version_that_was_not_measured_says_so() -> None:
    assert "not measured" in model_card(manifest())


def test_it_tells_what_the_version_looks_at() -> None:
    at_centre, at_subjects = model_card(manifest()), model_card(manifest(view="subjects"))
    assert "looks at the photograph as a whole" in at_centre
    assert "each animal and vehicle" in at_subjects
    assert "that of its main subject" in at_subjects


def test_it_shows_accuracy_with_its_interval_and_each_label() -> None:
    card = measured()
    assert "On 25 photos that it was never trained on: accuracy 100.0 %" in card
    assert "| Dog | 12 | 100.0 % | 100.0 % | 100.0 % |" in card
    assert "Of 10 photos of something else it rejects 100.0 %" in card


def test_it_warns_of_labels_with_few_test_photos_or_none() -> None:
    card = measured()
    assert "Fewer than 10 test photos, which says little: car." in card
    assert "Without any test photo: taxi." in card


def test_it_tells_how_the_version_was_made() -> None:
    card = measured(
        parent_sha256="f" * 64,
        network_options={"kernel_size": 5},
        training={
            "mode": "teach",
            "seed": 0,
            "fingerprint": "abc",
            "photos": {"train": 70},
            "parameters": {"epochs": 12},
        },
    )
    for line in (
        "| Way of training | teach |",
        "| Seed | 0 |",
        "| Photos, train | 70 |",
        "| Parameter epochs | 12 |",
        "| Option kernel_size | 5 |",
        f"| SHA-256 of the version it was trained from | {'f' * 64} |",
    ):
        assert line in card
