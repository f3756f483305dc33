"""Labels from where a reviewer stands."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognition.labels import at_hand
from recognition.models import Label

NEW, PIN = "/admin/review/labels/new/", "/admin/review/labels/pin/"
pytestmark = pytest.mark.usefixtures("version")


def test_a_label_is_created_below_what_was_said(as_reviewer: Client) -> None:
    answer = as_reviewer.post(NEW, {"name_en": "Pickup", "below": "car"})
    made = Label.objects.get(slug="pickup")
    assert (made.parent.slug, made.kind, made.name_zh) == ("car", "vehicle", "")
    assert answer.status_code == 201
    assert answer.json() == {
        "slug": "pickup",
        "name": "Pickup",
        "names": "Pickup|pickup",
        "kind": "vehicle",
        "parent": "car",
    }


def test_at_the_top_it_needs_a_kind(as_reviewer: Client) -> None:
    assert as_reviewer.post(NEW, {"name_en": "Kite", "kind": "other"}).status_code == 201
    answer = as_reviewer.post(NEW, {"name_en": "Yurt"})
    assert (answer.status_code, answer.json()) == (400, {"errors": ["Give a kind, or a parent."]})


@pytest.mark.parametrize(
    "change",
    [{"name_en": "DOG"}, {"name_zh": "狗"}, {"name_en": ""}, {"below": "unicorn"}, {"kind": "x"}],
)
def test_what_is_wrong_or_called_alike_is_refused(
    change: dict[str, str], as_reviewer: Client
) -> None:
    answer = as_reviewer.post(NEW, {"name_en": "Pickup", "below": "car", **change})
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1
    assert not Label.objects.filter(name_en="Pickup").exists()


def test_the_queue_shows_what_is_at_hand(as_reviewer: Client, reviewer: User) -> None:
    answer = as_reviewer.post(PIN, {"label": "taxi", "is_pinned": "on"})
    assert [each["slug"] for each in answer.json()["pinned"]] == ["taxi"]
    assert 'data-pinned="taxi "' in as_reviewer.get("/admin/review/").content.decode()
    as_reviewer.post(PIN, {"label": "taxi"})
    assert at_hand.pinned(reviewer) == []


def test_who_may_add_none_is_not_offered_to(as_reviewer: Client, reviewer: User) -> None:
    assert b"data-new-label" in as_reviewer.get("/admin/review/").content
    group = reviewer.groups.get()
    group.permissions.remove(group.permissions.get(codename="add_label"))
    assert b"data-new-label" not in as_reviewer.get("/admin/review/").content
    assert as_reviewer.post(NEW, {"name_en": "Kite", "kind": "other"}).status_code == 403
