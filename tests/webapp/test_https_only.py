"""What speaks plain HTTP to an instance that wants HTTPS."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wants_https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_a_program_is_refused_and_told_why() -> None:
    response = Client().get("/api/v1/photos/")
    assert response.status_code == 403
    assert response.json()["code"] == "https_required"


def test_a_browser_is_led_to_https() -> None:
    response = Client().get("/sign-in/")
    assert response.url == "https://testserver/sign-in/"


def test_over_https_both_are_answered() -> None:
    client = Client(headers={"X-Forwarded-Proto": "https"})
    assert client.get("/api/v1/photos/").status_code == 401
    assert client.get("/sign-in/").status_code == 200


def test_only_a_trusted_proxy_says_that_it_was_https() -> None:
    client = Client(headers={"X-Forwarded-Proto": "https"}, REMOTE_ADDR="203.0.113.9")
    assert client.get("/api/v1/photos/").status_code == 403
