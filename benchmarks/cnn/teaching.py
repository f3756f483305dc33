"""What teaching brings and what it costs, on folders of labelled photos.

    python benchmarks/cnn/teaching.py models_store/1 PHOTOS [--draws 4] [--json]

PHOTOS holds animals/<label>/, vehicles/<label>/, neither/<scene>/ and imagenet/<class index>_*.
5 and 20 photos a label are drawn; 70 % train, 10 % validate, 20 % are set aside, as in the product.
Reported, as means of the draws: labels right on the rest of them; of the imagenet photos whose
group was right, those that stay right; `neither` rejected; seconds. With and without the imagenet
unlabelled anchors.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.serving.classifier import Answer, Classifier
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.taxonomy import NEITHER
from recognition.cnn.teaching.teach import Embeddings, Examples, teach

PHOTOS_PER_LABEL = (5, 20)


class Photos(NamedTuple):
    """Embeddings (N, D) and the index of the right label (N,)."""

    embeddings: Embeddings
    labels: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    manifest, network = load_network(options.version)
    folders = read(options.version, options.photos)
    table = [
        measure(manifest, network.head, folders, count, has_anchors, options.draws)
        for count in PHOTOS_PER_LABEL
        for has_anchors in (False, True)
    ]
    if options.json:
        print(json.dumps(table))
        return
    for row in table:
        print(
            "  ".join(
                f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()
            )
        )


def read(version: Path, folder: Path) -> dict[str, Photos]:
    """The photos to be taught, those of neither and those of ImageNet."""
    with Classifier.load(version) as classifier:
        labels = classifier.manifest.labels
        index = {label.slug: i for i, label in enumerate(labels)}
        owner = {c: i for i, label in enumerate(labels) for c in label.classes}
        taught = sorted(p for s in ("animals", "vehicles") for p in (folder / s).glob("*/*"))
        neither = sorted((folder / "neither").glob("*/*"))
        imagenet = sorted((folder / "imagenet").iterdir())
        return {
            "taught": embed(classifier, taught, [index[p.parent.name] for p in taught]),
            "neither": embed(classifier, neither, [index[NEITHER]] * len(neither)),
            "imagenet": embed(classifier, imagenet, [owner[int(p.name[:3])] for p in imagenet]),
        }


def embed(classifier: Classifier, paths: list[Path], labels: list[int]) -> Photos:
    answers = classifier.predict(paths)
    pairs = [
        (a.embedding, label)
        for a, label in zip(answers, labels, strict=True)
        if isinstance(a, Answer)
    ]
    embeddings = np.stack([np.asarray(embedding, np.float32) for embedding, _ in pairs])
    return Photos(embeddings, np.array([label for _, label in pairs], np.int64))


def measure(
    manifest: Manifest,
    head: GroupedHead,
    folders: dict[str, Photos],
    count: int,
    has_anchors: bool,
    draws: int,
) -> dict[str, object]:
    nothing = np.zeros((0, head.fine.in_features), np.float32)
    anchors = folders["imagenet"].embeddings if has_anchors else nothing
    was_right = right(head, folders["imagenet"])
    rows = []
    for seed in range(draws):
        train, validation, rest = draw(folders["taught"], count, seed)
        start = time.perf_counter()
        taught = teach(manifest, head, manifest.labels, train, validation, anchors, seed).head
        seconds = time.perf_counter() - start
        stays = right(taught, folders["imagenet"])[was_right]
        rejected = right(taught, folders["neither"])
        rows.append((right(taught, rest).mean(), stays.mean(), rejected.mean(), seconds))
    names = ("label_right", "imagenet_stays", "neither_rejected", "seconds")
    means = {name: float(value) for name, value in zip(names, np.mean(rows, 0), strict=True)}
    before = {"neither_before": float(right(head, folders["neither"]).mean())}
    return {"photos_a_label": count, "anchors": len(anchors), **means, **before}


def draw(photos: Photos, count: int, seed: int) -> tuple[Examples, Examples, Photos]:
    """Training photos, validation photos, and all that were not drawn."""
    rng = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            rng.permutation(np.flatnonzero(photos.labels == label))[:count]
            for label in np.unique(photos.labels)
        ]
    )
    split = rng.random(len(drawn))
    parts = (drawn[split < 0.7], drawn[(split >= 0.7) & (split < 0.8)])
    rest = np.setdiff1d(np.arange(len(photos.labels)), drawn)
    train, validation = (Examples(photos.embeddings[p], photos.labels[p]) for p in parts)
    return train, validation, Photos(photos.embeddings[rest], photos.labels[rest])


def right(head: GroupedHead, photos: Photos) -> np.ndarray:
    with torch.inference_mode():
        answers = head(torch.from_numpy(photos.embeddings))[0].argmax(1).numpy()
    return answers == photos.labels


if __name__ == "__main__":
    main()
