"""Photos sorted by what they cost: those that the network is sure of at first sight, those that
need a closer look, and ordinary ones, which are of both kinds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks import corpus, load
from benchmarks.product import CLIENTS, Product


class PhotoSets(NamedTuple):
    """Folders of photos. closer: None where nothing looks closer; ordinary: None if not given."""

    sure: Path
    closer: Path | None
    ordinary: Path | None


def sort_out(product: Product, photos: Path, ordinary: Path | None, place: Path) -> PhotoSets:
    """Have all of them answered once, and copy them into folders of `place`.

    What the network was sure of has no subjects yet when the answer comes.
    """
    files = list(corpus.paths(photos))
    if ordinary and ordinary != photos:
        files += corpus.paths(ordinary)
    contents = [
        (f"{number:05d}{path.suffix}", path.read_bytes()) for number, path in enumerate(files)
    ]
    closer: set[str] = set()

    def upload(client: load.Client, photo: load.Photo) -> None:
        prediction = product.answer(client, photo)["prediction"] or {}
        if prediction.get("subjects") is not None:
            closer.add(photo[0])

    load.upload_at_once(product.new_client, upload, contents, CLIENTS)
    product.rest()
    sure = [photo for photo in contents if photo[0] not in closer]
    return PhotoSets(
        sure=_written(sure or contents, place / "sure"),
        closer=_written([photo for photo in contents if photo[0] in closer], place / "closer")
        if closer
        else None,
        ordinary=ordinary,
    )


def _written(photos: Iterable[load.Photo], folder: Path) -> Path:
    folder.mkdir()
    for name, content in photos:
        (folder / name).write_bytes(content)
    return folder
