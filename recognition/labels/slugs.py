"""A label's short name, made from its name: people never type one."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Container, Iterator

from django.utils.text import slugify

from recognition.models import Label
from recognition.models.names import plain

_LONGEST = 50
_LONGEST_BEFORE_A_MARK = 40
_LEFT_OUT = " -_.,()'’"  # without making another name of it


def free_slug(name: str) -> str:
    """A slug that no label has; it stays free for as long as the tree is locked."""
    taken = {slug.lower() for slug in Label.objects.order_by().values_list("slug", flat=True)}
    return slug_for(name, taken)


def slug_for(name: str, taken: Container[str]) -> str:
    """A name in Latin letters without accents; of any other (越野车, C++) what is left of it and
    a few digits of its hash, the same everywhere. taken: slugs in lower case."""
    return next(slug for slug in _slugs(name) if slug not in taken)


def _slugs(name: str) -> Iterator[str]:
    base = slugify(plain(name)).strip("-_")
    if base and len(base) <= _LONGEST and _is_latin(name):
        yield base
    mark = hashlib.sha256(plain(name).encode()).hexdigest()
    start = base[:_LONGEST_BEFORE_A_MARK].strip("-_") or "label"
    for digits in range(6, _LONGEST - _LONGEST_BEFORE_A_MARK):
        yield f"{start}-{mark[:digits]}"
    for digits in range(10, len(mark)):
        yield f"label-{mark[:digits]}"[:_LONGEST]


def _is_latin(name: str) -> bool:
    """Whether its slug lacks nothing but accents and what is harmless."""
    return all(
        (char.isascii() and char.isalnum()) or char in _LEFT_OUT or unicodedata.combining(char)
        for char in unicodedata.normalize("NFKD", plain(name))
    )
