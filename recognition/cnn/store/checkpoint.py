"""Versions of the network on disk: one immutable folder each, written once and then only read.

It contains model.json, weights.safetensors and, where OpenVINO is installed when it is written,
the same network as an OpenVINO graph, so that serving on a CPU needs no torch.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save_file
from torch import Tensor

from recognition.cnn import taxonomy
from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import (
    CARD_NAME,
    GRAPH_CONSTANTS_NAME,
    GRAPH_NAME,
    SUBJECTS,
    WEIGHTS_NAME,
    CorruptCheckpoint,
    Manifest,
    read_manifest,
    read_verified,
    sha256_of_file,
    verify,
    write_manifest,
)
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.pretrained import load_pretrained
from recognition.cnn.networks.summaries import pretrained_name
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.card import model_card
from recognition.cnn.store.drafts import draft_of
from recognition.cnn.store.graph import save_graph
from recognition.cnn.unavailable import WeightsUnavailable

__all__ = [
    "CorruptCheckpoint",
    "WeightsUnavailable",
    "build_network",
    "build_pretrained",
    "load_network",
    "save_version",
    "verify",
]


def build_pretrained(folder: Path, backbone: str) -> None:
    """Write the network pretrained on ImageNet, with the built-in labels, as a version.

    backbone: a name in the catalogue whose `weights` are known ("lite0", "resnet50", ...).
    Raises FileExistsError when the folder is there: versions never change; WeightsUnavailable.
    """
    manifest = catalogue_manifest(backbone, pretrained_name(backbone))
    model = build_network(manifest, device="meta")
    load_pretrained(NETWORKS[backbone], model)
    save_version(folder, manifest, model)


def catalogue_manifest(network: str, name: str) -> Manifest:
    """Of a network of the catalogue with the built-in labels, under this name for people. Raises
    KeyError for one that the catalogue does not know."""
    entry = NETWORKS[network]
    return Manifest(
        name=name,
        network=network,
        preprocessing=entry.preprocessing,
        temperature=entry.weights.temperature if entry.weights else 1.0,
        labels=taxonomy.labels(),
        fine_names=taxonomy.fine_names(),
        class_weights=taxonomy.class_weights(),
        view=SUBJECTS,
    )


def build_network(manifest: Manifest, device: str = "cpu") -> Recogniser:
    """The network that a manifest describes, with random weights, in evaluation mode.

    device: where the backbone's weights are; "meta" spares making them when others are to come.
    Raises KeyError for a network, ValueError for an option that the catalogue does not know.
    """
    network = NETWORKS[manifest.network]
    head = GroupedHead(
        network.embedding_size_with(manifest.network_options),
        [label.classes for label in manifest.labels],
        manifest.temperature,
        manifest.class_weights,
    )
    with torch.device(device):
        backbone = network.build(manifest.network_options)
    return Recogniser(manifest.preprocessing, backbone, head).eval()


def save_version(
    folder: Path, manifest: Manifest, model: Recogniser, parent: Path | None = None
) -> None:
    """Write a version; its folder appears whole or not at all.

    parent: the version that it was taught from. If both have the same backbone_sha256, the parent's
        OpenVINO graph gets the new head, which is quicker than converting the whole network.
    The manifest is completed with what is only known now: the reference answer, the files'
    digests, the libraries' versions, and the backbone's digest unless the caller knows it.
    Raises FileExistsError when the folder is there.
    """
    with draft_of(folder) as draft:
        _write_version(draft, manifest, model.eval(), parent)


def load_network(folder: Path) -> tuple[Manifest, Recogniser]:
    """Verify a version and build its network, in evaluation mode on the CPU.

    Raises CorruptCheckpoint.
    """
    manifest = verify(folder)
    if manifest.network not in NETWORKS:
        raise CorruptCheckpoint(f"{folder} contains an unknown network: {manifest.network}")
    try:
        model = build_network(manifest, device="meta")
        tensors = tensors_from_bytes(read_verified(folder, manifest, WEIGHTS_NAME))
        model.load_state_dict(tensors, assign=True)
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise CorruptCheckpoint(f"the weights in {folder} do not fit: {error}") from error
    return manifest, model


def _write_version(draft: Path, manifest: Manifest, model: Recogniser, parent: Path | None) -> None:
    pixels = torch.from_numpy(reference_pixels(manifest.preprocessing.crop))
    writers = ["torch", "timm", "safetensors"]
    save_file(_contiguous_state(model), draft / WEIGHTS_NAME)
    if find_spec("openvino"):
        writers.append("openvino")
        graph = _graph_of_same_backbone(parent, manifest)
        save_graph(model, pixels, draft / GRAPH_NAME, graph)
    (draft / CARD_NAME).write_text(model_card(manifest), encoding="utf-8")
    with torch.inference_mode():
        reference = model(pixels).log_probabilities[0].tolist()
    complete = replace(
        manifest,
        backbone_sha256=manifest.backbone_sha256 or _sha256_of_backbone(model, manifest),
        reference_log_probabilities=tuple(reference),
        files={path.name: sha256_of_file(path) for path in sorted(draft.iterdir())},
        libraries={library: version(library) for library in writers},
    )
    write_manifest(draft, complete)


def _graph_of_same_backbone(parent: Path | None, manifest: Manifest) -> tuple[bytes, bytes] | None:
    """The parent's OpenVINO graph and its constants, if only the head differs."""
    if parent is None:
        return None
    known = read_manifest(parent)
    # A version from before backbones had digests is known by its own (registry.py).
    is_same = manifest.backbone_sha256 == (known.backbone_sha256 or known.sha256)
    if not is_same or GRAPH_NAME not in known.files:
        return None
    return (
        read_verified(parent, known, GRAPH_NAME),
        read_verified(parent, known, GRAPH_CONSTANTS_NAME),
    )


def _contiguous_state(model: Recogniser) -> dict[str, Tensor]:
    return {name: tensor.contiguous() for name, tensor in model.state_dict().items()}


def _sha256_of_backbone(model: Recogniser, manifest: Manifest) -> str:
    """Of the weights and, unless it looks at the centre, of what else shapes an embedding: the same
    weights make others of other pixels. Versions of the centre keep the digest they have."""
    digest = hashlib.sha256()
    if manifest.view == SUBJECTS:
        seen = {"preprocessing": asdict(manifest.preprocessing), "view": manifest.view}
        digest.update(json.dumps(seen, sort_keys=True).encode())
    for name, tensor in sorted(model.backbone.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
