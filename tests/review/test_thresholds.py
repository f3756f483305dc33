"""A threshold keeps what it promises, and nothing is promised on too little."""

from __future__ import annotations

import random

import pytest

from recognition.cnn.measures.intervals import Z_SHOWN, wilson
from recognition.review.thresholds import STEPS, Tally, band, needed, together
from tests.support.real_answers import Shot

TARGETS = (0.95, 0.98)


def tally(*bands: tuple[float, int, int, int]) -> Tally:
    """From (confidence, reviewed, right, uploads)."""
    made = Tally()
    for confidence, reviewed, right, uploads in bands:
        place = band(confidence)
        made.reviewed[place] += reviewed
        made.right[place] += right
        made.uploads[place] += uploads
    return made


def test_wilsons_interval_is_the_published_one() -> None:
    low, high = wilson(81, 263, 1.96)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(10, 10, 1.96).high == 1.0
    assert wilson(0, 0, 1.96) == (0.0, 1.0)


def test_bands_begin_at_the_steps() -> None:
    assert [band(step) for step in STEPS] == list(range(len(STEPS)))
    assert band(1.0) == 0
    assert band(0.4999) == len(STEPS)


def test_nothing_is_promised_on_too_few_photos() -> None:
    few = needed(0.95) - 1
    assert tally((0.999, few, few, few)).threshold(0.95) is None
    assert tally((0.999, few + 1, few + 1, few + 1)).threshold(0.95)


def test_the_threshold_goes_down_as_far_as_the_promise_holds() -> None:
    found = tally((0.999, 300, 300, 300), (0.9, 300, 297, 300), (0.8, 300, 200, 300)).threshold(
        0.95
    )
    assert found
    assert found.confidence == 0.9
    assert found.bounds.low >= 0.95
    assert found.precision == pytest.approx(0.995)


def test_what_lies_below_a_failed_test_is_not_tried() -> None:
    bands = ((0.999, 300, 200, 300), (0.5, 9000, 9000, 9000))
    assert tally(*bands).threshold(0.95) is None


def test_mistakes_below_any_threshold_do_not_count() -> None:
    assert tally((0.999, 300, 300, 300), (0.3, 300, 0, 300)).threshold(0.95)


def test_reviewing_only_the_surest_photos_does_not_lower_the_threshold() -> None:
    """Nine of ten uploads lie where one in five is wrong, but hardly any of these was reviewed."""
    bands = ((0.999, 2000, 2000, 100), (0.8, 50, 40, 900))
    assert sum(sum(band[2:3]) for band in bands) / 2050 > 0.99
    found = tally(*bands).threshold(0.95)
    assert found
    assert found.confidence > 0.8


def test_uploads_where_nobody_looked_count_as_wrong() -> None:
    unseen = tally((0.999, 500, 500, 500), (0.8, 0, 0, 500)).threshold(0.95)
    assert unseen
    assert unseen.confidence > 0.8


def test_no_threshold_lies_where_nobody_looked() -> None:
    """Even if so few uploads are there that it would not matter today."""
    found = tally((0.99, 500, 500, 500), (0.5, 0, 0, 1)).threshold(0.95)
    assert found
    assert found.confidence == 0.99


def test_tallies_add_up() -> None:
    one, other = tally((0.9, 3, 2, 5)), tally((0.9, 1, 1, 1), (0.5, 1, 0, 1))
    assert together([one, other]) == tally((0.9, 4, 3, 6), (0.5, 1, 0, 1))
    assert together([]) == Tally()


def half_and_half(
    photos: list[tuple[float, bool]], target: float, draw: random.Random
) -> tuple[int, int] | None:
    """Thresholds from one half of the photos; of the other, how many are accepted and right."""
    draw.shuffle(photos)
    middle = len(photos) // 2
    seen = Tally()
    for confidence, is_right in photos[:middle]:
        seen.review(confidence, is_right)
    for confidence, _ in photos:
        seen.upload(confidence)
    found = seen.threshold(target)
    if found is None:
        return None
    accepted = [is_right for confidence, is_right in photos[middle:] if confidence >= found[0]]
    return len(accepted), sum(accepted)


def share_kept(draws: list[tuple[int, int] | None], target: float) -> tuple[float, float]:
    """How often the other half's interval, and its precision itself, reach the target."""
    made = [draw for draw in draws if draw and draw[0]]
    within = [wilson(right, number, Z_SHOWN).high >= target for number, right in made]
    above = [right / number >= target for number, right in made]
    return sum(within) / len(within), sum(above) / len(above)


@pytest.mark.parametrize("target", TARGETS)
def test_the_promise_holds_on_the_half_that_was_not_seen(target: float) -> None:
    """Of photos as a calibrated network sees them."""
    draws = []
    for seed in range(200):
        draw = random.Random(seed)
        confidences = [1 - 0.4 * draw.random() ** 3 for _ in range(3000)]
        photos = [(confidence, draw.random() < confidence) for confidence in confidences]
        draws.append(half_and_half(photos, target, draw))
    assert sum(draw is not None for draw in draws) > 190
    within, above = share_kept(draws, target)
    assert within >= 0.99
    assert above >= 0.9


@pytest.mark.parametrize("target", TARGETS)
def test_a_threshold_is_too_low_in_one_of_twenty_cases_at_most(target: float) -> None:
    """Where nothing at all keeps the target, one is found by chance only."""
    found = 0
    for seed in range(400):
        draw = random.Random(seed)
        seen = Tally()
        for _ in range(2000):
            seen.review(1 - 0.5 * draw.random() ** 2, draw.random() < target)
        found += seen.threshold(target) is not None
    assert found / 400 <= 0.06


@pytest.mark.parametrize("target", TARGETS)
def test_the_promise_holds_on_the_other_half_of_real_photos(
    shots: dict[str, list[Shot]], target: float
) -> None:
    everything = [shot for some in shots.values() for shot in some]
    kept = []
    for seed in range(200):
        random.Random(seed).shuffle(everything)
        middle = len(everything) // 2
        seen = Tally()
        for shot in everything[:middle]:
            seen.review(shot.answer.confidence, shot.is_right)
        for shot in everything:
            seen.upload(shot.answer.confidence)
        threshold = seen.threshold(target)
        if threshold:  # where too little was reviewed, nothing is promised
            confidence = threshold.confidence
            accepted = [
                shot for shot in everything[middle:] if shot.answer.confidence >= confidence
            ]
            right = sum(shot.is_right for shot in accepted)
            kept.append(wilson(right, len(accepted), Z_SHOWN).high >= target)
    assert sum(kept) >= 0.99 * len(kept)
    if target == 0.95:
        assert len(kept) > 190
