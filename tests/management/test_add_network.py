from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from recognition.cnn.store import checkpoint
from recognition.cnn.store.checkpoint import WeightsUnavailable
from recognition.models import ModelVersion


@pytest.fixture
def own_store(settings: Settings, tmp_path: Path, db: None) -> Path:
    settings.ARK_MODELS_STORE = tmp_path / "store"
    return settings.ARK_MODELS_STORE


def test_a_pretrained_network_becomes_a_version(
    own_store: Path,
    network: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        checkpoint, "build_pretrained", lambda folder, name: shutil.copytree(network, folder)
    )
    call_command("add_network", "lite0")
    assert "It is version 1 here." in capsys.readouterr().out
    assert ModelVersion.objects.get().folder == own_store / "1"
    assert [path.name for path in own_store.iterdir()] == ["1"]


def test_offline_the_command_says_why_and_leaves_nothing(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise WeightsUnavailable("This machine may be offline.")

    monkeypatch.setattr(checkpoint, "build_pretrained", fail)
    with pytest.raises(CommandError, match="offline"):
        call_command("add_network", "resnet50")
    assert list(own_store.iterdir()) == []
    assert not ModelVersion.objects.exists()


def test_only_networks_with_weights_can_be_added(own_store: Path) -> None:
    with pytest.raises(CommandError, match="invalid choice: 'lenet5'"):
        call_command("add_network", "lenet5")
