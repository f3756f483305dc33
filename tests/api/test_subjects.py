"""Boxes over HTTP: what the network found, what people say."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from recognition.models import Annotation, Label, Photo, Prediction
from tests.api.test_photo_lists import PHOTOS, ids
from tests.conftest import api_of
from tests.support.rows import NO_ID, found_subject, settled_photo, subject_version

pytestmark = pytest.mark.usefixtures("version")

LEFT, RIGHT = [0.0, 0.2, 0.4, 0.8], [0.6, 0.2, 1.0, 0.8]


@pytest.fixture
def photo(uploader: User) -> Photo:
    """By a version that looks at subjects."""
    subject_version()
    return settled_photo(uploader)


@pytest.fixture
def as_reviewer(reviewer: User) -> APIClient:
    return api_of(reviewer)


def shown(api: APIClient, photo: Photo) -> Any:
    return api.get(f"{PHOTOS}{photo.id}/").json()


def test_subjects_come_with_the_prediction_the_main_one_first(api: APIClient, photo: Photo) -> None:
    found_subject(photo, RIGHT, "car")
    found_subject(photo, LEFT, "dog")
    car, dog = shown(api, photo)["prediction"]["subjects"]
    assert car == {
        "box": RIGHT,
        "label": "car",
        "kind": "vehicle",
        "confidence": 0.8,
        "top": [{"label": "car", "confidence": 0.8}],
    }
    assert (dog["label"], dog["box"]) == ("dog", LEFT)
    assert api.get(PHOTOS).json()["results"][0]["prediction"]["subjects"] == [car, dog]


def test_that_there_is_none_is_told_from_that_nobody_has_looked(
    api: APIClient, photo: Photo
) -> None:
    Prediction.objects.update(look_due=timezone.now())
    assert shown(api, photo)["prediction"]["subjects"] is None
    Prediction.objects.update(look_due=None)
    assert shown(api, photo)["prediction"]["subjects"] == []


def test_more_photos_with_subjects_take_no_more_queries(
    uploader: User, photo: Photo, django_assert_max_num_queries: Any
) -> None:
    for another in (photo, *(settled_photo(uploader) for _ in range(5))):
        found_subject(another, LEFT, "dog")
        found_subject(another, RIGHT, "car")
    client = api_of(User.objects.get(id=uploader.id))
    with django_assert_max_num_queries(4):  # two for permissions
        assert len(ids(client.get(PHOTOS))) == 6


@pytest.mark.parametrize(
    ("slug", "is_found"), [("dog", True), ("car", True), ("taxi", True), ("neither", False)]
)
def test_a_list_is_narrowed_by_what_photos_contain(
    slug: str, is_found: bool, api: APIClient, uploader: User, photo: Photo
) -> None:
    """A taxi is a car."""
    found_subject(photo, LEFT, "dog")
    found_subject(photo, RIGHT, "taxi")
    settled_photo(uploader)
    assert ids(api.get(f"{PHOTOS}?contains={slug}")) == [str(photo.id)] * is_found
    assert ids(api.get(f"{PHOTOS}?contains=unicorn")) == []


def test_a_reviewer_says_what_the_label_is_about(as_reviewer: APIClient, photo: Photo) -> None:
    path = f"{PHOTOS}{photo.id}/label/"
    body = {"label": "dog", "box": LEFT}
    assert as_reviewer.put(path, body, format="json").json()["box"] == LEFT
    assert as_reviewer.put(path, {"label": "car"}, format="json").json()["box"] == LEFT
    assert as_reviewer.put(path, {**body, "box": None}, format="json").json()["box"] == LEFT
    assert shown(as_reviewer, photo)["label"] == "dog"


@pytest.mark.parametrize("box", [[0, 0, 1], [0, 0, 2, 1], [0.5, 0, 0.5, 1], "0,0,1,1", {}, 7])
def test_what_is_no_box_is_refused(box: Any, as_reviewer: APIClient, photo: Photo) -> None:
    body = {"label": "dog", "box": box}
    for response in (
        as_reviewer.put(f"{PHOTOS}{photo.id}/label/", body, format="json"),
        as_reviewer.post(f"{PHOTOS}{photo.id}/annotations/", body, format="json"),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "invalid_box")
    assert shown(as_reviewer, photo)["label"] is None


def test_a_further_part_is_labelled_and_taken_back(as_reviewer: APIClient, photo: Photo) -> None:
    path = f"{PHOTOS}{photo.id}/annotations/"
    response = as_reviewer.post(path, {"box": RIGHT, "label": "car"}, format="json")
    made = response.json()
    assert (response.status_code, made["box"], made["label"]) == (201, RIGHT, "car")
    assert shown(as_reviewer, photo)["annotations"] == [made]
    again = as_reviewer.post(path, {"box": RIGHT, "label": "taxi"}, format="json").json()
    assert (again["id"], again["label"]) == (made["id"], "taxi")
    assert as_reviewer.delete(f"{path}{made['id']}/").status_code == 204
    assert shown(as_reviewer, photo)["annotations"] == []
    assert as_reviewer.delete(f"{path}{made['id']}/").status_code == 404


@pytest.mark.parametrize("body", [{}, [], {"label": "car"}, {"box": RIGHT, "label": "unicorn"}])
def test_what_cannot_be_annotated(body: Any, as_reviewer: APIClient, photo: Photo) -> None:
    response = as_reviewer.post(f"{PHOTOS}{photo.id}/annotations/", body, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("number", [NO_ID, "-", "abc"])
def test_an_annotation_that_is_not_there(number: str, as_reviewer: APIClient, photo: Photo) -> None:
    response = as_reviewer.delete(f"{PHOTOS}{photo.id}/annotations/{number}/")
    assert response.status_code == 404


def test_an_uploader_labels_no_parts(
    api: APIClient, photo: Photo, uploader: User, reviewer: User
) -> None:
    path = f"{PHOTOS}{photo.id}/annotations/"
    assert api.post(path, {"box": RIGHT, "label": "car"}, format="json").status_code == 403
    car = Label.objects.get(slug="car")
    made = Annotation.objects.create(photo=photo, box=RIGHT, label=car)
    assert api.delete(f"{path}{made.id}/").status_code == 403
    assert Annotation.objects.exists()
