"""The learning curve: asked for, drawn by the teacher, read by pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User

from recognition.cnn.store.checkpoint import load_network
from recognition.core import jobs
from recognition.models import Job, Label, ModelVersion, Photo, RunState, State, TrainingRun
from recognition.training.learning_curve import drawing, examples, growing, outlook
from recognition.training.learning_curve.drawing import draw_if_asked
from recognition.training.learning_curve.outlook import LearningCurve, ask
from tests.support.rows import add_photo, give_label, training_run

FEW = 18  # photos of a label


@pytest.fixture(scope="module")
def directions(network: Path) -> dict[str, np.ndarray]:
    """For some labels an embedding that the network takes for one of them."""
    manifest, model = load_network(network)
    rows = model.head.fine.weight.detach().numpy()
    centre = rows.mean(axis=0)
    return {
        label.slug: 25 * (rows[list(label.classes)].mean(axis=0) - centre)
        for label in manifest.labels
        if label.slug in ("dog", "sheep", "bus")
    }


@pytest.fixture
def taught(
    live_version: ModelVersion,
    uploader: User,
    reviewer: User,
    directions: dict[str, np.ndarray],
) -> ModelVersion:
    """Dogs and buses that the network knows, lamas that it does not, and a single sheep."""
    draw = np.random.default_rng(0)
    Label.objects.create(slug="lama", name_en="Lama", name_zh="羊驼", kind="animal")
    lama = draw.normal(size=1280)
    for slug, count in {"dog": FEW, "bus": FEW, "lama": FEW, "sheep": 1}.items():
        centre = directions.get(slug, lama)
        photos = [seen_photo(uploader, centre + draw.normal(size=1280) * 0.5) for _ in range(count)]
        give_label(photos, slug, reviewer)
    return live_version


def seen_photo(owner: User, embedding: np.ndarray, **fields: object) -> Photo:
    return add_photo(
        owner,
        prediction__state=State.DONE,
        prediction__label=Label.objects.get(slug="dog"),
        prediction__embedding=embedding.astype("<f2").tobytes(),
        **fields,
    )


def drawn() -> LearningCurve:
    curve = outlook.last_curve()
    assert curve
    return curve


def state() -> str:
    return outlook.last_job().state


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One fold in two steps."""
    monkeypatch.setattr(drawing, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(growing, "HALVINGS", 2)
    monkeypatch.setattr(growing, "STEPS", 3)


@pytest.mark.usefixtures("taught", "quick")
def test_the_curve_of_each_label_is_measured() -> None:
    ask(None)
    assert state() == RunState.QUEUED
    draw_if_asked()
    assert state() == RunState.SUCCEEDED
    curve = drawn()
    outlooks = {label_outlook.label.slug: label_outlook for label_outlook in curve.labels}
    assert set(outlooks) == {"dog", "bus", "lama"}
    lama = outlooks["lama"]
    tested = FEW // 3
    assert lama.photos == FEW
    assert [point.tested for point in lama.points] == [tested] * 3
    assert [point.taught for point in lama.points] == [0, FEW / 3, 2 * FEW / 3]
    assert lama.points[0].wrong == tested
    assert lama.points[-1].wrong <= 1
    gains = [label_outlook.gain.mean for label_outlook in curve.labels]
    assert gains == sorted(gains, reverse=True)
    assert [(label.slug, photos) for label, photos in curve.few] == [("sheep", 1)]
    assert curve.overall.photos == 3 * FEW
    assert curve.overall.points[0].wrong > curve.overall.points[-1].wrong


def test_unasked_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch, version: ModelVersion) -> None:
    monkeypatch.setattr(drawing, "draw", lambda on_progress: pytest.fail("nobody asked"))
    draw_if_asked()


def test_with_too_few_photos_it_says_so(version: ModelVersion) -> None:
    ask(None)
    draw_if_asked()
    assert outlook.last_job().error == "too_few"


