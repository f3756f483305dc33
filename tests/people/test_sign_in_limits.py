"""Guessing is slow, and nobody is locked out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.core import client, rate_limits
from recognition.people.authentication import sign_in_limits

RIGHT = "a long passphrase"


@contextmanager
def at(address: str) -> Iterator[None]:
    token = client.address.set(address)
    try:
        yield
    finally:
        client.address.reset(token)


def waits(name: str, times: int) -> list[int]:
    return [sign_in_limits.begin(name) for _ in range(times)]


def open_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if everybody had waited as long as they were told."""
    look = rate_limits.look
    monkeypatch.setattr(
        rate_limits, "look", lambda key: (0, 0.0) if key.startswith("gate:") else look(key)
    )
    hit = rate_limits.hit
    monkeypatch.setattr(
        rate_limits,
        "hit",
        lambda key, *rest: 0 if key.startswith("gate:") else hit(key, *rest),
    )


def test_a_few_wrong_passwords_cost_nothing() -> None:
    assert waits("ursula", 5) == [0] * 5


def test_then_each_waits_twice_as_long_as_the_one_before() -> None:
    seconds = [sign_in_limits._wait_after(wrong) for wrong in range(1, 13)]
    assert seconds == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_who_does_not_wait_is_refused_and_not_counted() -> None:
    assert [wait > 0 for wait in waits("ursula", 9)] == [False] * 5 + [True] * 4


def test_another_address_does_not_wait() -> None:
    with at("192.0.2.1"):
        waits("ursula", 10)
    with at("192.0.2.2"):
        assert sign_in_limits.begin("ursula") == 0


def test_one_name_however_it_is_written() -> None:
    waits("Ursula", 5)
    assert sign_in_limits.begin(" ｕRSULA ") > 0


def test_the_right_password_begins_anew() -> None:
    waits("ursula", 5)
    sign_in_limits.succeeded("ursula")
    assert waits("ursula", 5) == [0] * 5


def test_many_names_from_one_address_are_slowed() -> None:
    refused = [name for name in range(40) if sign_in_limits.begin(f"name{name}")]
    assert refused == list(range(30, 40))


def test_an_ipv6_network_is_one_place() -> None:
    refused = []
    for number in range(40):
        with at(f"2001:db8::{number + 1:x}"):
            refused.append(sign_in_limits.begin(f"name{number}") > 0)
    assert sum(refused) == 10


def test_right_passwords_do_not_count_for_an_address() -> None:
    for number in range(60):
        assert sign_in_limits.begin(f"name{number}") == 0
        sign_in_limits.succeeded(f"name{number}")


def test_one_name_from_many_addresses_is_slowed_but_its_owner_gets_in() -> None:
    with at("192.0.2.1"):
        sign_in_limits.begin("admin")
        sign_in_limits.succeeded("admin")
    refused = 0
    for number in range(30):
        with at(f"198.51.100.{number}"):
            refused += sign_in_limits.begin("admin") > 0
    assert refused == 10
    with at("192.0.2.1"):
        assert sign_in_limits.begin("admin") == 0


def test_who_shares_an_address_with_an_attacker_gets_in() -> None:
    sign_in_limits.begin("ursula")
    sign_in_limits.succeeded("ursula")
    for number in range(40):
        sign_in_limits.begin(f"name{number}")
    assert sign_in_limits.begin("ursula") == 0


def test_names_are_not_kept() -> None:
    sign_in_limits.begin("correct horse battery staple")
    keys = b" ".join(rate_limits.redis_client.connection().keys("*"))
    assert b"horse" not in keys


def post(password: str, **headers: str):
    fields = {"username": "ursula", "password": password}
    return Client().post(reverse("login"), fields, **headers)


@pytest.fixture
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that they are not over before a busy machine comes to the next attempt."""
    monkeypatch.setattr(sign_in_limits, "_wait_after", lambda wrong: 600 if wrong >= 5 else 0)


@pytest.mark.usefixtures("long_waits")
def test_a_page_says_how_long_to_wait(uploader: User) -> None:
    for _ in range(5):
        assert post("wrong").status_code == 200
    response = post("wrong")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 600
    assert b"you have to wait" in response.content


@pytest.mark.usefixtures("long_waits")
def test_a_program_is_told_in_json(uploader: User) -> None:
    for _ in range(5):
        post("wrong")
    response = post("wrong", HTTP_ACCEPT="application/json")
    assert response.json()["code"] == "throttled"


@pytest.mark.usefixtures("long_waits")
def test_ten_wrong_passwords_lock_nobody_out(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        post("wrong")
    assert post(RIGHT, REMOTE_ADDR="192.0.2.9").status_code == 302
    open_gates(monkeypatch)
    assert post(RIGHT).status_code == 302


@pytest.mark.usefixtures("long_waits")
def test_no_password_is_looked_at_while_waiting(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        post("wrong")
    monkeypatch.setattr(User, "check_password", lambda *args: pytest.fail("was looked at"))
    assert post(RIGHT).status_code == 429


@pytest.mark.usefixtures("no_redis", "long_waits")
def test_without_redis_people_sign_in_and_guessing_is_slow_all_the_same(uploader: User) -> None:
    assert post(RIGHT).status_code == 302
    for _ in range(6):
        response = post("wrong")
    assert response.status_code == 429
