"""What a run's result shall know is frozen at its launch, whatever becomes of the labels."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from recognition.cnn import taxonomy
from recognition.cnn.manifest import CorruptCheckpoint, read_manifest
from recognition.labels.merging import merge
from recognition.models import Label, ModelVersion, RunState, Split, TrainingRun
from recognition.training import known_labels, runs, search, teach, watch
from recognition.training.experiments import Setup
from recognition.training.network import write_job, write_photos
from tests.support.rows import training_run
from tests.training.test_datasets import labelled

pytestmark = pytest.mark.usefixtures("photos")


@pytest.fixture
def photos(uploader: User, live_version: ModelVersion) -> None:
    """Of two new labels, and of one that the version knows."""
    for slug, parent in (("coupe", "car"), ("digger", None)):
        above = Label.objects.get(slug=parent) if parent else None
        Label.objects.create(
            slug=slug, name_en=slug.title(), name_zh=slug, kind="vehicle", parent=above
        )
    for slug in ("coupe", "digger", "dog"):
        for _ in range(2):
            labelled(uploader, slug, Split.TRAIN)


def change_labels(by: User) -> None:
    """As people may do while a run waits."""
    coupe, digger = (Label.objects.get(slug=slug) for slug in ("coupe", "digger"))
    merge(coupe, Label.objects.get(slug="car"), by)
    digger.slug, digger.name_en = "excavator", "Excavator"
    digger.parent = Label.objects.get(slug="truck")
    digger.save()
    Label.objects.create(slug="aeroplane-2", name_en="A", name_zh="A", kind="animal")


def slugs(run: TrainingRun) -> list[str]:
    return [label["slug"] for label in run.labels]


def written(run: TrainingRun) -> tuple[list[dict[str, Any]], set[str]]:
    """The labels in job.json, and those in photos.csv."""
    run.folder.mkdir(parents=True, exist_ok=True)
    write_photos(run)
    write_job(run)
    job = json.loads((run.folder / "job.json").read_text())
    with (run.folder / "photos.csv").open() as stream:
        return job["labels"], {row["label"] for row in csv.DictReader(stream)}


def launched_before_the_upgrade(**fields: Any) -> TrainingRun:
    """A run that waits without labels, as an earlier Ark launched it."""
    run = runs.launch(None, "fine_tune")
    TrainingRun.objects.filter(id=run.id).update(labels=[], **fields)
    run.refresh_from_db()
    return run


def claimed() -> TrainingRun:
    run = watch.claim(("fine_tune", "teach", "from_scratch"))
    known_labels.freeze_if_missing(run)
    run.refresh_from_db()
    return run


def test_a_launch_freezes_the_parents_labels_and_then_the_new_ones(
    live_version: ModelVersion,
) -> None:
    run = runs.launch(None, "teach")
    assert slugs(run) == [*live_version.labels, "coupe", "digger"]
    coupe = run.labels[-2]
    assert (coupe["kind"], coupe["name_en"], coupe["parent"]) == ("vehicle", "Coupe", "car")


def test_a_run_from_scratch_knows_the_labels_with_training_photos() -> None:
    run = runs.launch(None, "from_scratch", network="lenet5")
    assert slugs(run) == ["dog", "coupe", "digger"]


@pytest.mark.parametrize("mode", ["fine_tune", "from_scratch"])
def test_labels_that_change_while_a_run_waits_change_nothing_of_its_job(
    mode: str, reviewer: User
) -> None:
    untouched, run = (runs.launch(None, mode, network="lenet5") for _ in range(2))
    before = written(untouched)
    change_labels(reviewer)
    assert written(run) == before


def test_labels_that_change_while_a_run_rests_change_nothing_of_its_job(reviewer: User) -> None:
    run = runs.launch(None, "fine_tune")
    before = written(run)
    change_labels(reviewer)
    assert written(TrainingRun.objects.get(id=run.id)) == before


def test_labels_that_change_while_teaching_waits_change_nothing_of_what_it_learns(
    live_version: ModelVersion, reviewer: User
) -> None:
    run = runs.launch(None, "teach")
    before = teach.gather(run, live_version, lambda share: None)
    change_labels(reviewer)
    after = teach.gather(TrainingRun.objects.get(id=run.id), live_version, lambda share: None)
    assert after.labels.tolist() == before.labels.tolist()
    assert set(after.labels.tolist()) == {"coupe", "digger", "dog"}


def test_later_trials_of_a_search_know_the_labels_of_the_first(
    live_version: ModelVersion, reviewer: User
) -> None:
    searched = search.launch(reviewer, "Search", Setup("fine_tune", live_version), 5)
    search.advance_all()
    first = searched.runs.get()
    searched.runs.update(state=RunState.SUCCEEDED, score=0.5)
    change_labels(reviewer)
    search.advance_all()
    second = searched.runs.get(state=RunState.QUEUED)
    assert second.labels == first.labels


def test_a_run_from_before_the_upgrade_freezes_its_labels_when_it_is_claimed(
    reviewer: User,
) -> None:
    expected = runs.launch(None, "fine_tune").labels
    TrainingRun.objects.all().delete()
    launched_before_the_upgrade()
    run = claimed()
    assert run.labels == expected
    change_labels(reviewer)
    known_labels.freeze_if_missing(run)
    assert run.labels == expected


def test_a_run_that_trained_before_the_upgrade_goes_on_with_the_labels_of_its_job(
    reviewer: User,
) -> None:
    run = runs.launch(None, "fine_tune")
    before = written(run)
    TrainingRun.objects.update(labels=[])
    change_labels(reviewer)
    assert written(claimed()) == before


def test_photos_listed_before_the_upgrade_are_listed_again_if_nothing_was_trained() -> None:
    run = launched_before_the_upgrade()
    run.folder.mkdir(parents=True)
    (run.folder / "photos.csv").write_text("path,label,split\nx.jpg,of-another-tree,train\n")
    _, listed = written(claimed())
    assert listed == {"coupe", "digger", "dog"}


def test_another_version_in_the_parents_folder_is_noticed() -> None:
    run = training_run(labels=[{**label("dog"), "id": 1}, {**label("cat"), "id": 2}])
    with pytest.raises(CorruptCheckpoint):
        known_labels.labels_of(run, (taxonomy.Label(**label("cat"), classes=(0,)),))


def test_what_stands_below_a_label_left_out_stands_below_its_parent() -> None:
    chain = tuple(
        taxonomy.Label(**label(slug, parent), classes=())
        for slug, parent in (("car", None), ("suv", "car"), ("big-suv", "suv"))
    )
    [_car, big] = known_labels.without(chain, {"suv"})
    assert (big.slug, big.parent) == ("big-suv", "car")


def label(slug: str, parent: str | None = None) -> dict[str, Any]:
    return {"slug": slug, "kind": "vehicle", "name_en": slug, "name_zh": slug, "parent": parent}


def test_old_labels_stand_below_a_new_one_that_people_put_above_them(
    live_version: ModelVersion, uploader: User
) -> None:
    """So that a photo of which people say no more than the group is right as its label."""
    group = Label.objects.create(slug="mammal", name_en="Mammal", name_zh="兽", kind="animal")
    Label.objects.filter(slug="dog").update(parent=group)
    labelled(uploader, "mammal", Split.TRAIN)
    run = runs.launch(None, "teach")
    old = known_labels.labels_of(run, read_manifest(live_version.folder).labels)
    found = {label.slug: label for label in old}
    assert (found["dog"].parent, found["mammal"].parent) == ("mammal", None)
    assert found["dog"].classes
