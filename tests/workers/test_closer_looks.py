"""The predictor looks closer when no upload waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.serving.classifier import Look
from recognition.core import wakeups
from recognition.models import ModelVersion, Photo, Prediction, State
from recognition.predictions import backfill, closer_look, model_cache
from recognition.predictions.closer_look import BATCH_SIZE
from recognition.versions import looking
from recognition.versions.registry import register
from recognition.workers import predictor
from recognition.workers.predictor import predict_pending
from tests.support.rows import add_photo, manifest
from tests.support.subjects import RIGHT, FakeFinder, answered_photo, looks_closer


@pytest.fixture
def closer(version: ModelVersion) -> ModelVersion:
    return looks_closer(version)


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Another one, or none, is there from now on."""

    def install(sha256: str) -> None:
        monkeypatch.setattr(looking, "finder", lambda: sha256)

    install("f" * 64)
    return install


@pytest.fixture
def networks(
    closer: ModelVersion, finder: Callable, monkeypatch: pytest.MonkeyPatch
) -> dict[int, FakeFinder]:
    """By the number of the version."""
    loaded: dict[int, FakeFinder] = {}

    def load(version: ModelVersion, in_haste: bool, finder: Path | None = None) -> FakeFinder:
        network = loaded.setdefault(version.number, FakeFinder())
        network.has_finder = finder is not None
        return network

    monkeypatch.setattr(model_cache, "load_classifier", load)
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    return loaded


def waiting() -> int:
    return Prediction.objects.filter(look_due__isnull=False).count()


def test_uploads_are_answered_and_then_looked_at(
    uploader: User, networks: dict[int, FakeFinder]
) -> None:
    for _ in range(BATCH_SIZE + 1):
        add_photo(uploader)
    assert predict_pending() == BATCH_SIZE + 1  # what is looked at again is not counted twice
    assert networks[1].batches == [BATCH_SIZE + 1, BATCH_SIZE, 1]
    assert [look.closer for look in networks[1].looks].count(True) == BATCH_SIZE + 1
    assert all(row.subjects.count() == 1 for row in Prediction.objects.all())
    assert waiting() == 0


def test_an_upload_waits_for_one_small_batch_at_most(
    uploader: User, closer: ModelVersion, networks: dict[int, FakeFinder]
) -> None:
    for _ in range(3 * BATCH_SIZE):
        answered_photo(uploader, closer)
    networks[1] = FakeFinder()

    def upload_one() -> None:
        if len(networks[1].batches) == 1:
            add_photo(uploader)

    networks[1].meanwhile = upload_one
    assert predict_pending() == 1
    assert networks[1].batches[:2] == [BATCH_SIZE, 1]
    assert [look.closer for look in networks[1].looks[: BATCH_SIZE + 1]] == [True] * BATCH_SIZE + [
        False
    ]
    assert waiting() == 0


def test_closer_looks_come_before_the_backfill(
    uploader: User, closer: ModelVersion, networks: dict[int, FakeFinder]
) -> None:
    newer = looks_closer(register(2, manifest(name="Newer")))
    photos = [answered_photo(uploader, closer) for _ in range(BATCH_SIZE + 1)]
    backfill.again([photo.id for photo in photos], newer)
    order: list[str] = []
    networks[1], networks[2] = FakeFinder(), FakeFinder()
    networks[1].meanwhile = lambda: order.append("look")
    networks[2].meanwhile = lambda: order.append("backfill")
    predict_pending()
    assert order == ["look", "look", "backfill"]


def test_what_people_drew_is_told_when_a_photo_is_predicted(
    uploader: User, closer: ModelVersion, networks: dict[int, FakeFinder]
) -> None:
    drawn = answered_photo(uploader, closer)
    Photo.objects.update(box=list(RIGHT))
    Prediction.objects.update(look_due=None)
    newer = looks_closer(register(2, manifest(name="Newer")))
    backfill.again([drawn.id], newer)
    add_photo(uploader, box=list(RIGHT))
    predict_pending()
    looks = [networks[number].looks[0] for number in (1, 2)]
    assert [(look.main, look.closer) for look in looks] == [(RIGHT, False)] * 2


