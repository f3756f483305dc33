"""Pages as signed-in people see them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.models import Photo
from tests.support.pages import client_of, done
from tests.support.rows import add_photo


@pytest.fixture
def client(uploader: User) -> Client:
    """The browser of the uploader."""
    return client_of(uploader)


@pytest.fixture
def other_client(other_uploader: User) -> Client:
    return client_of(other_uploader)


@pytest.fixture
def reviewer_client(reviewer: User) -> Client:
    return client_of(reviewer)


@pytest.fixture
def photo(uploader: User, version: object) -> Photo:
    """A recognised photo of the uploader."""
    return add_photo(uploader, name="rex.jpg", **done("dog"))
