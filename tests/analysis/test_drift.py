"""Uploads that resemble nothing labelled: told from embeddings, and no sooner than can be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.analysis import analysis, drift
from recognition.analysis.drift import Change, Looker
from recognition.analysis.neighbours import LabelledPhotos
from recognition.models import ModelVersion, Photo, Prediction, Review
from recognition.review import drift as findings
from recognition.versions.registry import register
from tests.support.rows import due_photo, embedding, give_label, manifest

pytestmark = pytest.mark.usefixtures("version")
CARS, FLOWERS = 1, 2  # what embeddings are like
LABELLED = 12


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "labelled", LabelledPhotos())
    monkeypatch.setattr(drift, "LEAST_LABELLED", 10)
    monkeypatch.setattr(drift, "LOOK_EVERY_S", 0)


@pytest.fixture
def upload(version: ModelVersion, uploader: User) -> Callable[..., list[Photo]]:
    """Makes photos of this kind, which the analyst has been at when nothing was labelled."""
    seeds = iter(range(100, 1000))

    def make(kind: int, count: int, similarity: float = 0.95) -> list[Photo]:
        fields = {
            "prediction__novelty": 1.0,
            "prediction__analysis_due": None,
            "prediction__review": Review.WAITING,
        }
        return [
            due_photo(uploader, b"", embedding(next(seeds), kind, similarity), **fields)
            for _ in range(count)
        ]

    return make


@pytest.fixture
def labelled(upload: Callable[..., list[Photo]], reviewer: User) -> list[Photo]:
    """Cars, uploaded a month ago."""
    photos = upload(CARS, LABELLED, 0.9)
    give_label(photos, "car", reviewer)
    ids = [photo.id for photo in photos]
    Photo.objects.filter(id__in=ids).update(created=timezone.now() - timedelta(days=30))
    return photos


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    changes: list[Change] = []
    monkeypatch.setattr(drift, "_changed", changes.append)
    return changes


def go_live(version: ModelVersion) -> None:
    """It has no files that could be checked."""
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=version.id).update(live=True)


@pytest.mark.usefixtures("labelled")
def test_what_resembles_nothing_labelled_is_counted_and_shown(
    upload: Callable[..., list[Photo]], uploader: User
) -> None:
    upload(CARS, 18)
    flowers = upload(FLOWERS, 12)
    Looker().look_if_due()
    found = findings.current()
    assert (found.uploads, found.unlike, found.drifts) == (30, 12, True)
    assert found.share == 0.4
    assert set(found.photos) == {photo.id for photo in flowers}
    assert {photo.id for photo in findings.examples(found, uploader)} == set(found.photos)
    assert {row.photo_id for row in findings.waiting()} == set(found.photos)


@pytest.mark.usefixtures("labelled")
def test_uploads_like_the_labelled_photos_are_no_drift(upload: Callable[..., list[Photo]]) -> None:
    upload(CARS, 30)
    Looker().look_if_due()
    found = findings.current()
    assert found.uploads == 30
    assert found.share < 0.1
    assert not found.drifts


@pytest.mark.usefixtures("labelled")
def test_what_was_labelled_since_resembles_something(
    upload: Callable[..., list[Photo]], reviewer: User, told: list[Change]
) -> None:
    """Who labels some of them has taught what the others are like."""
    flowers = upload(FLOWERS, 24)
    looker = Looker()
    looker.look_if_due()
    assert [change.began for change in told] == [True]
    give_label(flowers[:8], "neither", reviewer)
    looker.look_if_due()
    found = findings.current()
    assert (found.uploads, found.drifts) == (24, False)
    assert [change.began for change in told] == [True, False]


@pytest.mark.usefixtures("labelled")
def test_a_change_is_told_once(upload: Callable[..., list[Photo]], told: list[Change]) -> None:
    upload(FLOWERS, 12)
    looker = Looker()
    looker.look_if_due()
    upload(FLOWERS, 1)
    looker.look_if_due()
    assert [(change.began, change.drift.unlike) for change in told] == [(True, 12)]


def test_with_few_labelled_photos_nothing_is_said(
    upload: Callable[..., list[Photo]], reviewer: User, told: list[Change]
) -> None:
    give_label(upload(CARS, 5), "car", reviewer)
    upload(FLOWERS, 20)
    Looker().look_if_due()
    assert findings.current() is None
    assert told == []


@pytest.mark.usefixtures("labelled")
def test_a_few_photos_are_no_drift(upload: Callable[..., list[Photo]]) -> None:
    upload(CARS, 10)
    upload(FLOWERS, 9)
    Looker().look_if_due()
    assert (findings.current().unlike, findings.current().drifts) == (9, False)


@pytest.mark.usefixtures("labelled")
def test_uploads_of_before_this_week_do_not_count(upload: Callable[..., list[Photo]]) -> None:
    upload(FLOWERS, 12)
    Photo.objects.update(created=timezone.now() - timedelta(days=8))
    Looker().look_if_due()
    assert (findings.current().uploads, findings.current().drifts) == (0, False)


@pytest.mark.usefixtures("labelled")
def test_teaching_and_promoting_leave_it_as_it_is(
    upload: Callable[..., list[Photo]], version: ModelVersion
) -> None:
    upload(FLOWERS, 12)
    taught = register(2, manifest(name="Taught"))
    ModelVersion.objects.filter(id=taught.id).update(backbone_sha256=version.backbone_sha256)
    looker = Looker()
    looker.look_if_due()
    go_live(taught)
    looker.look_if_due()
    assert (findings.current().unlike, findings.current().drifts) == (12, True)


@pytest.mark.usefixtures("labelled")
def test_another_backbone_says_nothing_until_it_has_seen_what_is_labelled(
    upload: Callable[..., list[Photo]], told: list[Change]
) -> None:
    """All uploads that it sees first are unlike the nothing that it knows."""
    cars = upload(CARS, 20)
    other = register(2, manifest(name="Other"))
    ModelVersion.objects.filter(id=other.id).update(backbone_sha256="f" * 64)
    go_live(other)
    looker = Looker()
    Prediction.objects.filter(photo__in=cars).update(model_version=other)
    looker.look_if_due()
    assert findings.current() is None
    Prediction.objects.update(model_version=other)  # the labelled ones were predicted again
    analysis.labelled.update(list(Photo.objects.values_list("id", flat=True)))
    looker.look_if_due()
    assert not findings.current().drifts
    assert told == []


def test_near_duplicates_do_not_tell_what_is_far(
    labelled: list[Photo], upload: Callable[..., list[Photo]], reviewer: User
) -> None:
    """Labelled photos that have a copy each are no nearer to each other for it."""
    alone = drift.threshold()
    copies = upload(CARS, LABELLED)
    give_label(copies, "car", reviewer)
    for photo, copy in zip(labelled, copies, strict=True):
        Photo.objects.filter(id__in=[photo.id, copy.id]).update(group=photo.id)
        embedded = Prediction.objects.get(photo=photo).embedding
        Prediction.objects.filter(photo=copy).update(embedding=embedded)
    analysis.labelled = LabelledPhotos()
    assert drift.threshold() == pytest.approx(alone, abs=0.01)
