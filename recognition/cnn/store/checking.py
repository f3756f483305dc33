"""`python -m recognition.cnn.store.checking MAX_MB TIMEOUT_S FOLDER MAX_PIXELS [PHOTO ...]`: is a
version from elsewhere what it says? In a process of its own (`limited_process.py`), because its
weights and its graph are a stranger's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recognition.cnn import limited_process
from recognition.cnn.limited_process import Refused
from recognition.cnn.manifest import GRAPH_NAME, CorruptCheckpoint, Manifest, verify
from recognition.cnn.store.manifest_schema import check_counts, check_manifest
from recognition.cnn.store.safetensors_header import read_header


def check(folder: Path, photos: list[Path], max_pixels: int) -> dict[str, Any]:
    """Compare a version's weights, its graph, and what model.json says of its answers, and have it
    answer a photo as the predictor would. Raises Refused."""
    from recognition.cnn.store.comparing_outputs import (
        WrongAnswers,
        answers_of,
        answers_of_graph,
        compare,
        compare_with_stated,
        pictures,
    )

    try:
        manifest = check_manifest(folder)
        check_counts(manifest)
        verify(folder)
        _check_tensors(folder, manifest)
        model = _load(folder)
        pixels = pictures(manifest.preprocessing, photos, max_pixels)
        expected = answers_of(model, pixels)
        compare_with_stated(manifest.reference_log_probabilities, expected)
        graph = folder / GRAPH_NAME
        found = compare(expected, answers_of_graph(graph, pixels) if graph.exists() else expected)
    except CorruptCheckpoint as error:
        raise Refused("damaged", str(error)) from error
    except WrongAnswers as error:
        raise Refused("wrong_answers", str(error)) from error
    return {"pictures": found.pictures, "difference": found.largest_difference}


def _check_tensors(folder: Path, manifest: Manifest) -> None:
    """Names, types and shapes of the tensors are those of the network, before any is read."""
    from recognition.cnn.networks.catalogue import NETWORKS
    from recognition.cnn.store.checkpoint import build_network

    if manifest.network not in NETWORKS:
        raise CorruptCheckpoint(f"it is an unknown network: {manifest.network}")
    smallest = NETWORKS[manifest.network].smallest_side
    if manifest.preprocessing.crop < smallest:
        raise CorruptCheckpoint(f"{manifest.network} takes at least {smallest} pixels")
    try:
        model = build_network(manifest, device="meta")
    except ValueError as error:
        raise CorruptCheckpoint(str(error)) from error
    wanted = {
        name: (_TYPES.get(str(tensor.dtype), ""), list(tensor.shape))
        for name, tensor in model.state_dict().items()
    }
    given = {name: (tensor["dtype"], tensor["shape"]) for name, tensor in read_header(folder)}
    if wanted != given:
        off = sorted(
            {*wanted, *given} - {name for name in wanted if wanted[name] == given.get(name)}
        )
        raise CorruptCheckpoint(f"the weights do not fit {manifest.network}: {', '.join(off[:3])}")


_TYPES = {"torch.float32": "F32", "torch.int64": "I64"}


def _load(folder: Path) -> Any:
    from recognition.cnn.store.checkpoint import load_network

    return load_network(folder)[1]


def _main(arguments: list[str]) -> dict[str, Any]:
    folder, max_pixels, *photos = arguments
    return check(Path(folder), [Path(photo) for photo in photos], int(max_pixels))


if __name__ == "__main__":
    limited_process.main(_main)
