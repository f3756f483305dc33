"""What the files say of each network is what PyTorch says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from recognition.cnn.diagrams.stored import FOLDER, diagram
from recognition.cnn.diagrams.traced import on_meta
from recognition.cnn.diagrams.writing import all_diagrams, as_text
from recognition.cnn.finder.catalogue import DEFAULT_FINDER
from recognition.cnn.finder.nanodet import SIDE, NanoDet
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.summaries import summaries

NAMES = [*NETWORKS, DEFAULT_FINDER]
Run = Callable[[], object]


def built(name: str) -> tuple[nn.Module, Run]:
    """The module, not traced, and what runs it."""
    if name == DEFAULT_FINDER:
        finder = on_meta(NanoDet)
        finder.forward = finder.outputs
        return finder, lambda: finder(torch.zeros(1, 3, SIDE, SIDE, device="meta"))
    module = on_meta(NETWORKS[name].build)
    return module, lambda: module(NETWORKS[name].example().to("meta"))


def test_the_files_say_what_the_code_says() -> None:
    """If not: `make networks`."""
    written = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert {name: as_text(fields) for name, fields in all_diagrams()} == written
    assert sum(map(len, written.values())) < 400_000


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_multiply_adds_are_pytorchs(name: str) -> None:
    module, run = built(name)
    with FlopCounterMode(display=False) as counter:
        run()
    assert diagram(name).parameters == sum(weights.numel() for weights in module.parameters())
    assert diagram(name).multiply_adds * 2 == counter.get_total_flops()
    if name in NETWORKS:
        assert diagram(name).multiply_adds == summaries()[name].multiply_adds


@pytest.mark.parametrize("name", NAMES)
def test_each_layers_shape_and_cost_are_pytorchs(name: str) -> None:
    module, run = built(name)
    shapes: dict[str, list[tuple[int, ...]]] = {}

    def watch(layer: str) -> Callable[[nn.Module, object, Tensor], None]:
        return lambda _module, _inputs, output: shapes.setdefault(layer, []).append(
            tuple(output.shape[1:])
        )

    for layer in {layer.name for layer in diagram(name).layers}:
        if layer in dict(module.named_modules()):
            module.get_submodule(layer).register_forward_hook(watch(layer))
    with FlopCounterMode(display=False) as counter:
        run()
    counts = {
        path.split(".", 1)[1]: sum(found.values()) // 2
        for path, found in counter.get_flop_counts().items()
        if "." in path
    }
    assert len(shapes) > 5
    for layer, seen in shapes.items():
        told = [found for found in diagram(name).layers if found.name == layer]
        assert [found.shape for found in told] == seen, layer
        assert sum(found.multiply_adds for found in told) == counts.get(layer, 0), layer


def test_the_published_size_of_the_finder_is_ours() -> None:
    """nanodet-g.yml: 3.8 million parameters, 4.2 billion operations."""
    built = diagram(DEFAULT_FINDER)
    assert built.parameters == pytest.approx(3.8e6, rel=0.01)
    assert 2 * built.multiply_adds == pytest.approx(4.2e9, rel=0.01)


def test_published_accuracies_belong_to_the_network_as_it_is_built() -> None:
    figures = {name: diagram(name).published for name in NAMES}
    assert {name for name, found in figures.items() if found} == {
        *("alexnet", "vgg16", "googlenet", "inception_v3", "resnet18", "resnet50", "densenet121"),
        *("mobilenet_v3", "efficientnet_b0", "lite0", "lite1", "lite2", "convnext_tiny"),
    }
    lite = figures["lite0"]
    assert lite
    assert (lite.top1, lite.side) == (0.751, 224)
    assert lite.multiply_adds < diagram("lite0").multiply_adds  # Ark gives it larger pictures
