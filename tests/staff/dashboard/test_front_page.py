"""The first page of the admin: figures, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recognition.core import heartbeats
from recognition.core.counting import Counted
from recognition.labels import labelling
from recognition.models import Label, ModelVersion, Photo, Report, Via
from recognition.review import statistics
from recognition.versions import measured
from tests.support.figures import metrics
from tests.support.rows import settled_photo


def _front_page(client: Client) -> tuple[dict[str, Any], str]:
    response = client.get(reverse("admin:index"))
    assert response.status_code == 200
    return response.context, response.content.decode()


def _steps(client: Client) -> list[str]:
    return [step.url for step in _front_page(client)[0]["next_steps"]]


def _staff(name: str, *groups: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _label(photo: Photo, slug: str, by: User) -> None:
    labelling.decide(photo.id, Label.objects.get(slug=slug), by, Via.QUEUE)


@pytest.fixture
def predictor() -> None:
    heartbeats.beat("tests")


def test_an_empty_instance_says_how_it_begins(as_reviewer: Client) -> None:
    _context, page = _front_page(as_reviewer)
    assert _steps(as_reviewer) == [reverse("home")]
    assert "How it goes" in page
    assert "chart-plot" not in page


@pytest.mark.usefixtures("noon")
def test_figures_and_charts_are_shown(as_reviewer: Client, reviewer: User, uploader: User) -> None:
    for slug in ("dog", "dog", "car"):
        _label(settled_photo(uploader), slug, reviewer)
    settled_photo(uploader)
    context, page = _front_page(as_reviewer)
    assert (context["today"], context["this_week"]) == (4, 4)
    assert context["to_review"] == Counted(1)
    assert context["share_labelled"] == 0.75
    assert context["share_right"] == pytest.approx(2 / 3)
    assert [(row.label.slug, row.right, row.decisions) for row in context["labels"]] == [
        ("car", 0, 1),
        ("dog", 2, 2),
    ]
    assert page.count("chart-plot") == 2
    assert "2 of 3" in page


def test_charts_are_not_drawn_in_inline_styles(as_reviewer: Client, uploader: User) -> None:
    settled_photo(uploader)
    _context, page = _front_page(as_reviewer)
    front = page[page.index('<div class="front">') :]
    assert "style=" not in front[: front.rindex("</svg>")]


def test_charts_hold_numbers_that_svg_reads_in_any_language(
    as_reviewer: Client, uploader: User
) -> None:
    settled_photo(uploader)
    response = as_reviewer.get(reverse("admin:index"), headers={"Accept-Language": "zh-hans"})
    assert 'x="0.1"' in response.content.decode()


def test_staff_who_do_not_review_see_figures_and_no_way_into_the_review(
    groups: None, uploader: User, predictor: None
) -> None:
    settled_photo(uploader)
    context, page = _front_page(_staff("trudy", "Trainer"))
    assert context["to_review"] == Counted(1)
    assert context["next_steps"] == []
    assert reverse("review-queue") not in page


def test_staff_without_any_rights_see_no_figures(uploader: User) -> None:
    settled_photo(uploader)
    context, page = _front_page(_staff("norah"))
    assert "figures" not in context
    assert "How things stand" not in page


def test_uploaders_are_refused(uploader: User) -> None:
    client = Client()
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_strangers_are_sent_to_sign_in(db: None) -> None:
    response = Client().get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("login"))


def test_a_large_instance_is_not_counted_by_the_page(
    as_reviewer: Client, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SMALL", 0)
    settled_photo(uploader)
    assert "are being counted" in _front_page(as_reviewer)[1]
    statistics.refresh_if_due()
    page = _front_page(as_reviewer)[1]
    assert "chart-plot" in page
    assert "Counted on" in page
    [report] = Report.objects.filter(name=statistics.REPORT)
    report.data["days"][-1]["day"] = "2020-01-01"  # nobody has counted today
    report.save()
    assert "not counted yet" in _front_page(as_reviewer)[1]


def test_the_live_versions_accuracy_is_that_of_all_pages(
    as_reviewer: Client, uploader: User, version: ModelVersion
) -> None:
    settled_photo(uploader)
    assert "which is live" not in _front_page(as_reviewer)[1], "it was never measured"
    measured.keep(version, metrics(0.955), "these photos")
    page = _front_page(as_reviewer)[1].replace("\N{NO-BREAK SPACE}", " ")
    assert "<dd>95.5 %</dd>" in page
    assert "(91.0 – 97.0 %)" in page
    assert "of version 1, which is live" in page


def test_a_deleted_label_is_left_out(
    as_reviewer: Client, reviewer: User, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SMALL", 0)
    _label(settled_photo(uploader), "dog", reviewer)
    statistics.refresh_if_due()
    Label.objects.filter(slug="dog").update(slug="hound")
    assert _front_page(as_reviewer)[0]["labels"] == []


def test_the_page_asks_few_questions_however_much_there_is(
    as_reviewer: Client,
    reviewer: User,
    uploader: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for slug in ("dog", "car", "taxi") * 3:
        _label(settled_photo(uploader), slug, reviewer)
    as_reviewer.get(reverse("admin:index"))
    with django_assert_max_num_queries(42):
        as_reviewer.get(reverse("admin:index"))
