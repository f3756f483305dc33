"""Names in an exported data set."""

from __future__ import annotations

import pytest

from recognition.exchange.export_names import UniqueNames, file_name, folder_name
from recognition.models import Photo


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("rex.jpg", "rex.jpg"),
        ("REX.JPEG", "REX.JPEG"),
        ("rex", "rex.jpg"),
        ("rex.png", "rex.png.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\rex.jpg", "rex.jpg"),
        ("a:b*c?.jpg", "a_b_c_.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("com1", "_com1.jpg"),
        (".hidden.jpg", "hidden.jpg"),
        ("Thumbs.db", "Thumbs.db.jpg"),
        ("new\nline\u202egpj.jpg", "newlinegpj.jpg"),
        ("dot. . ", "dot.jpg"),
        ("狗.jpg", "狗.jpg"),
    ],
)
def test_names_are_such_that_every_system_can_store_them(name: str, safe: str) -> None:
    assert file_name(Photo(name=name, format="JPEG")) == safe


@pytest.mark.parametrize("name", ["", "...", "\0", "/"])
def test_a_name_of_which_nothing_is_left(name: str) -> None:
    photo = Photo(name=name, format="PNG")
    assert file_name(photo) == f"{photo.id.hex}.png"


def test_long_names_are_cut_between_letters() -> None:
    name = file_name(Photo(name="狗" * 250 + ".jpg", format="JPEG"))
    assert len(name.encode()) <= 180
    assert name.endswith("狗.jpg")


def test_no_two_names_are_the_same_for_a_system_that_ignores_case() -> None:
    names = UniqueNames()
    taken = [names.take(name) for name in ("a.jpg", "A.jpg", "a-2.jpg", "a.jpg", "b.jpg")]
    assert taken == ["a.jpg", "A-2.jpg", "a-2-2.jpg", "a-3.jpg", "b.jpg"]


def test_a_label_may_be_named_like_a_device() -> None:
    assert folder_name("con") == "_con"
