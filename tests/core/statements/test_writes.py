"""Rows are added as `bulk_create` adds them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from recognition.core.statements.writes import insert, update
from recognition.models import Photo, Prediction
from recognition.models.prediction import ConfidenceBand

pytestmark = pytest.mark.django_db


def _photo(owner: User, **fields: Any) -> Photo:
    fields = {"sha256": "1" * 64, "name": "Ä.jpg", **fields}
    return Photo(owner=owner, format="JPEG", width=4, height=3, size_bytes=12, **fields)


@pytest.mark.parametrize("count", [1, 3])
def test_rows_are_as_bulk_create_makes_them(uploader: User, count: int) -> None:
    photos = [_photo(uploader, sha256=f"{number}") for number in range(2 * count)]
    insert(photos[:count])
    Photo.objects.bulk_create(photos[count:])
    ours, djangos = (
        Photo.objects.filter(id__in=[photo.id for photo in half]).order_by("id")
        for half in (photos[:count], photos[count:])
    )
    differs = {"id", "sha256", "created"}
    for one, other in zip(ours.values(), djangos.values(), strict=True):
        assert {key: one[key] for key in one.keys() - differs} == {
            key: other[key] for key in other.keys() - differs
        }


def test_what_the_database_works_out_is_left_to_it(uploader: User) -> None:
    photo = _photo(uploader)
    insert([photo])
    insert([Prediction(photo=photo, confidence=0.9, embedding=b"\x00\xff", top=[{"label": "dog"}])])
    stored = Prediction.objects.get()
    assert (stored.band, bytes(stored.embedding)) == (ConfidenceBand.SURE, b"\x00\xff")
    assert stored.top == [{"label": "dog"}]


def test_what_was_added_is_saved_as_a_change(uploader: User) -> None:
    photo = _photo(uploader)
    insert([photo])
    photo.name = "new"
    photo.save()
    assert Photo.objects.get().name == "new"


def test_what_is_there_already_is_refused(uploader: User) -> None:
    insert([_photo(uploader)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([_photo(uploader)])


def test_nothing_to_add_is_fine() -> None:
    insert([])


@pytest.mark.parametrize("count", [1, 3])
def test_only_the_columns_that_are_named_are_written(uploader: User, count: int) -> None:
    photos = [_photo(uploader, sha256=f"{number}") for number in range(4)]
    insert(photos)
    for photo in photos:
        photo.camera, photo.format, photo.label_id = "Box", "PNG", None
    update(photos[:count], ("camera", "label_id"))
    stored = Photo.objects.order_by("id").values_list("camera", "format")
    assert list(stored) == [("Box", "JPEG")] * count + [(None, "JPEG")] * (4 - count)


def test_nothing_to_change_is_fine() -> None:
    update([], ("name",))
