"""So many requests a minute and no more, each for oneself."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.conftest import api_of

LABELS = "/api/v1/labels/"


@pytest.fixture(autouse=True)
def _two_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ARK_REQUESTS_PER_MINUTE = 2
    monkeypatch.setattr("recognition.api.throttling.time.time", lambda: 1_000_020.0)


def test_who_asks_too_often_is_told_when_to_come_back(api: APIClient) -> None:
    statuses = [api.get(LABELS).status_code for _ in range(2)]
    response = api.get(LABELS)
    assert statuses == [200, 200]
    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 60


def test_the_next_minute_is_a_new_one(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        api.get(LABELS)
    monkeypatch.setattr("recognition.api.throttling.time.time", lambda: 1_000_081.0)
    assert api.get(LABELS).status_code == 200


def test_one_person_does_not_use_up_anothers_share(api: APIClient, other_uploader: User) -> None:
    for _ in range(3):
        api.get(LABELS)
    assert api_of(other_uploader).get(LABELS).status_code == 200


def test_zero_means_no_limit(api: APIClient, settings: Any) -> None:
    settings.ARK_REQUESTS_PER_MINUTE = 0
    assert {api.get(LABELS).status_code for _ in range(5)} == {200}


@pytest.mark.usefixtures("no_redis")
def test_without_redis_there_is_no_limit(api: APIClient) -> None:
    assert {api.get(LABELS).status_code for _ in range(5)} == {200}


def test_the_default_is_in_nobodys_way(api: APIClient, settings: Any) -> None:
    settings.ARK_REQUESTS_PER_MINUTE = 30_000
    assert {api.get(LABELS).status_code for _ in range(20)} == {200}
