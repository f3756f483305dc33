"""What the network saw of a photo: its centre square, and each subject. Torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from recognition.cnn.explain.placing import centre_place, subject_place
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoded import Pixels, load_views
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE, Preprocessing, subject_pixels


class Seen(NamedTuple):
    """place: where it stands, in parts of 1 of the upright photo. pixels: (crop, crop, 3), RGB."""

    place: Box
    pixels: Pixels


def seen_of(
    source: Path | bytes,
    size: tuple[int, int],
    preprocessing: Preprocessing,
    boxes: Sequence[Box],
    max_pixels: int,
) -> list[Seen]:
    """The whole photo first, then one a box, as when the version answered.

    size: width and height of the upright photo. Raises UnreadablePhoto.
    """
    views = load_views(source, preprocessing, max_pixels, SHORTER_SIDE if boxes else 0)
    whole = Seen(centre_place(size, preprocessing), views.pixels)
    if views.kept is None:
        return [whole]
    image = views.kept.image()
    subjects = (
        Seen(subject_place(box), subject_pixels(image, box, preprocessing)) for box in boxes
    )
    return [whole, *subjects]
