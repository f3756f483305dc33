"""What fine-tuning brings beside teaching, and what training from scratch reaches.

    python benchmarks/cnn/fine_tuning.py labels PHOTOS --parent car [--splits 5] [--set NAME=VALUE]
    python benchmarks/cnn/fine_tuning.py digits [--network lenet5] [--set NAME=VALUE]

`labels` adds one label for each folder in PHOTOS to the pretrained Lite0, below the label that
--parent names, and teaches and fine-tunes it on the same random splits (70/10/20 of each label).
`digits` trains on the scans of digits that scikit-learn ships. Needs torch, torchvision, timm,
Pillow, safetensors and scikit-learn; a GPU is used where there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from PIL import Image

from recognition.cnn import taxonomy
from recognition.cnn.manifest import read_manifest
from recognition.cnn.measures.evaluation import measure
from recognition.cnn.store.checkpoint import build_pretrained, load_network
from recognition.cnn.teaching.teach import Examples, teach
from recognition.cnn.training.attempts import run
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.inference import answer
from recognition.cnn.training.job import read_job
from recognition.cnn.training.parameters import TrainingParameters

Photo = tuple[Path, str, str]
_DIGIT_SIDE = 28
CPU = torch.device("cpu")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("labels", "digits"))
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--parent", default="car")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--first-split", type=int, default=0)
    parser.add_argument("--network", default="lenet5")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    pairs = (setting.partition("=") for setting in options.set)
    changed = {name: json.loads(value) for name, _, value in pairs}
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "digits":
            measure_digits(Path(folder), options.network, changed)
        else:
            measure_labels(Path(folder), options, changed)


def measure_labels(folder: Path, options: argparse.Namespace, changed: dict[str, Any]) -> None:
    version = folder / "1"
    build_pretrained(version, "lite0")
    photos = sorted(path for path in options.photos.rglob("*") if path.is_file())
    kind = next(known.kind for known in taxonomy.labels() if known.slug == options.parent)
    known = [_as_json(label) for label in read_manifest(version).labels]
    slugs = {label["slug"] for label in known}
    names = sorted({path.parent.name for path in photos} - slugs)
    labels = [*known, *(_label(name, kind, options.parent) for name in names)]
    gains = []
    for number in range(options.first_split, options.first_split + options.splits):
        job = {"mode": "fine_tune", "network": "lite0", "parent": str(version), "labels": labels}
        rows = split(photos, number)
        tuned = train(folder / f"run-{number}", job, rows, {**changed, "seed": number})
        taught = accuracy_of_teaching(folder / f"run-{number}")
        gains.append(tuned["accuracy"] - taught)
        print(
            f"split {number}: taught {taught:.3f}, fine-tuned {tuned['accuracy']:.3f} "
            f"(epoch {tuned['best_epoch']} of {tuned['epochs']}, {tuned['wall_s']:.0f} s)",
            flush=True,
        )
    print(f"fine-tuning brings {np.mean(gains):+.3f} on {options.photos.name}")


def accuracy_of_teaching(folder: Path) -> float:
    """On the test split of a run that was to fine-tune: the same photos, taught to its parent."""
    job = read_job(folder)
    assert job.parent
    parent, network = load_network(job.parent)
    data = Data(job.examples, parent.preprocessing, lambda done: None)
    train, validation, test = (
        Examples(answer(network, data, rows, CPU).embeddings, data.truths[rows].numpy())
        for rows in (data.train, data.validation, data.test)
    )
    classes = {label.slug: label.classes for label in parent.labels}
    labels = tuple(replace(label, classes=classes.get(label.slug, ())) for label in job.labels)
    nobody = train.embeddings[:0]
    taught = teach(parent, network.head, labels, train, validation, nobody, job.parameters.seed)
    with torch.no_grad():
        log_probabilities, _ = taught.head(torch.from_numpy(test.embeddings))
    metrics = measure(log_probabilities.numpy(), test.labels, taught.manifest.labels)
    return float(metrics["accuracy"])


def measure_digits(folder: Path, network: str, changed: dict[str, Any]) -> None:
    labels = [_label(f"digit-{digit}", "other", None) for digit in range(10)]
    defaults = TrainingParameters.defaults("from_scratch", greyscale=True).to_dict()
    job = {"mode": "from_scratch", "network": network, "labels": labels}
    reached = train(folder / "run", job, digits(folder / "photos"), {**defaults, **changed})
    print(
        f"{network}: {reached['accuracy']:.4f} of {reached['photos']} "
        f"(epoch {reached['best_epoch']} of {reached['epochs']}, {reached['wall_s']:.0f} s)"
    )


def split(photos: list[Path], seed: int) -> list[Photo]:
    """70 % of each label's photos to learn from, 10 % to judge epochs by, 20 % to measure."""
    random = np.random.default_rng(seed)
    rows = []
    for name in sorted({path.parent.name for path in photos}):
        of_label = [path for path in photos if path.parent.name == name]
        order = [of_label[place] for place in random.permutation(len(of_label))]
        for place, path in enumerate(order):
            share = (place + 0.5) / len(order)
            part = "train" if share < 0.7 else "validation" if share < 0.8 else "test"
            rows.append((path, name, part))
    return rows


def digits(folder: Path) -> list[Photo]:
    """1,797 scans of 8 x 8 pixels, scaled up to 28 x 28, as files."""
    from sklearn.datasets import load_digits

    folder.mkdir()
    scans = load_digits()
    random = np.random.default_rng(0)
    rows = []
    for number, (image, digit) in enumerate(zip(scans.images, scans.target, strict=True)):
        path = folder / f"{number}.png"
        small = Image.fromarray((image * 255 / 16).astype(np.uint8))
        small.resize((_DIGIT_SIDE, _DIGIT_SIDE), Image.Resampling.BICUBIC).save(path)
        part = random.choice(("train", "validation", "test"), p=(0.7, 0.1, 0.2))
        rows.append((path, f"digit-{digit}", str(part)))
    return rows


def train(
    folder: Path, job: dict[str, Any], rows: list[Photo], parameters: dict[str, Any]
) -> dict[str, Any]:
    """The result's metrics, with the epochs and the seconds that it took."""
    folder.mkdir()
    with (folder / "photos.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "label", "split"), *rows])
    (folder / "job.json").write_text(json.dumps({**job, "name": "?", "parameters": parameters}))
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        run(folder)
    manifest = read_manifest(folder / "result")
    wall_s = time.perf_counter() - started
    return {**manifest.training, **manifest.metrics, "wall_s": wall_s}


def _label(slug: str, kind: str, parent: str | None) -> dict[str, Any]:
    return {"slug": slug, "kind": kind, "name_en": slug, "name_zh": slug, "parent": parent}


def _as_json(label: taxonomy.Label) -> dict[str, Any]:
    return {
        "slug": label.slug,
        "kind": label.kind,
        "name_en": label.name_en,
        "name_zh": label.name_zh,
        "parent": label.parent,
    }


if __name__ == "__main__":
    main()
