"""A whole run of the predictor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import heartbeats, wakeups
from recognition.core.process import worker_name
from recognition.labels.tree import set_active
from recognition.models import ModelVersion, Photo, Prediction, State
from recognition.photos import intake
from recognition.predictions import backfill, model_cache, queue
from recognition.predictions.queue import BATCH_SIZE, claim, store
from recognition.versions.registry import register
from recognition.workers import predictor
from recognition.workers.predictor import predict_pending
from tests.support.files import arrived, encoded, picture
from tests.support.rows import FakeClassifier, answer, manifest

PENDING, RUNNING, DONE, FAILED = State.PENDING, State.RUNNING, State.DONE, State.FAILED


@pytest.fixture(autouse=True)
def _nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())


@pytest.fixture
def classifier(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> FakeClassifier:
    fake = FakeClassifier()
    monkeypatch.setattr(model_cache, "load_classifier", lambda version, in_haste: fake)
    return fake


def upload(owner: User, *contents: bytes) -> list[Photo]:
    uploads = [(arrived(content), None) for content in contents]
    return [outcome.photo for outcome in intake.accept(uploads, owner)]


def pictures(number: int) -> list[bytes]:
    return [encoded(picture(seed=seed)) for seed in range(number)]


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
    assert predict_pending() == 1
    assert Prediction.objects.get().state == DONE


def test_a_second_wake_up_does_nothing(uploader: User, classifier: FakeClassifier) -> None:
    upload(uploader, *pictures(1))
    predict_pending()
    before = Prediction.objects.values().get()
    assert predict_pending() == 0
    assert Prediction.objects.values().get() == before


def test_the_worker_gives_a_sign_of_life(classifier: FakeClassifier) -> None:
    predict_pending()
    assert heartbeats.workers_heard() == [worker_name()]


@pytest.mark.usefixtures("no_redis")
def test_a_redis_that_goes_away_stops_no_prediction(
    uploader: User, classifier: FakeClassifier
) -> None:
    upload(uploader, *pictures(2))
    assert predict_pending() == 2


def test_a_long_run_ends_with_another_wake_up(
    uploader: User, classifier: FakeClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake = Mock()
    monkeypatch.setattr(wakeups, "wake_predictor", wake)
    monkeypatch.setattr(predictor, "MAX_DRAIN_S", -1)
    upload(uploader, *pictures(1))
    assert predict_pending() == 0
    wake.assert_called_once_with()


def test_a_version_that_could_not_be_loaded_is_tried_when_it_is_asked_for_again(
    uploader: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = register(2, manifest(name="Newer"))
    upload(uploader, *pictures(1))
    store(claim(version), [answer()])
    broken = CorruptCheckpoint("its sha256 differs")
    load = Mock(side_effect=[FakeClassifier(), broken, FakeClassifier()])
    monkeypatch.setattr(model_cache, "load_classifier", load)
    backfill.request(newer, uploader)
    assert predict_pending() == 0
    backfill.request(newer, uploader)  # somebody has repaired it
    assert predict_pending() == 1


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


@pytest.mark.parametrize("is_away_for_long", [False, True])
def test_a_database_that_is_away_is_no_photos_fault(
    uploader: User,
    classifier: FakeClassifier,
    monkeypatch: pytest.MonkeyPatch,
    is_away_for_long: bool,
) -> None:
    """However often: more often than a photo may lose its worker."""
    upload(uploader, *pictures(2))
    away = Mock(side_effect=OperationalError("the connection is lost"))
    for _ in range(queue.MAX_ATTEMPTS + 1):
        with monkeypatch.context() as outage:
            outage.setattr(queue, "store", away)
            if is_away_for_long:
                outage.setattr(queue, "give_back", away)
            with pytest.raises(OperationalError):
                predict_pending()
    assert predict_pending() == 2
    assert set(Prediction.objects.values_list("state", flat=True)) == {DONE}


def test_a_photo_at_which_work_fails_again_and_again_is_given_up(
    uploader: User, classifier: FakeClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(uploader, *pictures(1))
    with monkeypatch.context() as broken:
        broken.setattr(queue, "store", Mock(side_effect=ValueError("broken")))
        for _ in range(queue.MAX_ATTEMPTS):
            with pytest.raises(ValueError, match="broken"):
                predict_pending()
    assert Prediction.objects.get().state == FAILED


def test_the_real_network_never_says_a_retired_label(
    uploader: User, live_version: ModelVersion, photos: list[Path]
) -> None:
    """The next likeliest takes its place, with its share of the probability."""
    upload(uploader, photos[0].read_bytes())
    predict_pending()
    before = Prediction.objects.select_related("label").get()
    set_active(before.label, False)
    [photo] = upload(uploader, photos[0].read_bytes() + b"another")
    predict_pending()
    after = Prediction.objects.select_related("label").get(photo=photo)
    said, second = (entry["label"] for entry in before.top[:2])
    assert (after.label.slug, len(after.top)) == (second, 5)
    assert said not in [entry["label"] for entry in after.top]
    share = before.top[1]["confidence"] / (1 - before.confidence)
    assert after.confidence == pytest.approx(share, rel=1e-3)
