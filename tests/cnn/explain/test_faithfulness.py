from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from recognition.cnn.explain import faithfulness
from recognition.cnn.explain.placing import hottest

SIDE = 64
Pixels = npt.NDArray[np.uint8]


@pytest.fixture
def pixels() -> Pixels:
    """Grey, with a pattern of stripes in the upper left quarter."""
    square = np.full((SIDE, SIDE, 3), 128, np.uint8)
    square[: SIDE // 2, : SIDE // 2 : 2] = 255
    square[: SIDE // 2, 1 : SIDE // 2 : 2] = 0
    return square


def stripes(squares: Pixels) -> npt.NDArray[np.floating]:
    """A network that knows nothing but stripes in the upper left quarter, and how many are left."""
    steps = np.abs(np.diff(squares[:, : SIDE // 2, : SIDE // 2, 0].astype(float), axis=2))
    return (steps > 200).mean(axis=(1, 2))


def heat(row: int, column: int) -> npt.NDArray[np.float32]:
    values = np.zeros((4, 4), np.float32)
    values[row : row + 2, column : column + 2] = 1
    return values


def test_hiding_what_the_network_looks_at_costs_more_than_hiding_as_much_elsewhere(
    pixels: Pixels,
) -> None:
    check = faithfulness.check(pixels, heat(0, 0), stripes)
    assert check.before == 1
    assert check.alone > 0.6
    assert check.masked < 0.4
    assert check.drop > 2 * check.random_drop > 0
    assert check.random_alone < check.alone


def test_a_map_that_does_not_tell_the_truth_is_found_out(pixels: Pixels) -> None:
    check = faithfulness.check(pixels, heat(2, 2), stripes)
    assert check.drop < check.random_drop
    assert check.alone == 0


def test_other_masks_have_the_same_size_and_are_the_same_each_time() -> None:
    mask = hottest(np.random.default_rng(0).random((16, 16), np.float32), 0.2)
    masks = list(faithfulness.elsewhere(mask, 6, seed=3))
    assert [other.sum() for other in masks] == [mask.sum()] * 6
    assert len({other.tobytes() for other in masks}) == 6
    again = list(faithfulness.elsewhere(mask, 6, seed=3))
    assert all((one == other).all() for one, other in zip(masks, again, strict=True))


def test_what_is_hidden_is_blurred_and_the_rest_untouched(pixels: Pixels) -> None:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[:20, :20] = True
    hidden = faithfulness.mixed(pixels, faithfulness.blurred(pixels), mask)
    assert (hidden[~mask] == pixels[~mask]).all()
    steps = np.abs(np.diff(hidden[:20, :20, 0].astype(int), axis=1))
    assert steps.max() < 10


def test_it_is_blurred_until_the_network_does_not_recognise_it(pixels: Pixels) -> None:
    """What is as large as the square itself survives a weak blur."""
    pixels[:, : SIDE // 2], pixels[:, SIDE // 2 :] = 255, 0

    def halves(squares: Pixels) -> npt.NDArray[np.floating]:
        left, right = squares[:, :, : SIDE // 4], squares[:, :, -SIDE // 4 :]
        difference = left.mean(axis=(1, 2, 3)) - right.mean(axis=(1, 2, 3))
        return difference / 255

    assert halves(faithfulness.blurred(pixels)[None])[0] > 0.9
    check = faithfulness.check(pixels, heat(0, 0), halves)
    assert check.before == 1
    assert check.hidden < 0.5


def test_the_curves_begin_and_end_with_nothing_and_everything(pixels: Pixels) -> None:
    curves = faithfulness.curves(pixels, heat(0, 0), stripes, steps=10)
    assert curves.shares == pytest.approx([step / 10 for step in range(11)])
    assert (curves.insertion[0], curves.insertion[-1]) == (0, 1)
    assert (curves.deletion[0], curves.deletion[-1]) == (1, 0)


def test_the_areas_tell_a_right_map_from_a_wrong_one(pixels: Pixels) -> None:
    right = faithfulness.curves(pixels, heat(0, 0), stripes)
    wrong = faithfulness.curves(pixels, heat(2, 2), stripes)
    assert right.insertion_area > 0.7 > 0.4 > wrong.insertion_area
    assert right.deletion_area < 0.3 < 0.6 < wrong.deletion_area
