"""Times as ranges that hold."""

from __future__ import annotations

import pytest

from recognition.cnn.training.parameters import TrainingParameters
from recognition.models import Mode, TrainingEpoch, TrainingRun
from recognition.staff.training import time_ranges
from recognition.staff.training.time_ranges import Range, in_words


@pytest.mark.parametrize(
    ("low_s", "high_s", "words"),
    [
        (0, 11, "1 to 15 seconds"),
        (20, 170, "20 seconds to 3 minutes"),
        (61, 800, "1 to 15 minutes"),
        (600, 600, "10 minutes"),
        (50 * 60, 6000, "45 minutes to 2 hours"),
        (3 * 3600, 26 * 3600, "3 to 30 hours"),
        (5 * 3600, 4 * 86400, "5 hours to 5 days"),
        (100 * 86400, 200 * 86400, "90 to 200 days"),
    ],
)
def test_ranges_are_rounded_outwards(low_s: float, high_s: float, words: str) -> None:
    assert in_words(low_s, high_s) == words


@pytest.mark.parametrize("seconds", [7, 95, 1234, 4000, 90_000, 400_000])
def test_the_words_hold_what_they_stand_for(seconds: float) -> None:
    """Nothing is rounded inwards, whatever the units."""
    units = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
    low, high = in_words(seconds, 3 * seconds).split(" to ")
    unit = units[high.split()[1].rstrip("s")]
    assert int(high.split()[0]) * unit >= 3 * seconds
    low_unit = units[low.split()[1].rstrip("s")] if " " in low else unit
    assert int(low.split()[0]) * low_unit <= seconds


def test_a_run_that_may_end_early_says_so() -> None:
    run = TrainingRun(
        mode=Mode.FINE_TUNE, seconds_left=900, parameters={"epochs": 12, "patience": 3}
    )
    epochs = [TrainingEpoch(number=n, validation_accuracy=a) for n, a in ((1, 0.9), (2, 0.8))]
    left = time_ranges.left_of(run, epochs)
    assert left == Range(900 / 1.5 * 2 / 10, 900 * 1.5 + 60)  # two more of the ten epochs at least


def test_what_was_measured_here_is_told_more_closely() -> None:
    parameters = TrainingParameters(epochs=10, patience=0)
    by_size = time_ranges.of_training(600, parameters, is_measured=False, may_be_quicker=False)
    measured = time_ranges.of_training(600, parameters, is_measured=True, may_be_quicker=False)
    assert by_size.low < measured.low < 600 < measured.high < by_size.high
