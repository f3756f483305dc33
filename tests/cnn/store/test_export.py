"""What is exported answers as the network does, or is not given away."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import openvino
import pytest
import torch

from recognition.cnn.manifest import verify
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.store import export as exporting
from recognition.cnn.store.bundle import unpack
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.store.comparing_outputs import Outputs
from recognition.cnn.store.export import FORMS, WrongAnswers, export

MAX_PIXELS = 100_000_000


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_checked_on_the_pictures(
    form: str, network: Path, photos: list[Path], tmp_path: Path
) -> None:
    check = export(network, form, tmp_path / "version.zip", [*photos[:3], tmp_path / "missing.jpg"])
    assert check.pictures == 4
    assert check.largest_difference < 0.001
    assert [path.name for path in tmp_path.iterdir()] == ["version.zip"]


def test_onnx_answers_for_any_number_of_photos(
    network: Path, photos: list[Path], tmp_path: Path
) -> None:
    export(network, "onnx", tmp_path / "version.zip")
    with zipfile.ZipFile(tmp_path / "version.zip") as file:
        file.extractall(tmp_path)
    labels = json.loads((tmp_path / "labels.json").read_text())["labels"]
    manifest, model = load_network(network)
    recipe = manifest.preprocessing
    pixels = np.stack([load_pixels(photo, recipe, MAX_PIXELS) for photo in photos[:3]])
    answers = openvino.compile_model(tmp_path / "model.onnx", "CPU")([pixels])[0]
    with torch.inference_mode():
        expected = model(torch.from_numpy(pixels)).log_probabilities.argmax(1).tolist()
    assert answers.argmax(1).tolist() == expected
    assert labels == [label.slug for label in manifest.labels]


def test_a_bundle_holds_the_version_itself(network: Path, tmp_path: Path) -> None:
    export(network, "bundle", tmp_path / "version.zip")
    assert unpack(tmp_path / "version.zip", tmp_path / "again", 10**9) == verify(network)


@pytest.mark.parametrize("output", Outputs._fields)
def test_wrong_answers_are_not_given_away(
    output: str, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = exporting.answers_of_graph

    def wrong(*given: object) -> Outputs:
        outputs = right(*given)
        return outputs._replace(**{output: getattr(outputs, output) - 1})

    monkeypatch.setattr(exporting, "answers_of_graph", wrong)
    with pytest.raises(WrongAnswers):
        export(network, "onnx", tmp_path / "version.zip")
    assert list(tmp_path.iterdir()) == []
