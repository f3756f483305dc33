"""How often a version is right on folders of labelled photos.

    python benchmarks/cnn/accuracy.py models_store/1 PHOTOS [--json]

PHOTOS holds animals/<label>/, vehicles/<label>/, neither/<scene>/ and imagenet/<class index>_*.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recognition.cnn.serving.classifier import Answer, Classifier
from recognition.cnn.taxonomy import NEITHER

KIND_OF_FOLDER = {"animals": "animal", "vehicles": "vehicle", "neither": NEITHER}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engine", default="auto")
    options = parser.parse_args()
    with Classifier.load(options.version, options.engine) as classifier:
        table = {
            folder: measure_folder(classifier, options.photos / folder, kind)
            for folder, kind in KIND_OF_FOLDER.items()
        }
        table["imagenet"] = measure_imagenet(classifier, options.photos / "imagenet")
    if options.json:
        print(json.dumps(table))
    else:
        print_table(table)


def measure_folder(classifier: Classifier, folder: Path, kind: str) -> dict[str, Any]:
    """Shares of right kinds and of right labels; a photo's folder is named after its label."""
    photos = sorted(path for path in folder.rglob("*") if path.is_file())
    answers = classifier.predict(photos)
    wrong = Counter[str]()
    kinds = labels = 0
    for photo, answer in zip(photos, answers, strict=True):
        label = NEITHER if kind == NEITHER else photo.parent.name
        given = answer.label if isinstance(answer, Answer) else answer.code
        kinds += isinstance(answer, Answer) and answer.kind == kind
        labels += given == label
        if given != label:
            wrong[f"{photo.parent.name} -> {given}"] += 1
    return report(len(photos), wrong, kind=kinds, label=labels)


def measure_imagenet(classifier: Classifier, folder: Path) -> dict[str, Any]:
    """The share of photos answered with the label that owns the class in their name."""
    photos = sorted(folder.iterdir())
    owner = {c: label.slug for label in classifier.manifest.labels for c in label.classes}
    wrong = Counter[str]()
    for photo, answer in zip(photos, classifier.predict(photos), strict=True):
        label = owner[int(photo.name[:3])]
        given = answer.label if isinstance(answer, Answer) else answer.code
        if given != label:
            wrong[f"{label} -> {given}"] += 1
    return report(len(photos), wrong, label=len(photos) - wrong.total())


def report(photos: int, wrong: Counter[str], **right: int) -> dict[str, Any]:
    shares = {name: count / photos for name, count in right.items()}
    return {"photos": photos, **shares, "confusions": dict(wrong.most_common(12))}


def print_table(table: dict[str, dict[str, Any]]) -> None:
    print(f"{'':10}{'photos':>7}{'kind':>8}{'label':>8}")
    for folder, row in table.items():
        shares = [f"{row[name]:8.1%}" if name in row else " " * 8 for name in ("kind", "label")]
        print(f"{folder:10}{row['photos']:7}{''.join(shares)}")
    for folder, row in table.items():
        print(f"\n{folder}:", ", ".join(f"{k} {n}" for k, n in row["confusions"].items()))


if __name__ == "__main__":
    main()
