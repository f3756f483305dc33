"""The photos that a run learns from, looked at and frozen."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from recognition.labels import labelling
from recognition.labels.tree import LabelTree
from recognition.models import DataSet, Label, Mode, ModelVersion, Photo, RunState, Split, split_of
from recognition.photos.deletion import delete_photo
from recognition.training import automation, datasets, experiments, runs, search, selection
from recognition.training.failures import CannotTrain
from recognition.versions.registry import register
from tests.support.rows import due_photo, embedding, manifest, training_run

TEACH, FROM_SCRATCH = Mode.TEACH, Mode.FROM_SCRATCH


def freeze(mode: Mode, parent: ModelVersion | None) -> DataSet:
    return datasets.write(datasets.read(mode, parent))


def group_in(split: Split) -> uuid.UUID:
    return next(group for group in iter(uuid.uuid4, None) if split_of(group) == split)


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
    dataset = freeze(TEACH, version)
    examples = dataset.examples.all()
    assert {(example.photo, example.label.slug, example.split) for example in examples} == {
        (photo, "dog", split) for photo, split in zip(photos, Split, strict=True)
    }
    counts = {"train": 1, "validation": 1, "test": 1}
    assert dataset.summary == {"labels": {"dog": counts}, "unlabelled": 0, "retired": {}}


def test_it_stays_as_it_is_when_labels_change(uploader: User, version: ModelVersion) -> None:
    photo = labelled(uploader, "dog")
    dataset = freeze(TEACH, version)
    Photo.objects.filter(id=photo.id).update(label=Label.objects.get(slug="car"))
    assert dataset.examples.get().label.slug == "dog"


def test_the_fingerprint_tells_sets_apart(uploader: User, version: ModelVersion) -> None:
    photo = labelled(uploader, "dog")
    first, again = (freeze(TEACH, version).fingerprint for _ in range(2))
    Photo.objects.filter(id=photo.id).update(label=Label.objects.get(slug="car"))
    relabelled = freeze(TEACH, version).fingerprint
    assert first == again != relabelled


def test_photos_of_a_merged_label_count_as_what_it_became(
    uploader: User, version: ModelVersion, suv: Label
) -> None:
    labelled(uploader, "suv")
    Label.objects.filter(slug="suv").update(merged_into=suv.parent, active=False)
    assert freeze(TEACH, version).examples.get().label.slug == "car"


def test_photos_of_a_retired_label_stay_out(uploader: User, version: ModelVersion) -> None:
    labelled(uploader, "dog")
    labelled(uploader, "car")
    Label.objects.filter(slug="car").update(active=False)
    dataset = freeze(TEACH, version)
    assert dataset.examples.get().label.slug == "dog"
    assert dataset.summary["retired"] == {"car": 1}
    assert datasets.preview(TEACH, version).retired == {"car": 1}


def test_unlabelled_photos_are_anchors_when_a_version_is_taught(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, "dog")
    unlabelled = labelled(uploader, None)
    dataset = freeze(TEACH, version)
    assert dataset.examples.get(label=None).photo == unlabelled
    assert dataset.summary["unlabelled"] == 1


def test_what_is_like_a_photo_to_measure_on_is_no_anchor(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, None, Split.TEST)
    assert datasets.preview(TEACH, version).anchors == 0


def test_there_are_no_anchors_for_another_backbone_or_from_scratch(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, None)
    assert datasets.preview(FROM_SCRATCH, None).anchors == 0
    ModelVersion.objects.update(backbone_sha256="another")
    version.backbone_sha256 = "one"
    assert datasets.preview(TEACH, version).anchors == 0


@pytest.mark.usefixtures("suv")
def test_the_latest_anchors_are_taken(
    uploader: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(uploader, "dog")
    _, *latest = (labelled(uploader, None) for _ in range(3))
    monkeypatch.setattr(selection, "ANCHORS", 2)
    anchors = selection.select(TEACH, version).anchors
    assert [anchor.photo_id for anchor in anchors] == [photo.id for photo in reversed(latest)]


def test_more_versions_of_a_backbone_take_no_more_queries_for_the_anchors(
    uploader: User, version: ModelVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (2, 3, 4):
        register(number, manifest(name=str(number), backbone_sha256=version.backbone_sha256))
    labelled(uploader, None)
    with django_assert_num_queries(2):
        assert len(list(selection._anchors(TEACH, version))) == 1


# While others change things


@pytest.fixture
def two_labels(uploader: User, version: ModelVersion) -> None:
    for slug in ("dog", "car"):
        labelled(uploader, slug)


def launch_one() -> None:
    runs.launch(None, "teach")


def compare_two() -> None:
    setup = experiments.Setup("from_scratch", network="lenet5")
    experiments.compare(None, "Steps", setup, "learning_rate", [0.1, 0.01])


def search_once() -> None:
    search.launch(None, "Search", experiments.Setup("from_scratch", network="lenet5"), 3)
    search.advance_all()


def teach_by_schedule() -> None:
    automation.change(None, schedule=automation.Schedule.NIGHTLY)
    automation.launch_if_due()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_labels")
@pytest.mark.parametrize("act", [launch_one, compare_two, search_once, teach_by_schedule])
def test_photos_are_read_outside_of_every_transaction(
    act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automation, "_is_due", lambda policy, now: True)
    inside: list[bool] = []

    def select(mode: str, parent: ModelVersion | None) -> selection.Selection:
        inside.append(connection.in_atomic_block)
        return selection.select(mode, parent)

    monkeypatch.setattr(datasets, "select", select)
    act()
    assert inside == [False]


@pytest.mark.usefixtures("two_labels")
def test_a_photo_deleted_between_reading_and_writing_leaves_an_example_without_it(
    version: ModelVersion,
) -> None:
    draft = datasets.read(TEACH, version)
    delete_photo(Photo.objects.get(label__slug="dog"))
    examples = datasets.write(draft).examples.values_list("photo__label__slug", "label__slug")
    assert set(examples) == {(None, "dog"), ("car", "car")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_labels")
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="there is one who writes at a time")
def test_a_photo_deleted_while_the_set_is_written_leaves_an_example_without_it(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = datasets.read(TEACH, version)
    dog = Photo.objects.get(label__slug="dog")
    bulk_create = datasets.TrainingExample.objects.bulk_create

    def delete() -> None:
        delete_photo(dog)
        connection.close()

    def create_after_a_deletion(rows: list[Any]) -> None:
        if Photo.objects.filter(id=dog.id).exists():
            other = threading.Thread(target=delete)
            other.start()
            other.join()
        bulk_create(rows)

    monkeypatch.setattr(datasets.TrainingExample.objects, "bulk_create", create_after_a_deletion)
    with transaction.atomic():  # as experiments do
        dataset = datasets.write(draft)
    assert set(dataset.examples.values_list("photo__label__slug", flat=True)) == {None, "car"}
    assert DataSet.objects.get() == dataset


@pytest.mark.parametrize("look", [datasets.preview, freeze])
def test_a_label_added_while_the_photos_are_read_does_no_harm(
    look: Any, uploader: User, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody adds a label and gives it to a photo between any two queries."""
    labelled(uploader, "dog")
    photo = labelled(uploader, "dog")
    training_run(dataset=freeze(TEACH, version), state=RunState.SUCCEEDED)
    read = LabelTree.__init__
    added: list[Label] = []

    def read_and_add(self: LabelTree) -> None:
        read(self)
        if not added:
            names = {"slug": "new", "name_en": "New", "name_zh": "新", "kind": "other"}
            added.append(Label.objects.create(**names))
            Photo.objects.filter(id=photo.id).update(label=added[0])

    monkeypatch.setattr(LabelTree, "__init__", read_and_add)
    look(TEACH, version)
    assert added


