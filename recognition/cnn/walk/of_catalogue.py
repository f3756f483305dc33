"""A network of the catalogue by itself: with its ImageNet weights where these are on this machine,
with random ones otherwise."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torchvision import models

from recognition.cnn.manifest import Manifest
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.entry import Network, Package
from recognition.cnn.networks.pretrained import load_pretrained
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import build_network, catalogue_manifest
from recognition.cnn.unavailable import WeightsUnavailable

_SEED = 0  # so that a second walk shows the same random weights


def catalogue_network(name: str) -> tuple[Manifest, Recogniser, bool]:
    """With the built-in labels; and whether its weights are trained. Downloads nothing.

    Raises KeyError for a name that the catalogue does not know.
    """
    network = NETWORKS[name]
    manifest = catalogue_manifest(name, network.title)
    if _has_weights(network):
        try:
            model = build_network(manifest, device="meta")
            load_pretrained(network, model)
            return manifest, model.eval(), True
        except WeightsUnavailable:
            pass
    with torch.random.fork_rng():
        torch.manual_seed(_SEED)
        return manifest, build_network(manifest), False


def _has_weights(network: Network) -> bool:
    if network.weights is None:
        return False
    if isinstance(network.weights, Package):
        return find_spec(network.weights.name) is not None
    file = Path(models.get_weight(network.weights.name).url).name
    return (Path(torch.hub.get_dir()) / "checkpoints" / file).is_file()
