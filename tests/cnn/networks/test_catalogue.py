"""Every network of the catalogue, on the smallest pictures it can take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.entry import Network
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store import checkpoint
from recognition.cnn.store.checkpoint import build_network, load_network, save_version
from tests.support.rows import manifest

NAMES = (
    *("lenet5", "three_stage", "three_stage_photo", "alexnet", "vgg16", "googlenet"),
    *("inception_v3", "resnet18", "resnet50", "resnet50_dilated", "resnet18_simam"),
    *("densenet121", "fpn_resnet18", "mobilenet_v3", "efficientnet_b0", "lite0", "lite1", "lite2"),
    "convnext_tiny",
)


@dataclass
class Trained:
    """A network after one training step; unmoved: names of weights that it did not reach."""

    network: Network
    model: Recogniser
    pixels: Tensor
    unmoved: list[str]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Pictures this small are slower with several, above all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=NAMES)
def trained(request: pytest.FixtureRequest) -> Trained:
    torch.manual_seed(0)
    network = NETWORKS[request.param]
    side = network.smallest_side
    model = build_network(_manifest(network))
    pixels = torch.randint(0, 256, (4, side, side, 3), dtype=torch.uint8)
    return Trained(network, model, pixels, _step(model, pixels))


def _manifest(network: Network) -> checkpoint.Manifest:
    side = network.smallest_side
    small = replace(network.preprocessing, resize=side, crop=side)
    return manifest(network=network.name, preprocessing=small)


def _step(model: Recogniser, pixels: Tensor) -> list[str]:
    """One step of gradient descent; the names of the weights that it did not reach."""
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    model.train()
    log_probabilities = model(pixels).log_probabilities
    torch.nn.functional.nll_loss(log_probabilities, torch.arange(4)).backward()
    unmoved = [name for name, weights in model.named_parameters() if not _has_gradient(weights)]
    optimiser.step()
    optimiser.zero_grad()
    model.eval()
    return unmoved


def _has_gradient(weights: Tensor) -> bool:
    gradient = weights.grad
    return gradient is not None and bool(gradient.isfinite().all()) and bool(gradient.any())


def test_the_catalogue_holds_the_networks_of_the_tutorials() -> None:
    assert tuple(NETWORKS) == NAMES
    for network in NETWORKS.values():
        assert network.source.endswith("."), network.name


def test_a_training_step_reaches_all_weights(trained: Trained) -> None:
    # Where the smallest picture leaves one pixel, some biases before a normalisation are moot.
    assert [name for name in trained.unmoved if name.endswith(".weight")] == []


def test_it_gives_the_embedding_that_the_catalogue_promises(trained: Trained) -> None:
    with torch.inference_mode():
        recognition = trained.model(trained.pixels)
    assert recognition.embeddings.shape == (4, trained.network.embedding_size)
    assert recognition.log_probabilities.isfinite().all()


def test_saved_and_loaded_it_answers_the_same(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)  # the graph has its own test
    save_version(tmp_path / "1", _manifest(trained.network), trained.model)
    _, loaded = load_network(tmp_path / "1")
    with torch.inference_mode():
        before, after = trained.model(trained.pixels), loaded(trained.pixels)
    assert torch.equal(before.log_probabilities, after.log_probabilities)
    (tmp_path / "1" / "weights.safetensors").unlink()  # VGG-16's are half a gigabyte
