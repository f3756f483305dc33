"""The photographs in docs/screenshots: out of packages, none of a person's own."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image
from playwright.sync_api import FilePayload

SCIKIT_IMAGE = "scikit-image==0.26.0"
# Of the twenty that foolbox ships, by number, as people would name them. The first ones stand first
# where photos are uploaded, the last ones where the newest come first.
SHIPPED = {
    15: "geese.jpg",
    16: "dalmatian.jpg",
    6: "in the desert.jpg",
    17: "eagle.jpg",
    5: "village.jpg",
    2: "laboratory.jpg",
    12: "window.jpg",
    11: "shoe.jpg",
    13: "cannon.jpg",
    3: "chestnuts.jpg",
    1: "deck chairs.jpg",
    8: "yurts.jpg",
    9: "bottle cap.jpg",
    4: "strawberries.jpg",
    14: "on the wire.jpg",
    10: "drum.jpg",
    0: "on a walk.jpg",
    18: "leafhopper.jpg",
    7: "on the rocks.jpg",
    19: "beetle.jpg",
}
# What the network is taught: English and Chinese, by the picture of scikit-image that is cut up.
TAUGHT = {"brick": ("Brick wall", "砖墙"), "grass": ("Lawn", "草坪"), "gravel": ("Gravel", "砾石")}
TILES = 4  # a side: enough that none of the splits stays empty


def archive(samples: dict[str, bytes]) -> bytes:
    """Tiles of each picture, which are photos of their own, in a folder that names their label."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for slug, sample in samples.items():
            for number, tile in enumerate(_tiles(sample)):
                archive.writestr(f"{slug}/{slug} {number + 1}.png", tile)
    return stream.getvalue()


def _tiles(sample: bytes) -> Iterator[bytes]:
    with Image.open(io.BytesIO(sample)) as image:
        side = image.width // TILES
        for left in range(0, side * TILES, side):
            for top in range(0, side * TILES, side):
                yield png(image.crop((left, top, left + side, top + side)))


def shipped() -> list[FilePayload]:
    origin = getattr(find_spec("foolbox"), "origin", "")  # to import it takes seconds
    paths = sorted(Path(origin).parent.glob("data/imagenet_*.jpg"))
    return [
        {"name": name, "mimeType": "image/jpeg", "buffer": paths[number].read_bytes()}
        for number, name in SHIPPED.items()
    ]


def scikit_image(folder: Path) -> dict[str, bytes]:
    """Pictures by name, out of a wheel that is not installed: it is of no other use here."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    which = ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), SCIKIT_IMAGE]
    subprocess.run([*pip, *which], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(f"skimage/data/{name}.png") for name in ("chelsea", *TAUGHT)}


def png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
