"""A second label in a photo is not lost."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User

from recognition.labels import annotating, merging, tree
from recognition.labels.annotating import annotate, change_annotation, remove_annotation
from recognition.labels.boxes import InvalidBox
from recognition.models import Annotation, Label, Photo, Prediction
from tests.support.rows import add_photo, found_subject, settled_photo, subject_version

pytestmark = pytest.mark.usefixtures("version")

LEFT, RIGHT = [0.0, 0.2, 0.4, 0.8], [0.6, 0.2, 1.0, 0.8]


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A dog at the left, as the network found."""
    subject_version()
    photo = settled_photo(uploader)
    found_subject(photo, LEFT, "dog")
    return photo


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def is_due() -> bool:
    return Prediction.objects.get().look_due is not None


def stored() -> list[tuple[list[float], str]]:
    return [(made.box, made.label.slug) for made in Annotation.objects.select_related("label")]


def test_a_part_gets_a_label_of_its_own(photo: Photo, reviewer: User) -> None:
    made = annotate(photo.id, RIGHT, label("car"), reviewer)
    assert stored() == [(RIGHT, "car")]
    assert (made.by, Photo.objects.get().label) == (reviewer, None)


def test_sent_twice_it_counts_once(photo: Photo, reviewer: User) -> None:
    annotation_id = uuid.uuid4()
    for _ in range(2):
        made = annotate(photo.id, RIGHT, label("car"), reviewer, annotation_id)
        assert made.id == annotation_id
    assert stored() == [(RIGHT, "car")]


def test_a_part_has_one_label(photo: Photo, reviewer: User) -> None:
    annotate(photo.id, RIGHT, label("car"), reviewer)
    annotate(photo.id, RIGHT, label("taxi"), reviewer)
    assert stored() == [(RIGHT, "taxi")]


def test_label_and_box_can_be_changed(photo: Photo, reviewer: User, uploader: User) -> None:
    made = annotate(photo.id, RIGHT, label("car"), uploader)
    change_annotation(made.id, reviewer, label=label("taxi"))
    assert stored() == [(RIGHT, "taxi")]
    changed = change_annotation(made.id, reviewer, box=LEFT)
    assert stored() == [(LEFT, "taxi")]
    assert (changed.id, changed.by) == (made.id, reviewer)


def test_removed_twice_it_is_gone(photo: Photo, reviewer: User) -> None:
    made = annotate(photo.id, RIGHT, label("car"), reviewer)
    for _ in range(2):
        remove_annotation(made.id)
    assert stored() == []


def test_what_the_network_has_not_looked_at_is_due(photo: Photo, reviewer: User) -> None:
    made = annotate(photo.id, LEFT, label("dog"), reviewer)
    assert not is_due()
    change_annotation(made.id, reviewer, label=label("car"))
    assert not is_due()
    change_annotation(made.id, reviewer, box=RIGHT)
    assert is_due()


def test_a_version_of_the_centre_has_nothing_to_look_at(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader)
    annotate(photo.id, RIGHT, label("car"), reviewer)
    assert not is_due()


def test_what_only_people_found_goes_with_their_label(photo: Photo, reviewer: User) -> None:
    drawn = annotate(photo.id, RIGHT, label("car"), reviewer)
    found_subject(photo, RIGHT, "car", found="", score=None)
    found = annotate(photo.id, LEFT, label("dog"), reviewer)
    for made in (drawn, found):
        remove_annotation(made.id)
    assert [subject.box for subject in photo.prediction.subjects.all()] == [LEFT]


def test_what_cannot_be_annotated(
    photo: Photo, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidBox):
        annotate(photo.id, [0, 0, 2, 2], label("car"), reviewer)
    with pytest.raises(Photo.DoesNotExist):
        annotate(uuid.uuid4(), RIGHT, label("car"), reviewer)
    with pytest.raises(Annotation.DoesNotExist):
        change_annotation(uuid.uuid4(), reviewer, box=RIGHT)
    monkeypatch.setattr(annotating, "MOST", 1)
    annotate(photo.id, LEFT, label("dog"), reviewer)
    with pytest.raises(annotating.TooMany):
        annotate(photo.id, RIGHT, label("car"), reviewer)
    assert stored() == [(LEFT, "dog")]


def test_merging_labels_carries_annotations_and_subjects_over(photo: Photo, reviewer: User) -> None:
    hound = tree.add("hound", "Hound", "猎犬", "animal")
    annotate(photo.id, LEFT, hound, reviewer)
    found_subject(photo, RIGHT, "hound")
    merging.merge(hound, label("car"), reviewer)
    assert stored() == [(LEFT, "car")]
    merged = photo.prediction.subjects.get(rank=1)
    assert (merged.label, merged.kind) == (label("car"), "vehicle")
    hound.refresh_from_db()
    annotate(photo.id, RIGHT, hound, reviewer)  # with the label as their page knew it
    assert stored() == [(LEFT, "car"), (RIGHT, "car")]


def test_photos_that_wait_can_be_annotated(uploader: User, reviewer: User) -> None:
    subject_version()
    annotate(add_photo(uploader).id, RIGHT, label("car"), reviewer)
    assert stored() == [(RIGHT, "car")]
