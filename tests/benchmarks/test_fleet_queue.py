"""The simulated queue obeys what is known of queues."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.fleet_queue import Predictors, knee, longest_wait_h, percentiles, simulate

PHOTOS = 5_000
ALONE = Predictors(1, claim_s=0.0, photo_s=0.01, batch=1)
FOUR = Predictors(4, claim_s=0.005, photo_s=0.01)


@pytest.mark.parametrize("utilisation", [0.3, 0.7, 0.95])
def test_littles_law(utilisation: float) -> None:
    """As many are present, on average, as come a second times the seconds each stays."""
    seen = simulate(FOUR, utilisation * FOUR.most_per_s, PHOTOS)
    until = seen.came[-1]
    present = seen.present(np.linspace(0, until, 20_000)).mean()
    assert present == pytest.approx(PHOTOS / until * seen.waits.mean(), rel=0.05)


def test_one_predictor_without_batches_waits_as_pollaczek_and_khinchin_say() -> None:
    utilisation, photo_s = 0.7, ALONE.photo_s
    seen = simulate(ALONE, utilisation / photo_s, 30_000)
    expected = photo_s + utilisation * photo_s / (2 * (1 - utilisation))
    assert seen.waits.mean() == pytest.approx(expected, rel=0.1)


def test_all_are_stored_once_and_none_before_it_came() -> None:
    seen = simulate(FOUR, 0.9 * FOUR.most_per_s, PHOTOS)
    assert seen.batches.sum() == PHOTOS
    assert seen.batches.max() <= FOUR.batch
    assert seen.waits.min() >= FOUR.claim_s + FOUR.photo_s - 1e-9
    assert seen.twice == 0


def test_what_a_dead_predictor_held_waits_for_the_lease_and_is_stored() -> None:
    dying = replace(FOUR, dies=0.01)
    seen = simulate(dying, 0.5 * FOUR.most_per_s, PHOTOS)
    assert not np.isnan(seen.stored).any()
    assert seen.twice > 0
    assert seen.batches.sum() == PHOTOS + seen.twice
    assert seen.waits.max() > dying.lease_s
    assert (seen.waits > dying.lease_s).sum() <= seen.twice


def test_the_busy_time_is_that_of_the_claims_and_the_photos() -> None:
    seen = simulate(FOUR, 0.5 * FOUR.most_per_s, PHOTOS)
    expected = len(seen.batches) * FOUR.claim_s + PHOTOS * FOUR.photo_s
    assert seen.busy_s == pytest.approx(expected)


def test_batches_fill_when_it_is_crowded() -> None:
    quiet, crowded = (
        simulate(FOUR, share * FOUR.most_per_s, PHOTOS).batches.mean() for share in (0.2, 1.5)
    )
    assert quiet < 1.1
    assert crowded > 15


def test_waits_grow_with_utilisation_and_beyond_all_bounds_above_one() -> None:
    p99 = [percentiles(FOUR, share, PHOTOS)[1] for share in (0.3, 0.7, 0.95, 1.2)]
    assert p99 == sorted(p99)
    longer = percentiles(FOUR, 1.2, 4 * PHOTOS)[1]
    assert longer > 3 * p99[-1]


def test_more_predictors_of_one_queue_have_their_knee_later() -> None:
    assert 0.6 < knee(replace(FOUR, count=1), PHOTOS) < knee(FOUR, PHOTOS) <= 0.99


def test_the_same_seed_gives_the_same_figures() -> None:
    first, again = (simulate(FOUR, 100, 500, seed=3) for _ in range(2))
    other = simulate(FOUR, 100, 500, seed=4)
    assert np.array_equal(first.stored, again.stored)
    assert not np.array_equal(first.stored, other.stored)


def test_who_has_predictors_for_the_peak_does_not_wait_and_for_less_does() -> None:
    rates = np.array([1.0, 3.0])  # half a day each
    assert longest_wait_h(rates, 3.0) == 0
    # Half a second too many for half a day; then two and a half a second are answered.
    assert longest_wait_h(rates, 2.5) == pytest.approx(0.5 * 12 / 2.5)
    assert longest_wait_h(rates, 2.5) < longest_wait_h(rates, 2.1)
