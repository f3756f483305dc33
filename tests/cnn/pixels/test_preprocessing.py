from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.pixels.cropping import centre_box, subject_box
from recognition.cnn.pixels.preprocessing import (
    Preprocessing,
    centre_pixels,
    load_pixels,
    subject_pixels,
)

LITE0 = Preprocessing(resize=256, crop=224, interpolation="bicubic", mean=127.0, std=128.0)


def gradient(width: int, height: int) -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, 255 - x], axis=2).astype(np.uint8))


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (300, 300), (50, 900), (1, 1)])
def test_any_shape_becomes_the_square_the_network_takes(size: tuple[int, int]) -> None:
    pixels = centre_pixels(gradient(*size), LITE0)
    assert pixels.shape == (224, 224, 3)
    assert pixels.dtype == np.uint8


def test_the_box_is_the_centre_of_the_photo() -> None:
    assert centre_box((512, 256), LITE0.resize, LITE0.crop) == (144.0, 16.0, 368.0, 240.0)


def test_one_pass_gives_the_pixels_of_resizing_and_then_cropping() -> None:
    image = gradient(640, 512)
    resized = image.resize((320, 256), Image.Resampling.BICUBIC)
    cropped = np.asarray(resized.crop((48, 16, 272, 240)))
    difference = np.abs(centre_pixels(image, LITE0).astype(int) - cropped)
    assert difference.max() <= 1


def test_a_large_jpeg_gives_nearly_the_pixels_of_its_full_size() -> None:
    image = gradient(3000, 2000)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=95)
    pixels = load_pixels(jpeg.getvalue(), LITE0, 10**7)
    difference = pixels.astype(int) - centre_pixels(image, LITE0)
    assert np.abs(difference).mean() < 2


def test_an_unknown_interpolation_is_refused() -> None:
    with pytest.raises(ValueError, match="interpolation"):
        Preprocessing(resize=256, crop=224, interpolation="nearest", mean=127.0, std=128.0)


def test_a_crop_larger_than_the_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="usable"):
        Preprocessing(resize=224, crop=256, interpolation="bicubic", mean=127.0, std=128.0)


@pytest.mark.parametrize(
    "wrong",
    [{"std": 0.0}, {"std": (1.0, 1.0, 0.0)}, {"mean": (1.0, 2.0)}, {"greyscale": True}],
)
def test_a_normalisation_that_does_not_fit_the_channels_is_refused(
    wrong: dict[str, object],
) -> None:
    fields: dict[str, object] = {"mean": (1.0, 2.0, 3.0), "std": 1.0, **wrong}
    with pytest.raises(ValueError, match="usable"):
        Preprocessing(resize=256, crop=224, interpolation="bicubic", **fields)  # type: ignore[arg-type]


def test_a_subject_is_seen_whole_with_a_margin_whatever_its_proportions() -> None:
    image = gradient(640, 320)
    pixels = subject_pixels(image, (0.5, 0.25, 0.75, 0.75), LITE0)
    part = image.resize((224, 224), Image.Resampling.BICUBIC, box=(312, 72, 488, 248))
    assert np.array_equal(pixels, np.asarray(part))


def test_the_margin_ends_where_the_photo_does() -> None:
    assert subject_box((100, 100), (0.0, 0.0, 1.0, 0.5)) == pytest.approx((0, 0, 100, 52.5))
