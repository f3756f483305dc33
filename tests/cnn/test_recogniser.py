from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from recognition.cnn.head import GroupedHead
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.serving.classifier import Answer, Classifier
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.store.checkpoint import build_network, save_version
from tests.support.rows import manifest


def what_a_backbone_sees(preprocessing: Preprocessing, pixels: np.ndarray) -> np.ndarray:
    """The normalised pixels, (channels, H, W)."""
    head = GroupedHead(3 * 8 * 8, [[0]], 1.0, [1.0])
    recogniser = Recogniser(preprocessing, nn.Identity(), head)
    return recogniser.embed(torch.from_numpy(pixels)[None])[0].numpy()


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)


def test_a_mean_for_each_channel() -> None:
    preprocessing = Preprocessing(8, 8, "bilinear", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    seen = what_a_backbone_sees(preprocessing, noise())
    expected = (noise().astype(np.float32) - [1, 2, 3]) / [4, 5, 6]
    np.testing.assert_allclose(seen, expected.transpose(2, 0, 1), rtol=1e-5)


def test_a_network_without_colour_sees_pillows_grey() -> None:
    preprocessing = Preprocessing(8, 8, "bilinear", 0.0, 1.0, greyscale=True)
    seen = what_a_backbone_sees(preprocessing, noise())
    pillow = np.asarray(Image.fromarray(noise()).convert("L"), np.float32)
    assert seen.shape == (1, 8, 8)
    assert np.abs(seen[0] - pillow).max() <= 1


# One without colour, and those whose forward pass is more than a chain of layers.
@pytest.mark.parametrize("name", ["lenet5", "resnet18_simam", "fpn_resnet18", "googlenet"])
def test_openvino_answers_as_the_network_does(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = NETWORKS[name]
    side = max(network.smallest_side, 28)
    small = replace(network.preprocessing, resize=side, crop=side)
    its_manifest = manifest(network=name, preprocessing=small)
    model = build_network(its_manifest)
    save_version(tmp_path / "1", its_manifest, model)
    pixels = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), np.uint8)
    _, engine = load_engine(tmp_path / "1", "openvino")
    with torch.inference_mode():
        expected = model(torch.from_numpy(pixels)).log_probabilities.numpy()
    np.testing.assert_allclose(engine(pixels).log_probabilities, expected, atol=0.05)


def test_a_photo_in_colour_is_answered_by_a_network_without(
    tmp_path: Path, photos: list[Path]
) -> None:
    network = NETWORKS["three_stage"]
    options = {"channels": 8, "layers": 3}
    its_manifest = manifest(
        network="three_stage",
        preprocessing=network.preprocessing,
        network_options=options,
    )
    save_version(tmp_path / "1", its_manifest, build_network(its_manifest))
    with Classifier.load(tmp_path / "1") as classifier:
        (answer,) = classifier.predict(photos[:1])
    assert isinstance(answer, Answer)
    assert answer.embedding.shape == (network.embedding_size_with(options),)
