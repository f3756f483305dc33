"""Off-centre photos: small ones pasted into the edge of scenes that show neither animal nor
vehicle. The same seed makes the same ones."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageOps

WIDTH = 0.3  # of the scene
SEED = 11
_QUALITY = 92


def composites(
    photos: Sequence[Path], scenes: Sequence[Path], count: int
) -> Iterator[tuple[Path, bytes]]:
    """Up to `count` pairs of a photo and the file of a scene with it, at the left or right edge by
    turns and anywhere between top and bottom."""
    draw = random.Random(SEED)
    chosen = draw.sample(sorted(photos), min(count, len(photos)))
    for number, photo in enumerate(chosen):
        scene = _upright(draw.choice(sorted(scenes)))
        pasted = _fitted(_upright(photo), scene.size)
        left = 0 if number % 2 == 0 else scene.width - pasted.width
        scene.paste(pasted, (left, draw.randint(0, scene.height - pasted.height)))
        content = io.BytesIO()
        scene.save(content, "JPEG", quality=_QUALITY)
        yield photo, content.getvalue()


def _upright(path: Path) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def _fitted(photo: Image.Image, scene: tuple[int, int]) -> Image.Image:
    """WIDTH of the scene wide, or less where it would be higher than the scene."""
    scale = min(WIDTH * scene[0] / photo.width, scene[1] / photo.height)
    size = (max(1, round(scale * photo.width)), max(1, round(scale * photo.height)))
    return photo.resize(size, Image.Resampling.LANCZOS)
