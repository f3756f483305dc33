"""Photos are predicted again by another version, behind the uploads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from threading import get_ident
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.pixels.decoding import UnreadablePhoto
from recognition.cnn.serving.classifier import Answer
from recognition.core import jobs, leases
from recognition.models import (
    Job,
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
from recognition.predictions.backfill import Asked, again, plan_more, request, stop
from recognition.predictions.queue import BATCH_SIZE, claim_again
from recognition.versions.registry import register
from recognition.workers import predictor
from recognition.workers.predictor import predict_pending
from tests.support.rows import add_photo, answer, give_label, manifest, predicted_photo

DONE, FAILED, PENDING = State.DONE, State.FAILED, State.PENDING
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def newer(version: ModelVersion) -> ModelVersion:
    return register(2, manifest(name="Newer"))


@pytest.fixture
def live(newer: ModelVersion) -> ModelVersion:
    """The newer version, promoted."""
    ModelVersion.objects.filter(number=1).update(live=False)
    ModelVersion.objects.filter(number=2).update(live=True)
    newer.refresh_from_db()
    return newer


@pytest.fixture
def photo(uploader: User, version: ModelVersion) -> Photo:
    """The first version has called it a dog."""
    return predicted_photo(uploader, "dog", 0.9)


def predict_again(version: ModelVersion, said: Answer | UnreadablePhoto | None = None) -> None:
    rows = claim_again(version)
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


# Requests about all photos


def test_a_request_is_worked_off_a_few_photos_at_a_time(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "CHUNK", 2)
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(number=1).update(live=True)
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(5)]
    wanted = request(live, uploader)
    waiting = []
    while plan_more():
        wanted.refresh_from_db()
        rows = Prediction.objects.filter(model_version=live)
        waiting.append((wanted.result["looked_at"], rows.count()))
    assert waiting == [(2, 2), (4, 4), (5, 5)]
    wanted.refresh_from_db()
    assert (wanted.state, wanted.progress) == (RunState.SUCCEEDED, 1.0)
    assert photos[-1] in [row.photo for row in Prediction.objects.filter(model_version=live)]


def test_a_request_can_be_about_what_was_called_something(
    uploader: User, live: ModelVersion
) -> None:
    dog, car = predicted_photo(uploader, "dog", 0.9), predicted_photo(uploader, "car", 0.9)
    Prediction.objects.update(model_version=ModelVersion.objects.get(number=1))
    request(live, uploader, Label.objects.get(slug="dog"))
    assert plan_more()
    assert list(Prediction.objects.filter(state=PENDING).values_list("photo", flat=True)) == [
        dog.id
    ]
    assert car.predictions.count() == 1


def test_one_request_is_worked_off_after_the_other(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions by turns would be loaded again and again."""
    monkeypatch.setattr(backfill, "CHUNK", 2)
    for _ in range(4):
        predicted_photo(uploader, "dog", 0.9)
    Prediction.objects.update(model_version=None)
    first = request(live, uploader)
    request(ModelVersion.objects.get(number=1), uploader)
    planned = []
    while plan_more():
        planned.append(Job.objects.get(state=RunState.RUNNING).version.number)
    assert planned == [2, 2, 1, 1]
    first.refresh_from_db()
    assert first.state == RunState.SUCCEEDED


def test_what_a_dead_predictor_had_planned_is_not_planned_again(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "CHUNK", 2)
    for _ in range(4):
        predicted_photo(uploader, "dog", 0.9)
    wanted = request(live, uploader)
    plan_more()
    Job.objects.update(lease_owner="elsewhere:1", lease_expires=LONG_AGO, attempts=1)
    plan_more()
    wanted.refresh_from_db()
    assert (wanted.result["looked_at"], wanted.result["next_photo"]) == (4, None)
    assert wanted.attempts == 0  # all goes well: restarts of the predictor are no failures


@pytest.mark.django_db(transaction=True)
def test_a_second_predictor_plans_what_comes_next(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first one plans, the second one waits; otherwise it would unload its network."""
    monkeypatch.setattr(backfill, "CHUNK", 2)
    for module in (jobs, leases):
        monkeypatch.setattr(module, "worker_name", lambda: f"elsewhere:{get_ident()}")
    for _ in range(4):
        predicted_photo(uploader, "dog", 0.9)
    wanted = request(live, uploader)
    second = ThreadPoolExecutor(1)
    plans: list[Future[bool]] = []
    again_now = backfill.again

    def again_with_a_second_at_it(*arguments: Any) -> Asked:
        if not plans:
            plans.append(second.submit(_plan_more_and_leave))
        return again_now(*arguments)

    monkeypatch.setattr(backfill, "again", again_with_a_second_at_it)
    assert plan_more()
    assert plans[0].result()
    second.shutdown()
    wanted.refresh_from_db()
    assert (wanted.result["looked_at"], wanted.result["next_photo"]) == (4, None)


def _plan_more_and_leave() -> bool:
    try:
        return plan_more()
    finally:
        connection.close()


def test_a_request_that_is_cancelled_plans_no_more(uploader: User, live: ModelVersion) -> None:
    predicted_photo(uploader, "dog", 0.9)
    wanted = request(live, uploader)
    plan_more()
    jobs.cancel(wanted.id)
    assert not plan_more()
    wanted.refresh_from_db()
    assert wanted.state == RunState.CANCELLED


def test_a_request_of_an_older_ark_goes_on_with_its_progress(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "CHUNK", 1)
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(3)]
    wanted = request(live, uploader)
    Job.objects.update(result={"looked_at": 1, "next_photo": str(photos[1].id)})
    plan_more()
    wanted.refresh_from_db()
    assert wanted.result == {"looked_at": 2, "next_photo": str(photos[0].id), "photos": 3}
    assert wanted.progress == pytest.approx(2 / 3)


def test_a_request_without_photos_is_finished_at_once(live: ModelVersion) -> None:
    wanted = request(live, None)
    assert not plan_more()
    wanted.refresh_from_db()
    assert wanted.state == RunState.SUCCEEDED


def test_what_is_stopped_waits_no_more_and_what_is_done_stays(
    uploader: User, newer: ModelVersion
) -> None:
    for _ in range(BATCH_SIZE + 1):
        predicted_photo(uploader, "dog", 0.9)
    wanted = request(newer, uploader)
    plan_more()
    predict_again(newer)
    stop(newer)
    wanted.refresh_from_db()
    assert wanted.state == RunState.CANCELLED
    assert Prediction.objects.filter(model_version=newer).count() == BATCH_SIZE
    assert not Prediction.objects.filter(state=PENDING).exists()


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
    again([it.id for it in photos], newer)
    order: list[str] = []
    loaded[1], loaded[2] = Recorder(), Recorder()
    loaded[1].meanwhile = lambda: order.append("upload")

    def upload_one() -> None:
        order.append("again")
        if len(order) == 1:
            add_photo(uploader)

    loaded[2].meanwhile = upload_one
    predict_pending()
    assert order == ["again", "upload", "again", "again"]


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
