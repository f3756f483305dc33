"""Photos to measure with: any number of files, no two with the same bytes."""

from __future__ import annotations

import importlib.util
import itertools
import os
from pathlib import Path

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def default_folder() -> Path:
    """The shared test photos where they are, else the twenty that the package foolbox ships."""
    shared = Path(__file__).resolve().parents[2] / "shared" / "photos" / "imagenet"
    foolbox = importlib.util.find_spec("foolbox")
    if shared.is_dir() or foolbox is None or foolbox.origin is None:
        return shared
    return Path(foolbox.origin).parent / "data"


def paths(folder: Path) -> list[Path]:
    """The photos of a folder and of those in it."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise SystemExit(f"There are no photos in {folder}.")
    return found


def photos(folder: Path, count: int) -> list[tuple[str, bytes]]:
    """`count` pairs of a name and a file's bytes.

    Files are used again as often as needed, with a few bytes behind their end that make them new
    to a server that knows its photos by their hash, and that no decoder looks at.
    """
    contents = [(path.name, path.read_bytes()) for path in paths(folder)]
    return [
        (f"{number:05d}-{name}", content + os.urandom(8))
        for number, (name, content) in zip(range(count), itertools.cycle(contents), strict=False)
    ]
