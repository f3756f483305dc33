"""How a thumbnail that is cut to a fixed shape shows the main subject."""

from __future__ import annotations

from dataclasses import dataclass

from recognition.cnn.pixels.boxes import Box
from recognition.models import Photo
from recognition.photos import parts

_FRAMED_BELOW = 0.35  # of the picture; around what is larger, a frame is clutter
_LEAST_SIDE = 0.08  # of the photo's shorter side; what is smaller would hide in its own frame


@dataclass(frozen=True)
class Thumbnail:
    """Which end of the picture is kept where it is cut: "start", "middle" or "end"; and in pixels
    of the photo, the frame to draw, if any: left, top, width and height."""

    keeps: str
    frame: tuple[int, int, int, int] | None

    @property
    def alignment(self) -> str:
        """In the words of SVG."""
        return {"start": "xMinYMin", "middle": "xMidYMid", "end": "xMaxYMax"}[self.keeps]


def thumbnail(photo: Photo, ratio: float) -> Thumbnail:
    """ratio: width by height of what is shown."""
    box = parts.main_box(photo)
    if box is None:
        return Thumbnail("middle", None)
    keeps = _end_to_keep(box, photo.width / photo.height / ratio)
    return Thumbnail(keeps, _frame(photo, box) if Box(*box).area < _FRAMED_BELOW else None)


def _frame(photo: Photo, box: list[float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    least = _LEAST_SIDE * min(photo.width, photo.height)
    width = max(least, (right - left) * photo.width)
    height = max(least, (bottom - top) * photo.height)
    middle = (left + right) / 2 * photo.width, (top + bottom) / 2 * photo.height
    return (
        round(middle[0] - width / 2),
        round(middle[1] - height / 2),
        round(width),
        round(height),
    )


def _end_to_keep(box: list[float], too_wide: float) -> str:
    """too_wide: by how much the photo is wider than what is shown; below 1 it is taller."""
    shown = min(too_wide, 1 / too_wide)
    first, last = (box[0], box[2]) if too_wide > 1 else (box[1], box[3])

    def seen(start: float) -> float:
        return round(min(last, start + shown) - max(first, start), 3)

    starts = {"middle": (1 - shown) / 2, "start": 0.0, "end": 1 - shown}
    return max(starts, key=lambda end: seen(starts[end]))  # of equals, the middle
