"""The staff's pages as different people see them, over a version without any files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from recognition.models import Label, Photo, Split, State
from recognition.models.ids import time_ordered_uuid
from recognition.models.photo import split_of
from tests.admin.conftest import _some_version, as_reviewer, as_superuser, as_trainer, superuser
from tests.support.rows import add_photo

__all__ = ["_some_version", "as_reviewer", "as_superuser", "as_trainer", "superuser"]


@pytest.fixture
def labelled(uploader: User) -> Callable[..., list[Photo]]:
    """Makes photos with a label in a split."""

    def make(slug: str, count: int, split: Split = Split.TRAIN) -> list[Photo]:
        label = Label.objects.get(slug=slug)
        recognised = {"prediction__state": State.DONE, "prediction__label": label}
        return [
            add_photo(uploader, label=label, id=_id_in(split), **recognised) for _ in range(count)
        ]

    return make


def _id_in(split: Split) -> object:
    while split_of(photo_id := time_ordered_uuid()) != split:
        pass
    return photo_id
