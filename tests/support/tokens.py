"""API tokens of people in tests."""

from __future__ import annotations

from django.contrib.auth.models import User

from recognition.people import tokens


def token_of(user: User) -> str:
    """A new one that may do whatever its person may."""
    return tokens.make(user, "test", tokens.Scope, None, None)[1]
