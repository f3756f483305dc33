"""Answers are stored, once, for whom the lease allows; and a whole run of the predictor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition import doorbell, intake, prediction, removal
from recognition.cnn.decoding import UnreadablePhoto
from recognition.models import ModelVersion, Photo, Prediction, State
from recognition.prediction import BATCH_SIZE, claim, predict_pending, recover, store
from tests.files import arrived, encoded, picture
from tests.rows import FakeClassifier, add_photo, answer

PENDING, RUNNING, DONE, FAILED = State.PENDING, State.RUNNING, State.DONE, State.FAILED


@pytest.fixture
def classifier(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> FakeClassifier:
    fake = FakeClassifier()
    monkeypatch.setattr(prediction, "_load_classifier", lambda folder: fake)
    return fake


def upload(owner: User, *contents: bytes) -> list[Photo]:
    uploads = [(arrived(content), None) for content in contents]
    return [outcome.photo for outcome in intake.accept(uploads, owner)]


def pictures(number: int) -> list[bytes]:
    return [encoded(picture(seed=seed)) for seed in range(number)]


# Storing


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
    assert (row.id, row.photo, row.attempts) == (photo.prediction.id, photo, 1)
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
    removal.delete_photo(photo)
    assert store(rows, [answer(), answer()]) == 1
    assert Prediction.objects.get().photo == Photo.objects.get() == other


def test_who_waits_is_told_once_all_is_committed(
    uploader: User,
    version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    announce = Mock()
    monkeypatch.setattr(doorbell, "announce", announce)
    photos = [add_photo(uploader) for _ in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        store(claim(version), [answer(), UnreadablePhoto("truncated")])
        announce.assert_not_called()
    announce.assert_called_once_with([photo.id for photo in photos])


# The whole run


def test_all_that_waits_is_predicted_in_batches(uploader: User, classifier: FakeClassifier) -> None:
    photos = upload(uploader, *pictures(20))
    assert predict_pending() == 20
    assert [len(batch) for batch in classifier.batches] == [BATCH_SIZE, 20 - BATCH_SIZE]
    assert classifier.batches[0][0] == photos[0].original_path
    assert Prediction.objects.filter(state=DONE, label__slug="dog").count() == 20


def test_a_damaged_original_fails_alone(uploader: User, classifier: FakeClassifier) -> None:
    photos = upload(uploader, *pictures(3))
    photos[1].original_path.write_bytes(b"\xff\xd8\xff rotten")
    assert predict_pending() == 3
    failed = Prediction.objects.get(state=FAILED)
    assert (failed.photo, failed.error) == (photos[1], "truncated")
    assert Prediction.objects.filter(state=DONE).count() == 2


def test_nothing_to_do_is_no_trouble(classifier: FakeClassifier) -> None:
    assert predict_pending() == 0
    assert classifier.batches == []


def test_a_lost_row_is_predicted_after_all(uploader: User, classifier: FakeClassifier) -> None:
    upload(uploader, *pictures(1))
    Prediction.objects.update(state=RUNNING, lease_owner="elsewhere:1", attempts=1)
    Prediction.objects.update(lease_expires=timezone.now() - timedelta(seconds=1))
    assert predict_pending() == 0
    recover()
    assert predict_pending() == 1
    assert Prediction.objects.get().state == DONE


def test_a_second_ring_does_nothing(uploader: User, classifier: FakeClassifier) -> None:
    upload(uploader, *pictures(1))
    predict_pending()
    before = Prediction.objects.values().get()
    assert predict_pending() == 0
    assert Prediction.objects.values().get() == before


def test_the_worker_gives_a_sign_of_life(classifier: FakeClassifier) -> None:
    predict_pending()
    assert doorbell.workers_heard() == [prediction.worker_name()]


@pytest.mark.usefixtures("no_redis")
def test_a_redis_that_goes_away_stops_no_prediction(
    uploader: User, classifier: FakeClassifier
) -> None:
    upload(uploader, *pictures(2))
    assert predict_pending() == 2


def test_a_long_run_rings_for_its_successor(
    uploader: User, classifier: FakeClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Mock()
    monkeypatch.setattr(doorbell, "ring", ring)
    monkeypatch.setattr(prediction, "MAX_DRAIN_S", -1)
    upload(uploader, *pictures(1))
    assert predict_pending() == 0
    ring.assert_called_once_with()


def test_the_real_network_tells_what_a_photo_shows(
    uploader: User, live_version: ModelVersion, photos: list[Path]
) -> None:
    stored = upload(uploader, *(path.read_bytes() for path in photos[:4]))
    assert predict_pending() == 4
    for photo in stored:
        row = Prediction.objects.get(photo=photo)
        assert row.state == DONE
        assert row.top[0] == {"label": row.label.slug, "confidence": row.confidence}
        assert row.kind == row.label.kind
        assert len(row.top) == 5
        assert 0 < row.confidence <= 1
        assert row.milliseconds > 0
        assert np.isfinite(np.frombuffer(row.embedding, "<f2")).sum() == 1280
