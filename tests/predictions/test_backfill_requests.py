"""Requests to predict all photos again: jobs that are worked off a few photos at a time."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from threading import get_ident
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recognition.core import jobs, leases
from recognition.models import Job, Label, ModelVersion, Prediction, Report, RunState, State
from recognition.predictions import backfill
from recognition.predictions.backfill import Asked, plan_more, request, request_some, stop
from recognition.predictions.queue import BATCH_SIZE
from tests.predictions.test_backfill import predict_again
from tests.support.rows import predicted_photo

PENDING = State.PENDING
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


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
    monkeypatch.setattr(leases, "worker_name", lambda: f"elsewhere:{get_ident()}")
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
    made = [predicted_photo(uploader, "dog", 0.9) for _ in range(3)]
    photos = sorted(made, key=lambda photo: photo.id)  # within a millisecond ids are at random
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


def test_a_request_can_be_about_chosen_photos(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "CHUNK", 1)
    photos = [predicted_photo(uploader, "dog", 0.9).id for _ in range(4)]
    Prediction.objects.update(model_version=ModelVersion.objects.get(number=1))
    request_some(live, uploader, photos[1:3])
    while plan_more():
        pass
    waiting = Prediction.objects.filter(state=PENDING).values_list("photo", flat=True)
    assert set(waiting) == set(photos[1:3])
    assert Job.objects.get().result == {"photos": 2, "looked_at": 2, "next_photo": None}


def test_of_very_many_photos_the_analyst_knows_how_many(
    uploader: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        predicted_photo(uploader, "dog", 0.9)
    monkeypatch.setattr(backfill, "_COUNTED_NOW", 2)
    Report.objects.create(name="figures", data={"photos": 1000})
    wanted = request(live, uploader)
    plan_more()
    wanted.refresh_from_db()
    assert wanted.result["photos"] == 1000
