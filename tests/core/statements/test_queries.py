"""A query that is made once gives what Django's own gives."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Value

from recognition.core.statements.queries import Prepared, PreparedOfIds
from recognition.models import ApiToken, Photo, Prediction
from recognition.people import tokens
from tests.support.rows import add_photo

pytestmark = pytest.mark.django_db


def test_it_gives_the_rows_that_django_gives(uploader: User) -> None:
    photos = [add_photo(uploader) for _ in range(3)]
    of_owner = Prepared(lambda owner: Photo.objects.filter(owner=owner).order_by("id"), int)
    assert of_owner(uploader.pk) == sorted(photos, key=lambda photo: photo.id)
    assert _columns(of_owner(uploader.pk)[0]) == _columns(Photo.objects.get(id=photos[0].id))


def test_it_is_asked_again_with_other_values(uploader: User, other_uploader: User) -> None:
    add_photo(uploader)
    of_owner = Prepared(lambda owner: Photo.objects.filter(owner=owner), int)
    assert (len(of_owner(uploader.pk)), len(of_owner(other_uploader.pk))) == (1, 0)


def test_related_rows_and_annotations_come_along(
    uploader: User, django_assert_num_queries: Any
) -> None:
    photo = add_photo(uploader)
    with_photo = Prepared(
        lambda id_: (
            Prediction.objects.select_related("photo").annotate(one=Value(1)).filter(photo=id_)
        ),
        uuid.UUID,
    )
    with_photo(photo.id)
    with django_assert_num_queries(1):
        [found] = with_photo(photo.id)
        assert (found.photo.name, found.one) == (photo.name, 1)


def test_columns_are_converted(uploader: User) -> None:
    row, token = tokens.make(uploader, "laptop", [tokens.Scope.READ], None, None)
    by_digest = Prepared(lambda digest: ApiToken.objects.filter(digest=digest), str)
    [found] = by_digest(tokens.digest_of(token))
    assert (found.id, found.scopes, found.created) == (row.id, ["read"], row.created)


def test_what_is_saved_again_is_changed_and_not_added(uploader: User) -> None:
    photo = add_photo(uploader)
    [found] = Prepared(lambda id_: Photo.objects.filter(id=id_), uuid.UUID)(photo.id)
    found.name = "new"
    found.save()
    assert Photo.objects.get().name == "new"


def test_ids_may_be_as_many_as_there_are(uploader: User, other_uploader: User) -> None:
    photos = [add_photo(uploader) for _ in range(3)]
    theirs = PreparedOfIds(lambda owner, *ids: Photo.objects.filter(owner=owner, id__in=ids), int)
    for wanted in (photos[:1], photos[1:], photos):
        assert set(theirs(uploader.pk, *[photo.id for photo in wanted])) == set(wanted)
    assert theirs(other_uploader.pk, photos[0].id) == []


def test_a_value_that_is_changed_on_the_way_is_refused(uploader: User) -> None:
    named = Prepared(lambda name: Photo.objects.filter(name__icontains=name), str)
    with pytest.raises(TypeError):
        named("x")


def _columns(row: Photo) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}
