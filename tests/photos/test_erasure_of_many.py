"""A person with thousands of photos goes in small steps; others upload meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import Settings

from recognition.core import steps
from recognition.models import Decision, Photo, Profile, Via
from recognition.people import quotas
from recognition.photos import erasure
from tests.photos.test_erasure import administrator, store
from tests.support.meanwhile import meanwhile
from tests.support.rows import add_photo

__all__ = ["administrator"]


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("many_rows")
def test_no_transaction_is_long_and_others_upload_meanwhile(
    administrator: User, uploader: User, other_uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PAUSE_S", 0.05)
    took = _timed_transactions(monkeypatch)
    waited: list[float] = []

    def upload() -> None:
        with contextlib.closing(connection):
            began = time.monotonic()
            [outcome] = store(other_uploader, 1000 + len(waited))
            waited.append(time.monotonic() - began)
            assert outcome.photo

    with meanwhile(upload):
        erasure.ask(uploader, administrator)
        while User.objects.filter(username="ursula").exists():  # a turn each time
            erasure.delete_asked()
    assert Photo.objects.filter(owner=other_uploader).count() == len(waited) > 10
    assert Decision.objects.filter(by=None).count() == 5000
    assert max(took) < 2.0
    assert max(waited) < 5.0
    assert quotas.usage(other_uploader).photos == len(waited)


@pytest.fixture
def many_rows(uploader: User, version: object) -> None:
    """2,000 photos, and 5,000 decisions about other people's."""
    other = add_photo(User.objects.create_user("olga"))
    Photo.objects.bulk_create(
        Photo(
            owner=uploader,
            name="photo.jpg",
            format="JPEG",
            sha256=f"{number:064}",
            width=96,
            height=64,
            size_bytes=1000,
        )
        for number in range(2000)
    )
    Decision.objects.bulk_create(
        Decision(photo=other, by=uploader, via=Via.GRID) for _ in range(5000)
    )
    Profile.objects.update_or_create(
        user=uploader, defaults={"stored_bytes": 2_000_000, "stored_photos": 2000}
    )


def _timed_transactions(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each transaction of this thread holds the database."""
    took: list[float] = []
    here = threading.get_ident()
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    began: list[float] = []

    def entered(self: Any) -> None:
        enter(self)
        if threading.get_ident() == here:
            began.append(time.monotonic())

    def left(self: Any, *error: Any) -> None:
        leave(self, *error)
        if threading.get_ident() == here:
            took.append(time.monotonic() - began.pop())

    monkeypatch.setattr(transaction.Atomic, "__enter__", entered)
    monkeypatch.setattr(transaction.Atomic, "__exit__", left)
    return took
