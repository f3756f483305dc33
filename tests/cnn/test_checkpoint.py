from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from recognition.cnn import checkpoint, taxonomy
from recognition.cnn.catalogue import NETWORKS
from recognition.cnn.checkpoint import build_pretrained, load_network
from recognition.cnn.manifest import read_manifest
from recognition.cnn.reference import reference_pixels


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

    monkeypatch.setattr(checkpoint.openvino_engine, "save_graph", fail)
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


@pytest.mark.parametrize("backbone", ["lite1", "lite2"])
def test_larger_backbones_load_and_know_a_photo(
    backbone: str, tmp_path: Path, photos: list[Path]
) -> None:
    build_pretrained(tmp_path / "1", backbone)
    from recognition.cnn.classifier import Answer, Classifier

    with Classifier.load(tmp_path / "1") as classifier:
        (answer,) = classifier.predict([next(p for p in photos if p.stem.endswith("_251"))])
    assert isinstance(answer, Answer)
    assert (answer.label, answer.fine) == ("dog", "dalmatian")
