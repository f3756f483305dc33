"""What web processes do with pixels: judge an upload, and draw the pictures that pages show.

Nothing is decoded here, but in processes of their own (`cnn/pixels/pool.py`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recognition.cnn.pixels.pool import shared


@dataclass(frozen=True)
class PhotoProperties:
    """What intake learns of a photo. Width and height are upright.

    cost_ms: about how long decoding takes at most. is_heavy: it is decoded apart from others.
    capture: as `cnn/pixels/exif/reading.py` describes it.
    """

    format: str
    width: int
    height: int
    cost_ms: float = 0.0
    is_heavy: bool = False
    capture: dict[str, Any] = field(default_factory=dict, compare=False)


def inspect(path: Path, max_pixels: int, owner: Hashable = None) -> PhotoProperties:
    """Learn whether a photo is whole, and what it is. Raises UnreadablePhoto, Busy."""
    fields = shared().light("inspect", path, owner, max_pixels=max_pixels).fields
    fields.pop("sizes")
    return PhotoProperties(**fields)


def render(
    path: Path, target: Path, longest_side: int, max_pixels: int, owner: Hashable = None
) -> None:
    """Draw the photo as a JPEG without any metadata, at most `longest_side` pixels long.

    Raises UnreadablePhoto, Busy, and OSError when the disk is full; part of a picture may be left
    then.
    """
    arguments = {"longest_side": longest_side, "max_pixels": max_pixels}
    [jpeg] = shared().run("render", path, owner, **arguments).parts
    target.write_bytes(jpeg)
