"""One forward pass, fast: which engine runs a version, and the check that it answers right.

Torch-free at import, because serving on a CPU through OpenVINO needs no torch: a process without
it starts in half a second and takes a fifth of the memory (docs/decisions/engines.md).
"""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from recognition.cnn.manifest import GRAPH_NAME, Manifest, verify
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.serving.outputs import Engine

ENGINES = ("auto", "openvino", "torch")
DEVICES = ("auto", "cpu", "cuda")
# Mean difference of the log-probabilities: bfloat16 is off by 0.1, a wrong normalisation or weights
# changed by 3 % are off by more than 1.
REFERENCE_TOLERANCE_NATS = 0.3


class BrokenEngine(RuntimeError):
    """The engine answers the reference picture otherwise than the network did when saved."""


def load_engine(
    folder: Path, engine: str = "auto", device: str = "auto"
) -> tuple[Manifest, Engine]:
    """Verify a version, choose an engine for it and check its answer to the reference picture.

    engine "auto": PyTorch where there is a CUDA device, otherwise OpenVINO where it is installed
    and the version has a graph for it, otherwise PyTorch on the CPU.
    The check costs one forward pass, which the engine needs anyway to warm up.

    Raises CorruptCheckpoint, BrokenEngine, or ValueError for a combination that cannot be.
    """
    manifest = verify(folder)
    loaded = _load(folder, manifest, *_choose(manifest, engine, device))
    _check_reference(loaded, manifest)
    return manifest, loaded


def _choose(manifest: Manifest, engine: str, device: str) -> tuple[str, str]:
    if engine not in ENGINES or device not in DEVICES:
        raise ValueError(f"engine is one of {ENGINES}, device is one of {DEVICES}")
    if engine == "openvino" and device == "cuda":
        raise ValueError("the engine openvino runs on the CPU: choose device cpu or auto")
    if device == "auto":
        device = "cuda" if engine != "openvino" and _has_cuda() else "cpu"
    has_graph = GRAPH_NAME in manifest.files and find_spec("openvino") is not None
    if engine == "openvino" and not has_graph:
        raise ValueError("OpenVINO is not installed, or was not when this version was saved")
    if engine == "auto":
        engine = "openvino" if device == "cpu" and has_graph else "torch"
    return engine, device


def _has_cuda() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")  # comes with the driver; spares most machines the import below
    except OSError:
        return False
    import torch

    return torch.cuda.is_available()


def _load(folder: Path, manifest: Manifest, engine: str, device: str) -> Engine:
    if engine == "openvino":
        from recognition.cnn.serving.openvino_engine import OpenVINOEngine

        return OpenVINOEngine(folder, manifest)
    from recognition.cnn.serving.torch_engine import TorchEngine

    return TorchEngine(folder, device)


def _check_reference(engine: Engine, manifest: Manifest) -> None:
    expected = np.array(manifest.reference_log_probabilities, np.float32)
    answer = engine(reference_pixels(manifest.preprocessing.crop)).log_probabilities[0]
    error_nats = float(np.abs(answer - expected).mean())
    if not error_nats < REFERENCE_TOLERANCE_NATS:  # also when it is not a number
        raise BrokenEngine(
            f"{engine.name} is off by {error_nats:.3g} nats on the reference picture; "
            "choose another engine or reinstall its library"
        )
