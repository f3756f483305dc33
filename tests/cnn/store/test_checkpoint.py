from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from recognition.cnn import taxonomy
from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import (
    CENTRE,
    SUBJECTS,
    CorruptCheckpoint,
    read_manifest,
    write_manifest,
)
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.store import checkpoint
from recognition.cnn.store.checkpoint import build_pretrained, load_network

LITE0_BEFORE_VIEWS = "0e6eac3920806d21a31ff56e55b88b6ad15e51712b8619e1e8151d6bd00a24bc"


def test_a_version_holds_what_serving_needs(version: Path) -> None:
    manifest = read_manifest(version)
    assert manifest.network == "lite0"
    assert manifest.preprocessing == NETWORKS["lite0"].preprocessing
    assert manifest.labels == taxonomy.labels()
    assert manifest.fine_names == taxonomy.fine_names()
    assert manifest.libraries["torch"] == torch.__version__.split("+")[0]
    assert {path.name for path in version.iterdir()} == {"model.json", *manifest.files}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in manifest.files.values())


def test_a_version_never_changes(version: Path) -> None:
    before = read_manifest(version)
    with pytest.raises(FileExistsError):
        build_pretrained(version, "lite0")
    assert read_manifest(version) == before


def test_a_version_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(checkpoint, "save_graph", fail)
    with pytest.raises(OSError, match="no space"):
        build_pretrained(tmp_path / "1", "lite0")
    assert list(tmp_path.iterdir()) == []


def test_where_openvino_is_missing_a_version_holds_the_same_weights_and_no_graph(
    version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)
    build_pretrained(tmp_path / "2", "lite0")
    first, second = read_manifest(version), read_manifest(tmp_path / "2")
    without_graph = {name: d for name, d in first.files.items() if not name.startswith("openvino")}
    assert second.files == without_graph


def test_a_loaded_network_answers_the_reference_picture_as_when_saved(version: Path) -> None:
    manifest, model = load_network(version)
    pixels = reference_pixels(manifest.preprocessing.crop)
    with torch.inference_mode():
        answer = model(torch.from_numpy(pixels)).log_probabilities[0].numpy()
    np.testing.assert_allclose(answer, manifest.reference_log_probabilities, atol=1e-3)


def test_a_model_card_lies_beside_the_weights(version: Path) -> None:
    card = (version / "MODEL_CARD.md").read_text()
    assert card.startswith("# EfficientNet-Lite0, ImageNet")
    assert "MODEL_CARD.md" in read_manifest(version).files


def test_a_taught_version_gets_its_parents_graph_with_another_head(
    version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, model = load_network(version)
    with torch.no_grad():
        model.head.fine.bias[251] += 3.0
    monkeypatch.setattr(torch.jit, "trace", _only_heads(torch.jit.trace))
    checkpoint.save_version(tmp_path / "2", replace(manifest, name="Taught"), model, version)
    pixels = reference_pixels(manifest.preprocessing.crop)
    before, after = (
        load_engine(folder, "openvino")[1](pixels) for folder in (version, tmp_path / "2")
    )
    np.testing.assert_allclose(after.embeddings, before.embeddings, atol=1e-3)
    moved = after.fine_logits - before.fine_logits
    assert moved[0, 251] == pytest.approx(3.0, abs=0.1)
    assert np.abs(np.delete(moved, 251)).max() < 0.1


def _only_heads(trace: Callable[..., Any]) -> Callable[..., Any]:
    def check(module: nn.Module, *arguments: Any, **named: Any) -> Any:
        assert isinstance(module, GroupedHead)
        return trace(module, *arguments, **named)

    return check


def test_a_graph_of_another_backbone_is_not_taken_over(version: Path, tmp_path: Path) -> None:
    manifest, model = load_network(version)
    with torch.no_grad():
        next(model.backbone.parameters()).mul_(0.5)
    other = replace(manifest, backbone_sha256="")
    checkpoint.save_version(tmp_path / "2", other, model, version)
    assert load_engine(tmp_path / "2", "openvino")[0].backbone_sha256 != manifest.backbone_sha256


def test_embeddings_of_another_size_or_view_are_of_another_backbone(
    version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)  # needs no graph
    manifest, model = load_network(version)
    assert manifest.view == SUBJECTS
    small = replace(manifest.preprocessing, crop=224)
    kinds = {"same": {}, "small": {"preprocessing": small}, "centre": {"view": CENTRE}}
    digests = {}
    for name, changes in kinds.items():
        other = replace(manifest, backbone_sha256="", **changes)
        checkpoint.save_version(tmp_path / name, other, model)
        digests[name] = read_manifest(tmp_path / name).backbone_sha256
    assert digests["same"] == manifest.backbone_sha256
    assert len(set(digests.values())) == len(kinds)


def test_a_backbone_that_looks_at_the_centre_is_known_by_its_weights_as_before_there_were_views(
    version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)
    manifest, model = load_network(version)
    before = replace(manifest, backbone_sha256="", view=CENTRE)
    checkpoint.save_version(tmp_path / "1", before, model)
    assert read_manifest(tmp_path / "1").backbone_sha256 == LITE0_BEFORE_VIEWS


def test_weights_for_other_options_are_refused(version: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(version, tmp_path / "1"))
    manifest = read_manifest(copy)
    write_manifest(copy, replace(manifest, network="resnet18"))
    with pytest.raises(CorruptCheckpoint, match="do not fit"):
        load_network(copy)
    write_manifest(copy, replace(manifest, network_options={"layers": 5}))
    with pytest.raises(CorruptCheckpoint, match="no such option"):
        load_network(copy)


@pytest.mark.parametrize("backbone", ["lite1", "lite2"])
def test_larger_backbones_load_and_know_a_photo(
    backbone: str, tmp_path: Path, photos: list[Path]
) -> None:
    build_pretrained(tmp_path / "1", backbone)
    from recognition.cnn.serving.classifier import Answer, Classifier

    with Classifier.load(tmp_path / "1") as classifier:
        (answer,) = classifier.predict([next(p for p in photos if p.stem.endswith("_251"))])
    assert isinstance(answer, Answer)
    assert (answer.label, answer.fine) == ("dog", "dalmatian")
