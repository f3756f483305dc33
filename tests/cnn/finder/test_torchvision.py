"""torchvision's detectors behind the same door, with random weights: theirs have to be fetched."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from recognition.cnn.finder.adding import add_finder
from recognition.cnn.finder.catalogue import FINDERS
from recognition.cnn.finder.coco import COCO_CLASSES, COCO_NUMBERS
from recognition.cnn.finder.detections import detections
from recognition.cnn.finder.engine import load_finder
from recognition.cnn.finder.networks import TorchvisionDetector
from recognition.cnn.manifest import sha256_of_file
from recognition.cnn.unavailable import WeightsUnavailable

NAMES = [name for name, finder in FINDERS.items() if finder.weights]
SMALLEST = FINDERS["ssdlite320_mobilenet_v3_large"]


class _Answers(nn.Module):
    """A dog at the left, and a background that no detector of torchvision gives."""

    def forward(self, images: list[Tensor]) -> list[dict[str, Tensor]]:
        boxes = torch.tensor([[0.0, 0.0, 160.0, 320.0]])
        dog = {"boxes": boxes, "labels": torch.tensor([18]), "scores": torch.tensor([0.75])}
        nothing = {name: values[:0] for name, values in dog.items()}
        return [dog, nothing][: len(images)]


@pytest.mark.parametrize("name", NAMES)
def test_each_exists_and_its_weights_have_its_classes(name: str) -> None:
    with torch.device("meta"):
        TorchvisionDetector(FINDERS[name])
    categories = models.get_weight(FINDERS[name].weights).meta["categories"]
    assert [categories[number] for number in COCO_NUMBERS] == list(COCO_CLASSES)


def test_what_it_finds_is_one_of_cocos_80_classes() -> None:
    model = TorchvisionDetector(SMALLEST).eval()
    model.detector = _Answers()
    with torch.inference_mode():
        scores, boxes = model(torch.zeros(2, 320, 320, 3, dtype=torch.uint8))
    dog = detections(scores[0].numpy(), boxes[0].numpy() / 320)
    assert [COCO_CLASSES[number] for number in dog.classes] == ["dog"]
    np.testing.assert_allclose(dog.boxes, [(0.0, 0.0, 0.5, 1.0)])
    assert not len(detections(scores[1].numpy(), boxes[1].numpy()).scores)


def test_a_file_that_somebody_downloaded_becomes_a_finder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "downloaded.pth"
    torch.save(TorchvisionDetector(SMALLEST).detector.state_dict(), path)
    published = SimpleNamespace(url=f"https://x.invalid/ssd-{sha256_of_file(path)[:8]}.pth")
    monkeypatch.setattr(models, "get_weight", lambda _: published)
    add_finder(tmp_path / "finder", SMALLEST.name, path)
    engine = load_finder(tmp_path / "finder", "cpu")
    assert (engine.name, engine.side) == ("torch", 320)
    assert len(engine.find(np.zeros((2, 320, 320, 3), np.uint8))) == 2


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "downloaded.pth"
    path.write_bytes(b"something else")
    with pytest.raises(WeightsUnavailable, match="sha256"):
        add_finder(tmp_path / "finder", SMALLEST.name, path)
    assert not (tmp_path / "finder").exists()


def test_offline_it_is_said_what_to_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    with pytest.raises(WeightsUnavailable, match=r"offline.*\.pth|\.pth.*offline"):
        add_finder(tmp_path / "finder", SMALLEST.name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match=r"nowhere\.pth"):
        add_finder(tmp_path / "finder", SMALLEST.name, tmp_path / "nowhere.pth")
