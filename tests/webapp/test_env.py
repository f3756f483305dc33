"""Readers of environment variables: what makes no sense stops the start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from webapp import env

NAME = "ARK_SOMETHING"
SCHEMES = ("redis", "unix")


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False)])
def test_a_boolean_has_several_spellings(
    text: str, value: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, text)
    assert env.boolean(NAME, default=not value) is value


def test_what_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "  ")
    assert env.integer(NAME, 7) == 7
    assert env.boolean(NAME, default=True) is True
    assert env.words(NAME, "a, b,") == ["a", "b"]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda: env.boolean(NAME, default=True), "maybe"),
        (lambda: env.integer(NAME, 1), "many"),
        (lambda: env.integer(NAME, 1, at_least=1), "0"),
        (lambda: env.choice(NAME, "a", ("a", "b")), "c"),
        (lambda: env.url(NAME, "redis://here", SCHEMES), "here:6379"),
        (lambda: env.hosts(NAME), "*"),
        (lambda: env.hosts(NAME), "*.example.com"),
        (lambda: env.hosts(NAME), "https://example.com"),
        (lambda: env.hosts(NAME), "example.com:8000"),
        (lambda: env.hosts(NAME), "::1"),
    ],
)
def test_nonsense_is_refused_by_name(
    read: object, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        read()


def test_hosts_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "ark.example.com, .example.org,[::1],10.0.0.5")
    assert env.hosts(NAME) == ["ark.example.com", ".example.org", "[::1]", "10.0.0.5"]


def test_a_refused_address_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "rediss//:hunter2@here")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.url(NAME, "", SCHEMES)
    assert "hunter2" not in str(refusal.value)
