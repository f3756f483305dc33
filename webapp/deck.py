"""deck.gl, which draws the map of the photos with WebGL, out of the wheel of pydeck.

docs/decisions/photo-map.md says why this library.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

NAME = "deck/deck.js"  # below STATIC_URL
_MAP = b"//# sourceMappingURL="


class _Without(FileSystemStorage):
    """Of the folder one file, without the name of its map, which is four times as large and which
    collectstatic would look for."""

    prefix = "deck"

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        return ContentFile(_file().read_bytes().rpartition(_MAP)[0], name)

    def path(self, name: str) -> str:
        return str(_file())


class DeckFinder(BaseFinder):
    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(_file())] if path == NAME else []
        if find_all or kwargs.get("all"):
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        yield NAME.removeprefix("deck/"), _Without(_file().parent)


def _file() -> Path:
    found = importlib.util.find_spec("pydeck")  # which is not imported: it would bring NumPy
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pydeck is not installed: see requirements.lock.")
    return Path(found.origin).parent / "nbextension" / "static" / "index.js"
