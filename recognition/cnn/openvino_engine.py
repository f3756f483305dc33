"""OpenVINO on the CPU: a version's network as a graph, written once and run without torch."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from recognition.cnn.manifest import GRAPH_CONSTANTS_NAME, GRAPH_NAME, Manifest, read_verified
from recognition.cnn.outputs import Outputs

if TYPE_CHECKING:
    from torch import Tensor, nn


class OpenVINOEngine:
    """Runs the graph of a version, in bfloat16 where the processor computes in it."""

    name = "openvino"

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        import openvino

        core = openvino.Core()
        graph = core.read_model(
            read_verified(folder, manifest, GRAPH_NAME),
            read_verified(folder, manifest, GRAPH_CONSTANTS_NAME),
        )
        self._request = core.compile_model(graph, "CPU", _options(core)).create_infer_request()

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Outputs:
        results = self._request.infer({0: pixels}, share_inputs=True)
        return Outputs(results[0], results[1], results[2])


def save_graph(model: nn.Module, example: Tensor, path: Path) -> None:
    """Convert a network and write its graph (path, and a .bin beside it), for any batch size.

    example: pixels that the network takes, uint8 (B, H, W, 3).
    """
    import openvino

    shape = openvino.PartialShape([-1, *example.shape[1:]])
    with warnings.catch_warnings():
        # OpenVINO traces the module in a way that PyTorch will drop some day.
        warnings.simplefilter("ignore", FutureWarning)
        graph = openvino.convert_model(
            model, example_input=example, input=[(shape, openvino.Type.u8)]
        )
    openvino.save_model(graph, path, compress_to_fp16=False)


def _options(core: Any) -> dict[str, Any]:
    has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
    }
