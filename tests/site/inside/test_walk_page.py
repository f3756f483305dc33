"""The page of a walk, before it is worked out and after."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from recognition.core import jobs
from recognition.explanations import walks
from recognition.models import Job, ModelVersion, Photo
from recognition.versions import registry
from tests.explanations.conftest import answered
from tests.support.rows import found_subject, manifest


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARK_INCOMING = tmp_path / "incoming"


@pytest.fixture
def duck(live_version: ModelVersion, uploader: User, photos: list[Path]) -> Photo:
    (file,) = (photo for photo in photos if photo.stem.endswith("_99"))
    return answered(uploader, file, {"duck": 0.9})


@pytest.fixture
def browser(client: Client, uploader: User) -> Client:
    client.force_login(uploader)
    return client


def page(browser: Client, photo: Photo, **query: str | int) -> str:
    answer = browser.get(reverse("inside", args=[photo.id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_without_its_walk_is_there_at_once_and_asks_for_it(
    browser: Client, duck: Photo
) -> None:
    assert "on its way" in page(browser, duck)
    assert Job.objects.get(kind=Job.Kind.WALK).subject == f"{duck.id.hex}:1:walk-own"
    address = reverse("inside", args=[duck.id])
    assert browser.get(address, {"look": "due"}).status_code == 204
    walks.work_on_asked()
    assert browser.get(address, {"look": "due"}).status_code == 200


def test_each_stage_tells_its_shapes_and_where_they_come_from(
    browser: Client, duck: Photo, live_version: ModelVersion
) -> None:
    walks.walk(duck, live_version, walks.WHOLE.what)
    text = page(browser, duck)
    assert "3 × 256 × 256" in text
    assert "(256 + 0 + 1 \u2212 3) / 2 + 1 = 128" in text
    assert "1,280 × 1 × 1 = 1,280" in text
    assert "Global average pooling" in text
    assert "EfficientNet-Lite0" in text
    assert "has learnt nothing" not in text


def test_pictures_are_there_for_whom_may_see_the_photo(
    browser: Client, duck: Photo, live_version: ModelVersion, other_uploader: User
) -> None:
    walks.walk(duck, live_version, walks.WHOLE.what)
    found = re.search(
        r'href="(/photos/[^"]+/inside/1/walk-own/stage-0-maps\.webp\?of=\w+)"', page(browser, duck)
    )
    assert found
    answer = browser.get(found[1])
    assert answer.headers["Content-Type"] == "image/webp"
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    browser.force_login(other_uploader)
    assert browser.get(found[1]).status_code == 404
    assert browser.get(reverse("inside", args=[duck.id])).status_code == 404


def test_a_channel_is_a_part_of_the_page_or_a_piece_by_itself(
    browser: Client, duck: Photo, live_version: ModelVersion
) -> None:
    walks.walk(duck, live_version, walks.WHOLE.what)
    walk = walks.read(duck, live_version)
    assert walk is not None
    number = walk["stages"][2]["channels"][1]["number"]
    piece = page(browser, duck, stage=2, channel=number, part="channel")
    assert "<html" not in piece
    assert f"Channel {number}" in piece
    assert " ".join(piece.split())[:60] in " ".join(
        page(browser, duck, stage=2, channel=number).split()
    )
    address = reverse("inside", args=[duck.id])
    missing = {"stage": 2, "channel": 9999, "part": "channel"}
    assert browser.get(address, missing).status_code == 404


def test_a_network_without_trained_weights_says_so(
    browser: Client, duck: Photo, live_version: ModelVersion
) -> None:
    walks.walk(duck, live_version, walks.Way("three_stage").what)
    text = page(browser, duck, network="three_stage")
    assert "has learnt nothing" in text
    assert "64 × 7 × 7 = 3,136" in text
    assert "Max pooling" in text


def test_a_network_that_is_not_there_is_not_found(browser: Client, duck: Photo) -> None:
    address = reverse("inside", args=[duck.id])
    for wrong in ("99", "resnet99", "../x"):
        assert browser.get(address, {"network": wrong}).status_code == 404
    assert not Job.objects.exists()


def test_staff_may_choose_any_version_and_others_those_in_use(
    browser: Client, duck: Photo, reviewer: User
) -> None:
    registry.register(2, manifest(name="A candidate"))
    assert "A candidate" not in page(browser, duck)
    assert browser.get(reverse("inside", args=[duck.id]), {"network": "2"}).status_code == 404
    browser.force_login(reviewer)
    assert "A candidate" in page(browser, duck)


def test_the_main_subject_can_be_chosen_where_there_is_one(browser: Client, duck: Photo) -> None:
    assert "its main subject" not in page(browser, duck)
    found_subject(duck, [0.1, 0.1, 0.6, 0.9], "duck")
    assert "its main subject" in page(browser, duck, sees="subject")
    subjects = Job.objects.filter(kind=Job.Kind.WALK).values_list("subject", flat=True)
    assert f"{duck.id.hex}:1:walk-own-subject" in subjects


def test_a_walk_that_failed_says_why_and_can_be_asked_for_again(
    browser: Client, duck: Photo
) -> None:
    duck.original_path.write_bytes(b"no picture")
    page(browser, duck)
    walks.work_on_asked()
    assert "cannot be read any more" in page(browser, duck)
    assert not Job.objects.filter(state__in=jobs.OPEN).exists()
    page(browser, duck, again="yes")
    assert Job.objects.filter(state__in=jobs.OPEN).count() == 1


def test_it_takes_few_queries(
    browser: Client,
    duck: Photo,
    live_version: ModelVersion,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    walks.walk(duck, live_version, walks.WHOLE.what)
    page(browser, duck)
    with django_assert_max_num_queries(14):
        page(browser, duck)
