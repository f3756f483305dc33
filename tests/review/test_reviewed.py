"""Which photos count as evidence for a promise."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.labels.labelling import decide, undo
from recognition.labels.tree import LabelTree, set_active
from recognition.models import (
    DataSet,
    Decision,
    Label,
    ModelVersion,
    Photo,
    Split,
    TrainingExample,
    TrainingRun,
    Via,
)
from recognition.review import reviewed
from recognition.review.levels import Cell
from tests.support.rows import broad_photo, give_label, predicted_photo

pytestmark = pytest.mark.usefixtures("version")


def id_of(slug: str) -> int:
    return Label.objects.get(slug=slug).id


def counted(version: ModelVersion) -> tuple[int, int]:
    """How many photos are reviewed, and how many of these predictions are right."""
    counts = reviewed.evidence(version, LabelTree()).values()
    return sum(found.reviewed for found in counts), sum(found.right_at(0) for found in counts)


def test_a_label_below_the_predicted_one_is_right(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    give_label([predicted_photo(uploader, "car", 0.9)], "taxi", reviewer)
    give_label([predicted_photo(uploader, "taxi", 0.9)], "car", reviewer)
    assert counted(version) == (2, 1)


@pytest.mark.parametrize(("via", "count"), [(Via.QUEUE, 1), (Via.UPLOAD, 0), (Via.MERGE, 0)])
def test_only_who_looked_counts(
    via: Via, count: int, uploader: User, reviewer: User, version: ModelVersion
) -> None:
    give_label([predicted_photo(uploader, "dog", 0.9)], "dog", reviewer, via)
    assert counted(version) == (count, count)


def test_a_merge_leaves_what_was_reviewed_before(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    give_label([photo], "dog", reviewer)
    give_label([photo], "dog", reviewer, Via.MERGE)
    assert counted(version) == (1, 1)


def test_the_last_standing_decision_counts(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    give_label([photo], "dog", reviewer)
    undo(decide(photo.id, Label.objects.get(slug="car"), reviewer, Via.QUEUE), reviewer)
    assert counted(version) == (1, 1)
    undo(Decision.objects.filter(undone_by=None, undoes=None).get(), reviewer)
    assert counted(version) == (0, 0)


def test_of_near_duplicates_one_counts(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    photos = [predicted_photo(uploader, "dog", 0.9) for _ in range(3)]
    Photo.objects.update(group=photos[0].id)
    give_label(photos, "dog", reviewer)
    assert counted(version) == (1, 1)


@pytest.mark.parametrize(
    ("split", "count"), [(Split.TRAIN, 0), (Split.VALIDATION, 0), (Split.TEST, 1)]
)
def test_what_the_version_was_taught_with_does_not_count(
    split: Split, count: int, uploader: User, reviewer: User, version: ModelVersion
) -> None:
    photo = predicted_photo(uploader, "dog", 0.9)
    give_label([photo], "dog", reviewer)
    dataset = DataSet.objects.create()
    TrainingRun.objects.create(dataset=dataset, model_version=version)
    TrainingExample.objects.create(
        dataset=dataset, photo=photo, label=Label.objects.get(slug="dog"), split=split
    )
    assert counted(version) == (count, count)


def test_other_versions_predictions_do_not_count(uploader: User, reviewer: User) -> None:
    give_label([predicted_photo(uploader, "dog", 0.9)], "dog", reviewer)
    other = ModelVersion.objects.create(number=2, network="lite0", labels=[], sha256="")
    assert counted(other) == (0, 0)


def test_what_was_said_by_a_retired_label_counts_for_its_parent(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    give_label([predicted_photo(uploader, "taxi", 0.9)], "car", reviewer)
    taxi, car = (Label.objects.get(slug=slug) for slug in ("taxi", "car"))
    set_active(taxi, False)
    [(cell, counts)] = reviewed.evidence(version, LabelTree()).items()
    assert cell.path == (car.id,)
    assert (counts.reviewed, counts.right_at(0), counts.uploads) == (1, 1, 1)


def test_what_was_said_by_a_retired_label_without_a_parent_does_not_count(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    give_label([predicted_photo(uploader, "dog", 0.9)], "dog", reviewer)
    set_active(Label.objects.get(slug="dog"), False)
    assert reviewed.evidence(version, LabelTree()) == {}


def test_a_prediction_counts_at_every_level_of_the_tree(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    """By the sums of its top five, whatever was answered."""
    give_label([broad_photo(uploader)], "car", reviewer)
    [(cell, counts)] = reviewed.evidence(version, LabelTree()).items()
    assert cell == Cell.of([(id_of("taxi"), 0.38), (id_of("car"), 0.73)])
    assert (counts.uploads, dict(counts.right_from)) == (1, {1: 1})
