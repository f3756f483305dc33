"""What web processes do with pixels: judge an upload, and draw the pictures that pages show.

Neither Django nor torch is needed here. A photo that would take much memory is handled in a
subprocess, `python -m recognition.photos.imaging`, which frees the memory when it ends.
"""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from recognition.cnn.pixels.decoding import (
    UnreadablePhoto,
    draft_jpeg,
    load_upright_rgb,
    open_photo,
    orientation,
)

MAX_PIXELS_HERE = 4_000_000
MAX_PROGRESSIVE_PIXELS_HERE = 12_000_000
MAX_CHILDREN = 2
CHILD_TIMEOUT_S = 60
JPEG_QUALITY = 82
JPEG_FORMATS = ("JPEG", "MPO")

_END_OF_JPEG = b"\xff\xd9"
_JPEG_TAIL_BYTES = 64  # some programs write a few bytes more

_children = threading.BoundedSemaphore(MAX_CHILDREN)  # each may need hundreds of MB


@dataclass(frozen=True)
class PhotoProperties:
    """What intake keeps of a photo besides its bytes. Width and height are upright."""

    format: str
    width: int
    height: int


def inspect(path: Path, max_pixels: int) -> PhotoProperties:
    """Learn whether a photo is whole, and what it is. Raises UnreadablePhoto.

    Decoding is the sure way; only a JPEG that ends as it should is believed without.
    """
    with open_photo(path, max_pixels) as image:
        if image.format in JPEG_FORMATS and _has_its_end(path):
            return _properties(image, image.size)
        heavy = _is_heavy(image)
        if not heavy:
            return _properties_if_whole(image)
    return PhotoProperties(**_in_subprocess("inspect", path, max_pixels))


def _has_its_end(path: Path) -> bool:
    """Whether a JPEG's end marker stands at its end, or shortly before.

    Inside the compressed pixels these two bytes never follow each other (ITU-T T.81, B.1.1.5).
    """
    with path.open("rb") as stream:
        stream.seek(-min(path.stat().st_size, _JPEG_TAIL_BYTES), os.SEEK_END)
        return _END_OF_JPEG in stream.read()


def render(path: Path, target: Path, longest_side: int, max_pixels: int) -> None:
    """Draw the photo as a JPEG without any metadata, at most `longest_side` pixels long.

    Raises UnreadablePhoto, and OSError when the disk is full; part of a picture may be left then.
    """
    with open_photo(path, max_pixels) as image:
        heavy = _is_heavy(image)
    if heavy:
        _in_subprocess("render", path, target, longest_side, max_pixels)
    else:
        _render_here(path, target, longest_side, max_pixels)


def _is_heavy(image: Image.Image) -> bool:
    width, height = image.size
    if image.format in JPEG_FORMATS:  # libjpeg shrinks while it decodes, row by row ...
        if not image.info.get("progressive"):
            return False
        return width * height > MAX_PROGRESSIVE_PIXELS_HERE  # ... unless it needs all rows at once
    return width * height > MAX_PIXELS_HERE


def _properties_if_whole(image: Image.Image) -> PhotoProperties:
    size = image.size
    draft_jpeg(image, 64, "L")
    image.load()
    return _properties(image, size)


def _properties(image: Image.Image, size: tuple[int, int]) -> PhotoProperties:
    width, height = size
    if orientation(image) >= 5:  # a quarter turn
        width, height = height, width
    return PhotoProperties(image.format or "", width, height)


def _render_here(path: Path, target: Path, longest_side: int, max_pixels: int) -> None:
    with open_photo(path, max_pixels) as image:
        shorter_side = math.ceil(longest_side * min(image.size) / max(image.size))
    picture = load_upright_rgb(path, shorter_side, max_pixels)
    picture.thumbnail((longest_side, longest_side), Image.Resampling.BICUBIC)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # pixels only: no EXIF, GPS, XMP, comment or colour profile travels on
    jpeg = io.BytesIO()  # Pillow, writing to the disk, would not see that the last bytes found none
    clean.save(jpeg, "JPEG", quality=JPEG_QUALITY, optimize=True)
    target.write_bytes(jpeg.getvalue())


def _in_subprocess(task: str, path: Path, *arguments: object) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "recognition.photos.imaging",
        task,
        str(path),
        *map(str, arguments),
    ]
    try:
        with _children:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=CHILD_TIMEOUT_S,
                check=True,
                cwd=Path(__file__).parents[2],
            )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise UnreadablePhoto("truncated") from error
    answer: dict[str, Any] = json.loads(done.stdout)
    if "code" in answer:
        raise UnreadablePhoto(answer["code"])
    return answer


def _main(task: str, path: str, *arguments: str) -> dict[str, Any]:
    try:
        if task == "render":
            target, longest_side, max_pixels = arguments
            _render_here(Path(path), Path(target), int(longest_side), int(max_pixels))
            return {}
        with open_photo(Path(path), int(arguments[0])) as image:
            return asdict(_properties_if_whole(image))
    except UnreadablePhoto as error:
        return {"code": error.code}


if __name__ == "__main__":
    print(json.dumps(_main(*sys.argv[1:])))
