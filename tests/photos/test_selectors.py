"""Reads that more than one door needs."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.core import events
from recognition.models import Batch, Label, Photo, Prediction, State, Subject
from recognition.photos.selectors import (
    batch_progress,
    batches_visible_to,
    filter_photos,
    find_photos,
    name_shown,
    near_duplicates,
    photo_visible_to,
    photos_visible_to,
    subjects,
    wait_until_settled,
)
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


def test_one_sees_ones_own_photos(uploader: User, other_uploader: User) -> None:
    mine, _ = add_photo(uploader), add_photo(other_uploader)
    assert list(photos_visible_to(uploader)) == [mine]


def test_a_reviewer_sees_everybodys_photos(uploader: User, reviewer: User) -> None:
    photo = add_photo(uploader)
    assert list(photos_visible_to(reviewer)) == [photo]


def test_photos_are_shown_without_a_query_each(
    uploader: User, django_assert_num_queries: Any
) -> None:
    dog = Label.objects.get(slug="dog")
    for _ in range(3):
        add_photo(uploader, label=dog, prediction__label=dog, prediction__state=State.DONE)
    photos = photos_visible_to(uploader)
    with django_assert_num_queries(1):
        for photo in photos:
            assert photo.label.slug == photo.prediction.label.slug == "dog"
            assert photo.prediction.model_version.number == 1


def test_one_photo_is_seen_as_among_others(
    uploader: User, other_uploader: User, reviewer: User
) -> None:
    photo = add_photo(uploader)
    assert photo_visible_to(uploader, photo.id) == photo_visible_to(reviewer, photo.id) == photo
    for person, photo_id in ((other_uploader, photo.id), (uploader, uuid.uuid4())):
        with pytest.raises(Photo.DoesNotExist):
            photo_visible_to(person, photo_id)


def test_one_photo_is_shown_with_its_subjects_by_two_queries(
    uploader: User, django_assert_num_queries: Any
) -> None:
    dog = Label.objects.get(slug="dog")
    photo = add_photo(uploader, label=dog, prediction__label=dog, prediction__state=State.DONE)
    for rank in (1, 0):
        Subject.objects.create(
            prediction=photo.prediction, rank=rank, box=[0, 0, 1, 1], label=dog, confidence=0.9
        )
    with django_assert_num_queries(2):
        seen = photo_visible_to(uploader, photo.id)
        assert seen.label.slug == seen.prediction.label.slug == "dog"
        assert [found.rank for found in subjects(seen.prediction)] == [0, 1]
    assert "embedding" in seen.prediction.get_deferred_fields()


def test_the_embedding_is_not_fetched(uploader: User) -> None:
    add_photo(uploader, prediction__embedding=bytes(2560))
    assert "embedding" in photos_visible_to(uploader).get().prediction.get_deferred_fields()


def test_one_sees_ones_own_batches(uploader: User, other_uploader: User, reviewer: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    assert list(batches_visible_to(uploader)) == list(batches_visible_to(reviewer)) == [batch]
    assert not batches_visible_to(other_uploader).exists()


def test_a_batch_tells_how_far_it_is(uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    states = [State.PENDING, State.RUNNING, State.DONE, State.DONE, State.FAILED]
    for state in states:
        add_photo(uploader, batch=batch, prediction__state=state)
    add_photo(uploader)
    progress = batch_progress(batch)
    assert progress == {"total": 5, "pending": 2, "done": 2, "failed": 1}


def test_an_empty_batch_is_all_zeros(uploader: User) -> None:
    progress = batch_progress(Batch.objects.create(owner=uploader))
    assert progress == {"total": 0, "pending": 0, "done": 0, "failed": 0}


@pytest.fixture
def dog_and_car(uploader: User) -> tuple[Photo, Photo]:
    """A photo called dog by the network and a car by a person, and one that still waits."""
    dog, car = Label.objects.get(slug="dog"), Label.objects.get(slug="car")
    done = {"state": State.DONE, "label": dog, "kind": "animal"}
    said = {f"prediction__{name}": value for name, value in done.items()}
    batch = Batch.objects.create(owner=uploader)
    return add_photo(uploader, label=car, **said), add_photo(uploader, batch=batch)


@pytest.mark.parametrize(
    "wanted", [{"state": "done"}, {"kind": "animal"}, {"label": "car"}, {"predicted": "dog"}]
)
def test_photos_are_narrowed_by(wanted: dict[str, str], dog_and_car: tuple[Photo, Photo]) -> None:
    assert list(filter_photos(Photo.objects.all(), **wanted)) == [dog_and_car[0]]


def test_photos_are_narrowed_by_batch(dog_and_car: tuple[Photo, Photo]) -> None:
    waiting = dog_and_car[1]
    assert list(filter_photos(Photo.objects.all(), batch=waiting.batch.id)) == [waiting]


def test_wishes_add_up(dog_and_car: tuple[Photo, Photo]) -> None:
    assert not filter_photos(Photo.objects.all(), state="pending", predicted="dog")


def test_no_wish_means_all(dog_and_car: tuple[Photo, Photo]) -> None:
    assert filter_photos(Photo.objects.all()).count() == 2


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_nobody_waits_for_a_settled_photo(state: State, uploader: User) -> None:
    wait_until_settled(add_photo(uploader, prediction__state=state).id, 3600)


def test_nobody_waits_for_a_photo_that_is_gone(db: None) -> None:
    wait_until_settled(uuid.uuid4(), 3600)


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_when_the_photo_is_settled(uploader: User) -> None:
    photo = add_photo(uploader)

    def wait() -> None:
        wait_until_settled(photo.id, 3600)
        connection.close()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    Prediction.objects.update(state=State.DONE)
    events.publish_settled([photo.id])
    waiting.join(60)
    assert not waiting.is_alive()


def test_other_peoples_names_are_for_reviewers(
    uploader: User, other_uploader: User, reviewer: User
) -> None:
    photo = add_photo(uploader)
    assert name_shown(reviewer, photo, uploader) == "staff"
    assert name_shown(uploader, photo, uploader) == "ursula"
    assert name_shown(other_uploader, photo, reviewer) == "oscar"
    assert name_shown(None, photo, reviewer) == ""


def test_near_duplicates_are_those_that_one_may_see(
    uploader: User, other_uploader: User, reviewer: User
) -> None:
    photo, mine, theirs = (add_photo(who) for who in (uploader, uploader, other_uploader))
    add_photo(uploader)
    assert near_duplicates(photo, reviewer) == []
    Photo.objects.filter(id__in=[photo.id, mine.id, theirs.id]).update(group=photo.id)
    photo.refresh_from_db()
    assert near_duplicates(photo, uploader) == [mine]
    assert set(near_duplicates(photo, reviewer)) == {mine, theirs}


def test_photos_are_found_by_how_their_names_begin(uploader: User) -> None:
    photo = add_photo(uploader, name="GRÜN_1%.JPG")
    add_photo(uploader, name="other.jpg")
    for text in ("grün", "GRU\u0308N", "grün_1%", str(photo.id)):
        assert find_photos(text) == [photo.id]
    for text in ("rün", "grün%", "grunt"):
        assert find_photos(text) == []


def test_how_a_name_begins_is_looked_up_in_an_index(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as queries:
        find_photos("grün")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
            [plan] = [row[3] for row in cursor.fetchall()]
        assert "photo_plain_name (plain_name>? AND plain_name<?)" in plan
