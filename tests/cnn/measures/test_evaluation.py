"""What versions are measured by, against scikit-learn, SciPy and figures worked out by hand."""

from __future__ import annotations

import cProfile
import json

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from recognition.cnn.measures.evaluation import measure, right_answers
from recognition.cnn.measures.mcnemar import mcnemar_p
from recognition.cnn.taxonomy import Label

LABELS = (
    Label("dog", "animal", "Dog", "狗", None, (0,)),
    Label("car", "vehicle", "Car", "汽车", None, (1,)),
    Label("sedan", "vehicle", "Sedan", "轿车", "car", (2,)),
    Label("neither", "neither", "Neither", "都不是", None, (3,)),
)
DOG, CAR, SEDAN, NEITHER = range(4)


def answers(*labels: int, confidence: float = 0.7) -> npt.NDArray:
    """Log-probabilities that give these labels this confidence, and the others the rest."""
    probabilities = np.full((len(labels), len(LABELS)), (1 - confidence) / 3)
    probabilities[np.arange(len(labels)), labels] = confidence
    return np.log(probabilities)


def truth(*labels: int) -> npt.NDArray:
    return np.array(labels, dtype=np.int64)


def random_answers(photos: int, labels: int) -> tuple[npt.NDArray, npt.NDArray, tuple[Label, ...]]:
    """About four of five right, over labels that do not stand above each other."""
    random = np.random.default_rng(0)
    rows = np.log(random.dirichlet(np.full(labels, 0.1), photos) + 1e-12)
    said = rows.argmax(axis=1)
    true = np.where(random.random(photos) < 0.8, said, random.integers(0, labels, photos))
    return rows, true, tuple(Label(f"l{i}", "animal", "", "", None, (i,)) for i in range(labels))


def test_an_answer_below_the_label_is_right_and_one_above_it_is_wrong() -> None:
    found = measure(answers(SEDAN, CAR), truth(CAR, SEDAN), LABELS)
    assert found["accuracy"] == 0.5
    assert found["per_label"]["car"] == {"precision": 0.5, "recall": 1, "f1": 2 / 3, "photos": 1}
    assert found["per_label"]["sedan"]["recall"] == 0


def test_an_answer_two_steps_below_is_right_as_well() -> None:
    racer = Label("racer", "vehicle", "Racer", "", "sedan", ())
    is_right = right_answers((*LABELS, racer))
    assert is_right[CAR, 4]
    assert not is_right[4, CAR]
    assert not is_right[DOG, 4]


def test_labels_that_are_each_others_parents_end_nowhere() -> None:
    one = Label("one", "other", "", "", "two", ())
    two = Label("two", "other", "", "", "one", ())
    assert right_answers((one, two)).all()


def test_the_confusion_matrix_tells_the_answer_as_it_was() -> None:
    found = measure(answers(SEDAN, SEDAN, DOG), truth(CAR, CAR, CAR), LABELS)
    assert found["confusion"] == [["car", "sedan", 2], ["car", "dog", 1]]


def test_the_macro_f1_is_scikit_learns() -> None:
    rows, true, labels = random_answers(500, 12)
    found = measure(rows, true, labels)
    expected = f1_score(true, rows.argmax(axis=1), average="macro")
    assert found["macro_f1"] == pytest.approx(expected)


def test_the_interval_of_the_macro_f1_covers_what_new_photos_give() -> None:
    rows, true, labels = random_answers(8000, 12)
    whole = measure(rows, true, labels)["macro_f1"]
    parts = [measure(rows[i::40], true[i::40], labels)["macro_f1_interval"] for i in range(40)]
    assert sum(low <= whole <= high for low, high in parts) >= 35


def test_measured_twice_it_is_the_same() -> None:
    rows, true, labels = random_answers(300, 5)
    assert measure(rows, true, labels) == measure(rows, true, labels)


def test_a_label_that_was_never_answered_has_no_precision() -> None:
    found = measure(answers(CAR), truth(DOG), LABELS)
    assert found["per_label"] == {"dog": {"precision": None, "recall": 0, "f1": 0, "photos": 1}}


def test_a_label_that_the_version_does_not_know_is_never_its_answer() -> None:
    rows = answers(SEDAN, DOG)
    rows[:, SEDAN] = -np.inf
    found = measure(rows, truth(SEDAN, DOG), LABELS)
    assert found["accuracy"] == 0.5


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    found = measure(answers(DOG, DOG, CAR, CAR, confidence=0.75), truth(DOG, DOG, CAR, DOG), LABELS)
    one = {"low": 0.7, "high": 0.8, "photos": 4, "confidence": 0.75, "accuracy": 0.75}
    assert found["calibration"]["bins"] == [pytest.approx(one)]
    assert found["calibration"]["ece"] == pytest.approx(0)
    sure = measure(answers(DOG, CAR, confidence=1 - 1e-9), truth(DOG, DOG), LABELS)
    assert sure["calibration"]["ece"] == pytest.approx(0.5)


def test_rejection_tells_both_what_was_caught_and_what_was_lost() -> None:
    found = measure(
        answers(NEITHER, DOG, NEITHER, CAR, CAR), truth(NEITHER, NEITHER, DOG, CAR, CAR), LABELS
    )
    assert found["neither"] == {
        "photos": 2,
        "rejected": 0.5,
        "wrongly_rejected": pytest.approx(1 / 3),
    }


def test_without_photos_nothing_is_claimed() -> None:
    found = measure(np.zeros((0, 4), np.float32), truth(), LABELS)
    assert found["photos"] == 0
    assert found["accuracy"] is None
    assert found["macro_f1_interval"] is None
    assert found["calibration"] == {"bins": [], "ece": None}
    assert found["neither"]["rejected"] is None


def test_the_metrics_are_json() -> None:
    rows, true, labels = random_answers(50, 4)
    found = measure(rows.astype(np.float32), true.astype(np.int32), labels)
    assert json.loads(json.dumps(found)) == found


def test_nothing_is_done_photo_by_photo() -> None:
    """So that thousands take a fraction of a second: each more takes less than one call more."""
    calls_of(500)  # imports scikit-learn
    assert calls_of(5000) - calls_of(500) < 4500


def calls_of(photos: int) -> int:
    """How many functions Python calls to measure so many photos."""
    rows, true, labels = random_answers(photos, 80)
    with cProfile.Profile() as profile:
        measure(rows, true, labels)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize(("fixed", "broken"), [(41, 2), (0, 5), (7, 7), (0, 0), (12, 30)])
def test_mcnemars_p_is_that_of_a_binomial_test(fixed: int, broken: int) -> None:
    expected = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert mcnemar_p(fixed, broken) == pytest.approx(expected)


def test_an_answer_above_the_label_is_broad_and_no_mistake() -> None:
    found = measure(answers(CAR, CAR, DOG, SEDAN), truth(SEDAN, CAR, CAR, CAR), LABELS)
    assert (found["accuracy"], found["broad"]) == (0.5, 0.25)


def test_what_is_answered_may_be_another_label_than_the_best() -> None:
    found = measure(answers(SEDAN, SEDAN), truth(SEDAN, DOG), LABELS, truth(CAR, CAR))
    assert (found["accuracy"], found["broad"]) == (0, 0.5)
    assert found["confusion"] == [["dog", "car", 1], ["sedan", "car", 1]]
    assert found["calibration"]["bins"][0]["accuracy"] == 0.5  # of the best labels
