"""Photos are predicted again by another version, behind the uploads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import Answer
from recognition.labels import suggestions
from recognition.models import (
    Label,
    ModelVersion,
    Photo,
    Prediction,
    Review,
    RunState,
    State,
    Via,
)
from recognition.predictions import backfill, model_cache
from recognition.predictions.backfill import Asked, again, plan_more, request
from recognition.predictions.queue import BATCH_SIZE, claim_backfill
from recognition.workers import predictor
from recognition.workers.predictor import predict_pending
from tests.support.rows import add_photo, answer, give_label, predicted_photo

DONE, FAILED, PENDING = State.DONE, State.FAILED, State.PENDING


@pytest.fixture
def photo(uploader: User, version: ModelVersion) -> Photo:
    """The first version has called it a dog."""
    return predicted_photo(uploader, "dog", 0.9)


def predict_again(version: ModelVersion, said: Answer | UnreadablePhoto | None = None) -> None:
    rows = claim_backfill(version)
    backfill.store(rows, [said or answer("car", "vehicle") for _ in rows])


def shown(photo: Photo) -> Prediction:
    return Photo.objects.select_related("prediction__label").get(id=photo.id).prediction


def test_the_live_versions_answer_is_shown_and_the_old_one_stays(
    photo: Photo, live: ModelVersion
) -> None:
    assert again([photo.id], live) == Asked(waiting=1, shown=0, left=0)
    assert shown(photo) == photo.prediction  # as long as it waits
    predict_again(live)
    assert (shown(photo).label.slug, shown(photo).model_version) == ("car", live)
    assert photo.predictions.get(model_version__number=1).label.slug == "dog"


def test_the_new_answer_takes_the_place_in_the_review_queue(
    photo: Photo, live: ModelVersion
) -> None:
    Prediction.objects.update(accepted=timezone.now(), novelty=0.5, margin=0.1)
    again([photo.id], live)
    predict_again(live)
    new, old = shown(photo), Prediction.objects.get(id=photo.prediction.id)
    assert (new.review, new.accepted) == (Review.WAITING, None)
    assert new.margin == pytest.approx(0.85)
    assert new.analysis_due is not None
    assert (old.review, old.margin, old.accepted, old.novelty) == (None, None, None, None)


@pytest.mark.parametrize("is_known", [False, True])
def test_what_the_owner_suggests_waits_with_the_answer_that_is_shown(
    photo: Photo, uploader: User, live: ModelVersion, is_known: bool
) -> None:
    label = Label.objects.get(slug="taxi")
    made = suggestions.suggest(photo.id, uploader, "wrong", label)
    if is_known:
        again([photo.id], live)
        Prediction.objects.filter(model_version=live).update(state=DONE, label=label)
    again([photo.id], live)
    predict_again(live)
    assert shown(photo).model_version == live
    assert shown(photo).suggested == made.created
    assert Prediction.objects.filter(suggested__isnull=False).count() == 1


def test_an_answer_of_a_version_that_is_not_live_stands_beside(
    photo: Photo, newer: ModelVersion
) -> None:
    again([photo.id], newer)
    predict_again(newer)
    assert shown(photo) == photo.prediction
    beside = Prediction.objects.get(model_version=newer)
    assert (beside.state, beside.review, beside.analysis_due) == (DONE, None, None)


def test_a_new_answer_that_contradicts_an_uploaded_label_is_doubted(
    photo: Photo, live: ModelVersion, reviewer: User
) -> None:
    give_label([photo], "dog", reviewer, Via.UPLOAD)
    again([photo.id], live)
    predict_again(live)
    assert shown(photo).review is None
    assert shown(photo).disagreement == pytest.approx(0.9)


def test_a_label_that_a_person_set_by_looking_is_not_doubted_again(
    photo: Photo, live: ModelVersion, reviewer: User
) -> None:
    give_label([photo], "dog", reviewer, Via.QUEUE)
    again([photo.id], live)
    predict_again(live)
    assert (shown(photo).review, shown(photo).disagreement) == (None, None)


def test_a_photo_that_can_no_longer_be_read_keeps_its_answer(
    photo: Photo, live: ModelVersion
) -> None:
    again([photo.id], live)
    predict_again(live, UnreadablePhoto("truncated"))
    assert shown(photo) == photo.prediction
    assert Prediction.objects.get(model_version=live).error == "truncated"


def test_an_answer_that_is_there_already_is_shown_without_asking_again(
    photo: Photo, live: ModelVersion, version: ModelVersion
) -> None:
    again([photo.id], live)
    predict_again(live)
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=version.id).update(live=True)  # rolled back
    assert again([photo.id], version) == Asked(waiting=0, shown=1, left=0)
    assert shown(photo) == photo.prediction
    assert shown(photo).review == Review.WAITING


def test_asked_twice_it_is_predicted_once(photo: Photo, live: ModelVersion) -> None:
    again([photo.id], live)
    assert again([photo.id], live) == Asked(waiting=0, shown=0, left=1)
    assert Prediction.objects.filter(model_version=live).count() == 1


def test_a_photo_that_waits_for_its_first_answer_is_left_alone(
    uploader: User, live: ModelVersion
) -> None:
    waiting = add_photo(uploader)
    assert again([waiting.id], live) == Asked(waiting=0, shown=0, left=1)
    assert Prediction.objects.count() == 1


def test_what_failed_is_tried_again(uploader: User, live: ModelVersion) -> None:
    photo = add_photo(uploader, prediction__state=FAILED, prediction__error="crashed")
    assert again([photo.id], live) == Asked(waiting=1, shown=0, left=0)
    predict_again(live)
    assert (shown(photo).state, shown(photo).error) == (DONE, "")
    assert Prediction.objects.count() == 1


# In the predictor


class Recorder:
    """A network that notes which photos it was given, and lets something happen meanwhile."""

    def __init__(self) -> None:
        self.seen: list[int] = []  # photos a batch
        self.meanwhile: Any = lambda: None

    def stream(self, batches: Iterable[list[Any]]) -> Iterator[list[Answer]]:
        for batch in batches:
            self.seen.append(len(batch))
            self.meanwhile()
            yield [answer() for _ in batch]


@pytest.fixture
def loaded(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> dict[int, Recorder]:
    """What is loaded of each version, by number."""
    recorders: dict[int, Recorder] = {}

    def load(wanted: ModelVersion, in_haste: bool) -> Recorder:
        return recorders.setdefault(wanted.number, Recorder())

    monkeypatch.setattr(model_cache, "load_classifier", load)
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    return recorders


def test_each_is_predicted_by_its_own_version(
    uploader: User, photo: Photo, newer: ModelVersion, loaded: dict[int, Recorder]
) -> None:
    upload = add_photo(uploader)
    again([photo.id], newer)
    assert predict_pending() == 2
    assert shown(upload).model_version.number == 1
    assert Prediction.objects.get(model_version=newer).state == DONE


def test_uploads_wait_for_one_batch_at_most(
    uploader: User, newer: ModelVersion, loaded: dict[int, Recorder]
) -> None:
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(3 * BATCH_SIZE)]
    again([photo.id for photo in photos], newer)
    order: list[str] = []
    loaded[1], loaded[2] = Recorder(), Recorder()
    loaded[1].meanwhile = lambda: order.append("upload")

    def upload_one() -> None:
        order.append("backfill")
        if len(order) == 1:
            add_photo(uploader)

    loaded[2].meanwhile = upload_one
    predict_pending()
    assert order == ["backfill", "upload", "backfill", "backfill"]


def test_what_was_requested_is_predicted_to_the_end(
    uploader: User, newer: ModelVersion, loaded: dict[int, Recorder]
) -> None:
    for _ in range(BATCH_SIZE + 3):
        predicted_photo(uploader, "dog", 0.9)
    request(newer, uploader)
    assert predict_pending() == BATCH_SIZE + 3
    assert loaded[2].seen == [BATCH_SIZE, 3]
    assert not plan_more()


def test_a_version_that_cannot_be_loaded_holds_up_nobody(
    uploader: User, photo: Photo, newer: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(wanted: ModelVersion, in_haste: bool) -> Recorder:
        if wanted == newer:
            raise CorruptCheckpoint("its sha256 differs")
        return Recorder()

    monkeypatch.setattr(model_cache, "load_classifier", load)
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    wanted = request(newer, uploader)
    add_photo(uploader)
    assert predict_pending() == 1
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == (RunState.FAILED, "not_loaded")
    assert wanted.error_detail == "its sha256 differs"
    assert not Prediction.objects.filter(state=PENDING).exists()


def test_a_promotion_in_a_long_run_is_followed_at_once(
    uploader: User, newer: ModelVersion, loaded: dict[int, Recorder]
) -> None:
    for _ in range(3 * BATCH_SIZE):
        add_photo(uploader)
    loaded[1] = Recorder()

    def promote() -> None:
        ModelVersion.objects.update(live=False)
        ModelVersion.objects.filter(id=newer.id).update(live=True)
        predictor.model_cache.catch_up()

    loaded[1].meanwhile = promote
    assert predict_pending() == 3 * BATCH_SIZE
    done = Prediction.objects.filter(state=DONE)
    assert done.filter(model_version__number=1).count() == BATCH_SIZE
    assert done.filter(model_version=newer).count() == 2 * BATCH_SIZE
    assert np.sum(loaded[2].seen) == 2 * BATCH_SIZE
