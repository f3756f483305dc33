"""Several at work on the same photos, each with a connection of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, current_thread, main_thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling, merging
from recognition.labels.tree import add
from recognition.models import Label, Photo, Review, ReviewLease, Via
from recognition.people import roles
from recognition.photos import deletion
from recognition.predictions.queue import claim, store
from recognition.review import leases, queue
from recognition.versions import registry
from tests.conftest import api_of
from tests.support.instance import wait_until
from tests.support.rows import add_photo, answer, manifest, settled_photo

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_S = 0.5  # in SQLite, which does not tell who waits; too short a time makes no test fail
_WAITS_FOR_ME = """
    SELECT count(*) FROM pg_locks
    WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


@pytest.fixture
def person(transactional_db: None) -> User:
    registry.register(1, manifest())
    roles.ensure_groups()
    return User.objects.create_superuser("sue")


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., Future[Any]]]:
    """Does something in another thread, from the moment on in which it is called."""

    def with_own_connection(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        yield lambda act: pool.submit(with_own_connection, act)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Whoever labels in another thread takes long over it, with the photos locked; set when they
    are."""
    locked = Event()
    lock = labelling._lock

    def lock_slowly(photo_ids: Any) -> Any:
        photos = list(lock(photo_ids))
        if current_thread() is not main_thread():
            locked.set()
            _until_somebody_waits()
        return photos

    monkeypatch.setattr(labelling, "_lock", lock_slowly)
    return locked


def _until_somebody_waits() -> None:
    """For what this transaction has locked."""
    if connection.vendor == "postgresql":
        wait_until(_does_somebody_wait)
    else:
        time.sleep(WAIT_S)


def _does_somebody_wait() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITS_FOR_ME)
        return bool(cursor.fetchone()[0])


def _label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def _decide(photo: Photo, slug: str, person: User) -> Callable[[], object]:
    label = _label(slug)
    return lambda: labelling.decide(photo.id, label, person, Via.QUEUE)


def test_what_is_labelled_while_its_prediction_is_stored_does_not_wait(
    person: User, meanwhile: Callable[..., Future[Any]], slowly: Event
) -> None:
    photo = add_photo(person)
    rows = claim(registry.live_version())
    deciding = meanwhile(_decide(photo, "car", person))
    slowly.wait()
    assert store(rows, [answer()]) == 1
    deciding.result()
    stored = Photo.objects.get(id=photo.id)
    assert stored.label == _label("car")
    assert stored.prediction.label == _label("dog")
    assert stored.prediction.review is None


def test_a_label_taken_back_while_the_prediction_is_stored_leaves_the_photo_waiting(
    person: User, meanwhile: Callable[..., Future[Any]], slowly: Event
) -> None:
    photo = add_photo(person)
    made = labelling.decide(photo.id, _label("car"), person, Via.QUEUE)
    rows = claim(registry.live_version())
    undoing = meanwhile(lambda: labelling.undo(made, person))
    slowly.wait()
    store(rows, [answer()])
    undoing.result()
    assert Photo.objects.get(id=photo.id).prediction.review == Review.WAITING


def test_a_merge_and_decisions_about_the_same_photos_wait_for_each_other(
    person: User, meanwhile: Callable[..., Future[Any]], slowly: Event
) -> None:
    add("cat", "Cat", "猫", "animal")
    photo = settled_photo(person)
    labelling.decide(photo.id, _label("dog"), person, Via.QUEUE)
    deciding = meanwhile(_decide(photo, "dog", person))
    slowly.wait()
    merging.merge(_label("dog"), _label("cat"), person)
    deciding.result()
    stored = Photo.objects.get(id=photo.id)
    assert (stored.label.slug, stored.prediction.label.slug) == ("cat", "cat")


def test_a_label_that_was_chosen_before_it_was_merged_is_not_set_afterwards(
    person: User, meanwhile: Callable[..., Future[Any]]
) -> None:
    add("cat", "Cat", "猫", "animal")
    photo = settled_photo(person)
    decide = _decide(photo, "dog", person)
    with transaction.atomic():
        merging.merge(_label("dog"), _label("cat"), person)
        deciding = meanwhile(decide)
        _until_somebody_waits()
    deciding.result()
    assert Photo.objects.get(id=photo.id).label == _label("cat")


def test_a_prediction_that_is_stored_during_a_merge_bears_the_label_that_stays(
    person: User, meanwhile: Callable[..., Future[Any]]
) -> None:
    add("cat", "Cat", "猫", "animal")
    photo = add_photo(person)
    rows = claim(registry.live_version())
    with transaction.atomic():
        merging.merge(_label("dog"), _label("cat"), person)
        storing = meanwhile(lambda: _store_as(rows))
        _until_somebody_waits()
    assert storing.result() == 1
    assert Photo.objects.get(id=photo.id).prediction.label == _label("cat")


def _store_as(rows: Any) -> int:
    return store(rows, [answer()])


def test_a_photo_is_deleted_while_somebody_decides_about_it(
    person: User, meanwhile: Callable[..., Future[Any]], slowly: Event
) -> None:
    photo = settled_photo(person)
    leases.take(person, [photo.id])
    deciding = meanwhile(_decide(photo, "car", person))
    slowly.wait()
    deletion.delete_photo(photo)
    deciding.result()
    assert not Photo.objects.exists()
    assert not ReviewLease.objects.exists()


@pytest.mark.parametrize("door", ["api", "page"])
def test_a_photo_that_is_deleted_just_before_its_label_is_set_is_not_there(
    door: str, person: User, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    photo = settled_photo(person)
    decide = labelling.decide

    def too_late(*arguments: Any, **named: Any) -> object:
        deletion.delete_photo(photo)
        return decide(*arguments, **named)

    monkeypatch.setattr(labelling, "decide", too_late)
    if door == "api":
        address = f"/api/v1/photos/{photo.id}/label/"
        assert api_of(person).put(address, {"label": "dog"}, format="json").status_code == 404
    else:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        address = reverse("label-photo", args=[photo.id])
        assert client.post(address, {"label": "dog"}).status_code == 404


def test_a_photo_that_is_decided_about_while_it_is_handed_out_is_free(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = settled_photo(person)
    take = leases.take

    def take_too_late(reviewer: User, photo_ids: Any) -> set[Any]:
        labelling.decide(photo.id, _label("dog"), person, Via.QUEUE)
        return take(reviewer, photo_ids)

    monkeypatch.setattr(leases, "take", take_too_late)
    assert queue.claim(person, queue.Ordering.MARGIN, 10) == []
    assert not ReviewLease.objects.exists()
