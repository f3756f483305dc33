"""What of the map somebody may see, and with which labels."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from recognition.analysis.photo_map import map_points
from recognition.analysis.photo_map.map_file import About, PhotoMap
from recognition.labels.tree import set_active
from recognition.models import Label, Photo
from tests.support.rows import NO_ID, give_label, predicted_photo

pytestmark = pytest.mark.usefixtures("version")


def map_of(*photos: Photo) -> PhotoMap:
    ids = [photo.id for photo in photos]
    places = np.arange(2 * len(ids), dtype=np.uint16).reshape(-1, 2)
    about = About(datetime(2026, 1, 1, tzinfo=UTC), 1, "", len(ids), True)
    return PhotoMap(about, ids, places)


def labels(points: map_points.Points) -> list[tuple[str, bool]]:
    return [
        (points.labels[number].slug, bool(is_labelled))
        for number, is_labelled in zip(points.label_of, points.is_labelled, strict=True)
    ]


def test_points_have_the_label_of_people_or_what_the_network_says(
    uploader: User, reviewer: User
) -> None:
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(3)]
    give_label(photos[:2], "car", reviewer)
    points = map_points.visible(map_of(*photos), reviewer)
    assert labels(points) == [("car", True), ("car", True), ("dog", False)]
    assert [label.slug for label in points.labels] == ["car", "dog"]


def test_photos_that_are_gone_leave_no_point(uploader: User, reviewer: User) -> None:
    gone, there = (predicted_photo(uploader, "dog", 0.9) for _ in range(2))
    photo_map = map_of(gone, there)
    Photo.objects.filter(id=gone.id).delete()
    points = map_points.visible(photo_map, reviewer)
    assert points.ids == [there.id]
    assert points.places.tolist() == [[2, 3]]


def test_who_may_not_see_all_sees_their_own(uploader: User, other_uploader: User) -> None:
    mine, theirs = predicted_photo(uploader, "dog", 0.9), predicted_photo(other_uploader, "car", 1)
    points = map_points.visible(map_of(mine, theirs), uploader)
    assert points.ids == [mine.id]
    assert [label.slug for label in points.labels] == ["dog"]


def test_for_an_answer_that_is_retired_stands_what_is_above_it(
    uploader: User, reviewer: User
) -> None:
    photo = predicted_photo(uploader, "taxi", 0.9)
    set_active(Label.objects.get(slug="taxi"), False, reviewer)
    assert labels(map_points.visible(map_of(photo), reviewer)) == [("car", False)]


def test_a_photo_without_an_answer_has_no_point(uploader: User, reviewer: User) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    photo.prediction.label = None
    photo.prediction.save()
    assert map_points.visible(map_of(photo), reviewer).ids == []


def test_hundreds_of_points_take_one_query(
    uploader: User, reviewer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(5)]
    missing = [Photo(id=NO_ID)] * 400
    reviewer.has_perm("recognition.view_all")
    with django_assert_max_num_queries(2):  # the labels, and the photos
        map_points.visible(map_of(*photos, *missing), reviewer)
