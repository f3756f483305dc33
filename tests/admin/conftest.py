"""The admin as different people see it, over a version of the network without any files."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.models import ModelVersion
from tests.support.pages import client_of


@pytest.fixture(autouse=True)
def _some_version(version: ModelVersion) -> None:
    pass


@pytest.fixture
def superuser() -> User:
    return User.objects.create_superuser("sue", password="a long passphrase")


@pytest.fixture
def as_superuser(superuser: User) -> Client:
    return client_of(superuser)


@pytest.fixture
def as_reviewer(reviewer: User) -> Client:
    return client_of(reviewer)


@pytest.fixture
def as_trainer(trainer: User) -> Client:
    return client_of(trainer)
