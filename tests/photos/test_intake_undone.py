"""A file in the originals is undone with its transaction, and stays with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from recognition.core import wakeups
from recognition.files.moving import Moves
from recognition.models import Photo
from tests.photos.test_intake import JPEG, accept_one
from tests.support.files import incoming

pytestmark = pytest.mark.usefixtures("version")


def moving_and_then(error: type[BaseException]) -> Callable[..., None]:
    move = Moves.move

    def move_and_fail(self: Moves, source: Path, target: Path) -> None:
        move(self, source, target)
        raise error

    return move_and_fail


def originals(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_the_end", [True, False])
def test_no_original_stays_when_its_transaction_fails(
    at_the_end: bool,
    uploader: User,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with monkeypatch.context() as broken:
        if at_the_end:
            broken.setattr(connection, "_commit", Mock(side_effect=OperationalError))
        else:
            broken.setattr(Moves, "move", moving_and_then(KeyboardInterrupt))
        with pytest.raises((OperationalError, KeyboardInterrupt)):
            accept_one(uploader)
    assert originals(tmp_path) == []
    assert incoming() == []
    assert not Photo.objects.exists()
    assert accept_one(uploader).photo


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_stays_whatever_fails_after_that(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeups, "wake_predictor", Mock(side_effect=RuntimeError))
    with pytest.raises(RuntimeError):
        accept_one(uploader)
    assert Photo.objects.get().original_path.read_bytes() == JPEG


@pytest.mark.django_db(transaction=True)
def test_no_transaction_around_it_could_take_the_rows_back(uploader: User) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        accept_one(uploader)
    assert incoming() == []
