"""Which passwords are refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _host(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["fotos.gärtner.example"]


@pytest.mark.parametrize(
    "password",
    [
        *("ark12345", "Ark-2026!!", "@rk@rk@rk", "arkarkark", "WelcomeToArk1", "vehicles&animals"),
        *("fotos.example", "gärtner2026", "ursula-ark-1", "password", "qwertyuiop", "short1!"),
    ],
)
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(username="ursula"))


@pytest.mark.parametrize(
    "password",
    [
        *("sparkling water", "83920174650", "        x y", "correct horse battery staple"),
        *("长长的一个密码密码", "ark of the covenant", "x" * 30 + "y" * 98),
    ],
)
def test_anything_else_is_taken_whatever_it_is_made_of(password: str) -> None:
    validate_password(password, User(username="ursula"))
