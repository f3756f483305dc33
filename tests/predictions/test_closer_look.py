"""Photos are looked at closely in the background."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import Answer
from recognition.core import events
from recognition.labels.tree import set_active
from recognition.models import Annotation, Label, ModelVersion, Photo, Prediction, Review
from recognition.predictions.closer_look import (
    claim,
    store,
)
from tests.support.rows import answer_of, give_label
from tests.support.subjects import (
    LEFT,
    RIGHT,
    answered_photo,
    looks_closer,
    subject,
    with_subjects,
)


@pytest.fixture(autouse=True)
def closer(version: ModelVersion) -> ModelVersion:
    return looks_closer(version)


@pytest.fixture
def photo(uploader: User, closer: ModelVersion) -> Photo:
    """Sure at first sight that it is a dog."""
    return answered_photo(uploader, closer, answer_of(dog=0.9, car=0.1))


def seen(**probabilities: float) -> Answer:
    """What a closer look sees: a dog at the left, by default as at first sight."""
    said = answer_of(**(probabilities or {"dog": 0.85, "car": 0.15}))
    return with_subjects(said, subject(LEFT))


def look(version: ModelVersion, said: Answer | UnreadablePhoto | None = None) -> int:
    claims = claim(version)
    return store(claims, [said or seen() for _ in claims])


def shown(photo: Photo) -> Prediction:
    return Photo.objects.select_related("prediction__label").get(id=photo.id).prediction


# What is gained


def test_what_was_sure_gains_subjects_and_keeps_its_answer(
    photo: Photo, closer: ModelVersion
) -> None:
    before = shown(photo)
    assert look(closer) == 1
    after = shown(photo)
    assert [row.box for row in after.subjects.all()] == [[0.0, 0.0, 0.5, 1.0]]
    assert (after.label, after.confidence, after.top) == (
        before.label,
        before.confidence,
        before.top,
    )
    assert (after.margin, after.review) == (before.margin, before.review)
    assert (after.look_due, after.attempts) == (None, 0)


def test_the_embedding_is_the_main_subjects_and_is_compared_again(
    photo: Photo, closer: ModelVersion
) -> None:
    Prediction.objects.update(analysis_due=None)
    look(closer)
    row = shown(photo)
    assert np.frombuffer(row.embedding, "<f2").tolist() == [0.5] * 1280
    assert row.analysis_due is not None


def test_nothing_found_is_a_finding(photo: Photo, closer: ModelVersion) -> None:
    whole = bytes(shown(photo).embedding)
    look(closer, with_subjects(answer_of(dog=0.9, car=0.1)))
    row = shown(photo)
    assert (row.look_due, row.subjects.count(), bytes(row.embedding)) == (None, 0, whole)


def test_what_was_found_before_is_replaced(photo: Photo, closer: ModelVersion) -> None:
    look(closer)
    Prediction.objects.update(look_due=timezone.now())
    look(closer, with_subjects(answer_of(dog=0.9, car=0.1), subject(RIGHT), subject(LEFT)))
    assert [row.box[0] for row in shown(photo).subjects.all()] == [0.5, 0.0]


def test_an_unsure_answer_from_before_there_was_a_finder_changes(
    uploader: User, closer: ModelVersion
) -> None:
    photo = answered_photo(uploader, closer, answer_of(neither=0.95, dog=0.05))
    look(closer, seen(dog=0.7, car=0.3))
    row = shown(photo)
    assert (row.label.slug, row.kind, row.confidence) == ("dog", "animal", pytest.approx(0.7))
    assert row.margin == pytest.approx(0.4)
    assert row.review == Review.WAITING


def test_what_people_have_decided_about_keeps_its_answer(
    uploader: User, reviewer: User, closer: ModelVersion
) -> None:
    labelled, accepted, drawn = (
        answered_photo(uploader, closer, answer_of(neither=0.95, dog=0.05)) for _ in range(3)
    )
    give_label([labelled], "dog", reviewer)
    Prediction.objects.filter(photo=accepted).update(accepted=timezone.now())
    Photo.objects.filter(id=drawn.id).update(box=list(LEFT))
    look(closer, seen(dog=0.7, car=0.3))
    for photo in (labelled, accepted, drawn):
        assert (shown(photo).label.slug, shown(photo).subjects.count()) == ("neither", 1)


def test_a_retired_label_is_not_said(uploader: User, closer: ModelVersion) -> None:
    photo = answered_photo(uploader, closer, answer_of(neither=0.95, dog=0.05))
    set_active(Label.objects.get(slug="taxi"), False)
    found = with_subjects(answer_of(taxi=0.9, dog=0.1), subject(LEFT, taxi=0.9, dog=0.1))
    look(closer, found)
    assert shown(photo).label.slug == "car"
    assert [row.label.slug for row in shown(photo).subjects.all()] == ["car"]


def test_a_photo_that_can_no_longer_be_read_is_not_tried_again(
    photo: Photo, closer: ModelVersion
) -> None:
    before = shown(photo)
    look(closer, UnreadablePhoto("truncated"))
    assert shown(photo).look_due is None
    assert (shown(photo).label, shown(photo).error) == (before.label, "")


def test_who_has_the_page_open_is_told(
    photo: Photo,
    closer: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    announce = Mock()
    monkeypatch.setattr(events, "publish_settled", announce)
    with django_capture_on_commit_callbacks(execute=True):
        look(closer)
        announce.assert_not_called()
    announce.assert_called_once_with([photo.id])


# What people have drawn


def test_the_boxes_that_people_drew_are_looked_at(
    photo: Photo, reviewer: User, closer: ModelVersion
) -> None:
    Photo.objects.update(box=list(RIGHT))
    for box in (LEFT, Box(0.1, 0.1, 0.2, 0.2)):
        car = Label.objects.get(slug="car")
        Annotation.objects.create(photo=photo, box=list(box), label=car, by=reviewer)
    [claimed] = claim(closer)
    assert claimed.look[:3] == (photo.original_path, True, RIGHT)
    assert set(claimed.look.others) == {LEFT, Box(0.1, 0.1, 0.2, 0.2)}


def draw_the_box(photo: Photo) -> None:
    Photo.objects.update(box=list(RIGHT))


def label_a_part(photo: Photo) -> None:
    Annotation.objects.create(photo=photo, box=list(RIGHT), label=Label.objects.get(slug="car"))


@pytest.mark.parametrize("draw", [draw_the_box, label_a_part])
def test_what_people_draw_meanwhile_is_looked_at_next(
    draw: Any, photo: Photo, closer: ModelVersion
) -> None:
    claims = claim(closer)
    draw(photo)
    assert store(claims, [seen()]) == 0
    assert shown(photo).subjects.count() == 0
    [again] = claim(closer)
    assert RIGHT in (again.look.main, *again.look.others)


def test_a_look_that_was_asked_for_meanwhile_is_still_due(
    photo: Photo, closer: ModelVersion
) -> None:
    claims = claim(closer)
    asked = timezone.now()
    Prediction.objects.update(look_due=asked)
    assert store(claims, [seen()]) == 0
    assert shown(photo).look_due == asked
