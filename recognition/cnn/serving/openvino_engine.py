"""OpenVINO on the CPU: runs the graph of a version, without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from recognition.cnn.manifest import Manifest
from recognition.cnn.serving.outputs import Outputs
from recognition.cnn.store.graph import EMBEDDINGS, load_graph


class OpenVINOEngine:
    """Runs the graph of a version, in bfloat16 where the processor computes in it."""

    name = "openvino"

    def __init__(self, folder: Path, manifest: Manifest, threads: int = 0) -> None:
        """threads: 0 for as many as there are processors."""
        self._request = load_graph(folder, manifest, threads)

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Outputs:
        results = self._request.infer({0: pixels}, share_inputs=True)
        return Outputs(results[0], results[1], results[EMBEDDINGS])
