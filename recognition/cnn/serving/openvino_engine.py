"""OpenVINO on the CPU: runs the graph of a version, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recognition.cnn.manifest import GRAPH_CONSTANTS_NAME, GRAPH_NAME, Manifest, read_verified
from recognition.cnn.serving.outputs import Outputs
from recognition.cnn.store.graph import EMBEDDINGS


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
        return Outputs(results[0], results[1], results[EMBEDDINGS])


def _options(core: Any) -> dict[str, Any]:
    has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
    }