def test_a_photo_that_cannot_be_looked_at_closely_keeps_its_answer(
    uploader: User, networks: dict[int, FakeFinder]
) -> None:
    def break_down(look: Look) -> None:
        raise MemoryError

    photo = add_photo(uploader)
    predict_pending()
    Prediction.objects.update(look_due=timezone.now())
    networks[1]._say = break_down
    with pytest.raises(MemoryError):
        predict_pending()
    row = Prediction.objects.get(photo=photo)
    assert (row.state, row.attempts, row.subjects.count()) == (State.DONE, 1, 1)
    assert row.look_due > timezone.now()


def test_without_a_finder_photos_wait_until_one_comes(
    uploader: User, networks: dict[int, FakeFinder], finder: Callable
) -> None:
    finder("")
    photos = [add_photo(uploader) for _ in range(2)]
    assert predict_pending() == 2
    assert waiting() == 2
    finder("e" * 64)
    predict_pending()
    assert waiting() == 0
    assert all(photo.prediction.subjects.count() == 1 for photo in photos)


def test_a_finder_that_cannot_be_loaded_holds_up_nobody(
    uploader: User, closer: ModelVersion, finder: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither uploads nor the backfill."""

    def load(version: ModelVersion, in_haste: bool, finder: Path | None = None) -> FakeFinder:
        if finder:
            raise CorruptCheckpoint("the finder's sha256 differs")
        network = FakeFinder()
        network.has_finder = False
        return network

    monkeypatch.setattr(model_cache, "load_classifier", load)
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    newer = looks_closer(register(2, manifest(name="Newer")))
    photo = answered_photo(uploader, closer)
    backfill.again([photo.id], newer)
    add_photo(uploader)
    assert predict_pending() == 2
    assert waiting() == 2


def test_answers_of_a_version_that_was_live_are_looked_at_by_that_one(
    uploader: User, closer: ModelVersion, networks: dict[int, FakeFinder]
) -> None:
    answered_photo(uploader, closer)
    newer = looks_closer(register(2, manifest(name="Newer")))
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=newer.id).update(live=True)
    answered_photo(uploader, newer)
    predict_pending()
    assert [networks[number].batches for number in (1, 2)] == [[1], [1]]
    assert waiting() == 0
    assert predictor.model_cache.at_hand().keys() == {newer.id}  # the other one is released


def test_a_version_that_cannot_be_loaded_holds_up_no_other(
    uploader: User, closer: ModelVersion, finder: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered_photo(uploader, closer)
    newer = looks_closer(register(2, manifest(name="Newer")))
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=newer.id).update(live=True)

    def load(version: ModelVersion, in_haste: bool, finder: Path | None = None) -> FakeFinder:
        if version == closer:
            raise CorruptCheckpoint("its sha256 differs")
        return FakeFinder()

    monkeypatch.setattr(model_cache, "load_classifier", load)
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    add_photo(uploader)
    assert predict_pending() == 1
    left = Prediction.objects.get(look_due__isnull=False)
    assert left.model_version == closer
    assert left.look_due > timezone.now()


def test_a_version_of_the_centre_does_not_look_closer(
    uploader: User, closer: ModelVersion, networks: dict[int, FakeFinder]
) -> None:
    closer.view = "centre"
    closer.save()
    add_photo(uploader)
    predict_pending()
    assert (networks[1].batches, networks[1].has_finder) == ([1], False)


def test_a_long_run_of_looks_ends_with_another_wake_up(
    uploader: User,
    closer: ModelVersion,
    networks: dict[int, FakeFinder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered_photo(uploader, closer)
    wake = Mock()
    monkeypatch.setattr(wakeups, "wake_predictor", wake)
    monkeypatch.setattr(predictor, "MAX_DRAIN_S", -1)
    predict_pending()
    wake.assert_called_with()
    assert waiting() == 1


def test_labelled_photos_come_first_once_there_is_a_finder(
    uploader: User, closer: ModelVersion, networks: dict[int, FakeFinder], monkeypatch
) -> None:
    first = Mock(side_effect=[True, True, False])
    monkeypatch.setattr(closer_look, "put_labelled_first", first)
    answered_photo(uploader, closer)
    predict_pending()
    assert first.call_count == 3
    assert waiting() == 0
