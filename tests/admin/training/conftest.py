"""Trainers, and photos for them to learn from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from recognition.models import Label, Photo, Split, State
from recognition.models.ids import time_ordered_uuid
from recognition.models.photo import split_of
from tests.rows import add_photo


@pytest.fixture
def trainer(groups: None) -> User:
    user = User.objects.create_user("tina", password="a long passphrase", is_staff=True)
    user.groups.add(Group.objects.get(name="Trainer"))
    return user


@pytest.fixture
def as_trainer(trainer: User) -> Client:
    client = Client()
    client.force_login(trainer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def labelled(uploader: User) -> Callable[..., list[Photo]]:
    """Makes photos with a label in a split."""

    def make(slug: str, count: int, split: Split = Split.TRAIN) -> list[Photo]:
        label = Label.objects.get(slug=slug)
        said = {"prediction__state": State.DONE, "prediction__label": label}
        return [add_photo(uploader, label=label, id=_id_in(split), **said) for _ in range(count)]

    return make


def _id_in(split: Split) -> object:
    while split_of(photo_id := time_ordered_uuid()) != split:
        pass
    return photo_id
