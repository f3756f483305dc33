"""API tokens in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import ApiToken
from tests.support.tokens import token_of

LIST = reverse("admin:recognition_apitoken_changelist")


@pytest.mark.parametrize("words", ["GRÜN", "gru\u0308n", "КАМЕРА"])
def test_they_are_found_however_names_are_written(
    words: str, as_superuser: Client, uploader: User, reviewer: User
) -> None:
    for person in (uploader, reviewer):
        token_of(person)
    User.objects.filter(pk=uploader.pk).update(last_name="Grün")
    ApiToken.objects.filter(user=uploader).update(name="Камера")
    rows = as_superuser.get(LIST, {"q": words}).context["cl"].result_list
    assert [row.user for row in rows] == [uploader]


def test_they_are_found_by_how_they_begin(
    as_superuser: Client, uploader: User, reviewer: User
) -> None:
    for person in (uploader, reviewer):
        token_of(person)
    token = ApiToken.objects.get(user=reviewer)
    rows = as_superuser.get(LIST, {"q": token.beginning}).context["cl"].result_list
    assert token in rows
