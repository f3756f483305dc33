"""Photos from before there were plain names are found by them too."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.models import Photo
from recognition.photos.selectors import find_photos
from tests.support.old_tables import migrate, tables_after

search_names = import_module("recognition.migrations.0017_search_names")
NAMES = ["GRÜN.JPG", "ka\u0308fer.jpg", "plain.jpg", ""]


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    """The tables as the version before had them."""
    with tables_after("0016_fair_turns") as old:
        yield old


def add_photos(old: Any) -> None:
    owner = User.objects.create_user("ursula")
    common = {"owner_id": owner.id, "format": "JPEG", "width": 1, "height": 1, "size_bytes": 1}
    for number, name in enumerate(NAMES):
        old.get_model("recognition", "Photo").objects.create(
            name=name, sha256=str(number), **common
        )


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "recognition_photo")
    return {name for name in found if name.startswith(("photo_name", "photo_plain"))}


def test_what_is_there_gets_its_plain_name(before: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_names, "CHUNK", 2)
    add_photos(before)
    migrate()
    assert set(Photo.objects.values_list("plain_name", flat=True)) == {
        *("grün.jpg", "käfer.jpg", "plain.jpg"),
        "",
    }
    assert len(find_photos("KÄFER")) == 1
    assert indexes() == {"photo_plain_name"}


def test_interrupted_it_goes_on_where_it_was(before: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    add_photos(before)
    twice = chain(NAMES[:2], [KeyboardInterrupt])
    with monkeypatch.context() as patch:
        patch.setattr(search_names, "CHUNK", 1)
        patch.setattr(search_names, "plain", Mock(side_effect=twice))
        with pytest.raises(KeyboardInterrupt):
            migrate()
    assert Photo.objects.exclude(plain_name=None).count() == 2
    migrate()
    assert not Photo.objects.filter(plain_name=None).exists()
    assert indexes() == {"photo_plain_name"}
