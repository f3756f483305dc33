"""The finder on disk: a folder that is written whole, or replaced whole, and then only read.

It contains finder.json, weights.safetensors and, where OpenVINO is installed when it is written and
can run it, the same network as an OpenVINO graph, so that finding on a CPU needs no torch.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save_file
from torch import nn

from recognition.cnn.finder.catalogue import FINDERS, Finder
from recognition.cnn.finder.manifest import FinderManifest, verify_finder, write_finder
from recognition.cnn.finder.networks import build
from recognition.cnn.finder.reference import reference_answer
from recognition.cnn.manifest import (
    GRAPH_NAME,
    WEIGHTS_NAME,
    CorruptCheckpoint,
    read_verified,
    sha256_of_file,
)
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.store.drafts import draft_of
from recognition.cnn.store.graph import save_graph


def save_finder(folder: Path, finder: Finder, model: nn.Module) -> None:
    """Write a finder; one that is there is replaced once this one is complete.

    model: as `networks.build` makes it.
    """
    with draft_of(folder, replaces=True) as draft:
        _write(draft, finder, model.eval())


def load_network(folder: Path) -> tuple[FinderManifest, nn.Module]:
    """Verify a finder and build its network, in evaluation mode on the CPU.

    Raises CorruptCheckpoint.
    """
    manifest = verify_finder(folder)
    if manifest.name not in FINDERS:
        raise CorruptCheckpoint(f"{folder} contains an unknown finder: {manifest.name}")
    model = build(FINDERS[manifest.name])
    try:
        model.load_state_dict(tensors_from_bytes(read_verified(folder, manifest, WEIGHTS_NAME)))
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise CorruptCheckpoint(f"the weights in {folder} do not fit: {error}") from error
    return manifest, model


def _write(draft: Path, finder: Finder, model: nn.Module) -> None:
    pixels = reference_pixels(finder.side)
    example = torch.from_numpy(pixels)
    writers = ["torch", "torchvision", "safetensors"]
    save_file(model.state_dict(), draft / WEIGHTS_NAME)
    if find_spec("openvino") and finder.has_graph:
        writers.append("openvino")
        save_graph(model, example, draft / GRAPH_NAME)
    with torch.inference_mode():
        scores, boxes = (part.numpy() for part in model(example))
    manifest = FinderManifest(finder.name, finder.side)
    complete = replace(
        manifest,
        reference=reference_answer(scores, boxes / finder.side),
        files={path.name: sha256_of_file(path) for path in sorted(draft.iterdir())},
        libraries={library: version(library) for library in writers},
    )
    write_finder(draft, complete)
