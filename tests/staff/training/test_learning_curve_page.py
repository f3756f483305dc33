"""The page that answers: have I labelled enough?"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from recognition.models import Job, RunState
from tests.support.rows import give_label, settled_photo

PAGE = "/admin/training/learning-curve/"
DRAW = PAGE + "draw/"


def job(state: RunState, **columns: Any) -> Job:
    return Job.objects.create(kind=Job.Kind.LEARNING_CURVE, state=state, **columns)


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
    asked = Job.objects.get()
    assert (asked.state, asked.by.username) == (RunState.QUEUED, "tina")


def test_a_double_click_draws_one_curve(as_trainer: Client) -> None:
    form_id = str(uuid4())
    as_trainer.post(DRAW, {"form_id": form_id})
    Job.objects.update(state=RunState.RUNNING)  # the teacher was quicker than the second click
    as_trainer.post(DRAW, {"form_id": form_id})
    assert Job.objects.count() == 1


def test_what_more_photos_would_bring_is_said_by_label(
    as_trainer: Client, drawn: dict[str, Any]
) -> None:
    job(RunState.SUCCEEDED, result=drawn)
    text = text_of(as_trainer)
    assert "About 90 % are right now" in text
    assert "+6.0 points" in text
    assert "(2.0 to 9.0)" in text
    assert "fewer than 6: Car (3)" in text
    assert "made since" not in text


def test_later_decisions_are_pointed_out(
    as_trainer: Client, drawn: dict[str, Any], uploader: User, reviewer: User
) -> None:
    job(RunState.SUCCEEDED, result=drawn)
    give_label([settled_photo(uploader) for _ in range(3)], "dog", reviewer)
    assert "3 decisions were made since" in text_of(as_trainer)


def test_while_it_is_drawn_the_page_asks_for_news(as_trainer: Client) -> None:
    running = job(RunState.RUNNING, progress=0.4)
    assert 'value="0.400"' in text_of(as_trainer)
    assert as_trainer.get(PAGE + "live/").status_code == 200
    Job.objects.filter(id=running.id).update(state=RunState.CANCELLED)
    assert as_trainer.get(PAGE + "live/").headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("error", "words"),
    [("too_few", "too few labelled photos"), ("bug", "nobody foresaw"), ("no_version", "live")],
)
def test_why_there_is_none_is_said(as_trainer: Client, error: str, words: str) -> None:
    job(RunState.FAILED, error=error)
    assert words in text_of(as_trainer)


def test_the_page_takes_few_queries(
    as_trainer: Client,
    drawn: dict[str, Any],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    job(RunState.SUCCEEDED, result=drawn)
    with django_assert_max_num_queries(14):
        text_of(as_trainer)
