"""One forward pass, fast: which engine runs a version, and the check that it answers right.

Torch-free at import, because serving on a CPU through OpenVINO needs no torch: a process without
it starts in half a second and takes a fifth of the memory (docs/decisions/engines.md).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recognition.cnn.engines import DEVICES, ENGINES, BrokenEngine, choose_engine
from recognition.cnn.manifest import CorruptCheckpoint, Manifest, verify
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.serving.outputs import Engine, Outputs
from recognition.cnn.store.manifest_schema import check_counts

__all__ = ["DEVICES", "ENGINES", "BrokenEngine", "load_engine"]

# Mean difference of the log-probabilities, less what all of them have in common: where one label is
# hardly surer or less sure, all others move together. bfloat16 is off by up to 0.1; weights changed
# by 3 % or a wrong normalisation by more than 0.5, red and blue exchanged by 0.28.
REFERENCE_TOLERANCE_NATS = 0.2


def load_engine(
    folder: Path, engine: str = "auto", device: str = "auto", threads: int = 0
) -> tuple[Manifest, Engine]:
    """Verify a version, choose an engine for it and check its answer to the reference picture.

    engine, device: see `choose_engine`. threads: of OpenVINO, which takes all processors otherwise.
    The check costs one forward pass, which the engine needs anyway to warm up.

    Raises CorruptCheckpoint, BrokenEngine, or ValueError for a combination that cannot be.
    """
    manifest = verify(folder)
    check_counts(manifest)
    loaded = _load(folder, manifest, *choose_engine(manifest.files, engine, device), threads)
    _check_reference(loaded, manifest)
    return manifest, loaded


def _load(folder: Path, manifest: Manifest, engine: str, device: str, threads: int) -> Engine:
    if engine == "openvino":
        from recognition.cnn.serving.openvino_engine import OpenVINOEngine

        return OpenVINOEngine(folder, manifest, threads)
    from recognition.cnn.serving.torch_engine import TorchEngine

    return TorchEngine(folder, device)


def _check_reference(engine: Engine, manifest: Manifest) -> None:
    expected = np.array(manifest.reference_log_probabilities, np.float32)
    outputs = engine(reference_pixels(manifest.preprocessing.crop))
    _check_shapes(outputs, manifest)
    answer = outputs.log_probabilities[0]
    difference = answer - expected
    error_nats = float(np.abs(difference - difference.mean()).mean())
    if not error_nats < REFERENCE_TOLERANCE_NATS:  # also when it is not a number
        raise BrokenEngine(
            f"{engine.name} is off by {error_nats:.3g} nats on the reference picture; "
            "choose another engine or reinstall its library"
        )


def _check_shapes(outputs: Outputs, manifest: Manifest) -> None:
    """Raises CorruptCheckpoint."""
    labels, classes = len(manifest.labels), len(manifest.fine_names)
    answered = outputs.log_probabilities.shape[1], outputs.fine_logits.shape[1]
    if answered != (labels, classes) or len(manifest.reference_log_probabilities) != labels:
        raise CorruptCheckpoint(
            f"the network answers {answered[0]} labels and {answered[1]} classes; model.json names "
            f"{labels} and {classes}"
        )
