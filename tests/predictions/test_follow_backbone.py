"""Labelled photos are predicted again by itself once another backbone is live."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.models import Job, ModelVersion, Prediction
from recognition.predictions.backfill import follow_backbone, plan_more
from tests.support.rows import give_label, predicted_photo
from tests.support.subjects import looks_closer


def promote(version: ModelVersion) -> None:
    ModelVersion.objects.update(live=False)
    ModelVersion.objects.filter(id=version.id).update(live=True)


def test_labelled_photos_are_predicted_again_and_no_others(
    uploader: User, reviewer: User, newer: ModelVersion
) -> None:
    labelled, _other = (predicted_photo(uploader, "dog", 0.9) for _ in range(2))
    give_label([labelled], "dog", reviewer)
    assert not follow_backbone()
    promote(looks_closer(newer))
    assert follow_backbone()
    job = Job.objects.get()
    assert (job.by, job.version, job.kind) == (None, newer, Job.Kind.BACKFILL)
    while plan_more():
        pass
    assert [row.photo for row in Prediction.objects.filter(model_version=newer)] == [labelled]


def test_that_is_asked_for_once(newer: ModelVersion) -> None:
    follow_backbone()
    promote(looks_closer(newer))
    assert [follow_backbone(), follow_backbone()] == [True, False]


def test_what_was_live_all_along_needs_nothing(version: ModelVersion) -> None:
    looks_closer(version)
    assert [follow_backbone(), follow_backbone()] == [False, False]
    assert not Job.objects.exists()


@pytest.mark.parametrize("change", [{"view": "centre"}, {"backbone_sha256": "the same"}])
def test_only_another_backbone_that_knows_subjects_matters(
    change: dict[str, str], version: ModelVersion, newer: ModelVersion
) -> None:
    looks_closer(newer)
    ModelVersion.objects.update(**change)
    follow_backbone()
    promote(newer)
    assert not follow_backbone()
