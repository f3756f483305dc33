"""The machine accepts what the promise allows, gives back what it does not, and labels nothing."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from recognition.analysis import acceptance
from recognition.analysis.acceptance import Rules, apply_promise, is_drawn
from recognition.labels import suggestions
from recognition.labels.labelling import decide, undo
from recognition.models import Label, ModelVersion, Photo, Prediction, Report, Review, Via
from recognition.predictions import backfill
from recognition.predictions.queue import claim_backfill
from recognition.review import promise
from recognition.review.promise import settings
from recognition.review.thresholds import needed
from recognition.versions.registry import register
from tests.support.rows import answer, give_label, manifest, predicted_photo

ENOUGH = needed(0.9)


@pytest.fixture(autouse=True)
def _recount_at_once(monkeypatch: pytest.MonkeyPatch, version: ModelVersion) -> None:
    monkeypatch.setattr(acceptance, "RECOUNT_EVERY_S", 0)


@pytest.fixture
def trusted(uploader: User, reviewer: User) -> list[Photo]:
    """So many dogs were reviewed, and rightly predicted, that a promise can be kept."""
    photos = [predicted_photo(uploader, "dog", 0.96) for _ in range(ENOUGH)]
    give_label(photos, "dog", reviewer)
    return photos


def switch(active: bool, by: User, target: float = 0.9, check_rate: float = 0.0) -> None:
    promise.change(active, target, check_rate, by)
    apply_promise()


def state_of(photo: Photo) -> tuple[int | None, bool]:
    prediction = Prediction.objects.get(photo=photo)
    return prediction.review, prediction.accepted is not None


ACCEPTED = (None, True)
WAITING = (Review.WAITING, False)
CHECK = (Review.CHECK, True)


def test_what_is_sure_enough_is_accepted_and_gets_no_label(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    sure, doubtful = predicted_photo(uploader, "dog", 0.97), predicted_photo(uploader, "dog", 0.6)
    switch(True, reviewer)
    assert (state_of(sure), state_of(doubtful)) == (ACCEPTED, WAITING)
    assert Photo.objects.get(id=sure.id).label is None


def test_new_predictions_are_accepted_as_they_come(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    switch(True, reviewer)
    new = predicted_photo(uploader, "dog", 0.97)
    apply_promise()
    assert state_of(new) == ACCEPTED


def test_what_its_owner_calls_wrong_is_not_accepted(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    sure, other = (predicted_photo(uploader, "dog", 0.97) for _ in range(2))
    suggestions.suggest(sure.id, uploader, "wrong", Label.objects.get(slug="car"))
    switch(True, reviewer)
    assert (state_of(sure), state_of(other)) == (WAITING, ACCEPTED)


def test_nothing_is_accepted_while_the_promise_is_off(trusted: list[Photo], uploader: User) -> None:
    sure = predicted_photo(uploader, "dog", 0.999)
    apply_promise()
    assert state_of(sure) == WAITING


def test_nothing_is_accepted_on_too_few_reviewed_photos(uploader: User, reviewer: User) -> None:
    give_label([predicted_photo(uploader, "dog", 0.96) for _ in range(ENOUGH - 1)], "dog", reviewer)
    sure = predicted_photo(uploader, "dog", 0.999)
    switch(True, reviewer)
    assert state_of(sure) == WAITING


def test_switched_off_all_go_back(trusted: list[Photo], uploader: User, reviewer: User) -> None:
    sure = [predicted_photo(uploader, "dog", 0.97) for _ in range(3)]
    switch(True, reviewer, check_rate=0.5)
    switch(False, reviewer)
    assert {state_of(photo) for photo in sure} == {WAITING}


def test_what_a_person_has_confirmed_stays(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    switch(True, reviewer)
    give_label([sure], "dog", reviewer)
    switch(False, reviewer)
    assert state_of(sure) == ACCEPTED
    assert Photo.objects.get(id=sure.id).label.slug == "dog"


def test_when_reviews_disappoint_what_was_accepted_goes_back(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    switch(True, reviewer)
    give_label(trusted[: ENOUGH // 2], "car", reviewer)
    apply_promise()
    assert state_of(sure) == WAITING


def test_a_share_is_checked(trusted: list[Photo], uploader: User, reviewer: User) -> None:
    sure = [predicted_photo(uploader, "dog", 0.97) for _ in range(20)]
    switch(True, reviewer, check_rate=0.5)
    for photo in sure:
        assert state_of(photo) == (CHECK if is_drawn(photo.id, 0.5) else ACCEPTED)
    switch(True, reviewer, check_rate=1.0)
    assert {state_of(photo) for photo in sure} == {CHECK}
    switch(True, reviewer, check_rate=0.0)
    assert {state_of(photo) for photo in sure} == {ACCEPTED}


def test_who_is_drawn_is_chance_and_never_changes() -> None:
    photo_ids = [UUID(int=number) for number in range(10_000)]
    drawn = {photo_id for photo_id in photo_ids if is_drawn(photo_id, 0.1)}
    assert 900 < len(drawn) < 1100
    assert drawn == {photo_id for photo_id in photo_ids if is_drawn(photo_id, 0.1)}
    assert drawn < {photo_id for photo_id in photo_ids if is_drawn(photo_id, 0.2)}
    assert is_drawn(uuid4(), 1.0)
    assert not is_drawn(uuid4(), 0.0)


def test_checks_say_whether_the_promise_is_kept(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    sure = [predicted_photo(uploader, "dog", 0.97) for _ in range(4)]
    switch(True, reviewer, check_rate=1.0)
    give_label(sure[:1], "car", reviewer, Via.QUEUE)
    give_label(sure[1:3], "dog", reviewer, Via.QUEUE)
    apply_promise()
    checks = promise.checks_in(promise.report())
    assert (checks.accepted, checks.checked, checks.wrong) == (4, 3, 1)


def test_a_check_that_is_undone_is_to_be_checked_again(
    trusted: list[Photo], uploader: User, reviewer: User
) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    switch(True, reviewer, check_rate=1.0)
    made = decide(sure.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    undo(made, reviewer)
    apply_promise()
    assert state_of(sure) == CHECK


def test_another_live_version_promises_nothing_yet(
    trusted: list[Photo], uploader: User, reviewer: User, version: ModelVersion
) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    switch(True, reviewer)
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.create(number=2, network="lite0", labels=[], sha256="", live=True)
    apply_promise()
    assert state_of(sure) == WAITING


def test_a_change_that_was_broken_off_begins_again(
    trusted: list[Photo], uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    switch(True, reviewer)
    with monkeypatch.context() as patched:
        patched.setattr(acceptance, "_reconsider", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            switch(False, reviewer)
    assert state_of(sure) == ACCEPTED
    apply_promise()
    assert state_of(sure) == WAITING


def test_an_answer_that_is_replaced_meanwhile_never_comes_back_into_the_queue(
    trusted: list[Photo], uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version goes live, and the photo is predicted again while the rules change."""
    sure = predicted_photo(uploader, "dog", 0.97)
    switch(True, reviewer)
    newer = _promoted()
    reconsider = acceptance._reconsider

    def reconsider_late(*arguments: Any) -> None:
        backfill.again([sure.id], newer)
        backfill.store(claim_backfill(newer), [answer()])
        reconsider(*arguments)

    monkeypatch.setattr(acceptance, "_reconsider", reconsider_late)
    apply_promise()
    give_label([sure], "dog", reviewer, Via.QUEUE)
    assert sure.predictions.count() == 2
    assert not sure.predictions.filter(review__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_being_replaced_is_waited_for(uploader: User) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    Prediction.objects.update(accepted=timezone.now(), review=None)
    newer = _promoted()
    backfill.again([sure.id], newer)
    rows, reconsidering = claim_backfill(newer), Event()

    def reconsider() -> None:
        reconsidering.set()
        with contextlib.closing(connection):
            acceptance._reconsider([sure.id], Rules(newer.id, {}, 0.0))

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            backfill.store(rows, [answer()])
            done = thread.submit(reconsider)
            reconsidering.wait()
        done.result()
    assert sure.predictions.get(model_version__number=1).review is None
    assert sure.predictions.get(model_version=newer).review == Review.WAITING


def _promoted() -> ModelVersion:
    """Another version, which is live."""
    register(2, manifest(name="Newer"))
    ModelVersion.objects.filter(number=1).update(live=False)
    ModelVersion.objects.filter(number=2).update(live=True)
    return ModelVersion.objects.get(number=2)


def test_what_a_merge_has_given_another_label_meanwhile_is_not_accepted(
    trusted: list[Photo], uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = predicted_photo(uploader, "dog", 0.97)
    lock = acceptance.lock_predictions

    def lock_late(ids: Any) -> Any:
        Prediction.objects.filter(photo=sure).update(label=Label.objects.get(slug="car"))
        return lock(ids)

    monkeypatch.setattr(acceptance, "lock_predictions", lock_late)
    switch(True, reviewer)
    assert state_of(sure) == WAITING


def test_many_are_taken_in_small_steps(
    trusted: list[Photo], uploader: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "_CHUNK", 2)
    sure = [predicted_photo(uploader, "dog", 0.97) for _ in range(5)]
    switch(True, reviewer)
    assert {state_of(photo) for photo in sure} == {ACCEPTED}
    Prediction.objects.filter(accepted__isnull=False).update(
        accepted=Prediction.objects.filter(accepted__isnull=False).first().accepted
    )
    switch(False, reviewer)
    assert {state_of(photo) for photo in sure} == {WAITING}


def test_without_news_it_costs_little(
    trusted: list[Photo], reviewer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    switch(True, reviewer)
    with django_assert_max_num_queries(5 + Label.objects.count()):
        apply_promise()


def test_while_people_decide_it_counts_now_and_then(
    trusted: list[Photo], reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "RECOUNT_EVERY_S", 3600)
    apply_promise()
    before = Report.objects.get().data["news"]
    give_label(trusted[:1], "car", reviewer)
    apply_promise()
    assert Report.objects.get().data["news"] == before
    assert not settings().active
