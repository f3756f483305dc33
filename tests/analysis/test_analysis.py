"""What is due is analysed once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from recognition.analysis import analysis, duplicates
from recognition.analysis.analysis import analyse_due
from recognition.analysis.duplicates import KnownHashes
from recognition.analysis.neighbours import LabelledPhotos
from recognition.core import wakeups
from recognition.labels import labelling
from recognition.models import HashRevision, Label, Photo, Prediction, Via
from recognition.photos import deletion
from recognition.review.groups import set_apart
from recognition.versions.registry import register
from tests.support.files import encoded, picture
from tests.support.rows import due_photo, embedding, manifest

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture(autouse=True)
def _a_new_analyst(monkeypatch: pytest.MonkeyPatch) -> None:
    start_again(monkeypatch)


def start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had ended and another one begun."""
    monkeypatch.setattr(analysis, "labelled", LabelledPhotos())
    monkeypatch.setattr(analysis, "_known_hashes", KnownHashes())


def due(owner: User, seed: int, quality: int = 95, **fields: object) -> Photo:
    """Photos of the same seed are copies of one another."""
    content = encoded(picture(400, 300, seed=seed), quality=quality)
    return due_photo(owner, content, embedding(seed), **fields)


def now(photo: Photo) -> Photo:
    return Photo.objects.select_related("prediction").get(id=photo.id)


def groups(*photos: Photo) -> list[object]:
    return [now(photo).group for photo in photos]


def test_a_photo_gets_its_thumbnail_hash_and_evidence(uploader: User) -> None:
    photo = due(uploader, 1)
    analyse_due()
    assert Image.open(photo.rendition_path(320)).size == (320, 240)
    photo = now(photo)
    assert photo.perceptual_hash is not None
    assert photo.group is None
    assert (photo.prediction.novelty, photo.prediction.similar) == (1.0, [])
    assert photo.prediction.analysis_due is None


def test_copies_come_into_one_group_and_others_stay_alone(
    uploader: User, other_uploader: User
) -> None:
    first, other = due(uploader, 1), due(uploader, 2)
    copy = due(other_uploader, 1, quality=40)
    analyse_due()
    assert groups(first, other, copy) == [first.id, None, first.id]
    assert now(first).split == now(copy).split


def test_pictures_too_small_to_tell_apart_stay_alone(uploader: User) -> None:
    photos = [due(uploader, 1, quality, width=28, height=28) for quality in (95, 60)]
    analyse_due()
    assert groups(*photos) == [None, None]
    assert now(photos[0]).prediction.analysis_due is None


def test_photos_that_another_backbone_has_seen_are_grouped_among_themselves(uploader: User) -> None:
    first, copy, other = due(uploader, 1), due(uploader, 1, quality=40), due(uploader, 1)
    wider = register(2, manifest(name="Wider", backbone_sha256="b" * 64))
    made = embedding(1).repeat(2).astype("<f2").tobytes()
    Prediction.objects.filter(photo=other).update(model_version=wider, embedding=made)
    analyse_due()
    assert groups(first, copy, other) == [first.id, first.id, None]
    assert now(other).perceptual_hash is not None
    assert (now(other).prediction.novelty, now(other).prediction.analysis_due) == (None, None)


