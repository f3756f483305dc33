"""Counting up to a limit."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.core.counting import Counted, count_up_to, total


@pytest.mark.django_db
def test_a_count_up_to_the_limit_is_exact() -> None:
    User.objects.bulk_create(User(username=f"user{number}") for number in range(3))
    assert count_up_to(User.objects.order_by("id"), 3) == Counted(3)


@pytest.mark.django_db
def test_a_count_beyond_the_limit_is_a_minimum() -> None:
    User.objects.bulk_create(User(username=f"user{number}") for number in range(3))
    assert count_up_to(User.objects.order_by("id"), 2) == Counted(
        2, is_exact=False, is_minimum=True
    )


def test_only_a_minimum_has_a_plus() -> None:
    assert Counted(1234).in_words == "1,234"
    assert Counted(1234, is_exact=False).in_words == "≈\N{NO-BREAK SPACE}1,234"
    assert Counted(1000, is_exact=False, is_minimum=True).in_words == "1,000+"


def test_a_sum_with_a_minimum_is_a_minimum() -> None:
    minimum = Counted(10, is_exact=False, is_minimum=True)
    assert total([Counted(1), Counted(2)]) == Counted(3)
    assert total([Counted(1), minimum]) == Counted(11, is_exact=False, is_minimum=True)
