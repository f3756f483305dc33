"""What pages frame in a photo."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.labels.tree import LabelTree
from recognition.models import Annotation, Label, Photo, View
from recognition.photos import parts
from tests.support.pages import done
from tests.support.rows import add_photo, found_subject

LEFT, RIGHT = [0.1, 0.2, 0.4, 0.8], [0.5, 0.2, 0.9, 0.8]


@pytest.fixture
def photo(uploader: User, version: object) -> Photo:
    """A dog at the left, a car at the right."""
    photo = add_photo(uploader, **done("dog"))
    found_subject(photo, LEFT, "dog", confidence=0.8)
    found_subject(photo, RIGHT, "car")
    return photo


def told(photo: Photo) -> list[tuple[list[float], str, bool, bool]]:
    found = parts.parts(photo, LabelTree().said)
    return [
        (part.box, part.label.slug if part.label else "", part.is_main, part.is_set)
        for part in found
    ]


def test_what_was_found_comes_with_the_main_subject_first(photo: Photo) -> None:
    assert told(photo) == [(LEFT, "dog", True, False), (RIGHT, "car", False, False)]
    dog = parts.parts(photo, LabelTree().said)[0]
    assert dog.confidence == 0.8
    assert [(label.slug, share) for label, share in dog.top] == [("dog", 0.8)]


def test_the_label_of_people_is_that_of_the_main_subject(photo: Photo) -> None:
    photo.label = Label.objects.get(slug="taxi")
    assert told(photo)[0] == (LEFT, "taxi", True, True)


def test_another_subject_may_be_the_main_one(photo: Photo) -> None:
    photo.box = RIGHT
    assert told(photo) == [(RIGHT, "car", True, False), (LEFT, "dog", False, False)]
    assert parts.main_box(photo) == RIGHT


def test_a_drawn_box_is_framed_before_anybody_looked_into_it(photo: Photo) -> None:
    photo.box = [0.0, 0.0, 0.2, 0.2]
    assert told(photo)[0] == (photo.box, "", True, False)


def test_no_subject_is_the_main_one_if_the_label_is_about_the_whole_picture(photo: Photo) -> None:
    photo.box = parts.WHOLE
    assert [is_main for _box, _label, is_main, _set in told(photo)] == [False, False]
    assert parts.main_box(photo) is None


def test_labels_of_their_own_stand_on_their_subjects_and_elsewhere(
    photo: Photo, reviewer: User
) -> None:
    nearly, elsewhere = [0.51, 0.2, 0.9, 0.8], [0.0, 0.0, 0.1, 0.1]
    for slug, box in (("taxi", nearly), ("dog", elsewhere)):
        label = Label.objects.get(slug=slug)
        Annotation.objects.create(photo=photo, box=box, label=label, by=reviewer)
    assert told(photo)[1:] == [(RIGHT, "taxi", False, True), (elsewhere, "dog", False, True)]


def test_who_has_looked_and_found_nothing(uploader: User, version: object) -> None:
    photo = add_photo(uploader, **done("dog"))
    assert not parts.is_without(photo)  # this version never looks for subjects
    photo.prediction.model_version.view = View.SUBJECTS
    assert parts.is_without(photo)
    photo.prediction.look_due = timezone.now()
    assert parts.is_looked_for(photo)
    assert not parts.is_without(photo)


def test_parts_of_many_photos_take_few_queries(
    photo: Photo, uploader: User, django_assert_num_queries: object
) -> None:
    add_photo(uploader, **done("car"))
    tree = LabelTree()
    with django_assert_num_queries(3):
        for each in parts.with_parts(Photo.objects.select_related("prediction", "label")):
            parts.parts(each, tree.said)
