"""What the pages of tables are called, and what they say of how many rows there are."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import formats, timezone, translation

from recognition.admin import lists
from recognition.models import Label
from tests.support.rows import add_photo

PHOTOS, LABELS = "admin:recognition_photo_changelist", "admin:recognition_label_changelist"


def _html(client: Client, address: str, language: str = "en") -> str:
    return client.get(address, headers={"Accept-Language": language}).content.decode()


def _heading(html: str) -> str:
    [inside] = re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return " ".join(re.sub("<.*?>", " ", inside).split())


def _title(html: str) -> str:
    [inside] = re.findall(r"<title>(.*?)</title>", html, re.DOTALL)
    return " ".join(inside.split())


@pytest.mark.parametrize(("language", "name"), [("en", "Photos"), ("zh-hans", "照片")])
def test_a_list_is_called_as_its_rows_are(language: str, name: str, as_superuser: Client) -> None:
    html = _html(as_superuser, reverse(PHOTOS), language)
    assert _title(html) == f"{name} · Ark"
    assert _heading(html) == f"{name} 0"


def test_a_list_says_how_many_rows_there_are(
    as_superuser: Client, superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.LongList, "list_per_page", 2)
    monkeypatch.setattr(lists, "MAX_COUNTED", 4)
    for _ in range(3):
        add_photo(superuser)
    assert _heading(_html(as_superuser, reverse(PHOTOS))) == "Photos 3"
    assert _heading(_html(as_superuser, f"{reverse(PHOTOS)}?p=2")) == "Photos 3"
    for _ in range(3):
        add_photo(superuser)
    assert _heading(_html(as_superuser, reverse(PHOTOS))) == "Photos 4+"


def test_a_short_list_counts_what_its_filters_leave(as_superuser: Client) -> None:
    labels = Label.objects.count()
    html = _html(as_superuser, reverse(LABELS))
    assert _heading(html) == f"Labels {labels}"
    assert f"{labels} in all" in html


def test_a_row_is_the_heading_of_its_page_and_the_list_stands_above(as_superuser: Client) -> None:
    label = Label.objects.get(slug="dog")
    html = _html(as_superuser, reverse("admin:recognition_label_change", args=[label.pk]))
    assert _heading(html) == "Dog"
    assert f'<a href="{reverse(LABELS)}">Labels</a>' in html
    assert "Recognition" not in re.sub(r"<nav class=.side.*?</nav>", "", html, flags=re.DOTALL)


def test_the_front_page_is_an_overview(as_superuser: Client) -> None:
    assert _title(_html(as_superuser, reverse("admin:index"))) == "Overview · Ark"


def test_the_tables_of_one_app_are_no_page_of_their_own(as_superuser: Client) -> None:
    response = as_superuser.get(reverse("admin:app_list", args=["recognition"]))
    assert (response.status_code, response["Location"]) == (302, reverse("admin:index"))


def test_a_short_date_is_no_other_day_elsewhere() -> None:
    day = datetime(2026, 5, 4, 22, 38, tzinfo=timezone.get_current_timezone())
    with translation.override("en"):
        assert formats.date_format(day, "SHORT_DATETIME_FORMAT") == "May 4, 2026, 22:38"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_time_can_end_a_sentence(language: str) -> None:
    evening = datetime(2026, 5, 4, 22, 38, tzinfo=timezone.get_current_timezone())
    with translation.override(language):
        for name in ("DATETIME_FORMAT", "TIME_FORMAT", "SHORT_DATETIME_FORMAT"):
            assert formats.date_format(evening, name).endswith("22:38")