def test_without_a_version_it_says_so(db: None) -> None:
    ask(None)
    draw_if_asked()
    assert outlook.last_job().error == "no_version"


@pytest.mark.usefixtures("taught")
def test_teaching_that_somebody_waits_for_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_LOOK_S", 0.0)
    run = training_run(state=RunState.QUEUED)
    ask(None)
    for _ in range(jobs.MAX_ATTEMPTS + 1):  # to give way is no failure
        draw_if_asked()
        assert state() == RunState.RUNNING
        assert outlook.last_job().lease_owner == ""
    TrainingRun.objects.filter(id=run.id).update(state=RunState.SUCCEEDED)
    draw_if_asked()
    assert state() == RunState.SUCCEEDED


@pytest.mark.usefixtures("taught")
def test_a_cancelled_drawing_stops_at_its_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_LOOK_S", 0.0)
    job = ask(None)
    written = []

    def write_and_be_cancelled(job: Job, **fields: object) -> None:
        written.append(fields)
        jobs.cancel(job.id)
        write(job, **fields)

    write = jobs.write
    monkeypatch.setattr(jobs, "write", write_and_be_cancelled)
    draw_if_asked()
    assert state() == RunState.CANCELLED
    assert len(written) == 1
    assert outlook.last_curve() is None
    assert outlook.last_job() == job


def test_a_curve_that_is_asked_for_meanwhile_comes_after_this_one(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw_and_be_asked(on_progress: object) -> dict[str, object]:
        ask(None)
        return {}

    monkeypatch.setattr(drawing, "draw", draw_and_be_asked)
    ask(None)
    draw_if_asked()
    assert state() == RunState.QUEUED


def test_an_error_is_noted_and_not_tried_again(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def fail(on_progress: object) -> dict[str, object]:
        calls.append(1)
        raise MemoryError

    monkeypatch.setattr(drawing, "draw", fail)
    ask(None)
    draw_if_asked()
    draw_if_asked()
    assert (state(), outlook.last_job().error) == (RunState.FAILED, "bug")
    assert calls == [1]


def test_only_the_last_curve_is_kept(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "draw", lambda on_progress: {"drawn": True})
    for _ in range(2):
        ask(None)
        draw_if_asked()
    assert [job.result for job in Job.objects.all()] == [{"drawn": True}, {}]


# The photos


@pytest.fixture
def dogs(version: ModelVersion, uploader: User, reviewer: User) -> Iterator[list[Photo]]:
    photos = [seen_photo(uploader, np.full(1280, place)) for place in range(4)]
    give_label(photos, "dog", reviewer)
    return photos


def test_near_duplicates_count_once(version: ModelVersion, dogs: list[Photo]) -> None:
    Photo.objects.filter(id__in=[dogs[0].id, dogs[1].id]).update(group=dogs[0].id)
    found = examples.find(version)["dog"]
    assert (len(found.embeddings), found.photos) == (3, 3)


def test_photos_that_another_backbone_has_seen_are_left_out(
    version: ModelVersion, dogs: list[Photo]
) -> None:
    ModelVersion.objects.update(backbone_sha256="another")
    assert examples.find(version) == {}


def test_so_many_photos_are_taken_that_it_stays_quick(
    version: ModelVersion, dogs: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "MAX_PHOTOS", 3)
    found = examples.find(version)["dog"]
    assert (len(found.embeddings), found.photos) == (3, 4)


def test_a_retired_label_is_left_out(version: ModelVersion, dogs: list[Photo]) -> None:
    Label.objects.filter(slug="dog").update(active=False)
    assert examples.find(version) == {}


def test_the_first_version_with_the_same_backbone_is_taught(version: ModelVersion) -> None:
    same = {"network": "lite0", "labels": [], "backbone_sha256": version.backbone_sha256}
    ModelVersion.objects.update(live=False)
    second = ModelVersion.objects.create(number=2, sha256="2", parent=version, **same)
    ModelVersion.objects.create(number=3, sha256="3", parent=second, live=True, **same)
    assert examples.version_to_teach() == version
