"""The page that answers: have I labelled enough?"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from recognition.models import Report
from tests.support.rows import give_label, settled_photo

PAGE = "/admin/training/learning-curve/"
DRAW = PAGE + "draw/"


def report(**data: Any) -> None:
    Report.objects.update_or_create(name="learning_curve", defaults={"data": data})


@pytest.fixture
def drawn() -> dict[str, Any]:
    points = [[0, 30, 40], [5.0, 20, 40], [10.0, 12, 40]]
    dog = {"photos": 40, "now": [0.2, 0.1, 0.3], "gain": [0.06, 0.02, 0.09], "points": points}
    curve = [[at, [0.5 - at / 100, 0.4 - at / 100, 0.6 - at / 100]] for at in (0, 10, 20)]
    overall = {
        "photos": 81,
        "now": [0.1, 0.08, 0.12],
        "doubled": [0.03, 0.01, 0.05],
        "points": points,
        "curve": curve,
    }
    return {
        "made": timezone.now().isoformat(),
        "version": 1,
        "overall": overall,
        "labels": {"dog": dog, "gone": dog},
        "few": {"car": 3, "gone": 2},
    }


def text_of(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.content.decode().split()).replace("\u00a0", " ")


def test_before_the_first_curve_there_is_a_button(as_trainer: Client) -> None:
    assert "Draw the curve" in text_of(as_trainer)


def test_asking_is_noted_and_shown(as_trainer: Client) -> None:
    response = as_trainer.post(DRAW, follow=True)
    assert "about to be drawn" in response.content.decode()
    assert Report.named("learning_curve").data["asked"]


def test_what_more_photos_would_bring_is_said_by_label(
    as_trainer: Client, drawn: dict[str, Any]
) -> None:
    report(drawn=drawn)
    text = text_of(as_trainer)
    assert "About 90 % are right now" in text
    assert "+6.0 points" in text
    assert "(2.0 to 9.0)" in text
    assert "fewer than 6: Car (3)" in text
    assert "made since" not in text


def test_later_decisions_are_pointed_out(
    as_trainer: Client, drawn: dict[str, Any], uploader: User, reviewer: User
) -> None:
    report(drawn=drawn)
    give_label([settled_photo(uploader) for _ in range(3)], "dog", reviewer)
    assert "3 decisions were made since" in text_of(as_trainer)


def test_while_it_is_drawn_the_page_asks_for_news(as_trainer: Client) -> None:
    report(running=True, progress=0.4)
    assert 'value="0.400"' in text_of(as_trainer)
    assert as_trainer.get(PAGE + "live/").status_code == 200
    report()
    assert as_trainer.get(PAGE + "live/").headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("error", "words"),
    [("too_few", "too few labelled photos"), ("bug", "could not be drawn"), ("no_version", "live")],
)
def test_why_there_is_none_is_said(as_trainer: Client, error: str, words: str) -> None:
    report(error=error)
    assert words in text_of(as_trainer)


def test_the_page_takes_few_queries(
    as_trainer: Client,
    drawn: dict[str, Any],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    report(drawn=drawn)
    with django_assert_max_num_queries(14):
        text_of(as_trainer)
