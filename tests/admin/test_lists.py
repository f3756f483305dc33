"""Lists that count nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries

from recognition.admin import lists
from recognition.admin.lists import LongList
from recognition.models import Label, Photo, Prediction, State
from tests.support.rows import add_photo

PHOTOS = "admin:recognition_photo_changelist"
PREDICTIONS = "admin:recognition_prediction_changelist"


@pytest.fixture
def three_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LongList, "list_per_page", 3)


def _names(client: Client, url: str, **query: object) -> list[str]:
    response = client.get(reverse(url), query)
    assert response.status_code == 200
    rows = response.context["cl"].result_list
    return [row.name if isinstance(row, Photo) else row.photo.name for row in rows]


@pytest.mark.parametrize("url", [PHOTOS, PREDICTIONS])
def test_a_list_asks_as_many_questions_for_one_row_as_for_many(
    url: str,
    as_superuser: Client,
    superuser: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(20):
        add_photo(superuser)
    with django_assert_max_num_queries(8) as captured:
        as_superuser.get(reverse(url))
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert all("LIMIT" in sql for sql in counts)  # to a limit, as of what the sidebar counts
    assert not [query for query in captured if "embedding" in query["sql"]]


@pytest.mark.usefixtures("three_a_page")
def test_pages_lead_on_and_back(as_superuser: Client, superuser: User) -> None:
    for number in range(7):
        add_photo(superuser, name=f"{number}.jpg")
    assert _names(as_superuser, PHOTOS) == ["6.jpg", "5.jpg", "4.jpg"]
    assert _names(as_superuser, PHOTOS, p=3) == ["0.jpg"]
    middle = as_superuser.get(reverse(PHOTOS), {"p": 2}).content.decode()
    assert 'rel="prev"' in middle
    assert 'rel="next"' in middle
    assert 'rel="next"' not in as_superuser.get(reverse(PHOTOS), {"p": 3}).content.decode()


@pytest.mark.usefixtures("three_a_page")
def test_a_full_last_page_leads_no_further(as_superuser: Client, superuser: User) -> None:
    for _ in range(3):
        add_photo(superuser)
    assert 'rel="next"' not in as_superuser.get(reverse(PHOTOS)).content.decode()


@pytest.mark.usefixtures("three_a_page")
@pytest.mark.parametrize(("asked", "shown"), [("-4", 1), ("0", 1), ("nonsense", 1), ("999", 2)])
def test_pages_that_are_not_there_are_moved_into_range(
    asked: str,
    shown: int,
    as_superuser: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lists, "MAX_PAGES", 2)
    response = as_superuser.get(reverse(PHOTOS), {"p": asked})
    assert response.context["cl"].page_num == shown


def test_predictions_are_filtered_by_what_they_say(as_superuser: Client, superuser: User) -> None:
    dog, car = Label.objects.get(slug="dog"), Label.objects.get(slug="car")
    done = {"prediction__state": State.DONE}
    add_photo(
        superuser,
        name="dog",
        **done,
        prediction__label=dog,
        prediction__kind="animal",
        prediction__confidence=0.97,
    )
    add_photo(
        superuser,
        name="car",
        **done,
        prediction__label=car,
        prediction__kind="vehicle",
        prediction__confidence=0.5,
    )
    add_photo(superuser, name="waiting")
    for query, expected in [
        ({"state__exact": "pending"}, ["waiting"]),
        ({"kind__exact": "vehicle"}, ["car"]),
        ({"label__id__exact": dog.id}, ["dog"]),
        ({"band__exact": 2}, ["car"]),
        ({"band__exact": 4}, ["dog"]),
    ]:
        assert _names(as_superuser, PREDICTIONS, **query) == expected, query


@pytest.mark.parametrize("url", [PHOTOS, PREDICTIONS])
def test_lists_are_filtered_by_owner(
    url: str, as_superuser: Client, superuser: User, uploader: User
) -> None:
    add_photo(superuser, name="mine")
    add_photo(uploader, name="theirs")
    field = "owner__id__exact" if url == PHOTOS else "photo__owner__id__exact"
    assert _names(as_superuser, url, **{field: uploader.id}) == ["theirs"]


@pytest.mark.parametrize("url", [PHOTOS, PREDICTIONS])
def test_the_last_day_of_a_range_is_in(url: str, as_superuser: Client, superuser: User) -> None:
    photo = add_photo(superuser, name="today")
    today = date_format(photo.created, "Y-m-d")
    assert _names(as_superuser, url, created_from=today, created_to=today) == ["today"]
    assert _names(as_superuser, url, created_to="2001-01-01") == []


def test_a_day_that_is_none_does_not_filter(as_superuser: Client, superuser: User) -> None:
    add_photo(superuser, name="today")
    assert _names(as_superuser, PHOTOS, created_from="yesterday") == ["today"]


@pytest.mark.parametrize("url", [PHOTOS, PREDICTIONS])
def test_search_finds_names_by_their_beginning_and_photos_by_id(
    url: str, as_superuser: Client, superuser: User
) -> None:
    photo = add_photo(superuser, name="IMG_1.jpg")
    add_photo(superuser, name="other.jpg")
    assert _names(as_superuser, url, q="IMG_") == ["IMG_1.jpg"]
    assert _names(as_superuser, url, q=str(photo.id)) == ["IMG_1.jpg"]
    assert _names(as_superuser, url, q="nowhere") == []


@pytest.mark.parametrize("url", [PHOTOS, PREDICTIONS])
def test_no_dropdown_lists_all_users(url: str, as_superuser: Client, uploader: User) -> None:
    assert uploader.username not in as_superuser.get(reverse(url)).content.decode()


def test_confidence_bands_have_no_gap(superuser: User) -> None:
    for confidence, band in [(0.0, 1), (0.4999, 1), (0.5, 2), (0.8, 3), (0.95, 4), (1.0, 4)]:
        add_photo(superuser, prediction__confidence=confidence)
        prediction = Prediction.objects.order_by("-created").first()
        assert prediction is not None
        assert prediction.band == band, confidence


def test_the_theme_speaks_chinese_too(as_superuser: Client) -> None:
    page = as_superuser.get(reverse(PHOTOS), headers={"Accept-Language": "zh-hans"})
    assert "应用筛选" in page.content.decode()
    assert "Apply Filters" not in page.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_all_time_zones_does_not_filter(
    day: str, as_superuser: Client, superuser: User
) -> None:
    add_photo(superuser, name="today")
    assert _names(as_superuser, PHOTOS, created_from=day, created_to=day) == ["today"]
