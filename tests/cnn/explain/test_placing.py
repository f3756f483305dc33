from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.explain.placing import (
    SPEAKS_AGAINST,
    SPEAKS_FOR,
    centre_place,
    heat_picture,
    hottest,
    over_photo,
    overlap,
    subject_place,
    upsampled,
)
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.preprocessing import Preprocessing, centre_pixels, subject_pixels

CENTRE = Preprocessing(64, 56, "bilinear", 0.0, 1.0)
SIZES = [(160, 90), (90, 160), (75, 75)]


def smooth_photo(size: tuple[int, int]) -> Image.Image:
    """Without details, so that scaling it loses nothing."""
    dots = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    return Image.fromarray(dots).resize(size, Image.Resampling.BICUBIC)


def middle(size: tuple[int, int], place: Box) -> tuple[slice, slice]:
    """The pixels well inside of a place."""
    width, height = size
    return (
        slice(int(place.top * height) + 3, int(place.bottom * height) - 3),
        slice(int(place.left * width) + 3, int(place.right * width) - 3),
    )


@pytest.mark.parametrize("size", SIZES)
def test_what_the_network_saw_of_the_centre_lies_over_the_photo_where_it_was(
    size: tuple[int, int],
) -> None:
    photo = smooth_photo(size)
    seen = centre_pixels(photo, CENTRE)[..., 1].astype(np.float32)
    place = centre_place(size, CENTRE)
    inside = middle(size, place)
    difference = over_photo(seen, place, size) - np.asarray(photo, np.float32)[..., 1]
    assert np.abs(difference[inside]).max() < 3


@pytest.mark.parametrize("box", [Box(0.1, 0.2, 0.6, 0.9), Box(0.5, 0.0, 1.0, 0.4)])
def test_what_the_network_saw_of_a_subject_lies_over_its_box_unsqueezed(box: Box) -> None:
    size = (160, 90)
    photo = smooth_photo(size)
    seen = subject_pixels(photo, box, CENTRE)[..., 1].astype(np.float32)
    place = subject_place(box)
    inside = middle(size, place)
    difference = over_photo(seen, place, size) - np.asarray(photo, np.float32)[..., 1]
    assert np.abs(difference[inside]).max() < 4


def test_a_map_says_nothing_of_what_the_network_did_not_see() -> None:
    over = over_photo(np.ones((8, 8), np.float32), Box(0.25, 0.0, 0.75, 1.0), (40, 20))
    assert over.shape == (20, 40)
    assert (over[:, 10:30] == 1).all()
    assert not over[:, :10].any()
    assert not over[:, 30:].any()


def test_a_smaller_picture_of_the_photo_gets_a_smaller_map_at_the_same_place() -> None:
    values = np.random.default_rng(0).random((6, 6), np.float32)
    place = Box(0.1, 0.3, 0.7, 0.9)
    large = over_photo(values, place, (400, 300))
    small = over_photo(values, place, (40, 30))
    blocks = large.reshape(30, 10, 40, 10).mean(axis=(1, 3))
    assert np.abs(blocks - small).max() < 0.1


def test_the_hottest_fifth_is_a_fifth() -> None:
    values = np.random.default_rng(0).random((20, 20), np.float32)
    hot = hottest(values, 0.2)
    assert hot.sum() == 80
    assert values[hot].min() > values[~hot].max()


def test_a_map_without_differences_still_has_a_hottest_fifth() -> None:
    assert hottest(np.zeros((10, 10), np.float32), 0.2).sum() == 20


def test_overlap_is_the_share_that_two_masks_have_in_common() -> None:
    one, other = np.zeros((2, 4), bool), np.zeros((2, 4), bool)
    one[0], other[:, :2] = True, True
    assert overlap(one, other) == pytest.approx(2 / 6)
    assert overlap(one, ~one) == 0
    assert overlap(one & False, one & False) == 0


def test_upsampling_adds_no_extremes() -> None:
    values = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    wide = upsampled(values, 64)
    assert wide.shape == (64, 64)
    assert wide.min() >= values.min()
    assert wide.max() <= values.max()


def test_what_speaks_for_a_label_has_one_colour_and_what_speaks_against_it_another() -> None:
    picture = heat_picture(np.array([[2.0, -1.0, 0.0]], np.float32))
    assert picture.mode == "RGBA"
    assert picture.getpixel((0, 0)) == (*SPEAKS_FOR, 255)
    assert picture.getpixel((1, 0)) == (*SPEAKS_AGAINST, 128)
    assert picture.getpixel((2, 0))[3] == 0


def test_maps_that_are_compared_are_as_strong_as_their_values() -> None:
    weak = heat_picture(np.array([[1.0]], np.float32), most=4.0)
    assert weak.getpixel((0, 0))[3] == 64


def test_a_map_of_zeros_shows_nothing() -> None:
    assert heat_picture(np.zeros((2, 2), np.float32)).getextrema()[3] == (0, 0)
