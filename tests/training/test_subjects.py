"""A run learns what the labels are about, not whole photos."""

from __future__ import annotations

import csv

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recognition.labels import boxes
from recognition.labels.annotating import annotate
from recognition.models import (
    Label,
    Mode,
    ModelVersion,
    Photo,
    Prediction,
    RunState,
    Split,
    TrainingRun,
)
from recognition.training import datasets
from recognition.training.network import write_photos
from recognition.training.teach import gather
from tests.support.rows import embedding, found_subject, manifest, subject_version, training_run
from tests.training.test_datasets import freeze, labelled

MAIN, DRAWN, OTHER = [0.1, 0.1, 0.5, 0.9], [0.6, 0.2, 0.9, 0.4], [0.5, 0.5, 1.0, 1.0]


@pytest.fixture
def looking(version: ModelVersion) -> ModelVersion:
    """A version that looks at subjects."""
    return subject_version()


@pytest.fixture
def photo(uploader: User, looking: ModelVersion) -> Photo:
    """A dog in which the version found one at MAIN."""
    photo = labelled(uploader, "dog")
    found_subject(photo, MAIN)
    return photo


def frozen(version: ModelVersion) -> list[tuple[str, list[float] | None]]:
    examples = freeze(Mode.TEACH, version).examples.filter(label__isnull=False).order_by("id")
    return list(examples.values_list("label__slug", "box"))


def test_the_main_subject_is_learnt(photo: Photo, looking: ModelVersion) -> None:
    assert frozen(looking) == [("dog", MAIN)]


def test_what_people_said_counts_more(photo: Photo, looking: ModelVersion) -> None:
    Photo.objects.update(box=DRAWN)
    assert frozen(looking) == [("dog", DRAWN)]


def test_without_a_subject_the_whole_photo_is_learnt(uploader: User, looking: ModelVersion) -> None:
    labelled(uploader, "dog")
    assert frozen(looking) == [("dog", None)]


def test_further_labels_are_examples_of_their_own(
    photo: Photo, looking: ModelVersion, reviewer: User
) -> None:
    annotate(photo.id, OTHER, Label.objects.get(slug="car"), reviewer)
    assert frozen(looking) == [("dog", MAIN), ("car", OTHER)]
    splits = {example.split for example in freeze(Mode.TEACH, looking).examples.all()}
    assert splits == {Split.TRAIN}


def test_a_photo_without_a_label_of_its_own_can_have_labelled_parts(
    uploader: User, looking: ModelVersion, reviewer: User
) -> None:
    annotate(labelled(uploader, None).id, OTHER, Label.objects.get(slug="car"), reviewer)
    assert frozen(looking) == [("car", OTHER)]


def test_a_version_of_the_centre_learns_whole_photos(
    photo: Photo, looking: ModelVersion, reviewer: User
) -> None:
    annotate(photo.id, OTHER, Label.objects.get(slug="car"), reviewer)
    ModelVersion.objects.update(view="centre")
    looking.refresh_from_db()
    assert frozen(looking) == [("dog", None)]


def test_the_fingerprint_tells_boxes_apart(photo: Photo, looking: ModelVersion) -> None:
    before = freeze(Mode.TEACH, looking).fingerprint
    Photo.objects.update(box=DRAWN)
    assert freeze(Mode.TEACH, looking).fingerprint != before


def test_a_further_label_is_an_addition_since_the_last_run(
    photo: Photo, looking: ModelVersion, reviewer: User
) -> None:
    training_run(dataset=freeze(Mode.TEACH, looking), state=RunState.SUCCEEDED)
    annotate(photo.id, OTHER, Label.objects.get(slug="car"), reviewer)
    Photo.objects.update(label=Label.objects.get(slug="taxi"))
    changes = datasets.preview(Mode.TEACH, looking).changes
    assert changes.relabelled.keys() | changes.added.keys() == {"car", "taxi"}
    assert (sum(changes.relabelled.values()), sum(changes.added.values())) == (1, 1)
    assert not changes.removed


def test_teaching_takes_the_embedding_of_just_that_part(
    photo: Photo, looking: ModelVersion, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = found_subject(photo, OTHER, "car")
    annotate(photo.id, OTHER, Label.objects.get(slug="car"), reviewer)
    run = taught(looking)
    material = gather(run, looking, lambda _share: None)
    assert material.labels.tolist() == ["dog", "car"]
    subjects = {subject.rank: subject for subject in photo.prediction.subjects.all()}
    stored = [bytes(subjects[rank].embedding) for rank in (0, other.rank)]
    assert [row.astype("<f2").tobytes() for row in material.embeddings] == stored


def taught(version: ModelVersion) -> TrainingRun:
    """A run whose labels are those of the version."""
    frozen = [
        {"slug": label.slug, "id": Label.objects.get(slug=label.slug).id}
        for label in manifest().labels
    ]
    return training_run(dataset=freeze(Mode.TEACH, version), labels=frozen)


def test_what_no_version_has_looked_at_is_computed_from_the_file(
    photo: Photo, looking: ModelVersion, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def look(version: ModelVersion, parts: list[object]) -> object:
        asked.extend(parts)
        yield dict.fromkeys(parts)

    monkeypatch.setattr("recognition.versions.embeddings.parts_from_files", look)
    Photo.objects.update(box=DRAWN)
    Prediction.objects.update(look_due=timezone.now())
    material = gather(taught(looking), looking, lambda _share: None)
    assert asked == [(photo.id, tuple(DRAWN))]
    assert material.unreadable == 1


def test_the_whole_picture_is_what_the_photo_was_last_looked_at_for(
    photo: Photo, looking: ModelVersion
) -> None:
    """Which is no subject, so that there is no row for it."""
    Photo.objects.update(box=boxes.WHOLE)
    Prediction.objects.update(embedding=embedding(9).astype("<f2").tobytes())
    [row] = gather(taught(looking), looking, lambda _share: None).embeddings
    assert row == pytest.approx(embedding(9), abs=1e-3)


def test_fine_tuning_is_told_the_boxes(
    photo: Photo, uploader: User, looking: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = taught(looking)
    run.folder.mkdir(parents=True)
    write_photos(run)
    with (run.folder / "photos.csv").open() as stream:
        [row] = csv.DictReader(stream)
    assert row["box"] == "0.1 0.1 0.5 0.9"
