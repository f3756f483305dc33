"""Addresses and forms that no page of the admin makes: an answer, and never an error of ours."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import Label
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")

TABLES = ("photo", "prediction", "decision", "bulkdecision", "label")


def address(table: str) -> str:
    return reverse(f"admin:recognition_{table}_changelist")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "query",
    [
        {"kind__exact": "a\0b"},
        {"via__exact": "\0"},
        {"q": "\0"},
        {"by__id__exact": "9" * 50},
        {"owner__id__exact": "9" * 50},
        {"photo__owner__id__exact": "9" * 50},
    ],
)
def test_filters(table: str, query: dict[str, str], as_superuser: Client) -> None:
    assert as_superuser.get(address(table), query, follow=True).status_code == 200


@pytest.mark.parametrize("key", ["x", "\0", "9" * 50, ""])
@pytest.mark.parametrize("action", ["give_label", "confirm_predictions", "delete_selected"])
@pytest.mark.parametrize("table", ["photo", "prediction"])
def test_rows_that_were_marked(
    table: str, action: str, key: str, as_superuser: Client, superuser: User
) -> None:
    add_photo(superuser)
    form = {"action": action, "_selected_action": [key]}
    assert as_superuser.post(address(table), form).status_code == 400


@pytest.mark.parametrize("parent", ["x", "\0", "9" * 50, "-1"])
def test_the_parent_of_a_label(parent: str, as_superuser: Client) -> None:
    dog = Label.objects.get(slug="dog")
    form = {"slug": "cat", "name_en": "Cat", "name_zh": "猫", "kind": "animal", "parent": parent}
    for page in (
        reverse("admin:recognition_label_add"),
        reverse("admin:recognition_label_change", args=[dog.pk]),
    ):
        assert as_superuser.post(page, form).status_code == 400
    assert not Label.objects.filter(slug="cat").exists()