# Obstacles


def test_without_a_photo_to_train_on_there_is_nothing_to_learn(
    uploader: User, version: ModelVersion
) -> None:
    labelled(uploader, "dog", Split.TEST)
    with pytest.raises(CannotTrain, match="no_photos"):
        freeze(TEACH, version)


def test_one_label_is_too_few_from_scratch(uploader: User, version: ModelVersion) -> None:
    labelled(uploader, "dog")
    with pytest.raises(CannotTrain, match="too_few_labels"):
        freeze(FROM_SCRATCH, None)
    assert datasets.preview(FROM_SCRATCH, None).obstacle.code == "too_few_labels"


# The preview


def test_it_counts_by_label_and_split(uploader: User, version: ModelVersion, suv: Label) -> None:
    for slug, split in (("dog", Split.TRAIN), ("dog", Split.TEST), ("suv", Split.VALIDATION)):
        labelled(uploader, slug, split)
    dog, of_suv = datasets.preview(TEACH, version).labels
    assert (dog.label.slug, dog.train, dog.validation, dog.test) == ("dog", 1, 0, 1)
    assert (of_suv.label.slug, of_suv.validation, of_suv.photos) == ("suv", 1, 1)
    assert (dog.is_new, of_suv.is_new) == (False, True)


def test_it_warns_of_labels_with_few_photos(
    uploader: User, version: ModelVersion, suv: Label
) -> None:
    for split in (*[Split.TRAIN] * datasets.FEW, Split.VALIDATION, Split.TEST):
        labelled(uploader, "dog", split)
    labelled(uploader, "car")
    labelled(uploader, "suv", Split.TEST)
    found = datasets.preview(TEACH, version)
    assert [row.label.slug for row in found.few] == ["car"]


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
    training_run(dataset=freeze(TEACH, version), state=RunState.SUCCEEDED)
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
