"""The queue of closer looks: claims, lost workers, versions, and the finder that comes later."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from recognition.core.locks import lock_predictions
from recognition.models import ModelVersion, Photo, Prediction, Report
from recognition.photos.deletion import delete_photo
from recognition.predictions import closer_look, queue
from recognition.predictions.closer_look import (
    BATCH_SIZE,
    MAX_ATTEMPTS,
    Claim,
    claim,
    next_version,
    put_labelled_first,
    put_off,
    store,
)
from tests.predictions.test_closer_look import seen, shown
from tests.support.rows import add_photo, answer_of, give_label
from tests.support.subjects import (
    answered_photo,
    looks_closer,
)

FINDER = "f" * 64


@pytest.fixture(autouse=True)
def closer(version: ModelVersion) -> ModelVersion:
    return looks_closer(version)


@pytest.fixture
def photo(uploader: User, closer: ModelVersion) -> Photo:
    """Sure at first sight that it is a dog."""
    return answered_photo(uploader, closer, answer_of(dog=0.9, car=0.1))


def run_out() -> None:
    """The leases of all workers."""
    Prediction.objects.filter(look_due__isnull=False).update(
        look_due=timezone.now() - timedelta(seconds=1)
    )


def test_the_newest_are_looked_at_first_and_a_small_batch_at_most(
    uploader: User, closer: ModelVersion
) -> None:
    rows = [answered_photo(uploader, closer).prediction for _ in range(BATCH_SIZE + 1)]
    newest = [row.id for row in reversed(rows)]
    assert [claimed.prediction_id for claimed in claim(closer)] == newest[:BATCH_SIZE]
    assert [claimed.prediction_id for claimed in claim(closer)] == newest[BATCH_SIZE:]
    assert claim(closer) == []


def test_what_is_due_later_is_not_claimed(photo: Photo, closer: ModelVersion) -> None:
    Prediction.objects.update(look_due=timezone.now() + timedelta(seconds=60))
    assert claim(closer) == []


def test_a_lost_workers_claim_comes_again_when_its_lease_has_run_out(
    photo: Photo, closer: ModelVersion, settings: Any
) -> None:
    settings.ARK_LEASE_S = 0
    [lost] = claim(closer)
    [again] = claim(closer)
    assert again.prediction_id == lost.prediction_id
    assert store([lost], [seen()]) == 0  # it comes too late
    assert store([again], [seen()]) == 1


def test_stored_twice_it_counts_once(photo: Photo, closer: ModelVersion) -> None:
    claims = claim(closer)
    assert store(claims, [seen()]) == 1
    assert store(claims, [seen()]) == 0
    assert shown(photo).subjects.count() == 1


def test_what_killed_its_worker_is_taken_alone_and_given_up_at_last(
    uploader: User, closer: ModelVersion
) -> None:
    good, bad = (answered_photo(uploader, closer).prediction.id for _ in range(2))
    assert len(claim(closer)) == 2
    run_out()
    for _ in range(MAX_ATTEMPTS - 1):
        [claimed] = claim(closer)
        assert claimed.prediction_id == bad
        Prediction.objects.filter(id=bad).update(look_due=timezone.now())
    [claimed] = claim(closer)
    assert claimed.prediction_id == good
    assert store([claimed], [seen()]) == 1
    row = Prediction.objects.get(id=bad)
    assert (row.look_due, row.state, row.attempts) == (None, "done", 0)


def test_earlier_trouble_with_the_upload_does_not_count(
    uploader: User, closer: ModelVersion
) -> None:
    add_photo(uploader, prediction__attempts=MAX_ATTEMPTS - 1)
    queue.store(queue.claim(closer), [answer_of(dog=0.9, car=0.1)])
    assert len(claim(closer)) == 1


def test_a_photo_deleted_meanwhile_does_not_come_back(
    uploader: User, photo: Photo, closer: ModelVersion
) -> None:
    other = answered_photo(uploader, closer)
    claims = claim(closer)
    delete_photo(photo)
    assert store(claims, [seen(), seen()]) == 1
    assert Photo.objects.get() == other


def test_an_answer_that_was_replaced_meanwhile_stays_as_it_is(
    photo: Photo, closer: ModelVersion
) -> None:
    claims = claim(closer)
    Photo.objects.update(prediction=None)
    assert store(claims, [seen()]) == 0


def test_without_a_finder_after_all_it_is_tried_later(photo: Photo, closer: ModelVersion) -> None:
    [claimed] = claim(closer)
    assert store([claimed], [answer_of(dog=0.9, car=0.1)]) == 0
    row = shown(photo)
    assert (row.look_due, row.attempts) == (claimed.due, 0)


@pytest.mark.django_db(transaction=True)
def test_two_claimers_never_get_the_same_photo(uploader: User, closer: ModelVersion) -> None:
    rows = {answered_photo(uploader, closer).prediction.id for _ in range(3 * BATCH_SIZE)}

    def claim_some(_: int) -> list[Claim]:
        try:
            return [claimed for _ in range(3) for claimed in claim(closer)]
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        claims = [one.prediction_id for mine in threads.map(claim_some, range(3)) for one in mine]
    assert len(claims) == len(set(claims))
    assert set(claims) <= rows


@pytest.mark.django_db(transaction=True)
def test_looking_and_labelling_at_once_wait_for_each_other_only(
    uploader: User, reviewer: User, closer: ModelVersion
) -> None:
    """Both lock photos before predictions."""
    photos = [answered_photo(uploader, closer) for _ in range(BATCH_SIZE)]
    claims = claim(closer)

    def label_all() -> None:
        try:
            for slug in ("dog", "car") * 5:
                give_label(photos, slug, reviewer)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        labelling = threads.submit(label_all)
        while not labelling.done():
            store(claims, [seen() for _ in claims])
            with transaction.atomic():
                due = lock_predictions(claimed.prediction_id for claimed in claims)
                ids = list(due.values_list("id", flat=True))
                Prediction.objects.filter(id__in=ids).update(look_due=claims[0].due)
        labelling.result()
    assert all(shown(photo).subjects.count() == 1 for photo in photos)


# Versions


def test_what_is_loaded_comes_first(
    uploader: User, photo: Photo, closer: ModelVersion, newer: ModelVersion
) -> None:
    assert next_version([]) == closer
    latest = answered_photo(uploader, looks_closer(newer))
    assert next_version([]) == newer
    assert next_version([closer.id]) == closer
    assert [claimed.prediction_id for claimed in claim(newer)] == [latest.prediction.id]


def test_nothing_is_next_if_nothing_is_due(closer: ModelVersion) -> None:
    assert next_version([closer.id]) is None


def test_a_version_that_cannot_be_loaded_is_put_off(photo: Photo, closer: ModelVersion) -> None:
    put_off(closer)
    assert next_version([]) is None
    assert shown(photo).look_due > timezone.now()


# When a finder comes


@pytest.fixture
def order(uploader: User, reviewer: User, closer: ModelVersion) -> list[Photo]:
    """Five photos from before there was a finder, of which the first and the third are labelled."""
    photos = [answered_photo(uploader, closer) for _ in range(5)]
    give_label([photos[0], photos[2]], "dog", reviewer)
    return photos


def test_what_is_labelled_is_looked_at_first(
    order: list[Photo], closer: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closer_look, "CHUNK", 2)
    rounds = 0
    while put_labelled_first(FINDER):
        rounds += 1
    assert rounds == 3
    claimed = {one.prediction_id for one in claim(closer)[:2]}
    assert claimed == {order[0].prediction.id, order[2].prediction.id}


def test_that_is_done_once_a_finder(order: list[Photo], uploader: User) -> None:
    assert put_labelled_first(FINDER)
    assert not put_labelled_first(FINDER)
    assert put_labelled_first("e" * 64)
    assert not put_labelled_first("e" * 64)


def test_interrupted_it_goes_on_where_it_was(
    order: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closer_look, "CHUNK", 3)
    put_labelled_first(FINDER)
    report = Report.objects.get(name="closer_look")
    assert report.data["last"] == str(order[2].prediction.id)
    put_labelled_first(FINDER)
    report.refresh_from_db()
    assert (report.data["before"], report.data["last"]) == (None, None)
