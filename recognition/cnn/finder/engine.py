"""The finder at work: squares of photos in, what was found out.

Torch-free at import: finding on a CPU through OpenVINO needs no torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recognition.cnn.engines import BrokenEngine, choose_engine
from recognition.cnn.finder.catalogue import FINDERS
from recognition.cnn.finder.detections import Detections, detections
from recognition.cnn.finder.manifest import FinderManifest, verify_finder
from recognition.cnn.finder.reference import difference, reference_answer
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.store.graph import load_graph


class _Network(Protocol):
    """Runs a finder's network; safe to call from one thread at a time."""

    name: str

    def __call__(
        self, pixels: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Scores (B, P, classes) and boxes (B, P, 4) in pixels of (B, side, side, 3)."""
        ...


class FinderEngine:
    """A finder that is loaded. Safe to call from one thread at a time.

    sha256: its identity; see `finder_sha256`.
    """

    def __init__(self, manifest: FinderManifest, network: _Network) -> None:
        self.sha256 = manifest.sha256
        self.side = manifest.side
        self.classes = manifest.classes
        self.strides = FINDERS[manifest.name].strides
        self.name = network.name
        self._network = network

    def candidates(
        self, pixels: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """What each cell proposes: scores (B, P, classes), and boxes (B, P, 4) in parts of 1.

        pixels: as for `find`.
        """
        scores, boxes = self._network(pixels)
        return scores, boxes / np.float32(self.side)

    def find(self, pixels: npt.NDArray[np.uint8]) -> list[Detections]:
        """What is in each photo.

        pixels: uint8 (B, side, side, 3), RGB, C-contiguous; each photo as a whole, squeezed into
            the square, so that parts of the square are parts of the photo.
        """
        return [detections(*parts) for parts in zip(*self.candidates(pixels), strict=True)]

    def check(self, expected: tuple[float, ...], tolerance: float) -> None:
        """Raises BrokenEngine unless the reference picture is answered as it was when saved."""
        answer = reference_answer(*self.candidates(reference_pixels(self.side)))
        error = difference(answer, expected)
        if not error < tolerance:  # also when it is not a number
            raise BrokenEngine(
                f"The finder on {self.name} is off by {error:.3g} on the reference picture; "
                "choose another engine, reinstall its library, or add the finder again."
            )


def load_finder(
    folder: Path, device: str = "auto", engine: str = "auto", threads: int = 0
) -> FinderEngine:
    """Verify a finder, choose an engine for it and check its answer to the reference picture.

    engine, device: see `choose_engine`; torchvision's detectors have no graph for OpenVINO.
    threads: of OpenVINO, which takes all processors otherwise.
    Raises CorruptCheckpoint, BrokenEngine, or ValueError for a combination that cannot be.
    """
    manifest = verify_finder(folder)
    if manifest.name not in FINDERS:
        raise CorruptCheckpoint(f"{folder} contains an unknown finder: {manifest.name}")
    engine, device = choose_engine(manifest.files, engine, device)
    loaded = FinderEngine(manifest, _network(folder, manifest, engine, device, threads))
    loaded.check(manifest.reference, FINDERS[manifest.name].tolerance)
    return loaded


def _network(
    folder: Path, manifest: FinderManifest, engine: str, device: str, threads: int
) -> _Network:
    if engine == "openvino":
        return _OpenVINONetwork(folder, manifest, threads)
    from recognition.cnn.finder.torch_network import TorchNetwork

    return TorchNetwork(folder, device)


class _OpenVINONetwork:
    name = "openvino"

    def __init__(self, folder: Path, manifest: FinderManifest, threads: int) -> None:
        self._request = load_graph(folder, manifest, threads)

    def __call__(
        self, pixels: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        results = self._request.infer({0: pixels}, share_inputs=True)
        return results[0], results[1]
