from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recognition.cnn.manifest import CorruptCheckpoint, Manifest, read_manifest, write_manifest
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.serving import engine as engine_module
from recognition.cnn.serving.engine import BrokenEngine, load_engine
from recognition.cnn.serving.outputs import Engine, Outputs

# What bfloat16 may change in one label's probability on one photo, and on average.
MAX_DIFFERENCE = 0.15
MEAN_DIFFERENCE = 0.01
MAX_PIXELS = 100_000_000


def probabilities(engine: Engine, manifest: Manifest, photos: list[Path]) -> np.ndarray:
    recipe = manifest.preprocessing
    batches = [photos[i : i + 16] for i in range(0, len(photos), 16)]
    rows = [
        engine(np.stack([load_pixels(photo, recipe, MAX_PIXELS) for photo in batch]))
        for batch in batches
    ]
    return np.exp(np.concatenate([row.log_probabilities for row in rows]))


def test_the_engines_agree_on_the_photos_at_hand(version: Path, many_photos: list[Path]) -> None:
    manifest, fast = load_engine(version, "openvino")
    _, plain = load_engine(version, "torch", "cpu")
    ours, theirs = (probabilities(engine, manifest, many_photos) for engine in (fast, plain))
    difference = np.abs(ours - theirs).max(axis=1)
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean() >= 0.99
    assert difference.max() <= MAX_DIFFERENCE
    assert difference.mean() <= MEAN_DIFFERENCE


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_a_photo_is_answered_alike_alone_and_in_a_batch(
    version: Path, photos: list[Path], engine: str
) -> None:
    manifest, loaded = load_engine(version, engine, "cpu")
    together = probabilities(loaded, manifest, photos[:5])
    alone = np.concatenate([probabilities(loaded, manifest, [photo]) for photo in photos[:5]])
    np.testing.assert_allclose(alone, together, atol=MAX_DIFFERENCE)


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_outputs_have_the_stated_shapes_and_types(version: Path, engine: str) -> None:
    manifest, loaded = load_engine(version, engine, "cpu")
    outputs = loaded(np.zeros((3, 256, 256, 3), np.uint8))
    assert outputs.log_probabilities.shape == (3, len(manifest.labels))
    assert outputs.fine_logits.shape == (3, 1000)
    assert outputs.embeddings.shape == (3, 1280)
    assert {output.dtype for output in outputs} == {np.dtype(np.float32)}


def test_an_engine_that_answers_wrong_is_refused(version: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(version, tmp_path / "1"))
    manifest = read_manifest(copy)
    wrong = tuple(reversed(manifest.reference_log_probabilities))
    write_manifest(copy, dataclasses.replace(manifest, reference_log_probabilities=wrong))
    with pytest.raises(BrokenEngine, match="reference picture"):
        load_engine(copy)


def test_a_version_without_a_graph_runs_on_torch(version: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(version, tmp_path / "1"))
    manifest = read_manifest(copy)
    files = {name: d for name, d in manifest.files.items() if not name.startswith("openvino")}
    write_manifest(copy, dataclasses.replace(manifest, files=files))
    assert load_engine(copy, device="cpu")[1].name == "torch"
    with pytest.raises(ValueError, match="OpenVINO"):
        load_engine(copy, "openvino")


@pytest.mark.parametrize(
    ("engine", "device"), [("openvino", "cuda"), ("fast", "auto"), ("auto", "tpu")]
)
def test_a_combination_that_cannot_be_is_refused(version: Path, engine: str, device: str) -> None:
    with pytest.raises(ValueError, match="engine"):
        load_engine(version, engine, device)


def test_serving_through_openvino_never_imports_torch(version: Path, photos: list[Path]) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from recognition.cnn.serving.classifier import Classifier\n"
        "with Classifier.load(Path(sys.argv[1]), 'openvino') as classifier:\n"
        "    classifier.predict([Path(sys.argv[2])])\n"
        "print('torch' in sys.modules)"
    )
    run = [sys.executable, "-c", program, str(version), str(photos[0])]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "False"


@pytest.mark.parametrize(("change", "is_refused"), [("shift", False), ("noise", True)])
def test_what_all_labels_have_in_common_is_no_difference(
    monkeypatch: pytest.MonkeyPatch, version: Path, change: str, is_refused: bool
) -> None:
    """Where the likeliest label is a little surer, all others are less likely together."""
    expected = np.array(read_manifest(version).reference_log_probabilities, np.float32)
    changes = {
        "shift": np.full(len(expected), 0.4),
        "noise": np.random.default_rng(0).normal(0, 0.4, len(expected)),
    }
    classes = np.zeros((1, len(read_manifest(version).fine_names)))
    outputs = Outputs((expected + changes[change])[None], classes, np.zeros((1, 1)))
    monkeypatch.setattr(engine_module, "_load", lambda *_args: FixedEngine(outputs))
    if is_refused:
        with pytest.raises(BrokenEngine):
            load_engine(version)
    else:
        load_engine(version)


def test_a_network_that_answers_other_classes_than_it_names_is_refused(
    monkeypatch: pytest.MonkeyPatch, version: Path
) -> None:
    expected = np.array(read_manifest(version).reference_log_probabilities, np.float32)
    outputs = Outputs(expected[None], np.zeros((1, 7)), np.zeros((1, 1)))
    monkeypatch.setattr(engine_module, "_load", lambda *_args: FixedEngine(outputs))
    with pytest.raises(CorruptCheckpoint, match="7 classes"):
        load_engine(version)


class FixedEngine:
    name = "fixed"

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs

    def __call__(self, _pixels: np.ndarray) -> Outputs:
        return self._outputs
