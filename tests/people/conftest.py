"""People of every kind."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User


@pytest.fixture
def administrator(groups: None) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def other_administrator(groups: None) -> User:
    return User.objects.create_superuser("alan", password="a long passphrase")
