"""The values of EXIF's directories (CIPA DC-008), whatever a camera or a stranger wrote there."""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from datetime import datetime, timedelta

from recognition.cnn.pixels.outlines.directory import Directory, Entry
from recognition.cnn.pixels.outlines.outline import Bytes
from recognition.cnn.pixels.unreadable import UnreadablePhoto

FIRST_YEAR = 1826  # of the oldest photograph that there is
LONGEST_CAMERA = 120

_MOST_BYTES = 1000  # of a text
_DATE = re.compile(r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)[ T](\d\d?):(\d\d?)(?::(\d\d?))?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_MOST_MINUTES = 14 * 60  # Kiribati's
_COMPANY = re.compile(
    r"[\s,]+(corporation|corp|company|co|ltd|inc|gmbh|ag|imaging|optical|electronics|"
    r"technologies|electric|digital camera)\b\.?.*",
    re.IGNORECASE,
)
_RATIONALS = {5: "II", 10: "ii"}


class Fields:
    """A directory of a block, of which broken entries are as good as none."""

    def __init__(self, data: Bytes, start: int | None = None) -> None:
        """Raises UnreadablePhoto."""
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        self._directory = Directory(data, start)

    def below(self, tag: int) -> Fields | None:
        """The directory that an entry points at."""
        try:
            start = self._directory.number(tag)
            return Fields(self._data, start) if start else None
        except UnreadablePhoto:
            return None

    def text(self, tag: int) -> str:
        """Up to the first NUL, without what nobody sees."""
        entry = self._directory.entries.get(tag)
        if entry is None or entry.type not in (1, 2, 7):
            return ""
        raw = bytes(self._data[entry.place : entry.place + min(entry.bytes, _MOST_BYTES)])
        is_wide = raw[:1] > b"\0" and raw[1:2] == raw[3:4] == b"\0" < raw[2:3]  # UTF-16
        text = raw.decode("utf-16-le" if is_wide else "utf-8", "replace").split("\0", 1)[0]
        kept = (c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
        return unicodedata.normalize("NFC", " ".join("".join(kept).replace("\ufffd", "").split()))

    def rationals(self, tag: int, count: int) -> list[float] | None:
        """So many fractions; None if one makes no sense. Nothing of nothing is nothing, as cameras
        write that count no seconds."""
        entry = self._directory.entries.get(tag)
        if entry is None or entry.type not in _RATIONALS or entry.length < count:
            return None
        form = self._order + _RATIONALS[entry.type] * count
        try:
            pairs = struct.unpack(form, self._bytes(entry, struct.calcsize(form)))
        except struct.error:  # the block ends before
            return None
        values = []
        for over, under in zip(pairs[::2], pairs[1::2], strict=True):
            if not under and over:
                return None
            values.append(over / under if under else 0.0)
        return values

    def byte(self, tag: int) -> int:
        """0 if there is none."""
        entry = self._directory.entries.get(tag)
        part = self._bytes(entry, 1) if entry and entry.type == 1 else b""
        return part[0] if part else 0

    def _bytes(self, entry: Entry, most: int) -> bytes:
        return bytes(self._data[entry.place : entry.place + most])


def time(text: str, fraction: str = "") -> datetime | None:
    """A time without a zone; None for what cannot be one, such as years that were not."""
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups())
    if year < FIRST_YEAR:
        return None
    try:
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller's
    except ValueError:
        return None
    digits = re.match(r"\d{1,6}", fraction, re.ASCII)
    return at.replace(microsecond=int(digits[0].ljust(6, "0"))) if digits else at


def offset(text: str) -> timedelta | None:
    """Such as +08:00."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    minutes = 60 * int(found[2]) + int(found[3])
    if minutes > _MOST_MINUTES or int(found[3]) >= 60:
        return None
    return timedelta(minutes=minutes if found[1] == "+" else -minutes)


def degrees(parts: list[float] | None, most: float) -> float | None:
    """Degrees, minutes and seconds as one number."""
    if parts is None:
        return None
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    whole = all(part >= 0 for part in parts) and parts[1] <= 60 and parts[2] <= 60
    return value if whole and math.isfinite(value) and value <= most else None


def camera(make: str, model: str) -> str:
    """Make and model as people say them: the make once, without the kind of its company."""
    maker = _COMPANY.sub("", make).strip(" ,.") or make
    first = maker.split(" ")[0].casefold()
    has_make = not maker or model.casefold().startswith(first)
    name = model if has_make and model else f"{maker} {model}"
    return name.strip()[:LONGEST_CAMERA].strip()
