"""The form in which names are compared."""

from __future__ import annotations

import unicodedata

import pytest
from django.contrib.auth.models import User

from recognition.models import Photo
from recognition.models.names import plain
from tests.support.rows import add_photo


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GRÜNKÄFER", "grünkäfer"),
        ("Ka\u0308fer", "Käfer"),
        ("ПРИВЕТ", "привет"),
        ("ΟΔΟΣ", "οδος"),
        ("Straße", "STRASSE"),
        ("İstanbul", "i̇stanbul"),
        ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
        ("Red  Panda\u00a0", "red panda"),
        ("Cra\u200bne\u3164", "crane"),
        ("Crane\ufe0f", "CRANE"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("Käfer", "Kafer"), ("C", "C++"), ("狗", "犬")])
def test_names_that_differ(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@pytest.mark.parametrize("invisible", ["\u3164", "\u200b", "\u2800", "\u00ad\ufeff", " \0\x07", ""])
def test_of_what_nobody_sees_nothing_is_left(invisible: str) -> None:
    assert plain(invisible) == ""


def test_a_plain_name_is_plain() -> None:
    for start in range(0, 0x11000, 7):
        text = "".join(chr(code) for code in range(start, start + 7) if not 0xD800 <= code < 0xE000)
        once = plain(f"a{text}b")
        assert plain(once) == once
        assert unicodedata.is_normalized("NFC", once)


@pytest.mark.usefixtures("version")
def test_a_photo_has_its_plain_name_however_it_is_stored(uploader: User) -> None:
    photo = add_photo(uploader, name="GRÜN.JPG")
    assert (photo.name, photo.plain_name) == ("GRÜN.JPG", "grün.jpg")
    photo.pk = None
    photo = Photo(**{**_columns(photo), "name": "ß" * 255, "sha256": "1", "prediction": None})
    Photo.objects.bulk_create([photo])
    assert Photo.objects.get(sha256="1").plain_name == "s" * 255


def _columns(photo: Photo) -> dict[str, object]:
    left_out = ("id", "prediction", "plain_name")
    fields = (field.name for field in photo._meta.concrete_fields)
    return {name: getattr(photo, name) for name in fields if name not in left_out}
