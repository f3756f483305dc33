"""Short names that nobody types."""

from __future__ import annotations

import re

import pytest

from recognition.labels.slugs import slug_for

VALID = re.compile(r"[-a-zA-Z0-9_]{1,50}")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Red Panda Cub", "red-panda-cub"),
        ("red-panda-cub", "red-panda-cub"),
        ("Käfer", "kafer"),
        ("Ka\u0308fer", "kafer"),
        ("Straße", "strasse"),
        ("St. Bernard (dog)", "st-bernard-dog"),
        ("C", "c"),
        ("2024", "2024"),
    ],
)
def test_latin_letters_say_the_name(name: str, slug: str) -> None:
    assert slug_for(name, ()) == slug


NAMES = ["越野车", "собака", "C++", "C#", "🐶", "++", "犬 dog", "x" * 60, "é" * 60, "Øre"]


@pytest.mark.parametrize("name", NAMES)
def test_any_other_name_has_a_slug_of_its_own(name: str) -> None:
    slug = slug_for(name, ())
    assert VALID.fullmatch(slug)
    assert re.search(r"-[0-9a-f]{6}$", slug)
    assert slug_for(f" {name.upper()}", ()) == slug  # and always the same


def test_no_two_names_share_one() -> None:
    assert len({slug_for(name, ()) for name in NAMES}) == len(NAMES)


def test_what_is_taken_is_not_given() -> None:
    taken: set[str] = set()
    for _ in range(30):
        slug = slug_for("C++", taken)
        assert VALID.fullmatch(slug)
        assert slug not in taken
        taken.add(slug)
