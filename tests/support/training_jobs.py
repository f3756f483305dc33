"""Jobs for the trainer: the scans of handwritten digits that scikit-learn ships, as files."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from recognition.cnn.training.parameters import TrainingParameters

SCANS = 1797
_SIDE = 28


def write_digits(folder: Path, count: int = SCANS) -> list[tuple[Path, str, str]]:
    """The first scans, scaled up to 28 x 28, as PNG; path, label and split of each."""
    folder.mkdir()
    digits = load_digits()
    photos = []
    for number in range(count):
        pixels = (digits.images[number] * 255 / 16).astype(np.uint8)
        path = folder / f"{number}.png"
        Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC).save(path)
        photos.append((path, f"digit-{digits.target[number]}", split_of(number)))
    return photos


def split_of(number: int) -> str:
    """70 % train, 10 % validation, 20 % test."""
    percent = int.from_bytes(hashlib.sha256(b"%d" % number).digest()[:4], "big") % 100
    return "train" if percent < 70 else "validation" if percent < 80 else "test"


def label(slug: str, parent: str | None = None, kind: str = "other") -> dict[str, Any]:
    return {"slug": slug, "kind": kind, "name_en": slug, "name_zh": slug, "parent": parent}


def write_job(
    folder: Path,
    photos: list[tuple[Path, str, str]],
    network: str = "lenet5",
    parameters: dict[str, Any] | None = None,
    **fields: Any,
) -> Path:
    """job.json and photos.csv; `fields` replace what stands in the first."""
    folder.mkdir(exist_ok=True)
    with (folder / "photos.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "label", "split"), *photos])
    defaults = TrainingParameters.defaults("from_scratch", greyscale=True)
    job = {
        "mode": "from_scratch",
        "network": network,
        "network_options": {},
        "parent": None,
        "parent_sha256": "",
        "name": "Digits",
        "labels": [label(f"digit-{digit}") for digit in range(10)],
        "parameters": TrainingParameters.from_dict(parameters or {}, defaults).to_dict(),
        "device": "cpu",
        "threads": 1,
        "training": {"fingerprint": "abc"},
    }
    (folder / "job.json").write_text(json.dumps({**job, **fields}))
    return folder


def launch(folder: Path, **options: Any) -> subprocess.Popen[str]:
    """A trainer in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "recognition.cnn.training", str(folder)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        **options,
    )


def events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout
    for line in process.stdout:
        yield json.loads(line)


def wait_for(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    for message in events(process):
        if message["event"] == event:
            return message
    raise AssertionError(f"the trainer ended before {event}")


def sha256_of_weights(folder: Path) -> str:
    return hashlib.sha256((folder / "result/weights.safetensors").read_bytes()).hexdigest()
