"""The photos that a run learns from, looked at and frozen."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User

from recognition.labels import labelling
from recognition.models import Label, Mode, ModelVersion, Photo, RunState, Split, split_of
from recognition.training import datasets
from recognition.training.failures import CannotTrain
from tests.support.rows import due_photo, embedding, training_run

TEACH, FROM_SCRATCH = Mode.TEACH, Mode.FROM_SCRATCH


def group_in(split: Split) -> uuid.UUID:
    return next(it for it in iter(uuid.uuid4, None) if split_of(it) == split)


def labelled(owner: User, slug: str | None, split: Split = Split.TRAIN) -> Photo:
    photo = due_photo(owner, b"", embedding(1), group=group_in(split))
    if slug:
        photo.label = Label.objects.get(slug=slug)
        photo.save()
    return photo


@pytest.fixture
def suv(version: ModelVersion) -> Label:
    car = Label.objects.get(slug="car")
    return Label.objects.create(
        slug="suv", name_en="SUV", name_zh="SUV", kind="vehicle", parent=car
    )


def test_a_frozen_set_holds_labels_and_splits(uploader: User, version: ModelVersion) -> None:
    photos = [labelled(uploader, "dog", split) for split in Split]
    dataset = datasets.freeze(TEACH, version)
    assert {(it.photo, it.label.slug, it.split) for it in dataset.examples.all()} == {
        (photo, "dog", split) for photo, split in zip(photos, Split, strict=True)
    }
    counts = {"train": 1, "validation": 1, "test": 1}
    assert dataset.summary == {"labels": {"dog": counts}, "unlabelled": 0, "retired": {}}


def test_it_stays_as_it_is_when_labels_change(uploader: User, version: ModelVersion) -> None:
    photo = labelled(uploader, "dog")
    dataset = datasets.freeze(TEACH, version)
    Photo.objects.filter(id=photo.id).update(label=Label.objects.get(slug="car"))
    assert dataset.examples.get().label.slug == "dog"


def test_the_fingerprint_tells_sets_apart(uploader: User, version: ModelVersion) -> None:
    photo = labelled(uploader, "dog")
    first, again = (datasets.freeze(TEACH, version).fingerprint for _ in range(2))
    Photo.objects.filter(id=photo.id).update(label=Label.objects.get(slug="car"))
    relabelled = datasets.freeze(TEACH, version).fingerprint
    assert first == again != relabelled


def test_photos_of_a_merged_label_count_as_what_it_became(
    uploader: User, version: ModelVersion, suv: Label
) -> None:
    labelled(uploader, "suv")
    Label.objects.filter(slug="suv").update(merged_into=suv.parent, active=False)
    assert datasets.freeze(TEACH, version).examples.get().label.slug == "car"


def test_photos_of_a_retired_label_stay_out(uploader: User, version: ModelVersion) -> None:
    labelled(uploader, "dog")
    labelled(uploader, "car")
    Label.objects.filter(slug="car").update(active=False)
    dataset = datasets.freeze(TEACH, version)
    assert dataset.examples.get().label.slug == "dog"
    assert dataset.summary["retired"] == {"car": 1}
    assert datasets.preview(TEACH, version).retired == {"car": 1}


def test_unlabelled_photos_stand_by_when_a_version_is_taught(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, "dog")
    unlabelled = labelled(uploader, None)
    dataset = datasets.freeze(TEACH, version)
    assert dataset.examples.get(label=None).photo == unlabelled
    assert dataset.summary["unlabelled"] == 1


def test_what_is_like_a_photo_to_measure_on_does_not_stand_by(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, None, Split.TEST)
    assert datasets.preview(TEACH, version).anchors == 0


def test_nothing_stands_by_for_another_backbone_or_from_scratch(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, None)
    assert datasets.preview(FROM_SCRATCH, None).anchors == 0
    ModelVersion.objects.update(backbone_sha256="another")
    version.backbone_sha256 = "one"
    assert datasets.preview(TEACH, version).anchors == 0


# What stands in the way


def test_without_a_photo_to_train_on_there_is_nothing_to_learn(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, "dog", Split.TEST)
    with pytest.raises(CannotTrain, match="no_photos"):
        datasets.freeze(TEACH, version)


def test_one_label_is_too_few_from_scratch(uploader: User, version: ModelVersion) -> None:
    labelled(uploader, "dog")
    with pytest.raises(CannotTrain, match="too_few_labels"):
        datasets.freeze(FROM_SCRATCH, None)
    assert datasets.preview(FROM_SCRATCH, None).obstacle.code == "too_few_labels"


# The preview


def test_it_counts_by_label_and_split(uploader: User, version: ModelVersion, suv: Label) -> None:
    for slug, split in (("dog", Split.TRAIN), ("dog", Split.TEST), ("suv", Split.VALIDATION)):
        labelled(uploader, slug, split)
    dog, of_suv = datasets.preview(TEACH, version).labels
    assert (dog.label.slug, dog.train, dog.validation, dog.test) == ("dog", 1, 0, 1)
    assert (of_suv.label.slug, of_suv.validation, of_suv.photos) == ("suv", 1, 1)
    assert (dog.is_new, of_suv.is_new) == (False, True)


def test_it_warns_of_labels_with_few_or_no_photos(
    uploader: User, version: ModelVersion, suv: Label
) -> None:
    for split in (*[Split.TRAIN] * datasets.FEW, Split.VALIDATION, Split.TEST):
        labelled(uploader, "dog", split)
    labelled(uploader, "car")
    labelled(uploader, "suv", Split.TEST)
    found = datasets.preview(TEACH, version)
    assert [it.label.slug for it in found.few] == ["car"]
    assert [it.label.slug for it in found.untrained] == ["suv"]
    assert [it.label.slug for it in found.unvalidated] == ["car", "suv"]
    assert [it.label.slug for it in found.untested] == ["car"]


def test_from_scratch_a_network_loses_what_it_is_not_shown(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, "dog")
    lost = datasets.preview(FROM_SCRATCH, None).lost
    assert {label.slug for label in lost} == {"car", "taxi", "neither"}
    assert datasets.preview(TEACH, version).lost == ()


def test_it_says_what_changed_since_the_last_run(
    uploader: User, reviewer: User, version: ModelVersion
) -> None:
    _kept, relabelled, unlabelled, deleted = (labelled(uploader, "dog") for _ in range(4))
    training_run(dataset=datasets.freeze(TEACH, version), state=RunState.SUCCEEDED)
    labelled(uploader, "taxi")
    labelling.decide(relabelled.id, Label.objects.get(slug="car"), reviewer, "api")
    Photo.objects.filter(id=unlabelled.id).update(label=None)
    deleted.delete()
    changes = datasets.preview(TEACH, version).changes
    assert (changes.added, changes.relabelled, changes.removed) == (
        {"taxi": 1},
        {"car": 1},
        {"dog": 2},
    )


def test_before_the_first_run_nothing_has_changed(version: ModelVersion) -> None:
    assert datasets.preview(TEACH, version).changes is None
