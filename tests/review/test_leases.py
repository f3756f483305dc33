"""Leases are taken, renewed, given back, and taken over when they have expired."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.models import Photo, ReviewLease
from recognition.review import leases
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("rolf")


@pytest.fixture
def photo(uploader: User) -> Photo:
    return add_photo(uploader)


def expire() -> None:
    ReviewLease.objects.update(expires=timezone.now() - timedelta(seconds=1))


def test_a_lease_keeps_others_away(photo: Photo, reviewer: User, other: User) -> None:
    assert leases.take(reviewer, [photo.id]) == {photo.id}
    assert leases.take(other, [photo.id]) == set()
    assert list(leases.held_by_others(other)) == [photo.id]
    assert list(leases.held_by_others(reviewer)) == []


def test_a_lease_is_renewed(photo: Photo, reviewer: User, other: User) -> None:
    leases.take(reviewer, [photo.id])
    expire()
    assert leases.take(reviewer, [photo.id]) == {photo.id}
    assert leases.take(other, [photo.id]) == set()


def test_an_expired_lease_is_taken_over(photo: Photo, reviewer: User, other: User) -> None:
    leases.take(reviewer, [photo.id])
    expire()
    assert list(leases.held_by_others(other)) == []
    assert leases.take(other, [photo.id]) == {photo.id}
    assert leases.take(reviewer, [photo.id]) == set()


def test_what_is_given_back_is_free(photo: Photo, reviewer: User, other: User) -> None:
    leases.take(reviewer, [photo.id])
    leases.release(reviewer, [photo.id])
    assert leases.take(other, [photo.id]) == {photo.id}


def test_nobody_gives_back_what_others_hold(photo: Photo, reviewer: User, other: User) -> None:
    leases.take(reviewer, [photo.id])
    leases.release(other, [photo.id])
    assert leases.take(other, [photo.id]) == set()


def test_a_photo_that_is_gone_cannot_be_leased(reviewer: User) -> None:
    assert leases.take(reviewer, [uuid4()]) == set()
