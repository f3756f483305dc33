"""Photos that versions are compared on: of the test split, and never trained on by either."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recognition.labels.tree import LabelTree
from recognition.models import (
    DataSet,
    Label,
    ModelVersion,
    Photo,
    RunState,
    Split,
    TrainingExample,
    TrainingRun,
)
from recognition.versions.comparison import selection


def chosen(*versions: ModelVersion) -> selection.Selection:
    return selection.test_photos(versions, LabelTree())


def train(version: ModelVersion, photo: Photo, split: Split = Split.TRAIN) -> None:
    dataset = DataSet.objects.create()
    TrainingRun.objects.create(
        dataset=dataset, model_version=version, state=RunState.SUCCEEDED, network="lenet5"
    )
    TrainingExample.objects.create(
        dataset=dataset, photo=photo, label_id=photo.label_id, split=split
    )


def test_only_labelled_photos_of_the_test_split_count(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(0, "dog")
    photo_of(0)
    photo_of(0, "dog", Split.TRAIN)
    photo_of(0, "dog", Split.VALIDATION)
    assert chosen(baseline).labels == {photo.id: photo.label_id}


def test_a_near_duplicate_has_the_split_of_its_group(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    first = photo_of(0, "dog", Split.TRAIN)
    photo_of(0, "dog", Split.TEST, group=first.id)
    assert chosen(baseline).labels == {}


def test_photos_that_a_version_or_its_ancestors_learnt_from_are_left_out(
    baseline: ModelVersion, candidate: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    learnt, kept = photo_of(0, "dog"), photo_of(0, "dog")
    train(baseline, learnt, Split.VALIDATION)
    candidate.parent = baseline
    candidate.save()
    found = chosen(candidate)
    assert list(found.labels) == [kept.id]
    assert found.left_out == {"trained_on": 1}


def test_photos_that_were_only_measured_on_still_count(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photo = photo_of(0, "dog")
    train(baseline, photo, Split.TEST)
    assert list(chosen(baseline).labels) == [photo.id]


def test_near_duplicates_of_what_was_learnt_are_left_out(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    first = photo_of(0, "dog")
    joined = photo_of(0, "dog", Split.TRAIN)
    train(baseline, joined)
    Photo.objects.filter(id__in=(first.id, joined.id)).update(group=first.id)
    found = chosen(baseline)
    assert found.labels == {}
    assert found.left_out == {"trained_on": 2}


def test_a_retired_label_does_not_count_and_a_merged_one_counts_as_the_other(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photo_of(0, "dog")
    merged = photo_of(2, "taxi")
    car = Label.objects.get(slug="car")
    Label.objects.filter(slug="dog").update(active=False)
    Label.objects.filter(slug="taxi").update(active=False, merged_into=car)
    found = chosen(baseline)
    assert found.labels == {merged.id: car.id}
    assert found.left_out == {"retired": 1}


def test_of_very_many_the_newest_count(
    baseline: ModelVersion, photo_of: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MAX_PHOTOS", 2)
    photos = [photo_of(0, "dog") for _ in range(3)]
    found = chosen(baseline)
    assert list(found.labels) == [photos[2].id, photos[1].id]
    assert found.is_capped


def test_the_latest_uploads_need_no_label(
    baseline: ModelVersion, photo_of: Callable[..., Photo]
) -> None:
    photos = [photo_of(0), photo_of(1, "car", Split.TRAIN), photo_of(2)]
    assert list(selection.latest_uploads(2)) == [photos[2].id, photos[1].id]
