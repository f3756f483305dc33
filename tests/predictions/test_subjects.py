"""The subjects of an answer are stored with it."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recognition.cnn.pixels.boxes import WHOLE, Box
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import Answer
from recognition.labels.merging import merge
from recognition.labels.tree import set_active
from recognition.models import Annotation, Label, ModelVersion, Photo, Prediction, State, Subject
from recognition.photos.deletion import delete_photo
from recognition.predictions import backfill
from recognition.predictions.queue import BATCH_SIZE, claim, claim_backfill, store
from tests.support.rows import add_photo, answer_of
from tests.support.subjects import LEFT, RIGHT, looks_closer, subject, with_subjects

DOG = {"dog": 0.9, "car": 0.1}


@pytest.fixture(autouse=True)
def closer(version: ModelVersion) -> ModelVersion:
    return looks_closer(version)


def dog_and_car() -> Answer:
    return with_subjects(
        answer_of(**DOG), subject(LEFT, "dog", 0.5), subject(RIGHT, "truck", 0.25, car=0.7, dog=0.3)
    )


def stored() -> list[Subject]:
    return list(Subject.objects.select_related("label").order_by("prediction", "rank"))


def test_each_subject_is_stored_the_main_one_first(uploader: User, closer: ModelVersion) -> None:
    photo = add_photo(uploader)
    store(claim(closer), [dog_and_car()])
    main, other = stored()
    assert (main.prediction, main.rank, main.box) == (photo.prediction, 0, [0.0, 0.0, 0.5, 1.0])
    assert (main.label.slug, main.kind, main.found, main.score) == ("dog", "animal", "dog", 0.75)
    assert (other.rank, other.box) == (1, [0.5, 0.1235, 1.0, 1.0])
    assert (other.label.slug, other.confidence, other.found) == ("car", 0.7, "truck")
    assert other.top[:2] == [
        {"label": "car", "confidence": 0.7},
        {"label": "dog", "confidence": 0.3},
    ]
    assert np.frombuffer(other.embedding, "<f2").tolist() == [0.25] * 1280


def test_the_embedding_of_a_photo_is_its_main_subjects(
    uploader: User, closer: ModelVersion
) -> None:
    add_photo(uploader)
    store(claim(closer), [dog_and_car()])
    assert bytes(Prediction.objects.get().embedding) == bytes(stored()[0].embedding)


def test_a_box_that_people_drew_has_no_class_of_the_finder(
    uploader: User, closer: ModelVersion
) -> None:
    add_photo(uploader)
    store(claim(closer), [with_subjects(answer_of(**DOG), subject(LEFT, found=""))])
    assert [(row.found, row.score) for row in stored()] == [("", None)]


def test_subjects_are_said_in_labels_in_use(
    uploader: User, reviewer: User, closer: ModelVersion
) -> None:
    dog, car, taxi = (Label.objects.get(slug=slug) for slug in ("dog", "car", "taxi"))
    set_active(taxi, False)
    merge(dog, car, reviewer)
    add_photo(uploader)
    found = (subject(LEFT, taxi=0.6, neither=0.4), subject(RIGHT, dog=0.9, neither=0.1))
    store(claim(closer), [with_subjects(answer_of(taxi=0.9, dog=0.1), *found)])
    assert [row.label for row in stored()] == [car, car]
    assert [row.top[0]["label"] for row in stored()] == ["car", "car"]


def test_a_photo_that_is_answered_again_has_the_new_subjects_only(
    uploader: User, closer: ModelVersion
) -> None:
    photo = add_photo(uploader)
    store(claim(closer), [dog_and_car()])
    Prediction.objects.update(state=State.FAILED)
    backfill.again([photo.id], closer)
    backfill.store(claim_backfill(closer), [with_subjects(answer_of(**DOG), subject(RIGHT))])
    assert [row.box[0] for row in stored()] == [0.5]


def test_an_answer_that_is_replaced_keeps_its_own_subjects(
    uploader: User, closer: ModelVersion, live: ModelVersion
) -> None:
    photo = add_photo(uploader)
    store(claim(closer), [dog_and_car()])
    backfill.again([photo.id], looks_closer(live))
    backfill.store(claim_backfill(live), [with_subjects(answer_of(**DOG), subject(RIGHT))])
    photo.refresh_from_db()
    assert photo.prediction.model_version == live
    assert photo.prediction.subjects.count() == 1
    assert photo.predictions.get(model_version=closer).subjects.count() == 2


def test_a_result_whose_lease_was_lost_stores_no_subjects(
    uploader: User, closer: ModelVersion
) -> None:
    add_photo(uploader)
    rows = claim(closer)
    Prediction.objects.update(lease_owner="elsewhere:1")
    store(rows, [dog_and_car()])
    assert stored() == []


def test_a_batch_takes_as_many_statements_as_one_photo(
    uploader: User, closer: ModelVersion
) -> None:
    def statements(photos: int) -> int:
        for _ in range(photos):
            add_photo(uploader)
        rows = claim(closer)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            store(rows, [dog_and_car() for _ in rows])
        return len(captured)

    assert statements(1) == statements(BATCH_SIZE)


def test_subjects_go_with_their_photo(uploader: User, closer: ModelVersion) -> None:
    add_photo(uploader)
    store(claim(closer), [dog_and_car()])
    delete_photo(Photo.objects.get())
    assert stored() == []


# Which answers are looked at again


def due() -> bool:
    return Prediction.objects.get().look_due is not None


def test_what_was_sure_at_first_sight_is_looked_at_again(
    uploader: User, closer: ModelVersion
) -> None:
    add_photo(uploader)
    store(claim(closer), [answer_of(**DOG)])
    assert due()


@pytest.mark.parametrize("found", [(), (subject(),)])
def test_what_was_looked_at_closely_is_not_due(
    found: tuple, uploader: User, closer: ModelVersion
) -> None:
    add_photo(uploader)
    store(claim(closer), [with_subjects(answer_of(**DOG), *found)])
    assert not due()


def test_a_version_of_the_centre_never_looks_closer(uploader: User, closer: ModelVersion) -> None:
    closer.view = "centre"
    closer.save()
    add_photo(uploader)
    store(claim(closer), [answer_of(**DOG)])
    assert not due()


def test_what_cannot_be_read_is_not_due(uploader: User, closer: ModelVersion) -> None:
    add_photo(uploader)
    store(claim(closer), [UnreadablePhoto("truncated")])
    assert not due()


def test_an_answer_that_is_not_shown_is_not_due(
    uploader: User, closer: ModelVersion, newer: ModelVersion
) -> None:
    photo = add_photo(uploader)
    store(claim(closer), [dog_and_car()])
    backfill.again([photo.id], looks_closer(newer))
    backfill.store(claim_backfill(newer), [answer_of(**DOG)])
    assert not Prediction.objects.filter(look_due__isnull=False).exists()


def test_an_answer_that_is_replaced_is_not_due_any_more(
    uploader: User, closer: ModelVersion, live: ModelVersion
) -> None:
    photo = add_photo(uploader)
    store(claim(closer), [answer_of(**DOG)])
    backfill.again([photo.id], looks_closer(live))
    backfill.store(claim_backfill(live), [answer_of(**DOG)])
    assert [row.model_version for row in Prediction.objects.exclude(look_due=None)] == [live]


def test_an_answer_that_is_shown_again_is_due_if_it_has_no_subjects(
    uploader: User, closer: ModelVersion, live: ModelVersion
) -> None:
    photos = [add_photo(uploader) for _ in range(2)]
    store(claim(closer), [answer_of(**DOG), dog_and_car()])
    ids = [photo.id for photo in photos]
    backfill.again(ids, looks_closer(live))
    backfill.store(claim_backfill(live), [dog_and_car(), dog_and_car()])
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=closer.id).update(live=True)  # rolled back
    backfill.again(ids, closer)
    assert [row.photo for row in Prediction.objects.exclude(look_due=None)] == photos[:1]


@pytest.mark.parametrize("drawn", [RIGHT, WHOLE, LEFT])
def test_a_box_that_people_drew_meanwhile_is_looked_at(
    drawn: Box, uploader: User, closer: ModelVersion
) -> None:
    """The whole picture was seen anyway."""
    add_photo(uploader)
    rows = claim(closer)
    Photo.objects.update(box=list(drawn))
    store(rows, [with_subjects(answer_of(**DOG), subject(LEFT))])
    assert due() == (drawn == RIGHT)


def test_a_part_that_people_labelled_meanwhile_is_looked_at(
    uploader: User, closer: ModelVersion
) -> None:
    photo = add_photo(uploader)
    rows = claim(closer)
    Annotation.objects.create(photo=photo, box=list(RIGHT), label=Label.objects.get(slug="car"))
    store(rows, [with_subjects(answer_of(**DOG), subject(LEFT))])
    assert due()
