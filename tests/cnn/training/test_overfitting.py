"""A network that cannot learn 100 photos by heart has a fault in its loop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from recognition.cnn.manifest import verify
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.training.attempts import run
from tests.support.training_jobs import label, write_job

SIDE = 32
BOXES = [(0, 0), (80, 0), (0, 80), (80, 80), (40, 40)]
BY_HEART = {
    "flip": 0.0,
    "crop": 0.0,
    "colour": 0.0,
    "label_smoothing": 0.0,
    "weight_decay": 0.0,
    "epochs": 8,
    "warmup_epochs": 1.0,
    "batch_size": 20,
    "ema_decay": 0.0,
    "patience": 0,
}


def test_resnet_18_learns_100_photos_by_heart(
    tmp_path: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five parts of each of 20 photographs; it is tested on what it learnt."""
    network = NETWORKS["resnet18"]
    small = replace(network.preprocessing, resize=SIDE, crop=SIDE)
    monkeypatch.setitem(NETWORKS, "resnet18", replace(network, preprocessing=small))
    rows = []
    for number, path in enumerate(photos):
        with Image.open(path) as image:
            for place, (left, top) in enumerate(BOXES):
                part = tmp_path / f"{number}-{place}.png"
                image.crop((left, top, left + 144, top + 144)).resize((SIDE, SIDE)).save(part)
                rows += [
                    (part, f"photo-{number}", split) for split in ("train", "validation", "test")
                ]
    labels = [label(f"photo-{number}") for number in range(len(photos))]
    folder = write_job(tmp_path / "run", rows, "resnet18", BY_HEART, labels=labels, threads=0)
    run(folder)
    metrics = verify(folder / "result").metrics
    assert metrics["photos"] == 100
    assert metrics["accuracy"] == 1.0
