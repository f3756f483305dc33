"""Answers are stored, once, for whom the lease allows."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User

from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.core import events
from recognition.models import ModelVersion, Photo, Prediction, State
from recognition.photos import deletion
from recognition.predictions.queue import claim, store
from tests.support.rows import add_photo, answer

PENDING, RUNNING, DONE, FAILED = State.PENDING, State.RUNNING, State.DONE, State.FAILED


def test_an_answer_is_stored(uploader: User, version: ModelVersion) -> None:
    add_photo(uploader)
    assert store(claim(version), [answer("car", "vehicle", 0.75)]) == 1
    row = Prediction.objects.get()
    assert (row.state, row.label.slug, row.kind, row.confidence) == (DONE, "car", "vehicle", 0.75)
    assert row.top == [
        {"label": "car", "confidence": 0.75},
        {"label": "neither", "confidence": 0.05},
    ]
    assert (row.fine, row.milliseconds, row.model_version) == ("Airedale", 12.5, version)
    assert (row.lease_owner, row.lease_expires, row.error) == ("", None, "")
    embedding = np.frombuffer(row.embedding, "<f2")
    assert np.array_equal(embedding, np.linspace(-1, 1, 1280, dtype=np.float16))


def test_what_is_not_about_the_answer_stays_as_it_is(uploader: User, version: ModelVersion) -> None:
    photo = add_photo(uploader)
    store(claim(version), [answer()])
    row = Prediction.objects.get()
    assert (row.id, row.photo) == (photo.prediction.id, photo)
    assert row.created == photo.prediction.created


def test_a_photo_that_cannot_be_read_fails_with_its_reason(
    uploader: User, version: ModelVersion
) -> None:
    add_photo(uploader)
    store(claim(version), [UnreadablePhoto("truncated")])
    row = Prediction.objects.get()
    assert (row.state, row.error, row.label, row.confidence) == (FAILED, "truncated", None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"lease_owner": "elsewhere:1"},
        {"state": PENDING, "lease_owner": ""},
        {"state": DONE, "lease_owner": "", "confidence": 0.5},
    ],
)
def test_a_result_whose_lease_was_lost_changes_nothing(
    change: dict[str, Any], uploader: User, version: ModelVersion
) -> None:
    add_photo(uploader)
    rows = claim(version)
    Prediction.objects.update(**change)
    before = Prediction.objects.values().get()
    assert store(rows, [answer()]) == 0
    assert Prediction.objects.values().get() == before


def test_the_rest_of_a_batch_is_stored_when_one_lease_was_lost(
    uploader: User, version: ModelVersion
) -> None:
    lost, kept = (add_photo(uploader).prediction for _ in range(2))
    rows = claim(version)
    Prediction.objects.filter(id=lost.id).update(lease_owner="elsewhere:1")
    assert store(rows, [answer(), answer()]) == 1
    assert Prediction.objects.get(state=DONE) == kept


def test_a_photo_deleted_meanwhile_does_not_come_back(
    uploader: User, version: ModelVersion
) -> None:
    photo, other = add_photo(uploader), add_photo(uploader)
    rows = claim(version)
    deletion.delete_photo(photo)
    assert store(rows, [answer(), answer()]) == 1
    assert Prediction.objects.get().photo == Photo.objects.get() == other


def test_who_waits_is_told_once_all_is_committed(
    uploader: User,
    version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    announce = Mock()
    monkeypatch.setattr(events, "publish_settled", announce)
    photos = [add_photo(uploader) for _ in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        store(claim(version), [answer(), UnreadablePhoto("truncated")])
        announce.assert_not_called()
    announce.assert_called_once_with([photo.id for photo in photos])
