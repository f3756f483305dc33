"""File names for an export: unique, and valid on every operating system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from recognition.models import Photo

_SEPARATORS = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_MAX_BYTES = 180
_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".mpo"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
}


class UniqueNames:
    """Unique names in one folder, even for file systems that ignore case."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, name: str) -> str:
        """The name, or if it is taken, one with a number appended."""
        path = PurePosixPath(name)
        while (key := unicodedata.normalize("NFKC", name).casefold()) in self._taken:
            first = unicodedata.normalize("NFKC", str(path)).casefold()
            self._taken[first] += 1
            name = f"{path.stem}-{self._taken[first]}{path.suffix}"
        self._taken[key] = 1
        return name


def folder_name(slug: str) -> str:
    """The folder of a label."""
    return _safe(slug)


def file_name(photo: Photo) -> str:
    """The photo's own name as far as possible; its suffix always matches its format."""
    name = _safe(_SEPARATORS.split(photo.name)[-1]) or photo.id.hex
    suffixes = _SUFFIXES.get(photo.format, ("",))
    return name if name.lower().endswith(suffixes) else name + suffixes[0]


def _safe(name: str) -> str:
    visible = "".join(char for char in name if unicodedata.category(char) not in _INVISIBLE)
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", visible)).strip(" .")
    if _RESERVED.match(name):
        name = "_" + name
    path = PurePosixPath(name)
    stem = path.stem.encode()[: _MAX_BYTES - len(path.suffix.encode())].decode(errors="ignore")
    return stem + path.suffix if len(name.encode()) > _MAX_BYTES else name
