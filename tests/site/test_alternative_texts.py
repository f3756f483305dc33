"""What a picture of a photo shows, for people who do not see it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from recognition.models import Label, Photo, Prediction, State
from recognition.templatetags.ark import seen
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


def _seen(photo: Photo) -> str:
    return seen(Photo.objects.select_related("label", "prediction__label").get(pk=photo.pk))


def _photo(owner: User, confidence: float = 0.93) -> Photo:
    car = Label.objects.get(slug="car")
    photo = add_photo(owner, name="a.jpg")
    Prediction.objects.filter(pk=photo.prediction_id).update(
        state=State.DONE, label=car, confidence=confidence
    )
    return photo


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (0.97, "Car (97\u00a0%)"),
        (0.93, "probably Car (93\u00a0%)"),
        (0.61, "perhaps Car (61\u00a0%)"),
        (0.41, "a guess, Car (41\u00a0%)"),
    ],
)
def test_a_picture_says_what_the_network_saw_and_how_sure_it_is(
    confidence: float, said: str, uploader: User
) -> None:
    assert _seen(_photo(uploader, confidence)) == f"Photo a.jpg: {said}"


def test_what_a_person_said_counts_more(uploader: User) -> None:
    photo = _photo(uploader)
    Photo.objects.filter(pk=photo.pk).update(label=Label.objects.get(slug="dog"))
    assert _seen(photo) == "Photo a.jpg: Dog, as a person said"


def test_a_photo_without_an_answer_has_its_name(uploader: User) -> None:
    photo = add_photo(uploader, name="a.jpg")
    assert _seen(photo) == "Photo a.jpg"
    Prediction.objects.filter(pk=photo.prediction_id).update(state=State.FAILED)
    assert _seen(photo) == "Photo a.jpg, which could not be recognised"


def test_what_was_not_read_with_the_photo_is_not_asked_for(
    uploader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photo = Photo.objects.get(pk=_photo(uploader).pk)
    with django_assert_num_queries(0):
        assert seen(photo) == "Photo a.jpg"
