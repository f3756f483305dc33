"""A version to take along: as a bundle for another Ark, as ONNX, as an OpenVINO graph.

Whatever is exported is read back, and must answer pictures as the network itself does.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from recognition.cnn.manifest import GRAPH_NAME, Manifest
from recognition.cnn.pixels.decoded import load_views
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS, UnreadablePhoto
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store import bundle
from recognition.cnn.store.card import model_card
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.store.graph import save_graph

MAX_DIFFERENCE = 0.005  # of a probability; float32 engines differ by about 0.0001
_OUTPUTS = ("log_probabilities", "fine_logits", "embeddings")
_MAX_UNPACKED_BYTES = 8 * 1024**3


class WrongAnswers(Exception):
    """What was exported answers otherwise than the network."""


@dataclass(frozen=True)
class Check:
    """How many pictures were compared, and the largest difference of any probability, 0 to 1."""

    pictures: int
    largest_difference: float


def export(
    version: Path,
    form: str,
    archive: Path,
    photos: Sequence[Path] = (),
    max_pixels: int = DEFAULT_MAX_PIXELS,
) -> Check:
    """Write a version as a ZIP file, once it has been read back and checked.

    form: "bundle", "onnx" or "openvino". photos: what it is checked on besides the reference
    picture; those that cannot be read, or have more than max_pixels, are left out.
    Raises CorruptCheckpoint, WrongAnswers.
    """
    manifest, model = load_network(version)
    pixels = _pictures(manifest.preprocessing, photos, max_pixels)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".export-") as place:
        folder = Path(place) / "files"
        answer = _FORMS[form](version, manifest, model, folder)
        check = _compare(_answers(model, pixels), answer(pixels))
        bundle.pack(folder, archive)
    return check


def check_answers(
    version: Path, photos: Sequence[Path] = (), max_pixels: int = DEFAULT_MAX_PIXELS
) -> Check:
    """Compare a version's OpenVINO graph, if it has one, with its weights, on photos as `export`.

    Raises CorruptCheckpoint, WrongAnswers.
    """
    manifest, model = load_network(version)
    pixels = _pictures(manifest.preprocessing, photos, max_pixels)
    expected = _answers(model, pixels)
    graph = version / GRAPH_NAME
    return _compare(expected, _run_graph(graph, pixels) if graph.exists() else expected)


_Answer = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]


def _export_bundle(version: Path, manifest: Manifest, model: Recogniser, folder: Path) -> _Answer:
    archive = folder.with_suffix(".zip")
    bundle.pack(version, archive)
    bundle.unpack(archive, folder, _MAX_UNPACKED_BYTES)
    archive.unlink()
    _manifest, again = load_network(folder)
    return lambda pixels: _answers(again, pixels)


def _export_onnx(version: Path, manifest: Manifest, model: Recogniser, folder: Path) -> _Answer:
    _describe(folder, manifest, "model.onnx")
    path = folder / "model.onnx"
    batch: Any = {0: "batch"}
    with warnings.catch_warnings():
        # The exporter that traces needs no further package; PyTorch calls it the old one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.from_numpy(reference_pixels(manifest.preprocessing.crop)),),
            str(path),
            input_names=["pixels"],
            output_names=list(_OUTPUTS),
            dynamic_axes=dict.fromkeys(("pixels", *_OUTPUTS), batch),
            dynamo=False,
        )
    return lambda pixels: _run_graph(path, pixels)


def _export_openvino(version: Path, manifest: Manifest, model: Recogniser, folder: Path) -> _Answer:
    _describe(folder, manifest, "model.xml")
    path = folder / "model.xml"
    example = torch.from_numpy(reference_pixels(manifest.preprocessing.crop))
    save_graph(model, example, path)
    return lambda pixels: _run_graph(path, pixels)


_FORMS = {"bundle": _export_bundle, "onnx": _export_onnx, "openvino": _export_openvino}
FORMS = tuple(_FORMS)


def _describe(folder: Path, manifest: Manifest, file: str) -> None:
    """What a program needs to use the graph: labels in the order of the outputs, and pixels."""
    folder.mkdir()
    (folder / "MODEL_CARD.md").write_text(model_card(manifest), encoding="utf-8")
    preprocessing = manifest.preprocessing
    side = preprocessing.crop
    use = {
        "file": file,
        "input": {"name": "pixels", "type": "uint8", "shape": ["batch", side, side, 3]},
        "pixels": f"upright RGB, shorter side scaled to {preprocessing.resize} pixels "
        f"({preprocessing.interpolation}), the centre {side} x {side}, 0 to 255 as they are: "
        "normalisation is part of the network",
        "view": manifest.view,  # the finder of "subjects" is not part of the graph
        "outputs": {
            "log_probabilities": "natural logarithms, one a label, in the order of `labels`",
            "fine_logits": "one a fine class",
            "embeddings": "the input of the classifier",
        },
        "labels": [label.slug for label in manifest.labels],
    }
    text = json.dumps(use, indent=1, ensure_ascii=False)
    (folder / "labels.json").write_text(text, encoding="utf-8")


def _pictures(
    preprocessing: Preprocessing, photos: Sequence[Path], max_pixels: int
) -> npt.NDArray[np.uint8]:
    """uint8 (N, crop, crop, 3): the reference picture, then the photos."""
    pictures = [reference_pixels(preprocessing.crop)[0]]
    for photo in photos:
        try:
            pictures.append(load_views(photo, preprocessing, max_pixels).pixels)
        except (UnreadablePhoto, OSError):
            continue
    return np.stack(pictures)


@torch.inference_mode()
def _answers(model: nn.Module, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    answers: npt.NDArray[np.float32] = model(torch.from_numpy(pixels)).log_probabilities.numpy()
    return answers


def _run_graph(path: Path, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """OpenVINO reads both its own graphs and ONNX; here it computes in float32."""
    import openvino

    core = openvino.Core()
    graph = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    answers: npt.NDArray[np.float32] = graph([pixels])[0]
    return answers


def _compare(expected: npt.NDArray[np.float32], given: npt.NDArray[np.float32]) -> Check:
    difference = float(np.abs(np.exp(expected) - np.exp(given)).max())
    if not difference < MAX_DIFFERENCE:  # also when it is not a number
        raise WrongAnswers(f"a probability is off by {difference:.3g} on a reference picture")
    return Check(len(expected), difference)
