"""Which engine runs a network on this machine. Torch-free at import."""

from __future__ import annotations

import ctypes
from collections.abc import Container
from importlib.util import find_spec

from recognition.cnn.manifest import GRAPH_NAME

ENGINES = ("auto", "openvino", "torch")
DEVICES = ("auto", "cpu", "cuda")


class BrokenEngine(RuntimeError):
    """The engine answers the reference picture otherwise than the network did when saved."""


def choose_engine(files: Container[str], engine: str, device: str) -> tuple[str, str]:
    """The engine ("openvino" or "torch") and the device ("cpu" or "cuda") of a network.

    files: what its folder holds. engine "auto": PyTorch where there is a CUDA device, otherwise
    OpenVINO where it is installed and there is a graph for it, otherwise PyTorch on the CPU.
    Raises ValueError for a combination that cannot be.
    """
    if engine not in ENGINES or device not in DEVICES:
        raise ValueError(f"engine is one of {ENGINES}, device is one of {DEVICES}")
    if engine == "openvino" and device == "cuda":
        raise ValueError("the engine openvino runs on the CPU: choose device cpu or auto")
    if device == "auto":
        device = "cuda" if engine != "openvino" and _has_cuda() else "cpu"
    has_graph = GRAPH_NAME in files and find_spec("openvino") is not None
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
