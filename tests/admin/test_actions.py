"""Reviewing from the lists: first a page that says what would happen, then it happens."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling
from recognition.models import BulkDecision, Decision, Label, Photo, Prediction, Via
from recognition.staff.review import plan_page
from tests.support.pages import done, text
from tests.support.rows import add_photo

PHOTOS = "admin:recognition_photo_changelist"
PREDICTIONS = "admin:recognition_prediction_changelist"
LISTS = pytest.mark.parametrize("table", [PHOTOS, PREDICTIONS])
ACTIONS = pytest.mark.parametrize("action", ["confirm_predictions", "give_label"])


@pytest.fixture
def dog(uploader: User) -> Photo:
    return add_photo(uploader, name="dog.jpg", **done("dog"))


@pytest.fixture
def car_called_dog(uploader: User) -> Photo:
    car = Label.objects.get(slug="car")
    return add_photo(uploader, name="car.jpg", label=car, **done("dog"))


@pytest.fixture
def unknown(uploader: User) -> Photo:
    return add_photo(uploader, name="unknown.jpg")


def act(client: Client, table: str, action: str, *photos: Photo, **more: object) -> HttpResponse:
    rows = Photo.objects.filter(id__in=[photo.id for photo in photos])
    keys = rows.values_list("pk" if table == PHOTOS else "prediction", flat=True)
    body = {"action": action, "_selected_action": [str(key) for key in keys], **more}
    return client.post(reverse(table), body, follow=True)


def sure(client: Client, table: str, plan: HttpResponse, **more: object) -> HttpResponse:
    """Press the button of a page that says what would happen."""
    html = plan.content.decode()
    [action] = re.findall(r'name="action" value="(\w+)"', html)
    body = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', html)
        for name in ("_selected_action", "shown")
    }
    more = {"action": action, "sure": "yes", **more}
    return client.post(reverse(table), body | more, follow=True)


def labels() -> dict[str, str | None]:
    return dict(Photo.objects.values_list("name", "label__slug"))


@LISTS
def test_confirming_says_first_what_would_change(
    table: str, as_reviewer: Client, dog: Photo, car_called_dog: Photo, unknown: Photo
) -> None:
    shown = text(act(as_reviewer, table, "confirm_predictions", dog, car_called_dog, unknown))
    for part in (
        "2 photos get a label. 1 photo is left as it is. Nothing has been changed yet.",
        "– → Dog",
        "Car → Dog",
        "it has no prediction yet",
    ):
        assert part in shown, part
    assert not Decision.objects.exists()


@LISTS
def test_what_the_network_says_is_confirmed_as_one(
    table: str, as_reviewer: Client, reviewer: User, dog: Photo, car_called_dog: Photo
) -> None:
    plan = act(as_reviewer, table, "confirm_predictions", dog, car_called_dog)
    response = sure(as_reviewer, table, plan)
    assert labels() == {"dog.jpg": "dog", "car.jpg": "dog"}
    bulk = BulkDecision.objects.get()
    assert (bulk.by, bulk.via, bulk.photos) == (reviewer, Via.LISTS, 2)
    assert "2 photos were decided as one. Undo …" in text(response)


@LISTS
def test_another_label_is_given_as_one(
    table: str, as_reviewer: Client, dog: Photo, car_called_dog: Photo, unknown: Photo
) -> None:
    photos = (dog, car_called_dog, unknown)
    assert "The label that they all get" in text(act(as_reviewer, table, "give_label", *photos))
    plan = act(as_reviewer, table, "give_label", *photos, label="car")
    assert "2 photos get a label. 1 photo is left as it is." in text(plan)
    assert "has this label already" in text(plan)
    assert BulkDecision.objects.count() == 0
    sure(as_reviewer, table, plan, label="taxi")  # typed since: shown first
    assert BulkDecision.objects.count() == 0
    sure(as_reviewer, table, plan, label="car", sure="car")
    assert set(labels().values()) == {"car"}
    assert BulkDecision.objects.get().photos == 2


@pytest.mark.parametrize("label", ["", "unicorn", "\0"])
def test_an_unknown_label_is_reported(label: str, as_reviewer: Client, dog: Photo) -> None:
    response = act(as_reviewer, PHOTOS, "give_label", dog, label=label, sure="yes")
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not Decision.objects.exists()


def test_what_changed_after_the_page_was_shown_is_left(
    as_reviewer: Client, superuser: User, dog: Photo, car_called_dog: Photo
) -> None:
    plan = act(as_reviewer, PHOTOS, "confirm_predictions", dog, car_called_dog)
    labelling.decide(dog.id, Label.objects.get(slug="taxi"), superuser, Via.QUEUE)
    response = sure(as_reviewer, PHOTOS, plan)
    assert labels() == {"dog.jpg": "taxi", "car.jpg": "dog"}
    assert "1 photo was left as it is: changed since the page was shown." in text(response)


def test_nothing_is_decided_that_was_not_shown(as_reviewer: Client, dog: Photo) -> None:
    act(as_reviewer, PHOTOS, "confirm_predictions", dog, sure="yes")
    act(as_reviewer, PHOTOS, "confirm_predictions", dog, sure="yes", shown=["nonsense", ".."])
    assert not Decision.objects.exists()


def test_very_many_are_refused(
    as_reviewer: Client, dog: Photo, car_called_dog: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_page, "MAX_PHOTOS", 1)
    response = act(as_reviewer, PHOTOS, "confirm_predictions", dog, select_across=1)
    assert "At most 1 photos at once." in text(response)


@LISTS
@ACTIONS
def test_who_may_not_review_is_offered_nothing_and_refused(
    table: str, action: str, reviewer: User, dog: Photo
) -> None:
    reviewer.groups.clear()
    views = Permission.objects.filter(codename__in=["view_photo", "view_prediction", "view_all"])
    reviewer.user_permissions.set(views)
    client = Client()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert action not in client.get(reverse(table)).content.decode()
    assert act(client, table, action, dog, sure="yes", label="dog").status_code == 403
    assert not Decision.objects.exists()


@LISTS
@ACTIONS
def test_uploaders_and_strangers_are_refused(
    table: str, action: str, uploader: User, dog: Photo
) -> None:
    client = Client()
    act(client, table, action, dog, sure="yes", label="dog")
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    assert act(client, table, action, dog, sure="yes", label="dog").status_code == 403
    assert not Decision.objects.exists()


def test_rows_may_be_gone(as_reviewer: Client, dog: Photo) -> None:
    plan = act(as_reviewer, PHOTOS, "confirm_predictions", dog)
    Prediction.objects.all().delete()
    dog.delete()
    assert sure(as_reviewer, PHOTOS, plan).status_code == 200
