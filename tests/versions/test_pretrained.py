"""The first network of an instance, and its better make for an instance of before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from recognition.cnn.manifest import CENTRE, read_manifest, write_manifest
from recognition.cnn.store import checkpoint
from recognition.models import Comparison, LiveChange, ModelVersion, View
from recognition.versions import pretrained, registry
from tests.support.rows import manifest

pytestmark = pytest.mark.django_db
built: list[Path] = []


@pytest.fixture
def store(
    settings: Settings, tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An empty models_store, where building a network is quick."""
    built.clear()

    def copy(folder: Path, name: str) -> None:
        assert name == "lite0"
        built.append(folder)
        shutil.copytree(network, folder)

    monkeypatch.setattr(checkpoint, "build_pretrained", copy)
    settings.ARK_MODELS_STORE = tmp_path / "store"
    return settings.ARK_MODELS_STORE


@pytest.fixture
def first(store: Path, network: Path) -> ModelVersion:
    """Version 1 as it was made before there were views."""
    folder = Path(shutil.copytree(network, store / "1"))
    of_today = read_manifest(folder)
    small = replace(of_today.preprocessing, crop=224)
    before = replace(of_today, view=CENTRE, preprocessing=small, backbone_sha256="0" * 64)
    write_manifest(folder, before)
    return registry.register(1, read_manifest(folder))


@pytest.fixture
def said() -> list[str]:
    return []


def start(say: Callable[[str], object]) -> None:
    pretrained.ensure_first(say)
    pretrained.offer_better(say)


def test_a_new_instance_has_the_present_make_and_nothing_better(
    store: Path, said: list[str]
) -> None:
    for _ in range(2):
        start(said.append)
    version = ModelVersion.objects.get()
    assert (version.number, version.view, version.live) == (1, View.SUBJECTS, True)
    assert len(built) == len(said) == 1
    assert pretrained.better_first() is None


def test_an_instance_of_before_gets_a_candidate_once(first: ModelVersion, said: list[str]) -> None:
    for _ in range(3):
        start(said.append)
    assert registry.live_version() == first
    candidate = ModelVersion.objects.get(number=2)
    assert (candidate.view, candidate.parent, candidate.live) == (View.SUBJECTS, None, False)
    assert candidate.backbone_sha256 != first.backbone_sha256
    assert ModelVersion.objects.count() == 2
    assert len(built) == 1
    assert pretrained.better_first() == candidate
    assert Comparison.objects.get().candidate == candidate
    assert "version 2" in said[-1]


@pytest.mark.usefixtures("first")
def test_who_deleted_the_candidate_does_not_get_it_again(said: list[str]) -> None:
    start(said.append)
    shutil.rmtree(pretrained.better_first().folder)
    start(said.append)
    assert ModelVersion.objects.count() == 2
    assert len(built) == 1


@pytest.mark.usefixtures("first")
def test_who_promoted_the_candidate_does_not_get_another(said: list[str]) -> None:
    start(said.append)
    registry.promote(pretrained.better_first(), None)
    start(said.append)
    assert ModelVersion.objects.count() == 2


@pytest.mark.usefixtures("first")
def test_a_network_trained_from_scratch_is_no_better_make(said: list[str]) -> None:
    registry.register(2, manifest(name="EfficientNet-Lite0, from scratch", view="subjects"))
    start(said.append)
    assert pretrained.better_first().number == 3


@pytest.mark.usefixtures("first")
def test_a_failure_to_build_stops_nothing_and_is_tried_again(
    store: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(checkpoint, "build_pretrained", fail)
        start(said.append)
    assert "no space left" in said[-1]
    assert [path.name for path in store.iterdir()] == ["1"]
    start(said.append)
    assert ModelVersion.objects.count() == 2


def test_a_first_version_whose_weights_must_be_downloaded_is_left_alone(
    store: Path, said: list[str]
) -> None:
    registry.register(1, manifest(network="resnet50"))
    pretrained.offer_better(said.append)
    assert (said, built) == ([], [])


def test_files_of_the_live_version_that_are_gone_are_built_anew(
    store: Path, said: list[str]
) -> None:
    start(said.append)
    shutil.rmtree(store / "1")
    start(said.append)
    registry.check_files(ModelVersion.objects.get())
    assert [path.name for path in store.iterdir()] == ["1"]


def test_what_is_built_anew_otherwise_than_it_was_is_a_version_of_its_own(
    first: ModelVersion, said: list[str]
) -> None:
    """The photos that were predicted before keep a version that tells what they were predicted
    with."""
    shutil.rmtree(first.folder)
    for _ in range(2):
        start(said.append)
    live = registry.live_version()
    assert (live.number, live.view) == (2, View.SUBJECTS)
    assert LiveChange.objects.latest("at", "id").how == LiveChange.How.SET_UP
    assert not first.folder.exists()
    assert len(built) == 1
