"""A version to take along: as a bundle for another Ark, as ONNX, as an OpenVINO graph.

Whatever is exported is read back, and must answer pictures as the network itself does.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from recognition.cnn.manifest import Manifest
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store import bundle
from recognition.cnn.store.card import model_card
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.store.comparing_outputs import (
    Check,
    Outputs,
    WrongAnswers,
    answers_of,
    answers_of_graph,
    compare,
    pictures,
)
from recognition.cnn.store.graph import save_graph

__all__ = ["FORMS", "Check", "WrongAnswers", "export"]

_OUTPUTS = Outputs._fields
_MAX_UNPACKED_BYTES = 8 * 1024**3


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
    pixels = pictures(manifest.preprocessing, photos, max_pixels)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".export-") as place:
        folder = Path(place) / "files"
        answer = _FORMS[form](version, manifest, model, folder)
        check = compare(answers_of(model, pixels), answer(pixels))
        bundle.pack(folder, archive)
    return check


_Answer = Callable[[npt.NDArray[np.uint8]], Outputs]


def _export_bundle(version: Path, manifest: Manifest, model: Recogniser, folder: Path) -> _Answer:
    archive = folder.with_suffix(".zip")
    bundle.pack(version, archive)
    bundle.unpack(archive, folder, _MAX_UNPACKED_BYTES)
    archive.unlink()
    _manifest, again = load_network(folder)
    return lambda pixels: answers_of(again, pixels)


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
    return lambda pixels: answers_of_graph(path, pixels)


def _export_openvino(version: Path, manifest: Manifest, model: Recogniser, folder: Path) -> _Answer:
    _describe(folder, manifest, "model.xml")
    path = folder / "model.xml"
    example = torch.from_numpy(reference_pixels(manifest.preprocessing.crop))
    save_graph(model, example, path)
    return lambda pixels: answers_of_graph(path, pixels)


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
