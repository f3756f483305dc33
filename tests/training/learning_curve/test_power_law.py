"""What points of a learning curve tell of the future."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.training.learning_curve.power_law import Curve, Point

SIZES = (0, 2, 5, 10, 20, 40)


def points(error: float, exponent: float, rest: float, tested: int = 200) -> list[Point]:
    """Of a curve without noise."""
    shares = [rest + (error - rest) * (1 + n / 3) ** -exponent for n in SIZES]
    return [Point(n, round(share * tested), tested) for n, share in zip(SIZES, shares, strict=True)]


def test_a_power_law_is_continued() -> None:
    curve = Curve(points(0.8, 0.8, 0.05))
    truth = 0.05 + 0.75 * (1 + 80 / 3) ** -0.8
    foretold = curve.error(80)
    assert foretold.low <= truth <= foretold.high
    assert foretold.mean == pytest.approx(truth, abs=0.03)


def test_errors_that_no_photo_takes_away_promise_no_gain() -> None:
    gain = Curve([Point(n, 20, 200) for n in SIZES]).gain(40, 40)
    assert gain.mean < 0.01


def test_a_steep_curve_promises_more_than_a_flat_one() -> None:
    steep = Curve(points(0.9, 0.5, 0.0)).gain(40, 40)
    flat = Curve(points(0.3, 0.5, 0.25)).gain(40, 40)
    assert steep.mean > flat.mean + 0.03


def test_few_test_photos_leave_more_open() -> None:
    many = Curve(points(0.8, 0.5, 0.1, tested=1000)).error(80)
    few = Curve(points(0.8, 0.5, 0.1, tested=10)).error(80)
    assert few.high - few.low > many.high - many.low


def test_a_gain_is_never_negative() -> None:
    rising = Curve([Point(n, 10 + n, 100) for n in SIZES])
    assert 0 <= rising.gain(40, 40).low <= rising.gain(40, 40).mean <= rising.gain(40, 40).high


@pytest.mark.parametrize("wrong", [0, 100])
def test_all_right_and_all_wrong_are_points_too(wrong: int) -> None:
    error = Curve([Point(n, wrong, 100) for n in SIZES]).error(80)
    assert error.mean == pytest.approx(wrong / 100, abs=0.04)


def test_the_bounds_hold_in_about_eight_of_ten_cases() -> None:
    draw = np.random.default_rng(0)
    held = 0
    for _ in range(60):
        first, rest = draw.uniform(0.3, 1), draw.uniform(0, 0.1)
        exponent = draw.uniform(0.3, 1.2)
        shares = [rest + (first - rest) * (1 + n / 3) ** -exponent for n in (*SIZES, 80)]
        counts = draw.binomial(60, shares[:-1])
        curve = Curve([Point(n, int(count), 60) for n, count in zip(SIZES, counts, strict=True)])
        bounds = curve.error(80)
        held += bounds.low <= shares[-1] <= bounds.high
    assert held >= 45