def test_a_copy_is_found_among_what_was_analysed_long_ago(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = due(uploader, 1)
    analyse_due()
    start_again(monkeypatch)
    copy = due(uploader, 1, quality=40)
    analyse_due()
    assert groups(first, copy) == [first.id] * 2


def test_two_analysts_at_once_miss_no_copy(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = KnownHashes(), KnownHashes()
    photos = []
    for number, known in enumerate([here, there, here, there]):
        monkeypatch.setattr(analysis, "_known_hashes", known)
        photos.append(due(uploader, 1, quality=90 - number))
        analyse_due()
    assert groups(*photos) == [photos[0].id] * 4


def test_what_is_analysed_again_comes_out_the_same(uploader: User) -> None:
    photos = [due(uploader, 1), due(uploader, 1, quality=40)]
    analyse_due()
    before = [now(photo) for photo in photos]
    Prediction.objects.update(analysis_due=timezone.now())
    analyse_due()
    for photo, was in zip(map(now, photos), before, strict=True):
        assert (photo.group, photo.perceptual_hash) == (was.group, was.perceptual_hash)
        assert not photo.prediction.analysis_due


def test_a_photo_set_apart_stays_apart(uploader: User) -> None:
    photos = [due(uploader, 1), due(uploader, 1, quality=40)]
    analyse_due()
    set_apart(photos[1].id)
    Prediction.objects.update(analysis_due=timezone.now())
    analyse_due()
    first, other = groups(*photos)
    assert first == photos[0].id
    assert other not in (None, first)


def test_an_unreadable_file_stops_no_other(uploader: User) -> None:
    rotten, missing, good = due(uploader, 1), due(uploader, 2), due(uploader, 3)
    rotten.original_path.write_bytes(b"\xff\xd8\xff rotten")
    missing.original_path.unlink()
    analyse_due()
    assert [now(photo).perceptual_hash is None for photo in (rotten, missing, good)] == [1, 1, 0]
    assert not Prediction.objects.filter(analysis_due__isnull=False).exists()


def test_a_labelled_copy_is_the_best_evidence(uploader: User, reviewer: User) -> None:
    first = due(uploader, 1)
    labelling.decide(first.id, Label.objects.get(slug="dog"), reviewer, Via.QUEUE)
    analyse_due()
    copy = due(uploader, 1, quality=40)
    analyse_due()
    assert now(copy).prediction.similar == [
        {"photo": str(first.id), "label": "dog", "similarity": 1.0}
    ]
    assert now(copy).prediction.novelty == pytest.approx(0, abs=0.01)


def test_a_photo_deleted_meanwhile_does_not_come_back(
    uploader: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    gone, stays = due(uploader, 1), due(uploader, 1, quality=40)
    look = analysis._new_hashes

    def deleting(photos: list[Photo]) -> dict:
        hashes = look(photos)
        deletion.delete_photo(Photo.objects.get(id=gone.id))
        gone.rendition_path(320).parent.mkdir(parents=True, exist_ok=True)
        gone.rendition_path(320).write_bytes(b"drawn after all")
        return hashes

    monkeypatch.setattr(analysis, "_new_hashes", deleting)
    with django_capture_on_commit_callbacks(execute=True):
        analyse_due()
    assert Photo.objects.get().id == stays.id
    assert groups(stays) == [None]
    assert not gone.rendition_path(320).exists()


def test_what_was_predicted_again_meanwhile_stays_due(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = due(uploader, 1)
    later = timezone.now()

    def predicting(photos: list[Photo]) -> dict:
        Prediction.objects.update(analysis_due=later)
        return {}

    monkeypatch.setattr(analysis, "_new_hashes", predicting)
    monkeypatch.setattr(analysis, "MAX_WORK_S", -1)
    analyse_due()
    assert now(photo).prediction.analysis_due == later


def test_breaking_off_loses_nothing(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [due(uploader, 1), due(uploader, 1, quality=40)]
    with monkeypatch.context() as patch:
        patch.setattr(analysis, "_store_evidence", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            analyse_due()
    assert groups(*photos) == [None, None]
    assert not HashRevision.objects.exists()
    analyse_due()
    assert groups(*photos) == [photos[0].id] * 2


def test_after_a_while_others_get_their_turn(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake = Mock()
    monkeypatch.setattr(wakeups, "wake_analyst", wake)
    monkeypatch.setattr(analysis, "MAX_WORK_S", -1)
    monkeypatch.setattr(analysis, "CHUNK", 1)
    first, last = due(uploader, 1), due(uploader, 2)
    analyse_due()
    assert now(first).prediction.analysis_due
    assert not now(last).prediction.analysis_due  # what came last, somebody may wait for
    wake.assert_called_once()


def test_a_group_of_plain_pictures_of_different_colours_is_none(uploader: User) -> None:
    photos = []
    for seed, colour in enumerate(["white", "navy", "orange"]):
        stream = BytesIO()
        Image.new("RGB", (300, 300), colour).save(stream, "JPEG")
        photos.append(due_photo(uploader, stream.getvalue(), embedding(seed, 9, 0.8)))
    analyse_due()
    assert groups(*photos) == [None] * 3


def test_an_analyst_that_was_overtaken_looks_again(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one analysed the original while this one had read the hashes already."""
    first = due(uploader, 1)
    find = duplicates.similar_pairs

    def overtaken(*arguments: object) -> list:
        pairs = find(*arguments)
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(duplicates, "similar_pairs", find)
            elsewhere.setattr(analysis, "_known_hashes", KnownHashes())
            Prediction.objects.filter(photo=first).update(analysis_due=later)
            due = list(analysis._due().filter(photo=first))
            analysis._analyse(due, analysis.labelled.versions)
        monkeypatch.setattr(duplicates, "similar_pairs", find)
        return pairs

    Prediction.objects.update(analysis_due=None)
    copy, later = due(uploader, 1, quality=40), timezone.now()
    monkeypatch.setattr(duplicates, "similar_pairs", overtaken)
    analyse_due()
    assert groups(first, copy) == [first.id] * 2
