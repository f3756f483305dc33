"""A reviewer says what the label is about, and the prediction follows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.core import wakeups
from recognition.labels import boxes, labelling
from recognition.labels.boxes import InvalidBox
from recognition.models import Decision, Label, Photo, Prediction, Via
from tests.support.rows import add_photo, found_subject, settled_photo, subject_version

pytestmark = pytest.mark.usefixtures("version")

LEFT, RIGHT, DRAWN = [0.0, 0.2, 0.4, 0.8], [0.6, 0.2, 1.0, 0.8], [0.1, 0.1, 0.3, 0.3]


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A dog at the left, a car at the right."""
    subject_version()
    photo = settled_photo(uploader)
    found_subject(photo, LEFT, "dog")
    found_subject(photo, RIGHT, "car")
    return photo


def decide(photo: Photo, by: User, box: object = None, slug: str = "dog") -> Decision:
    label = Label.objects.get(slug=slug)
    return labelling.decide(photo.id, label, by, Via.QUEUE, box=box)


def box_of(photo: Photo) -> object:
    return Photo.objects.get(id=photo.id).box


def shown() -> Prediction:
    return Prediction.objects.get()


def test_without_a_box_it_stays_as_it_is(photo: Photo, reviewer: User) -> None:
    decide(photo, reviewer)
    assert box_of(photo) is None
    decide(photo, reviewer, DRAWN)
    decide(photo, reviewer)
    assert box_of(photo) == DRAWN


def test_a_decision_says_what_the_label_was_about_before_and_after(
    photo: Photo, reviewer: User
) -> None:
    decide(photo, reviewer, DRAWN)
    made = decide(photo, reviewer, boxes.WHOLE)
    made.refresh_from_db()
    assert (made.from_box, made.to_box) == (DRAWN, boxes.WHOLE)


def test_undo_restores_the_box(photo: Photo, reviewer: User) -> None:
    first = decide(photo, reviewer, DRAWN)
    labelling.undo(decide(photo, reviewer, RIGHT, "car"), reviewer)
    assert box_of(photo) == DRAWN
    labelling.undo(first, reviewer)
    assert box_of(photo) is None
    assert shown().look_due


def test_undoing_many_leaves_their_boxes(photo: Photo, reviewer: User) -> None:
    decide(photo, reviewer, DRAWN)
    car = Label.objects.get(slug="car")
    labelling.undo_bulk(labelling.decide_many({photo.id: car}, reviewer, Via.GRID), reviewer)
    assert box_of(photo) == DRAWN


def test_what_is_no_box_changes_nothing(photo: Photo, reviewer: User) -> None:
    with pytest.raises(InvalidBox):
        decide(photo, reviewer, [0.5, 0.5, 0.5, 0.5])
    assert not Decision.objects.exists()


def test_a_subject_that_is_picked_is_the_main_one_at_once(photo: Photo, reviewer: User) -> None:
    before = {tuple(subject.box): bytes(subject.embedding) for subject in shown().subjects.all()}
    decide(photo, reviewer, RIGHT, "car")
    assert [subject.box for subject in shown().subjects.all()] == [RIGHT, LEFT]
    assert bytes(shown().embedding) == before[tuple(RIGHT)]
    assert shown().look_due is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("box", [DRAWN, boxes.WHOLE])
def test_what_the_network_has_not_looked_at_is_due(
    box: list[float], photo: Photo, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(wakeups, "wake_predictor", lambda: woken.append(True))
    decide(photo, reviewer, box)
    assert shown().look_due
    assert woken == [True]


def test_a_version_of_the_centre_has_nothing_to_look_at(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader)
    decide(photo, reviewer, DRAWN)
    assert box_of(photo) == DRAWN
    assert shown().look_due is None


def test_a_prediction_that_waits_is_told_its_box_in_its_turn(
    uploader: User, reviewer: User
) -> None:
    subject_version()
    photo = add_photo(uploader)
    decide(photo, reviewer, DRAWN)
    assert box_of(photo) == DRAWN
    assert shown().look_due is None
