"""Teaching through the queue: with a real network, without a forward pass."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.cnn.manifest import read_manifest
from recognition.models import (
    Comparison,
    Label,
    ModelVersion,
    Photo,
    Prediction,
    RunState,
    Split,
)
from recognition.training import runs
from recognition.workers import teacher
from tests.support.rows import embedding
from tests.training.test_datasets import labelled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tractor(live_version: ModelVersion) -> Label:
    return Label.objects.create(slug="digger", name_en="Digger", name_zh="挖", kind="vehicle")


@pytest.fixture
def photos(uploader: User, tractor: Label) -> None:
    """Eight diggers, which look alike, and as many dogs, which look otherwise."""
    for seed, slug in ((1, "digger"), (2, "dog")):
        for number in range(8):
            split = (Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST)[number % 4]
            photo = labelled(uploader, slug, split)
            near = 20 * embedding(100 * seed + number, like=seed, similarity=0.9)
            Prediction.objects.filter(photo=photo).update(embedding=near.astype("<f2").tobytes())


@pytest.mark.usefixtures("photos")
def test_a_taught_version_knows_the_new_label(uploader: User, live_version: ModelVersion) -> None:
    run = runs.launch(uploader, "teach")
    teacher.teach_pending()
    run.refresh_from_db()
    assert (run.state, run.error, run.error_detail) == (RunState.SUCCEEDED, "", "")
    version = run.model_version
    assert version.number > 1
    assert version.labels == [*live_version.labels, "digger"]
    assert version.metrics["photos"] == 4
    assert version.metrics["per_label"]["digger"]["recall"] == 1
    assert (version.parent, version.backbone_sha256) == (live_version, live_version.backbone_sha256)
    assert version.view == live_version.view
    assert not run.folder.exists()
    assert Comparison.objects.get().candidate == version


@pytest.mark.usefixtures("photos")
def test_the_score_is_that_of_a_head_that_has_not_learned_the_validation_photos(
    uploader: User,
) -> None:
    """The validation photos are strangers to their label: whoever has not seen them is wrong."""
    for photo in Photo.objects.filter(label__slug="digger"):
        if photo.split == Split.VALIDATION:
            strange = 20 * embedding(7 + photo.size_bytes, like=3, similarity=0.9)
            numbers = strange.astype("<f2").tobytes()
            Prediction.objects.filter(photo=photo).update(embedding=numbers)
    run = runs.launch(uploader, "teach")
    teacher.teach_pending()
    run.refresh_from_db()
    report = read_manifest(run.model_version.folder).training["report"]
    assert run.score in report["validation_accuracy"].values()
    assert run.score <= 0.5


@pytest.mark.usefixtures("photos")
def test_a_new_label_whose_photos_cannot_be_read_stays_unknown(
    uploader: User, live_version: ModelVersion
) -> None:
    for photo in Photo.objects.filter(label__slug="digger"):
        Prediction.objects.filter(photo=photo).update(embedding=None)
        photo.original_path.write_bytes(b"no picture")
    run = runs.launch(uploader, "teach")
    teacher.teach_pending()
    run.refresh_from_db()
    assert run.model_version.labels == live_version.labels
