"""Signing in with a token: what is accepted, what it costs, and who has to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from recognition.models import ApiToken
from recognition.people import tokens
from recognition.people.authentication import wrong_tokens

LABELS = "/api/v1/labels/"
pytestmark = pytest.mark.usefixtures("version")


def client_with(token: str, word: str = "Token") -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"{word} {token}")


@pytest.fixture
def made(uploader: User) -> tuple[ApiToken, str]:
    return tokens.make(uploader, "script", tokens.Scope, None, uploader)


@pytest.mark.parametrize("word", ["Token", "token", "Bearer", "BEARER"])
def test_a_token_is_accepted_behind_either_word(word: str, made: tuple[ApiToken, str]) -> None:
    assert client_with(made[1], word).get(LABELS).status_code == 200


def test_a_revoked_or_expired_token_is_refused(made: tuple[ApiToken, str], uploader: User) -> None:
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client_with(made[1]).get(LABELS).json()["code"] == "authentication_failed"
    ApiToken.objects.update(expires=None)
    assert client_with(made[1]).get(LABELS).status_code == 200
    tokens.revoke(made[0], uploader)
    assert client_with(made[1]).get(LABELS).status_code == 401


def test_a_use_is_noted(made: tuple[ApiToken, str]) -> None:
    client_with(made[1]).get(LABELS, REMOTE_ADDR="192.0.2.7")
    made[0].refresh_from_db()
    assert made[0].last_address == "192.0.2.7"


def test_a_token_costs_one_query(
    made: tuple[ApiToken, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_with(made[1])
    client.get(LABELS)  # notes the use
    with django_assert_num_queries(2):  # the token with its person; the labels
        assert client.get(LABELS).status_code == 200


def guess(times: int, address: str = "192.0.2.7") -> list[int]:
    return [
        client_with(f"ark_{number:043}").get(LABELS, REMOTE_ADDR=address).status_code
        for number in range(times)
    ]


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_tokens, "MOST", 5)


def test_wrong_tokens_are_slowed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(6):  # whoever has to wait is not looked up
        statuses = guess(12)
    assert statuses == [401] * 5 + [429] * 7
    response = client_with("x").get(LABELS, REMOTE_ADDR="192.0.2.7")
    assert response.json()["code"] == "throttled"
    assert 0 < int(response["Retry-After"]) <= wrong_tokens.PERIOD_S


def test_what_others_guess_holds_up_no_program_that_works(made: tuple[ApiToken, str]) -> None:
    right = client_with(made[1])
    right.get(LABELS, REMOTE_ADDR="192.0.2.7")
    guess(wrong_tokens.MOST + 1)
    assert right.get(LABELS, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_other_addresses_are_not_slowed(made: tuple[ApiToken, str]) -> None:
    guess(wrong_tokens.MOST + 1)
    assert client_with(made[1]).get(LABELS, REMOTE_ADDR="192.0.2.8").status_code == 200


@pytest.mark.usefixtures("no_redis")
def test_without_redis_tokens_are_accepted(made: tuple[ApiToken, str]) -> None:
    assert client_with(made[1]).get(LABELS, REMOTE_ADDR="192.0.2.55").status_code == 200
