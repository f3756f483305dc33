from __future__ import annotations

import json
import subprocess
import sys

import pytest

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.describe import as_text, describe
from recognition.cnn.networks.summaries import SUMMARIES_FILE, Layer, summaries


def test_the_file_says_what_the_code_says() -> None:
    """If not: `python -m recognition.cnn.networks.describe`."""
    described = [describe(network) for network in NETWORKS.values()]
    assert SUMMARIES_FILE.read_text(encoding="utf-8") == as_text(described)
    assert json.loads(as_text(described)) == described


# Without the classifier: torchvision's and timm's own figures minus its rows and biases.
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("alexnet", 61_100_840 - 4097 * 1000),
        ("vgg16", 138_357_544 - 4097 * 1000),
        ("resnet50", 25_557_032 - 2049 * 1000),
        ("convnext_tiny", 28_589_128 - 769 * 1000),
        ("lite0", 4_652_008 - 1281 * 1000),
        ("lenet5", 156 + 2416 + 48_120 + 10_164),
    ],
)
def test_parameters_are_as_published(name: str, parameters: int) -> None:
    network = summaries()[name]
    assert network.parameters == parameters
    assert sum(layer.parameters for layer in network.layers) == parameters


def test_multiply_adds_are_as_published() -> None:
    """torchvision's GFLOPS, which are multiply-adds too, with the classifier."""
    for name, published in (("resnet50", 4.09e9), ("vgg16", 15.47e9), ("alexnet", 0.714e9)):
        network = summaries()[name]
        with_classifier = network.multiply_adds + 1000 * network.embedding_size
        assert with_classifier == pytest.approx(published, rel=0.005)


def test_the_last_layer_has_a_channel_for_each_number_of_the_embedding() -> None:
    for network in summaries().values():
        channels = network.layers[-1].output_shape[0]
        times = 4 if network.name == "fpn_resnet18" else 1  # the last layer pools four scales
        assert channels * times == network.embedding_size, network.name


def test_layers_are_told_apart_by_stage() -> None:
    names = {
        "layer1.0.conv1": "layer1",
        "features.denseblock1.denselayer1.norm1": "features.denseblock1",
        "features.0": "features",
        "conv1": "",
    }
    assert {name: Layer(name, "", (), 0).stage for name in names} == names


def test_options_are_checked() -> None:
    network = summaries()["three_stage"]
    network.check_options({"layers": 5, "kernel_size": 3, "pooling": "average"})
    for wrong in ({"layers": 99}, {"kernel_size": 4}, {"pooling": "median"}, {"layers": "5"}):
        with pytest.raises(ValueError, match=rf"^{next(iter(wrong))}: must be"):
            network.check_options(wrong)
    with pytest.raises(ValueError, match=r"^colour: this network has no such option"):
        network.check_options({"colour": 1})


def test_the_facts_need_no_torch() -> None:
    program = (
        "import sys; from recognition.cnn.networks.summaries import summaries;"
        "print(len(summaries()), 'torch' in sys.modules)"
    )
    run = [sys.executable, "-c", program]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed.split() == [str(len(NETWORKS)), "False"]
