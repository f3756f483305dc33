"""Labels in the order in which readers look them up: by name, Chinese by its pronunciation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.db.models import Case, IntegerField, Value, When

from recognition.models import Label
from recognition.models.names import plain

# The 6,763 characters of GB 2312, in the order that the Unicode CLDR (48, Unicode License v3) and
# so all browsers give them by pinyin, then by strokes. In the order of their numbers, which
# databases know, a reader finds nothing.
_PINYIN = Path(__file__).parent / "pinyin_order.txt"
_LATIN, _KNOWN, _OTHER = range(3)

NameKey = tuple[tuple[int, int], ...]


def by_name(labels: Iterable[Label]) -> list[Label]:
    """In the order of their names in the language of the current request."""
    return sorted(labels, key=lambda label: (name_key(label.name), label.slug))


def places_by_name(labels: Iterable[Label]) -> Case:
    """The same for a query, which cannot know it."""
    places = [When(pk=label.pk, then=Value(place)) for place, label in enumerate(by_name(labels))]
    return Case(*places, default=Value(len(places)), output_field=IntegerField())


def name_key(name: str) -> NameKey:
    """What a name sorts by: neither capitals nor accents count, Latin comes before Chinese."""
    places = _pinyin()
    return tuple(
        (_KNOWN, places[char]) if char in places else (_group(char), ord(char))
        for char in unicodedata.normalize("NFKD", plain(name))
        if not unicodedata.combining(char)
    )


def _group(char: str) -> int:
    """Rare characters stand behind the others, like those of writings that come later."""
    return _OTHER if ord(char) >= 0x2E80 else _LATIN


@cache
def _pinyin() -> dict[str, int]:
    chars = _PINYIN.read_text(encoding="utf-8").replace("\n", "")
    return {char: place for place, char in enumerate(chars)}
