"""Which labelled photos look like a photo, as labels come and go."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import Mock

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone

from recognition.analysis import neighbours
from recognition.analysis.neighbours import Evidence, LabelledPhotos
from recognition.labels import labelling
from recognition.models import Decision, Label, ModelVersion, Photo, Prediction, Via
from recognition.photos import deletion
from recognition.versions.registry import register
from tests.support.rows import due_photo, embedding, manifest

pytestmark = pytest.mark.usefixtures("version")


def photo_like(owner: User, seed: int, like: int | None = None, similarity: float = 0) -> Photo:
    return due_photo(owner, b"", embedding(seed, like, similarity))


def label(photo: Photo, slug: str, by: User) -> Decision:
    return labelling.decide(photo.id, Label.objects.get(slug=slug), by, Via.QUEUE)


def evidence(labelled: LabelledPhotos, photo: Photo, seed: int) -> Evidence:
    labelled.catch_up()
    [found] = labelled.evidence([photo.id], embedding(seed)[None].astype(np.float32))
    return found


def seen(found: Evidence) -> list[tuple[str, str, float]]:
    return [
        (neighbour["photo"], neighbour["label"], round(neighbour["similarity"], 2))
        for neighbour in found.similar
    ]


@pytest.fixture
def labelled() -> LabelledPhotos:
    return LabelledPhotos()


@pytest.fixture
def photo(uploader: User) -> Photo:
    return photo_like(uploader, 1)


def test_where_nothing_is_labelled_everything_is_new(
    photo: Photo, labelled: LabelledPhotos
) -> None:
    assert evidence(labelled, photo, 1) == Evidence(1.0, [])


def test_the_three_nearest_are_evidence_and_the_nearest_tells_the_novelty(
    photo: Photo, labelled: LabelledPhotos, uploader: User, reviewer: User
) -> None:
    similarities = {2: 0.6, 3: 0.9, 4: 0.7, 5: 0.8}
    others = {
        seed: photo_like(uploader, seed, 1, similarity) for seed, similarity in similarities.items()
    }
    for seed, other in others.items():
        label(other, "car" if seed == 3 else "dog", reviewer)
    found = evidence(labelled, photo, 1)
    expected = [(3, "car", 0.9), (5, "dog", 0.8), (4, "dog", 0.7)]
    assert seen(found) == [(str(others[seed].id), *rest) for seed, *rest in expected]
    assert found.novelty == pytest.approx(0.1, abs=0.01)


def test_a_photo_is_no_evidence_for_itself(
    photo: Photo, labelled: LabelledPhotos, reviewer: User
) -> None:
    label(photo, "dog", reviewer)
    assert evidence(labelled, photo, 1) == Evidence(1.0, [])


def test_labels_are_followed_as_they_come_change_and_go(
    photo: Photo, labelled: LabelledPhotos, uploader: User, reviewer: User
) -> None:
    other = photo_like(uploader, 2, 1, 0.9)
    assert seen(evidence(labelled, photo, 1)) == []
    first = label(other, "dog", reviewer)
    assert seen(evidence(labelled, photo, 1)) == [(str(other.id), "dog", 0.9)]
    second = label(other, "car", reviewer)
    assert seen(evidence(labelled, photo, 1)) == [(str(other.id), "car", 0.9)]
    labelling.undo(second, reviewer)
    labelling.undo(first, reviewer)
    assert seen(evidence(labelled, photo, 1)) == []


def test_a_photo_that_is_deleted_is_no_evidence_any_more(
    photo: Photo, labelled: LabelledPhotos, uploader: User, reviewer: User
) -> None:
    other = photo_like(uploader, 2, 1, 0.9)
    label(other, "dog", reviewer)
    assert evidence(labelled, photo, 1).similar
    deletion.delete_photo(other)
    assert evidence(labelled, photo, 1) == Evidence(1.0, [])


def test_what_was_labelled_before_the_analyst_started_counts(
    photo: Photo, uploader: User, reviewer: User
) -> None:
    label(photo_like(uploader, 2, 1, 0.9), "dog", reviewer)
    Decision.objects.update(at=timezone.now() - timedelta(days=1))
    assert evidence(LabelledPhotos(), photo, 1).novelty == pytest.approx(0.1, abs=0.01)


def test_there_is_news_only_when_something_was_decided(
    photo: Photo, labelled: LabelledPhotos, reviewer: User
) -> None:
    labelled.catch_up()
    labelled.catch_up()
    assert labelled.changes == 0
    label(photo, "dog", reviewer)
    labelled.catch_up()
    labelled.catch_up()
    assert labelled.changes == 1


def test_a_decision_that_shows_late_is_not_missed(
    photo: Photo, labelled: LabelledPhotos, uploader: User, reviewer: User
) -> None:
    """Its transaction began before the analyst last looked, and ended after."""
    labelled.catch_up()
    label(photo_like(uploader, 2, 1, 0.9), "dog", reviewer)
    Decision.objects.update(at=timezone.now() - neighbours._LATE / 2)
    assert evidence(labelled, photo, 1).similar


def test_when_another_backbone_goes_live_the_index_begins_anew(
    photo: Photo, labelled: LabelledPhotos, uploader: User, reviewer: User, version: ModelVersion
) -> None:
    label(photo_like(uploader, 2, 1, 0.9), "dog", reviewer)
    assert evidence(labelled, photo, 1).similar
    other = register(2, manifest(name="Other", backbone_sha256="b" * 64))
    by_other = photo_like(uploader, 3, 1, 0.8)
    Prediction.objects.filter(photo=by_other).update(model_version=other)
    label(by_other, "dog", reviewer)
    changes = labelled.changes
    _make_live(other)
    assert [neighbour[0] for neighbour in seen(evidence(labelled, photo, 1))] == [str(by_other.id)]
    assert labelled.changes > changes


def test_an_index_whose_reading_broke_off_is_read_again(
    photo: Photo,
    labelled: LabelledPhotos,
    uploader: User,
    reviewer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence(labelled, photo, 1)
    other = register(2, manifest(name="Other", backbone_sha256="b" * 64))
    by_other = photo_like(uploader, 3, 1, 0.8)
    Prediction.objects.filter(photo=by_other).update(model_version=other)
    label(by_other, "dog", reviewer)
    Decision.objects.update(at=timezone.now() - timedelta(days=1))
    _make_live(other)
    with monkeypatch.context() as patched:
        patched.setattr(labelled, "_put", Mock(side_effect=DatabaseError))
        with pytest.raises(DatabaseError):
            labelled.catch_up()
    assert seen(evidence(labelled, photo, 1)) == [(str(by_other.id), "dog", 0.8)]


def test_decisions_that_could_not_be_followed_are_followed_the_next_time(
    photo: Photo,
    labelled: LabelledPhotos,
    uploader: User,
    reviewer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labelled.catch_up()
    label(photo_like(uploader, 2, 1, 0.9), "dog", reviewer)
    with monkeypatch.context() as patched:
        patched.setattr(labelled, "update", Mock(side_effect=DatabaseError))
        with pytest.raises(DatabaseError):
            labelled.catch_up()
    assert evidence(labelled, photo, 1).similar
    assert labelled.changes == 1


def test_a_version_with_the_same_backbone_changes_nothing(
    photo: Photo, labelled: LabelledPhotos, uploader: User, reviewer: User, version: ModelVersion
) -> None:
    label(photo_like(uploader, 2, 1, 0.9), "dog", reviewer)
    before = evidence(labelled, photo, 1)
    _make_live(register(2, manifest(name="Taught", backbone_sha256=version.backbone_sha256)))
    assert evidence(labelled, photo, 1) == before


def _make_live(version: ModelVersion) -> None:
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=version.id).update(live=True)
