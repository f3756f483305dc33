"""Uploads are validated, hashed, stored and queued; what cannot be is refused alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from PIL import Image

from recognition.core import wakeups
from recognition.models import Batch, Label, Photo, Prediction, State, Weight
from recognition.photos import intake
from recognition.photos.intake import Outcome, accept
from recognition.photos.uploads import SpooledUpload
from tests.support.files import ENCODERS, arrived, encoded, incoming, noise, picture

pytestmark = pytest.mark.usefixtures("version")
JPEG = encoded(picture())


@pytest.fixture
def wake(monkeypatch: pytest.MonkeyPatch) -> Mock:
    wake = Mock()
    monkeypatch.setattr(wakeups, "wake_predictor", wake)
    return wake


def accept_all(owner: User, *contents: bytes, **options: Any) -> list[Outcome]:
    uploads = [(arrived(content, f"{i}.jpg"), None) for i, content in enumerate(contents)]
    return list(accept(uploads, owner, **options))


def accept_one(owner: User, content: bytes = JPEG, label: Label | None = None) -> Outcome:
    [outcome] = accept([(arrived(content), label)], owner)
    return outcome


def test_the_original_is_kept_byte_for_byte(uploader: User, photos: list[Path]) -> None:
    for path in photos[:3]:
        photo = accept_one(uploader, path.read_bytes()).photo
        assert photo.original_path.read_bytes() == path.read_bytes()


def test_what_is_known_of_a_photo_is_stored(uploader: User) -> None:
    photo = Photo.objects.get(id=accept_one(uploader).photo.id)
    assert (photo.owner, photo.name, photo.format) == (uploader, "photo.jpg", "JPEG")
    assert (photo.width, photo.height, photo.size_bytes) == (96, 64, len(JPEG))
    assert len(photo.sha256) == 64
    assert photo.label is None
    assert photo.batch is None


def test_a_prediction_waits_for_whichever_version_is_live_then(uploader: User) -> None:
    photo = accept_one(uploader).photo
    prediction = Prediction.objects.get(photo=photo)
    assert prediction == Photo.objects.get(id=photo.id).prediction
    assert (prediction.state, prediction.model_version) == (State.PENDING, None)


@pytest.mark.parametrize("kind", ENCODERS)
def test_it_accepts(kind: str, uploader: User) -> None:
    assert accept_one(uploader, ENCODERS[kind](picture())).photo


def test_the_same_bytes_again_are_the_same_photo(uploader: User) -> None:
    first, again = accept_one(uploader), accept_one(uploader)
    assert not first.is_duplicate
    assert again.is_duplicate
    assert again.photo == first.photo
    assert Photo.objects.count() == Prediction.objects.count() == 1


def test_the_same_bytes_twice_in_one_request_are_one_photo(uploader: User) -> None:
    outcomes = accept_all(uploader, JPEG, encoded(picture(seed=1)), JPEG)
    assert [outcome.is_duplicate for outcome in outcomes] == [False, False, True]
    assert outcomes[0].photo == outcomes[2].photo
    assert Photo.objects.count() == 2


def test_two_owners_have_a_photo_each(uploader: User, other_uploader: User) -> None:
    assert accept_one(uploader).photo != accept_one(other_uploader).photo
    assert Photo.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_twice_at_once_are_one_photo(uploader: User) -> None:
    uploads = [arrived(JPEG) for _ in range(6)]

    def accept_it(upload: intake.SpooledUpload) -> Outcome:
        with contextlib.closing(connection):
            [outcome] = accept([(upload, None)], uploader)
            return outcome

    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(accept_it, uploads))
    assert {outcome.photo.id for outcome in outcomes} == {Photo.objects.get().id}
    assert sorted(outcome.is_duplicate for outcome in outcomes) == [False] + [True] * 5
    assert Photo.objects.get().original_path.read_bytes() == JPEG


def test_bytes_stored_by_another_request_meanwhile_are_a_duplicate(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = intake._insert

    def overtaken(*arguments: Any) -> list[Outcome]:
        monkeypatch.setattr(intake, "_insert", insert)
        accept_one(uploader)
        raise IntegrityError

    monkeypatch.setattr(intake, "_insert", overtaken)
    assert accept_one(uploader).is_duplicate
    assert Photo.objects.count() == 1


def test_one_bad_file_among_many_is_refused_alone(uploader: User) -> None:
    good = [encoded(picture(seed=seed)) for seed in range(39)]
    outcomes = accept_all(uploader, *good[:20], b"not a photo", *good[20:])
    assert [i for i, outcome in enumerate(outcomes) if outcome.refusal] == [20]
    assert (outcomes[20].name, outcomes[20].refusal.code) == ("20.jpg", "not_an_image")
    assert Photo.objects.count() == 39


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a letter", "not_an_image"),
        (encoded(noise())[:5000], "truncated"),
        (encoded(picture(), "TGA"), "unsupported_format"),
        (encoded(picture(200, 200), "PNG"), "too_many_pixels"),
        (encoded(noise(), "BMP") + bytes(1024 * 1024), "too_large"),
    ],
)
def test_it_refuses_with_a_reason_and_advice(
    content: bytes, code: str, uploader: User, settings: Any
) -> None:
    settings.ARK_MAX_UPLOAD_MB = 1
    settings.ARK_MAX_PIXELS = 30_000
    refusal = accept_one(uploader, content).refusal
    assert refusal.code == code
    assert refusal.detail.endswith(".")
    assert not Photo.objects.exists()


def test_a_file_that_is_too_large_is_not_even_opened(
    uploader: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARK_MAX_UPLOAD_MB = 1
    monkeypatch.setattr(intake, "inspect", Mock(side_effect=AssertionError))
    assert accept_one(uploader, bytes(1024 * 1024 + 1)).refusal.code == "too_large"


def test_a_label_comes_with_who_said_so_and_when(reviewer: User) -> None:
    dog = Label.objects.get(slug="dog")
    photo = Photo.objects.get(id=accept_one(reviewer, label=dog).photo.id)
    assert (photo.label, photo.labelled_by) == (dog, reviewer)
    assert photo.labelled_at


def test_a_label_that_comes_with_a_known_photo_counts(reviewer: User) -> None:
    accept_one(reviewer)
    assert accept_one(reviewer, label=Label.objects.get(slug="dog")).is_duplicate
    assert Photo.objects.get().label.slug == "dog"


def test_the_last_label_of_the_same_bytes_in_one_request_counts(reviewer: User) -> None:
    dog, car = Label.objects.get(slug="dog"), Label.objects.get(slug="car")
    list(accept([(arrived(JPEG), dog), (arrived(JPEG), car)], reviewer))
    assert Photo.objects.get().label == car


def test_a_known_photo_keeps_its_label_when_none_comes(reviewer: User) -> None:
    accept_one(reviewer, label=Label.objects.get(slug="dog"))
    accept_one(reviewer)
    assert Photo.objects.get().label.slug == "dog"


def test_photos_belong_to_their_batch(uploader: User) -> None:
    batch = intake.open_batch(uploader)
    accept_all(uploader, JPEG, encoded(picture(seed=1)), batch=batch)
    assert Photo.objects.filter(batch=batch).count() == 2


def test_a_very_long_name_keeps_its_end(uploader: User) -> None:
    [outcome] = accept([(arrived(JPEG, "x" * 400 + ".jpg"), None)], uploader)
    photo = Photo.objects.get(id=outcome.photo.id)
    assert len(photo.name) == 255
    assert photo.name.endswith("x.jpg")


def test_a_predictor_is_woken_once_when_all_is_committed(
    uploader: User, wake: Mock, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        accept_all(uploader, JPEG, encoded(picture(seed=1)))
        wake.assert_not_called()
    wake.assert_called_once_with()


def test_no_predictor_is_woken_when_there_is_nothing_new(
    uploader: User, wake: Mock, django_capture_on_commit_callbacks: Any
) -> None:
    accept_one(uploader)
    with django_capture_on_commit_callbacks(execute=True):
        accept_all(uploader, JPEG, b"a letter")
    wake.assert_not_called()


@pytest.mark.usefixtures("no_redis")
def test_uploads_are_accepted_without_redis(
    uploader: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert accept_one(uploader).photo
    assert Prediction.objects.get().state == State.PENDING


def test_nothing_is_left_where_uploads_arrive(uploader: User) -> None:
    accept_all(uploader, JPEG, JPEG, b"a letter", encoded(noise())[:5000])
    assert incoming() == []


def test_nothing_is_left_when_storing_breaks(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_insert", Mock(side_effect=RuntimeError))
    with pytest.raises(RuntimeError):
        accept_all(uploader, JPEG)
    assert incoming() == []
    assert not Photo.objects.exists()


def test_nothing_is_left_when_a_later_upload_cannot_be_read(uploader: User) -> None:
    def uploads() -> Iterator[tuple[SpooledUpload, None]]:
        yield arrived(JPEG), None
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        list(accept(uploads(), uploader))
    assert incoming() == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_when_rows_cannot_be_committed(
    uploader: User, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    judge = intake._judge
    batch = intake.open_batch(uploader)

    def judge_too_late(*arguments: Any) -> Any:
        Batch.objects.all().delete()
        return judge(*arguments)

    monkeypatch.setattr(intake, "_judge", judge_too_late)
    with pytest.raises(IntegrityError):
        accept_all(uploader, JPEG, batch=batch)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert incoming() == []


def test_a_heavy_photo_waits_apart_from_others(uploader: User) -> None:
    photo = accept_one(uploader, encoded(Image.new("1", (6000, 5000)), "PNG")).photo
    assert (photo.width, photo.height) == (6000, 5000)
    assert photo.prediction.weight == Weight.HEAVY
